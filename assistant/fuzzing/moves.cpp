#include "assistant/fuzzing/moves.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assistant/fuzzing/values.hpp"
#include "engine/steps/registry.hpp"

namespace parley::assistant {

namespace {

using language::Command;
using language::CommandKind;

constexpr std::string_view kRepairWords[] = {
    "cancel",
    "stop",
    "never mind",
    "skip",
    "back",
    "repeat",
    "what?",
    "help",
    "hello",
    "ok",
    "thanks",
    "restart",
    "talk to a person",
    "/cancel",
    "what can you do?",
};
constexpr std::string_view kNoise[] = {
    "",
    "?",
    "asdf qwer",
    "🍕",
    "the the the",
    "12",
    "-1",
    "no idea",
    "{{slots}}",
    "/",
    "/nowhere",
    "null",
    "a very long answer that goes on and on and never says anything that could be taken as a value of any "
    "kind",
};
constexpr std::string_view kYes[] = {"yes", "yep", "sure", "that's right", "ok"};
constexpr std::string_view kNo[] = {"no", "nope", "not yet", "no thanks"};
constexpr std::string_view kChange[] = {"no, ", "actually ", "change it to ", "sorry, I meant ", "make it "};
constexpr std::string_view kCodes[] = {
    "timeout", "http_402", "http_500", "unavailable", "in_doubt", "denied"
};
constexpr std::string_view kOperators[] = {"Sam", "Kim"};

class Chooser {
 public:
  Chooser(const Stage& stage, Dice& dice) : stage_(stage), state_(stage.state()), dice_(dice) {
    if (state_.stack.empty()) return;
    const engine::Frame& top = state_.stack.back();
    flow_ = stage.release().find(top.flow);
    if (flow_ != nullptr) expected_ = engine::expectation_of(state_, *flow_, top);
  }

  LineKind choose() {
    if (!stage_.calls().empty()) return answer_call();
    if (state_.owner != engine::Owner::bot) {
      if (dice_.chance(70)) return operator_does();
    } else if (dice_.chance(3)) {
      return operator_does();
    }
    if (dice_.chance(stage_.next_timer() ? 20 : 4)) return silence();
    if (dice_.chance(6)) return UserLine{.text = "hm", .means = commands()};
    return user_says();
  }

 private:
  std::string_view word(std::span<const std::string_view> words) { return dice_.pick(words); }

  LineKind answer_call() {
    const engine::CallTool& call = stage_.calls().front();
    ToolLine line{.tool = call.tool};
    const std::size_t fate = dice_.roll(100);
    if (fate < 30) {
      line.outcome.fail_code = word(kCodes);
      line.outcome.fail_message = "made to fail";
      line.outcome.in_doubt = line.outcome.fail_code == "timeout" || line.outcome.fail_code == "in_doubt";
    } else if (fate < 50) {
      line.outcome.returns = random_value(dice_);
    }
    return line;
  }

  LineKind operator_does() {
    if (state_.owner == engine::Owner::human) {
      if (dice_.chance(40)) return OperatorLine{"reply", "Let me see."};
      return OperatorLine{"leave", dice_.chance(50) ? "done" : ""};
    }
    return OperatorLine{"join", std::string(word(kOperators))};
  }

  LineKind silence() {
    Duration by{static_cast<std::int64_t>(1 + dice_.roll(7'200)), 0};
    if (const auto due = stage_.next_timer(); due && dice_.chance(70)) {
      by = {std::max<std::int64_t>(0, due->seconds - stage_.now().seconds) + 1, 0};
    }
    return AdvanceLine{by};
  }

  LineKind user_says() {
    const std::size_t fate = dice_.roll(100);
    if (fate < 10) {
      if (auto button = press()) return *button;
    }
    if (fate < 18) return start_something();
    if (fate < 28) return UserLine{std::string(word(kRepairWords))};
    if (fate < 33) return UserLine{std::string(word(kNoise))};
    if (fate < 43) {
      if (auto change = correction()) return *change;
    }
    if (expected_.yes_or_no) return UserLine{std::string(dice_.chance(65) ? word(kYes) : word(kNo))};
    if (!expected_.slots.empty()) {
      const flow::Slot& open = *expected_.slots.front();
      return UserLine{dice_.chance(80) ? valid_answer(open, dice_) : invalid_answer(open, dice_)};
    }
    if (auto button = press(); button && dice_.chance(40)) return *button;
    return dice_.chance(80) ? start_something() : UserLine{std::string(word(kRepairWords))};
  }

  std::optional<LineKind> press() {
    std::vector<const engine::SaidButton*> buttons;
    for (const engine::Say& said : state_.last_said) {
      for (const engine::SaidButton& button : said.buttons) buttons.push_back(&button);
    }
    if (buttons.empty()) return std::nullopt;
    const engine::SaidButton& button = *buttons[dice_.roll(buttons.size())];
    const bool typed = dice_.chance(30);
    return UserLine{
        .text = typed ? button.label : button.payload, .pressed = !typed && !button.payload.empty()
    };
  }

  LineKind start_something() {
    std::vector<std::string> ways;
    for (const auto& [id, flow] : stage_.release().flows()) {
      if (!id.starts_with("repair.")) ways.push_back("/" + id);
      for (const flow::Trigger& trigger : flow->triggers) {
        if (!trigger.command.empty()) ways.push_back(trigger.command);
        ways.insert(ways.end(), trigger.phrases.begin(), trigger.phrases.end());
      }
    }
    return UserLine{ways.empty() ? "hello" : ways[dice_.roll(ways.size())]};
  }

  std::optional<LineKind> correction() {
    if (flow_ == nullptr || flow_->slots.empty()) return std::nullopt;
    const flow::Slot& slot = flow_->slots[dice_.roll(flow_->slots.size())];
    const std::string value = dice_.chance(85) ? valid_answer(slot, dice_) : invalid_answer(slot, dice_);
    if (dice_.chance(50)) return UserLine{"change " + slot.label + " to " + value};
    return UserLine{std::string(word(kChange)) + value};
  }

  // Whatever a model could come up with, sense or none.
  std::vector<Command> commands() {
    constexpr auto kKinds = static_cast<std::size_t>(CommandKind::cannot_handle) + 1;
    std::vector<Command> list;
    for (std::size_t i = dice_.roll(3) + 1; i > 0; --i) {
      Command command{.kind = static_cast<CommandKind>(dice_.roll(kKinds)), .text = "hm"};
      if (command.kind == CommandKind::start_flow) {
        const auto& flows = stage_.release().flows();
        command.flow = std::next(flows.begin(), static_cast<std::ptrdiff_t>(dice_.roll(flows.size())))->first;
      }
      const bool about_slot = command.kind == CommandKind::set_slot ||
                              command.kind == CommandKind::correct_slot ||
                              command.kind == CommandKind::invalid_value;
      if (about_slot && flow_ != nullptr && !flow_->slots.empty()) {
        command.slot = flow_->slots[dice_.roll(flow_->slots.size())].name;
        command.value = random_value(dice_);
        command.reason = "That does not work.";
      }
      if (command.kind == CommandKind::clarify) command.options = {"one", "two"};
      list.push_back(std::move(command));
    }
    return list;
  }

  const Stage& stage_;
  const engine::State& state_;
  Dice& dice_;
  const flow::Flow* flow_ = nullptr;
  engine::Expectation expected_;
};

}  // namespace

LineKind next_move(const Stage& stage, Dice& dice) {
  return Chooser(stage, dice).choose();
}

}  // namespace parley::assistant
