// A conversation with the world played around it: time passes only when told to, timers fire as it passes,
// tool calls wait for an answer, what the bot says is collected. Tests, the fuzzer and the backtest stand on
// it. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "engine/advance.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "language/command.hpp"

namespace parley::assistant {

// One consumed event with the effects it had: the log that a server would have kept.
struct PlayedEvent {
  engine::Event event;
  engine::Effects effects;
};

struct StepVisits {
  std::uint64_t runs = 0;
  std::uint64_t skips = 0;
  std::map<flow::StepIndex, std::uint64_t> left;  // where to, and how often
  // Of a loop: how often it was over after no round, after one and after more.
  std::array<std::uint64_t, 3> loops{};
  std::uint64_t rounds = 0;  // of the loop that is not over yet
};

// By flow id and step index: every step that the flow came to.
using Visits = std::map<std::pair<std::string, flow::StepIndex>, StepVisits, std::less<>>;

void add_visits(Visits& visits, const std::vector<engine::Visit>& more);
void add_visits(Visits& visits, const Visits& more);

// A person's decision about an open review. action: "approve", "reject", or "answer" or "edit" with values.
[[nodiscard]] engine::ReviewDecided decide(
    const engine::RequestReview& asked, std::string_view action, Value values, std::string note
);

struct StageOptions {
  Timestamp start{1'767'225'600, 0};    // 2026-01-01T00:00:00Z
  bool restore_between_events = false;  // snapshot and restore the state before every event
  // Whether a tool changes nothing outside; without it what an agent's answer says counts, else every tool
  // may.
  std::function<bool(std::string_view tool)> only_reads = {};
  // Sees each event when it has been consumed, with the steps that ran.
  std::function<void(const PlayedEvent&, const std::vector<engine::Visit>&)> watch = {};
};

class Stage {
 public:
  Stage(const engine::Release& release, StageOptions options);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void feed(engine::EventBody body);
  // A message; understood as `meaning` says, by the built-in matchers when it is empty.
  void message(engine::MessageReceived message, std::optional<engine::CommandsUnderstood> meaning = {});
  // Time passes; timers fire when they are due, in the order of their times.
  void pass(Duration duration);

  // Calls of tools, models and memory (see engine/outside_calls.hpp) that nobody has answered yet, the oldest
  // first.
  [[nodiscard]] const std::deque<engine::CallTool>& calls() const { return calls_; }
  // Answers a call of calls().
  void return_from(std::string_view effect_id, Value result);
  void fail_call(std::string_view effect_id, std::string code, std::string message, bool in_doubt = false);

  // What people are asked to decide and have not decided, the oldest first.
  [[nodiscard]] const std::vector<engine::RequestReview>& reviews() const { return reviews_; }

  // What was said and not yet taken.
  [[nodiscard]] std::vector<engine::Say>& said() { return said_; }
  // When the next timer is due; nothing when none runs.
  [[nodiscard]] std::optional<Timestamp> next_timer() const;

  [[nodiscard]] const engine::Release& release() const { return release_; }
  [[nodiscard]] const engine::State& state() const { return state_; }
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] const std::vector<PlayedEvent>& log() const { return log_; }
  [[nodiscard]] std::vector<PlayedEvent> take_log() { return std::move(log_); }

 private:
  void note(const engine::Effect& effect);
  std::string forget_call(std::string_view effect_id);  // gives the tool's name

  const engine::Release& release_;
  StageOptions options_;
  Timestamp now_;
  engine::State state_;
  std::vector<PlayedEvent> log_;
  std::vector<engine::Say> said_;
  std::deque<engine::CallTool> calls_;
  std::vector<engine::RequestReview> reviews_;
  std::map<std::string, Timestamp, std::less<>> timers_;
  std::optional<engine::CommandsUnderstood> meaning_;  // of the message being fed
  std::vector<engine::Visit> visits_;                  // of the event being fed
};

}  // namespace parley::assistant
