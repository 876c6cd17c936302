// What repair promises whatever is asked of it: random command lists from the closed vocabulary on random
// states of the suite's flows. Failures name the seed and the event.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/clean.hpp"
#include "engine/repair/reads.hpp"
#include "engine/run.hpp"
#include "language/extract.hpp"
#include "server/workspace/workspace.hpp"

namespace {

using namespace parley;
using engine::Frame;
using engine::State;
using language::Command;
using language::CommandKind;

const workspace::Workspace& space() {
  static const workspace::Workspace loaded = workspace::load(PARLEY_SOURCE_DIR "/tests/repair");
  return loaded;
}

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}
  std::size_t below(std::size_t limit) {
    state_ = state_ * 1664525 + 1013904223;
    return (state_ >> 8) % limit;
  }

 private:
  std::uint32_t state_;
};

// Words of every kind; what a slot cannot read is not proposed for it.
constexpr std::string_view kWords[] = {
    "4",
    "6",
    "50",
    "4711",
    "12345678",
    "10115",
    "pk1234",
    "tomorrow",
    "saturday",
    "7pm",
    "18:30",
    "$20",
    "$3000",
    "2 pizzas and a coke",
    "a salad",
    "inside",
    "outside",
    "delivery",
    "pickup",
    "checking",
    "savings",
    "money",
    "voucher",
    "damaged",
    "wrong size",
    "yes",
    "no",
    "5 High Street",
    "Ada Lane",
    "ada@example.com",
    "+49 30 1234567",
};

std::optional<Value> value_for(Dice& dice, const flow::Slot& slot) {
  const language::Circumstances now{{1'767'225'600, 0}};
  for (std::size_t tries = 0; tries < 40; ++tries) {
    if (auto value = language::read_answer(slot, kWords[dice.below(std::size(kWords))], now)) return *value;
  }
  return std::nullopt;
}

Command random_command(Dice& dice, const State& state) {
  const auto& flows = space().release->flows();
  auto flow = flows.begin();
  std::advance(flow, static_cast<std::ptrdiff_t>(dice.below(flows.size())));
  // Mostly about what is going on.
  const flow::Flow* about = flow->second.get();
  if (!state.stack.empty() && dice.below(4) != 0)
    about = space().release->find(state.stack[dice.below(state.stack.size())].flow);
  constexpr auto kKinds = static_cast<std::uint32_t>(CommandKind::cannot_handle) + 1;
  const auto kind = static_cast<CommandKind>(dice.below(kKinds));
  Command command{.kind = kind};
  switch (kind) {
    case CommandKind::start_flow:
      command.flow = flow->first;
      break;
    case CommandKind::set_slot:
    case CommandKind::correct_slot:
    case CommandKind::invalid_value: {
      if (about->slots.empty()) return {.kind = CommandKind::affirm};
      const flow::Slot& slot = about->slots[dice.below(about->slots.size())];
      command.slot = slot.name;
      command.reason = "That does not fit.";
      auto value = value_for(dice, slot);
      if (value && dice.below(8) != 0) command.value = std::move(*value);
      if (command.value.is_null() && kind == CommandKind::set_slot) return {.kind = CommandKind::affirm};
      break;
    }
    case CommandKind::clarify:
      command.options = {"order", "track"};
      break;
    case CommandKind::chitchat: {
      constexpr std::string_view kTopics[] = {"greeting", "why", "how_long", "so_far"};
      command.reason = kTopics[dice.below(std::size(kTopics))];
      break;
    }
    default:
      break;
  }
  return command;
}

std::size_t count(const std::vector<Command>& commands, CommandKind kind) {
  return static_cast<std::size_t>(std::count_if(commands.begin(), commands.end(), [&](const Command& c) {
    return c.kind == kind;
  }));
}

void check_cleaned(const std::vector<Command>& cleaned) {
  REQUIRE_FALSE(cleaned.empty());
  CHECK(count(cleaned, CommandKind::cancel) <= 1);
  CHECK(count(cleaned, CommandKind::start_flow) <= 1);
  for (const CommandKind alone :
       {CommandKind::ask_human, CommandKind::restart, CommandKind::repeat, CommandKind::clarify}) {
    if (count(cleaned, alone) > 0) CHECK(cleaned.size() == 1);
  }
  if (count(cleaned, CommandKind::correct_slot) > 0) {
    CHECK(count(cleaned, CommandKind::affirm) == 0);
    CHECK(count(cleaned, CommandKind::deny) == 0);
  }
  if (count(cleaned, CommandKind::cancel) == 1) CHECK(cleaned.front().kind == CommandKind::cancel);
}

// Slots that a flow computes are no answers of the user.
bool computed(const flow::Flow& flow, std::string_view name) {
  for (const flow::Step& step : flow.steps) {
    for (const flow::Field& field : step.fields) {
      const auto* assignments = std::get_if<flow::Assignments>(&field);
      if (assignments == nullptr) continue;
      for (const flow::Assignment& each : *assignments) {
        if (each.slot.text == name) return true;
      }
    }
  }
  return false;
}

// A correction that was taken changes its slot, empties exactly what hangs on it, and nothing else.
void check_correction(const Frame& before, const Frame& after, const Command& change) {
  const flow::Flow& flow = *space().release->find(before.flow);
  if (flow.slot(change.slot) == nullptr || after.flow != before.flow) return;
  const auto now = after.slots.find(change.slot);
  const bool taken = now != after.slots.end() && now->second == change.value;
  if (!taken) return;
  const auto was = before.slots.find(change.slot);
  const bool same = was != before.slots.end() && was->second == change.value;
  const auto dependents = engine::repair::dependents(flow, change.slot);
  for (const auto& [name, value] : before.slots) {
    if (name == change.slot || flow.slot(name) == nullptr || computed(flow, name)) continue;
    CAPTURE(name);
    const auto found = after.slots.find(name);
    const bool kept = found != after.slots.end() && found->second == value;
    if (dependents.contains(name) && !same) {
      CHECK_FALSE(kept);
    } else {
      CHECK(kept);
    }
  }
}

// Tools that stand behind a summary in these flows.
bool needs_a_yes(std::string_view tool) {
  return tool == "shop.charge" || tool == "shop.book" || tool == "shop.transfer" || tool == "shop.move" ||
         tool == "shop.open_return";
}

class Walk {
 public:
  explicit Walk(std::uint32_t seed) : dice_(seed) {
    feed(engine::ConversationStarted{
        .conversation_id = "c",
        .tenant = "t",
        .user_id = "u",
        .channel = "test",
        .release = space().release->hash()
    });
  }

  void step() {
    if (call_) return answer_call();
    if (state_.owner != engine::Owner::bot) {
      feed(engine::OperatorLeft{.operator_id = "sam"});
      return;
    }
    feed(engine::MessageReceived{.message_id = "m", .text = "words"});
    std::vector<Command> commands;
    for (std::size_t i = 0; i <= dice_.below(3); ++i) commands.push_back(random_command(dice_, state_));
    std::vector<Command> cleaned;
    {
      engine::Effects effects;
      engine::Run run(*space().release, state_, {}, effects);
      cleaned = engine::clean(run, commands);
      check_cleaned(cleaned);
    }
    const State before = state_;
    const engine::Effects effects = feed(engine::CommandsUnderstood{std::move(commands), "matcher"});
    check_calls(before, cleaned, effects);
    const bool single = cleaned.size() == 1 && cleaned.front().kind == CommandKind::correct_slot;
    if (single && !cleaned.front().value.is_null() && !before.stack.empty() &&
        before.stack.size() == state_.stack.size())
      check_correction(before.stack.back(), state_.stack.back(), cleaned.front());
  }

 private:
  void check_calls(const State& before, const std::vector<Command>& cleaned, const engine::Effects& effects) {
    for (const engine::Effect& effect : effects) {
      const auto* call = std::get_if<engine::CallTool>(&effect);
      if (call == nullptr || !needs_a_yes(call->tool)) continue;
      CAPTURE(call->tool);
      CHECK(count(cleaned, CommandKind::affirm) > 0);
      // Done and not begun anew: never again.
      for (const Frame& frame : before.stack) {
        const flow::Flow& flow = *space().release->find(frame.flow);
        for (const flow::StepIndex done : frame.done) {
          const bool runs = std::any_of(state_.stack.begin(), state_.stack.end(), [&](const Frame& f) {
            return f.flow == frame.flow && !f.done.empty();
          });
          for (const flow::Field& field : flow.steps[done].fields) {
            const auto* name = std::get_if<flow::Name>(&field);
            if (name != nullptr && runs) CHECK(name->text != call->tool);
          }
        }
      }
    }
  }

  void answer_call() {
    const std::string id = std::exchange(call_, std::nullopt)->effect_id;
    if (dice_.below(5) == 0) {
      feed(engine::ToolFailed{.effect_id = id, .code = "broken", .in_doubt = dice_.below(2) == 0});
    } else {
      feed(engine::ToolReturned{.effect_id = id, .result = MapBuilder().set("place", "here").build()});
    }
  }

  engine::Effects feed(engine::EventBody body) {
    engine::Effects effects;
    engine::advance(*space().release, state_, {{1'767'225'600, 0}, std::move(body)}, effects);
    for (const engine::Effect& effect : effects) {
      if (const auto* call = std::get_if<engine::CallTool>(&effect)) call_ = *call;
    }
    const auto begun = std::count_if(state_.stack.begin(), state_.stack.end(), [](const Frame& f) {
      return f.kind == Frame::Kind::flow;
    });
    CHECK(begun <= 5);
    CHECK(state_.stack.size() <= 12);
    // Nothing of a repair is left over when it is the user's turn.
    if (!state_.stack.empty() && !call_) CHECK(state_.stack.back().kind != Frame::Kind::repair);
    const std::string bytes = engine::snapshot(state_);
    const auto restored = engine::restore(bytes);
    REQUIRE(restored.has_value());
    CHECK(engine::snapshot(*restored) == bytes);
    return effects;
  }

  Dice dice_;
  State state_;
  std::optional<engine::CallTool> call_;
};

}  // namespace

TEST_CASE("repair keeps its promises whatever it is asked") {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Walk walk(seed);
    for (int event = 0; event < 40; ++event) {
      CAPTURE(event);
      walk.step();
    }
  }
}
