#include "assistant/testing/dialogue.hpp"

#include <optional>
#include <utility>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/turn.hpp"
#include "expr/display.hpp"

namespace parley::assistant {

namespace {

using engine::CallTool;
using engine::Effects;
using engine::Say;

constexpr std::string_view kEllipsis = "…";

// "…pizzas…" matches any text around; without an ellipsis the text must be equal.
bool text_matches(std::string_view expected, std::string_view said) {
  const bool open_start = expected.starts_with(kEllipsis);
  const bool open_end = expected.ends_with(kEllipsis) && expected.size() > kEllipsis.size();
  if (open_start) expected.remove_prefix(kEllipsis.size());
  if (open_end) expected.remove_suffix(kEllipsis.size());
  if (open_start && open_end) return said.find(expected) != std::string_view::npos;
  if (open_start) return said.ends_with(expected);
  if (open_end) return said.starts_with(expected);
  return said == expected;
}

// Every member that the test names is there with an equal value; the rest does not matter.
bool covers(const Value& expected, const Value& actual) {
  if (expected.is_map() && actual.is_map()) {
    for (const auto& [key, value] : expected.entries()) {
      const Value* found = actual.find(key);
      if (found == nullptr || !covers(value, *found)) return false;
    }
    return true;
  }
  if (expected.is_list() && actual.is_list()) {
    const auto left = expected.as_list();
    const auto right = actual.as_list();
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!covers(left[i], right[i])) return false;
    }
    return true;
  }
  return expected == actual;
}

class Player {
 public:
  Player(
      const ConversationTest& test,
      const engine::Release& release,
      const AnswerTool& answer_tool,
      const DialogueOptions& options
  )
      : test_(test), release_(release), answer_tool_(answer_tool), options_(options), now_(options.start) {}

  TestResult play() {
    feed(engine::ConversationStarted{
        .conversation_id = "c_test",
        .tenant = "test",
        .user_id = "u_test",
        .channel = "test",
        .locale = test_.locale,
        .release = release_.hash(),
        .flow = test_.flow,
        .context = test_.context,
    });
    for (const Line& line : test_.lines) {
      std::visit([&](const auto& what) { run(line, what); }, line.what);
      if (options_.fail_effect != 0) result_.failures.clear();
      if (!result_.failures.empty()) break;
    }
    settle_tools();
    if (result_.failures.empty())
      nothing_more_said(test_.lines.empty() ? flow::Position{} : test_.lines.back().position);
    if (options_.fail_effect != 0) result_.failures.clear();
    return std::move(result_);
  }

 private:
  void fail(flow::Position position, std::string message) {
    result_.failures.push_back({position, std::move(message)});
  }

  void run(const Line& line, const UserLine& user) {
    settle_tools();
    nothing_more_said(line.position);
    ++result_.turns;
    engine::MessageReceived message{.message_id = "m" + std::to_string(result_.turns)};
    (user.pressed ? message.payload : message.text) = user.text;
    feed(std::move(message));
  }

  void run(const Line& line, const BotLine& bot) {
    settle_tools();
    if (bot.any) return said_.clear();
    for (const std::string& expected : bot.texts) {
      if (said_.empty())
        return fail(line.position, "expected the bot to say \"" + expected + "\", but it said nothing more");
      const std::string actual = said_.front().text;
      said_.erase(said_.begin());
      if (!text_matches(expected, actual)) {
        return fail(
            line.position,
            "expected the bot to say \"" + expected + "\"\n        but it said \"" + actual + "\""
        );
      }
    }
  }

  void run(const Line& line, const ToolLine& tool) {
    if (!call_) return fail(line.position, "expected a call of " + tool.tool + ", but no tool was called");
    if (call_->tool != tool.tool)
      return fail(line.position, "expected a call of " + tool.tool + ", but " + call_->tool + " was called");
    if (!tool.with.is_null() && !covers(tool.with, call_->arguments)) {
      return fail(
          line.position,
          tool.tool + " was called with " + write_json(call_->arguments) + ", expected " +
              write_json(tool.with)
      );
    }
    if (!tool.fail_code.empty()) return fail_call(tool.fail_code, tool.fail_message);
    if (tool.returns) return return_from_call(*tool.returns);
    answer_call();
  }

  void run(const Line& line, const OperatorLine& action) {
    settle_tools();
    nothing_more_said(line.position);
    if (action.action == "join")
      return feed(engine::OperatorJoined{.operator_id = action.text, .name = action.text});
    if (action.action == "reply")
      return feed(engine::OperatorReplied{.operator_id = "operator", .text = action.text});
    feed(engine::OperatorLeft{.operator_id = "operator", .note = action.text});
  }

  void run(const Line&, const AdvanceLine& advance) {
    settle_tools();
    if (auto later = add(now_, advance.by)) now_ = *later;
  }

  void run(const Line& line, const ExpectLine& expect) {
    settle_tools();
    if (!expect.values.is_map()) return fail(line.position, "expect needs a map such as {status: ended}");
    for (const auto& [key, expected] : expect.values.entries()) {
      const Value actual = observed(key.as_string());
      if (covers(expected, actual)) continue;
      fail(
          line.position,
          "expected " + std::string(key.as_string()) + " " + write_json(expected) + ", found " +
              write_json(actual)
      );
    }
  }

  Value observed(std::string_view what) const {
    const engine::State& state = result_.state;
    if (what == "status") return engine::status(state);
    if (what == "step") return engine::waiting_step(release_, state);
    if (what == "owner") return engine::name(state.owner);
    if (what == "outcome") return state.outcome;
    if (what == "turn") return static_cast<std::int64_t>(state.turn);
    if (what == "flow") return state.stack.empty() ? Value("") : Value(state.stack.back().flow);
    if (what == "slots") {
      MapBuilder slots;
      for (const auto& [name, value] : state.slots) slots.set(name, value);
      if (!state.stack.empty()) {
        for (const auto& [name, value] : state.stack.back().slots) slots.set(name, value);
      }
      return slots.build();
    }
    return "(unknown: use status, step, owner, outcome, turn, flow or slots)";
  }

  // Calls that the test does not mention are answered as in test mode.
  void settle_tools() {
    while (call_) answer_call();
  }

  void answer_call() {
    auto answer = answer_tool_(call_->tool, call_->arguments);
    if (answer) return return_from_call(std::move(*answer));
    fail_call(answer.error().pointer.empty() ? "failed" : answer.error().pointer, answer.error().message);
  }

  void return_from_call(Value result) {
    feed(engine::ToolReturned{
        .effect_id = std::exchange(call_, std::nullopt)->effect_id,
        .result = std::move(result),
        .test_mode = true
    });
  }

  void fail_call(std::string code, std::string message) {
    feed(engine::ToolFailed{
        .effect_id = std::exchange(call_, std::nullopt)->effect_id,
        .code = std::move(code),
        .message = std::move(message)
    });
  }

  void nothing_more_said(flow::Position position) {
    if (said_.empty()) return;
    fail(position, "the bot also said \"" + said_.front().text + "\"");
  }

  void feed(engine::EventBody body) {
    if (options_.restore_between_events) {
      auto restored = engine::restore(engine::snapshot(result_.state));
      INVARIANT(restored.has_value(), "a snapshot just made can be restored");
      result_.state = std::move(*restored);
    }
    PlayedEvent played{{now_, std::move(body)}, {}};
    std::vector<engine::Visit> visits;
    engine::advance(release_, result_.state, played.event, played.effects, &visits);
    for (const engine::Visit& visit : visits) result_.visited.emplace(visit.flow->id, visit.step);
    auto understood = engine::understand(release_, result_.state, now_, played.effects);
    for (const engine::Effect& effect : played.effects) note(effect);
    result_.log.push_back(std::move(played));
    if (understood) feed(std::move(*understood));
    if (call_ && options_.fail_effect != 0 && ++calls_ == options_.fail_effect)
      fail_call("unavailable", "made to fail");
  }

  void note(const engine::Effect& effect) {
    if (const auto* say = std::get_if<Say>(&effect)) said_.push_back(*say);
    if (const auto* call = std::get_if<CallTool>(&effect)) call_ = *call;
  }

  const ConversationTest& test_;
  const engine::Release& release_;
  const AnswerTool& answer_tool_;
  const DialogueOptions& options_;
  Timestamp now_;
  TestResult result_;
  std::vector<Say> said_;         // not yet accounted for
  std::optional<CallTool> call_;  // not yet answered
  std::uint32_t calls_ = 0;
};

}  // namespace

TestResult play(
    const ConversationTest& test,
    const engine::Release& release,
    const AnswerTool& answer_tool,
    const DialogueOptions& options
) {
  return Player(test, release, answer_tool, options).play();
}

}  // namespace parley::assistant
