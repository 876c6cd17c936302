// Events: everything the engine is told, as recorded facts. A conversation's log is its events; feeding them
// to advance() again gives the same state and the same effects, byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/people/review_status.hpp"
#include "engine/semantics.hpp"
#include "language/command.hpp"

namespace parley::engine {

// The first event of every conversation. `release` is the hash of the set of flows it runs on.
struct ConversationStarted {
  std::string conversation_id;
  std::string tenant;
  std::string user_id;
  std::string channel;  // "api", "web", "terminal"…
  std::string locale = "en";
  std::int32_t utc_offset_seconds = 0;
  std::string currency = "USD";
  std::string release;
  std::string flow;  // to start at once; empty: wait for the first message
  Value context;     // what the caller knows about the user; read-only for flows
  Value user_slots;  // what is remembered of the user, by name: slots, and facts (see facts.hpp)
  Value event;  // the outside event that starts it: {name, data, origin?}; its flow follows from the triggers
  std::uint32_t semantics = kNewestSemantics;
  Value user_origins = {};  // of user_slots that are not the user's own words: slot name to a list
  std::vector<std::string> sensitive = {};  // those of user_slots that no view shows
  bool user_known = false;                  // a caller with a key, or the user's token, says who the user is
};

struct MessageReceived {
  std::string message_id;
  std::string text;
  std::string payload;  // of a pressed button; empty for typed text
};

// What the message just received means. `source` is "matcher" or the model that was asked; of a model, which
// version of the question it was asked (see ADR 0018), what it was told of the user, and what that took.
// `passed_over` as of ModelReturned; `failure` is the code when a model was asked and none answered.
struct CommandsUnderstood {
  std::vector<language::Command> commands;
  std::string source = "matcher";
  std::string prompt = {};
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  std::string context = {};
  Value passed_over = {};
  std::string failure = {};
};

struct ToolReturned {
  std::string effect_id;
  Value result;
  bool test_mode = false;  // the answer was made up from the tool's description
};

struct ToolFailed {
  std::string effect_id;
  std::string code;  // stable, e.g. "timeout", "http_402", "in_doubt"
  std::string message;
  bool in_doubt = false;   // it may have happened, and calling again could do harm
  std::uint32_t dice = 0;  // 0…kDiceSides-1: spreads the pauses of those who try again
};
inline constexpr std::uint32_t kDiceSides = 1'000'000;

// What a model answered; `model` says which one did and `prompt` which version of the question it was asked,
// for the record. `passed_over` are those that were asked before and why they did not answer: a list of
// {model, code}.
struct ModelReturned {
  std::string effect_id;
  Value result;
  std::string model;
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  std::string prompt = {};
  Value passed_over = {};
};

struct ModelFailed {
  std::string effect_id;
  std::string code;  // stable, e.g. "no_model", "timeout", "budget"
  std::string message;
};

// Hits, best first: a list of {text, source, score, …}.
struct Recalled {
  std::string effect_id;
  Value hits;
};

struct RecallFailed {
  std::string effect_id;
  std::string code;
  std::string message;
};

struct TimerFired {
  std::string timer_id;
};

struct OperatorJoined {
  std::string operator_id;
  std::string name;  // as the user sees it
};

struct OperatorReplied {
  std::string operator_id;
  std::string text;
};

// The human hands the conversation back to the bot.
struct OperatorLeft {
  std::string operator_id;
  std::string note;
};

struct FeedbackGiven {
  std::int32_t stars = 0;  // 1…5
  std::string comment;
};

// A person decided a review. A decision that does not fit (see check_decision) changes nothing.
struct ReviewDecided {
  std::string review_id;
  ReviewStatus decision = ReviewStatus::rejected;  // approved, rejected, answered or edited
  Value values;  // of a form: field name to value; of an edited call: its arguments; of an answered one: the
                 // result
  std::string reviewer;
  std::string note;
  std::string digest;      // of what the person saw
  std::string actor = {};  // who the person proved to be; empty when nobody asked
  bool author = false;     // the person published what the conversation runs on, and may not approve alone
};

// Something happened in an outside system.
struct EventArrived {
  std::string name;
  Value data;
  // Where the data came from, such as "github.webhook"; empty: from a program of the team's own.
  std::string origin = {};
};

// Between flows a conversation may move to newer flows. Inside of one it does only where the newer flow's
// author said how, and `moves` (see migration.hpp) says what became of each running flow.
struct ReleaseAdopted {
  std::string release;
  std::uint32_t semantics = kNewestSemantics;
  Value moves = {};
};

// How the user wants to be spoken to from here on; what is empty stays as it is. A conversation begins with
// what its context says under the same names.
struct StyleChosen {
  Value tone;          // 0…100, or the name of one of the assistant's tones
  std::string length;  // "short", "normal" or "detailed"
};

using EventBody = std::variant<
    ConversationStarted,
    MessageReceived,
    CommandsUnderstood,
    ToolReturned,
    ToolFailed,
    TimerFired,
    OperatorJoined,
    OperatorReplied,
    OperatorLeft,
    FeedbackGiven,
    ReleaseAdopted,
    ReviewDecided,
    EventArrived,
    ModelReturned,
    ModelFailed,
    Recalled,
    RecallFailed,
    StyleChosen>;

struct Event {
  Timestamp at;  // the only clock the engine has
  EventBody body;
};

// "MessageReceived"…
[[nodiscard]] std::string_view name(const EventBody& body);

// For the log, with "type" and "at"; empty fields are left out.
[[nodiscard]] Value to_value(const Event& event);
[[nodiscard]] Result<Event> event_from(const Value& value);

}  // namespace parley::engine
