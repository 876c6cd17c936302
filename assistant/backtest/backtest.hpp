// A recorded conversation told to other flows: what the user, the operators and the tools did then comes
// again, and what the bot does now is compared with what it did, turn by turn. Calls nothing. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"

namespace parley::assistant {

// The release with this hash, or null: unknown.
using FindRelease = std::function<engine::ReleasePtr(std::string_view hash)>;

// What the bot decided in one turn, tool calls included.
struct Decisions {
  std::uint64_t turn = 0;
  std::string step;  // that waited when the turn began
  std::vector<std::string> said;
  std::vector<std::string> called;  // "stripe.charge {…}"
  std::string waits;                // the step and the status at its end
};

// What a conversation was like: its turns, and how tools answered.
struct RecordedCall {
  std::string tool;
  std::string arguments;  // canonical
  engine::EventBody answer;
};
struct Recording {
  std::vector<Decisions> turns;
  std::vector<RecordedCall> calls;
  std::string outcome;  // of the flow that ended last
};

struct Divergence {
  std::uint64_t turn = 0;
  std::string step;
  std::string what;  // "said", "called" or "waits"
  std::string recorded;
  std::string now;
};

struct BacktestResult {
  std::uint64_t turns = 0;
  std::vector<Divergence> divergences;  // the first one only; empty: all decisions are the same
  bool needs_model = false;             // a model would have to be asked again to know how it goes on
  bool unanswered = false;              // a tool was called that has no recorded answer
  std::string outcome_before;
  std::string outcome_now;
  std::vector<std::string> said;  // all that the bot says now
};

// The log again on the releases it ran on. An error when one is unknown.
[[nodiscard]] Result<Recording> recall(const std::vector<engine::Event>& events, const FindRelease& find);

[[nodiscard]] BacktestResult backtest(
    const std::vector<engine::Event>& events, const Recording& recording, const engine::Release& fresh
);

// The release with one of its flows replaced, or added.
[[nodiscard]] engine::ReleasePtr with_flow(const engine::Release& release, const flow::FlowPtr& flow);

}  // namespace parley::assistant
