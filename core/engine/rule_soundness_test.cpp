// What the engine does in random conversations, compared with what the analyses say it can do: a payment
// without a yes that still counts must never happen in flows for which the rule is proved. Users answer, say
// yes and no, and change earlier answers; tools succeed and fail.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/advance.hpp"
#include "engine/steps/registry.hpp"
#include "flow/analysis/rules.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;
using language::Command;
using language::CommandKind;

constexpr Timestamp kNow{1'767'225'600, 0};

int roll(std::mt19937& dice, int n) {
  return static_cast<int>(dice() % static_cast<unsigned>(n));
}

// Slots begin with the flow's letter, so that a caller's and its callee's differ.
std::string random_flow(std::mt19937& dice, const std::string& id, bool calls) {
  const int count = 4 + roll(dice, 5);
  const auto target = [&] {
    return roll(dice, 8) == 0 ? std::string("end") : "s" + std::to_string(roll(dice, count));
  };
  const auto slot = [&] { return id + std::to_string(roll(dice, 3)); };
  std::string steps;
  for (int s = 0; s < count; ++s) {
    steps += (s == 0 ? "" : ", ") + std::string(R"({"id": "s)") + std::to_string(s) + "\", ";
    switch (roll(dice, calls ? 8 : 7)) {
      case 0:
      case 1:
        steps += R"("type": "input", "gather": ")" + slot() + "\"";
        break;
      case 2:
        steps += R"("type": "confirm", "text": "?", "no": ")" + target() + "\"";
        break;
      case 3:
        steps += R"("type": "tool", "call": "t.pay", "with": {}, "on_error": ")" + target() + "\"";
        break;
      case 4:
        steps += R"("type": "set", "values": {")" + slot() + R"(": 1})";
        break;
      case 5:
        steps +=
            R"("type": "switch", "cases": [{"when": ")" + slot() + R"( == 2", "next": ")" + target() + "\"}]";
        break;
      case 6:
        steps += R"("type": "message", "text": "m")";
        break;
      default:
        steps += R"("type": "flow", "call": "g")";
        break;
    }
    steps += "}";
  }
  std::string slots;
  for (int i = 0; i < 3; ++i) {
    slots +=
        (i == 0 ? "\"" : ", \"") + id + std::to_string(i) + R"(": {"type": "integer", "max_attempts": 9)";
    if (i > 0 && roll(dice, 3) == 0) slots += R"(, "depends_on": [")" + id + std::to_string(i - 1) + "\"]";
    slots += "}";
  }
  return R"({"id": ")" + id + R"(", "slots": {)" + slots + R"(}, "steps": [)" + steps + "]}";
}

// A conversation, and whether a payment was made without a yes to what the slots hold.
class Conversation {
 public:
  Conversation(ReleasePtr release, std::mt19937& dice) : release_(std::move(release)), dice_(dice) {
    feed(ConversationStarted{.conversation_id = "c", .tenant = "t", .release = release_->hash(), .flow = "f"}
    );
  }

  bool pays_without_yes() {
    for (int turn = 0; turn < 14 && !broken_ && !state_.stack.empty(); ++turn) {
      if (!state_.stack.back().pending_effect.empty()) {
        answer_call();
      } else if (state_.owner != Owner::bot) {
        break;
      } else {
        talk();
      }
    }
    return broken_;
  }

 private:
  void feed(EventBody body) {
    Effects effects;
    advance(*release_, state_, {kNow, std::move(body)}, effects);
    for (const Effect& effect : effects) {
      if (std::holds_alternative<CallTool>(effect) && !said_yes_) broken_ = true;
    }
  }

  void answer_call() {
    const std::string id = state_.stack.back().pending_effect;
    if (roll(dice_, 4) == 0) {
      feed(ToolFailed{.effect_id = id, .code = "failed", .message = "no"});
    } else {
      feed(ToolReturned{.effect_id = id, .result = Value(1)});
    }
  }

  void command(Command command) {
    feed(MessageReceived{.message_id = "", .text = "x", .payload = ""});
    feed(CommandsUnderstood{.commands = {std::move(command)}});
  }

  void talk() {
    const Frame& top = state_.stack.back();
    const flow::Flow& flow = *release_->find(top.flow);
    const Expectation open = expectation_of(state_, flow, top);
    if (roll(dice_, 3) == 0 && correct()) return;
    if (open.yes_or_no) {
      const bool yes = roll(dice_, 4) != 0;
      if (yes) {
        said_yes_ = true;
        about_ = held(state_.stack.size() - 1);  // a summary shows the slots of its own flow
      }
      command({.kind = yes ? CommandKind::affirm : CommandKind::deny});
    } else if (!open.slots.empty()) {
      command(
          {.kind = CommandKind::set_slot, .slot = open.slots.front()->name, .value = Value(1 + roll(dice_, 3))
          }
      );
    } else {
      command({.kind = CommandKind::cancel});
    }
  }

  // Slots with a value, by frame from `first` up.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::string>> held(std::size_t first) const {
    std::vector<std::pair<std::size_t, std::string>> slots;
    for (std::size_t f = first; f < state_.stack.size(); ++f) {
      for (const auto& [name, value] : state_.stack[f].slots) {
        if (!value.is_null() && release_->find(state_.stack[f].flow)->slot(name) != nullptr)
          slots.emplace_back(f, name);
      }
    }
    return slots;
  }

  [[nodiscard]] const Value* value_of(const std::pair<std::size_t, std::string>& place) const {
    if (place.first >= state_.stack.size()) return nullptr;
    const auto& slots = state_.stack[place.first].slots;
    const auto found = slots.find(place.second);
    return found == slots.end() ? nullptr : &found->second;
  }

  bool correct() {
    const auto slots = held(0);
    if (slots.empty()) return false;
    const auto& [frame, name] = slots[static_cast<std::size_t>(roll(dice_, static_cast<int>(slots.size())))];
    // A yes was about the slots that had a value then. The engine may also refuse the change.
    const auto place = std::pair(frame, name);
    const Value old = *value_of(place);
    const bool yes = said_yes_;
    const bool broken = broken_;
    if (std::find(about_.begin(), about_.end(), place) != about_.end()) said_yes_ = false;
    command({.kind = CommandKind::correct_slot, .slot = name, .value = Value(1 + old.as_int() % 3)});
    const Value* now = value_of(place);
    if (now == nullptr || *now == old) {
      said_yes_ = yes;
      broken_ = broken;
    }
    return true;
  }

  ReleasePtr release_;
  std::mt19937& dice_;
  State state_;
  bool said_yes_ = false;
  std::vector<std::pair<std::size_t, std::string>> about_;
  bool broken_ = false;
};

}  // namespace

TEST_CASE("where a rule is proved, no conversation breaks it, corrections included") {
  std::mt19937 dice(11);
  flow::Diagnostics problems;
  const auto document =
      flow::parse_json_document(R"([{"every_path_to": "t.pay", "passes": "confirm", "in": "f"}])");
  const auto rules = flow::analysis::read_rules(*document, "rules.yaml", step_specs(), problems);
  int proved = 0;
  int seen_broken = 0;
  int missed = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<flow::FlowPtr> flows;
    const std::string texts[] = {random_flow(dice, "g", false), random_flow(dice, "f", true)};
    flow::Diagnostics diagnostics;
    for (const std::string& text : texts) {
      if (auto flow = flow::load(*flow::parse_json_document(text), "flow.json", step_specs(), diagnostics))
        flows.push_back(std::move(flow));
    }
    if (flows.size() != 2) continue;  // an endless loop
    diagnostics.clear();
    flow::analysis::check_rules({.flows = flows, .start = ""}, rules, diagnostics);
    const bool holds = !flow::has_errors(diagnostics);
    const ReleasePtr release = make_release(flows);
    bool broken = false;
    for (int talk = 0; talk < 12 && !broken; ++talk) broken = Conversation(release, dice).pays_without_yes();
    proved += holds ? 1 : 0;
    seen_broken += broken ? 1 : 0;
    if (!holds || !broken) continue;
    ++missed;
    if (missed == 1) MESSAGE(texts[0] << "\n" << texts[1]);
  }
  CHECK(missed == 0);
  CHECK(proved > 20);
  CHECK(seen_broken > 20);
}
