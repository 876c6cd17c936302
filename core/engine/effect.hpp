// Effects: what the engine asks of the world, as data. The driver commits them before it carries them out and
// feeds what came of them back as events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/people/review_status.hpp"

namespace parley::engine {

struct SaidButton {
  std::string label;
  std::string payload;

  bool operator==(const SaidButton&) const = default;
};

enum class Speaker : std::uint8_t { assistant, operator_, system };

// One message to the user.
struct Say {
  std::string id;  // "turn.n", unique in the conversation
  Speaker speaker = Speaker::assistant;
  std::string text;
  std::vector<SaidButton> buttons;
  Value card;              // a structured card for channels that can show one; null otherwise
  std::string input_slot;  // the slot this message asks for, or empty
  std::string input_type;  // its type, for the keyboard and the picker
  std::string author;      // the operator's name
};

// Find out what the message just received means; answered by CommandsUnderstood.
struct Understand {
  std::string text;
  std::string payload;
};

// Answered by ToolReturned or ToolFailed. The idempotency key is made from what the action is:
// tenant, conversation, tool, canonical arguments and `occurrence`, the count of equal calls so far.
struct CallTool {
  std::string effect_id;
  std::string tool;  // "stripe.charge"
  Value arguments;
  std::uint32_t occurrence = 0;
  std::uint32_t timeout_ms = 30'000;
  std::string review_id;               // of the review that approved it, or empty
  std::uint32_t attempt = 1;           // further ones carry the key of the first
  std::vector<std::string> sensitive;  // arguments that outside views mask
};

// Ask a model. Answered by ModelReturned or ModelFailed. `input` and the result, by task:
//   generate  {prompt, facts?, context?, style?} → text
//   rephrase  {text, keep: [words], tone: 0…100, locale, style?} → text, with the kept words as they are
//   classify  {text, labels: {label: meaning}} → {label, confidence}
//   extract   {text, schema, prompt?, problem?} → a value of the schema
//   agent     {goal, tools: [name], steps: [{tool, arguments, result | error}], facts?, context?, style?,
//             pinned?: {tool: [argument]}, search?: true} → {calls: [{tool, arguments}]}, or {text} or
//             {result} when it is done
// `context`: see memory/context.hpp; `style` is {locale, tone: 0…100, length: short, normal or detailed,
// tones?: {name: 0…100}}.
struct CallModel {
  std::string effect_id;
  std::string task;
  Value input;
  std::string model;             // a name of the assistant's; empty: its first
  std::uint32_t max_tokens = 0;  // of the answer; 0: the model's own limit
  std::uint32_t timeout_ms = 60'000;
};

// Look something up. Answered by Recalled or RecallFailed.
struct Recall {
  std::string effect_id;
  std::string source;  // the name of some knowledge; empty: what this user said and did before
  std::string query;
  std::uint32_t k = 3;
  double min_score = 0;
  std::uint32_t timeout_ms = 10'000;
};

struct StartTimer {
  std::string timer_id;
  Timestamp due;
};

struct CancelTimer {
  std::string timer_id;
};

struct HandOff {
  std::string queue;
  std::string summary;
};

// A person has to decide. Answered by ReviewDecided, or by the timer of the same id when `due` passes.
struct RequestReview {
  std::string review_id;  // unique among all conversations
  ReviewKind kind = ReviewKind::form;
  std::string digest;  // SHA-256 of what is to be decided
  std::string title;
  std::string text;
  std::string assignee;  // a person or a queue, in the team's own names
  Value subject;         // of a tool call: {tool, arguments}
  Value form;            // the fields: a list of {name, label, type, …}
  std::optional<Timestamp> due;
  std::uint32_t people = 1;                 // how many different people must say yes
  std::string replaces;                     // the review whose call somebody has edited into this one
  std::vector<std::string> sensitive = {};  // arguments of the call that outside views mask
};

// Who has said yes so far, where one person's is not enough.
struct NoteApproval {
  std::string review_id;
  std::vector<std::string> reviewers;
};

// The last word about a review: its decision, or that none is wanted any more.
struct CloseReview {
  std::string review_id;
  ReviewStatus status = ReviewStatus::withdrawn;
  std::string reviewer;
  std::string note;
  Value values;
};

// Keep a value for the user beyond this conversation; null forgets it. Facts are remembered under "user." and
// their name, see facts.hpp. Without a name: forget everything, and what the user said until now.
struct Remember {
  std::string name;
  Value value;
  std::vector<std::string> origins = {};  // where it came from, unless from the user or the author
  bool sensitive = false;                 // outside views mask the value
};

// No flow runs any more. outcome: "resolved", "abandoned", "escalated" or "failed".
struct End {
  std::string flow;
  std::string outcome;
};

// The conversation takes part in an experiment from here on; recorded once for each.
struct RecordExposure {
  std::string experiment;
  std::string variant;
  std::string unit;  // "user" or "conversation": what the variant was chosen by
  std::string metric;
};

using Effect = std::variant<
    Say,
    Understand,
    CallTool,
    StartTimer,
    CancelTimer,
    HandOff,
    End,
    RequestReview,
    CloseReview,
    Remember,
    CallModel,
    Recall,
    RecordExposure,
    NoteApproval>;
using Effects = std::vector<Effect>;

[[nodiscard]] std::string_view name(const Effect& effect);

[[nodiscard]] Value to_value(const Effect& effect);
[[nodiscard]] Result<Effect> effect_from(const Value& value);

// The key that a remote may use to recognise a repeated request: lower-case base32 of a SHA-256, 52
// characters.
[[nodiscard]] std::string idempotency_key(
    std::string_view tenant, std::string_view conversation_id, const CallTool& call
);

}  // namespace parley::engine
