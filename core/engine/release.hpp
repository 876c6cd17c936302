// A release: the set of flows that conversations run on, frozen and addressed by the hash of its contents.
// Immutable after make_release(); shared between threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/value.hpp"
#include "flow/flow.hpp"
#include "flow/messages.hpp"
#include "policy/business_hours.hpp"

namespace parley::language {
class Classifier;
}

namespace parley::engine {

// What an assistant decides for all its flows.
struct AssistantSettings {
  std::string name = "Assistant";
  std::string start_flow;  // started when a conversation names none; empty: wait for a message
  std::vector<std::pair<std::string, std::string>> handlers;  // repair handler → flow id, for all flows
  std::uint32_t max_steps_per_turn = 200;
  std::uint32_t max_misunderstandings = 3;  // in a row, then a person is brought in
  Value calendars;                          // name → business hours, see policy::read_calendar()
  std::int32_t utc_offset_seconds = 0;      // of schedules that name no offset
  std::string locale = "en";                // of texts that name no language, and of users who bring none
  std::uint32_t tone = 50;                  // 0…100; what the numbers mean is the assistant's
  std::vector<flow::ToneStop> tones = default_tones();
  std::uint32_t tone_min = 0;  // what users and callers may choose
  std::uint32_t tone_max = 100;
  std::string length = "normal";                   // or "short", "detailed"
  std::shared_ptr<const flow::Messages> messages;  // its own; null: none
  std::uint32_t context_tokens = 0;     // of what is known of the user, in what models are asked; 0: nothing
  std::vector<std::string> link_hosts;  // that a model's words may link to, as in policy/links.hpp

  [[nodiscard]] Value to_value() const;
  [[nodiscard]] static AssistantSettings from_value(const Value& value);
  // formal 0, neutral 50, casual 100
  [[nodiscard]] static std::vector<flow::ToneStop> default_tones();
  // The stops as {name: value}; null when they are the default ones.
  [[nodiscard]] Value own_tones() const;
};

// A number from 0 to 100, or the name of a stop: as a number; nothing for anything else.
[[nodiscard]] std::optional<std::uint32_t> tone_value(
    std::span<const flow::ToneStop> stops, const Value& tone
);
[[nodiscard]] bool is_length(std::string_view length);

// A flow that an event or the clock may start.
struct Candidate {
  const flow::Flow* flow = nullptr;
  const flow::Trigger* trigger = nullptr;
};

// What a user may say to start a flow, word by word as in language::plain_phrase.
struct TriggerPhrase {
  std::vector<std::string> words;
  const flow::Flow* flow = nullptr;
  std::int32_t priority = 0;
};

class Release {
 public:
  Release() = default;
  ~Release();
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

  [[nodiscard]] const std::string& hash() const { return hash_; }
  [[nodiscard]] const AssistantSettings& settings() const { return settings_; }
  // The assistant's own flows by id, without the built-in handlers.
  [[nodiscard]] const std::map<std::string, flow::FlowPtr, std::less<>>& flows() const { return flows_; }

  // Own flows first, then built-in handlers; null when unknown.
  [[nodiscard]] const flow::Flow* find(std::string_view flow_id) const;
  // The flow that handles a repair ("cancel") for a flow: its own `handlers`, the assistant's, a flow named
  // "repair.cancel", or the built-in.
  [[nodiscard]] const flow::Flow& handler(const flow::Flow& about, std::string_view repair) const;
  [[nodiscard]] const flow::Flow& handler(std::string_view repair) const;
  // The flow triggered by a command ("/order") or by a phrase in normal form; null when there is none,
  // or when several flows claim the phrase alike.
  [[nodiscard]] const flow::Flow* by_command(std::string_view command) const;
  [[nodiscard]] const flow::Flow* by_phrase(std::string_view normalised) const;
  // Every phrase; and, for flows that users may start, their names and short descriptions, which are what the
  // assistant itself calls them.
  [[nodiscard]] const std::vector<TriggerPhrase>& trigger_phrases() const { return trigger_phrases_; }
  // What other words than the phrases mean; null when there are no phrases. Learnt at the first call, which
  // takes as long as engine::learn_intents().
  [[nodiscard]] const language::Classifier* classifier() const;
  // The flows triggered by an event, by priority; the first whose guards hold is meant.
  [[nodiscard]] std::span<const Candidate> by_event(std::string_view name) const;
  // The triggers that the clock fires.
  [[nodiscard]] std::span<const Candidate> by_schedule() const { return schedules_; }
  // Null when the assistant has no calendar of this name.
  [[nodiscard]] const policy::Calendar* calendar(std::string_view name) const;
  // What flows keep of users beyond a conversation: slots of scope user, and facts as "user.prefers".
  [[nodiscard]] const std::set<std::string, std::less<>>& remembered() const { return remembered_; }
  [[nodiscard]] bool remembers_users() const { return !remembered_.empty(); }
  // The assistant's message of a key, or the built-in one as of the level of behaviour; null when unknown.
  [[nodiscard]] const flow::Text* message(std::string_view key, std::uint32_t semantics) const;
  // Whether any flow has a sensitive slot; whether a slot that flows share is one.
  [[nodiscard]] bool has_sensitive() const { return has_sensitive_; }
  [[nodiscard]] bool is_sensitive(std::string_view shared_slot) const {
    return has_sensitive_ && sensitive_.contains(shared_slot);
  }

 private:
  friend std::shared_ptr<const Release> make_release(
      std::vector<flow::FlowPtr> flows, AssistantSettings settings
  );
  void index();

  std::string hash_;
  AssistantSettings settings_;
  std::map<std::string, flow::FlowPtr, std::less<>> flows_;
  // Views of what the release holds anyway, for what every turn looks up.
  std::unordered_map<std::string_view, const flow::Flow*> flows_by_id_;
  std::unordered_map<std::string_view, const flow::Flow*> handlers_by_repair_;
  std::unordered_map<std::string_view, const flow::Text*> messages_by_key_;
  std::map<std::string, const flow::Flow*, std::less<>> commands_;
  std::map<std::string, const flow::Flow*, std::less<>> phrases_;
  std::vector<TriggerPhrase> trigger_phrases_;
  bool has_phrases_ = false;
  mutable std::atomic<const language::Classifier*> classifier_{nullptr};  // owned
  std::map<std::string, std::vector<Candidate>, std::less<>> events_;
  std::vector<Candidate> schedules_;
  std::map<std::string, policy::Calendar, std::less<>> calendars_;
  std::set<std::string, std::less<>> remembered_;
  flow::Messages messages_;
  flow::Messages messages_before_;  // of built-in keys, for levels before kListenersSemantics
  bool has_sensitive_ = false;
  std::set<std::string, std::less<>> sensitive_;
};

// flow::check_words() with what an assistant has decided.
void check_words(
    std::span<const flow::FlowPtr> flows, const AssistantSettings& settings, flow::Diagnostics& diagnostics
);

using ReleasePtr = std::shared_ptr<const Release>;

[[nodiscard]] ReleasePtr make_release(std::vector<flow::FlowPtr> flows, AssistantSettings settings = {});

}  // namespace parley::engine
