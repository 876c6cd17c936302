#include "assistant/testing/dialogue.hpp"

#include <algorithm>
#include <utility>

#include "assistant/testing/expectations.hpp"
#include "assistant/testing/snapshot.hpp"
#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/people/reviews.hpp"

namespace parley::assistant {

namespace {

using engine::CallTool;

class Player {
 public:
  Player(
      const ConversationTest& test,
      const engine::Release& release,
      const AnswerTool& answer_tool,
      const DialogueOptions& options
  )
      : test_(test), answer_tool_(answer_tool), options_(options), stage_(release, stage_options()) {}

  TestResult play() {
    stage_.feed(start_of(test_, stage_.release()));
    for (const Line& line : test_.lines) {
      fail_chosen_call();
      std::visit([&](const auto& what) { run(line, what); }, line.what);
      if (options_.fail_effect != 0) result_.failures.clear();
      if (!result_.failures.empty()) break;
    }
    settle_tools();
    const flow::Position last = test_.lines.empty() ? flow::Position{} : test_.lines.back().position;
    if (result_.failures.empty()) nothing_more_said(last);
    result_.state = stage_.state();
    result_.log = stage_.take_log();
    if (result_.failures.empty()) compare_snapshot();
    if (options_.fail_effect != 0) result_.failures.clear();
    return std::move(result_);
  }

 private:
  StageOptions stage_options() {
    StageOptions options{
        .restore_between_events = options_.restore_between_events, .only_reads = options_.only_reads
    };
    if (test_.setting.now) options.start = *test_.setting.now;
    options.watch = [this](const PlayedEvent&, const std::vector<engine::Visit>& visits) {
      add_visits(result_.visits, visits);
    };
    return options;
  }

  void fail(flow::Position position, std::string message) {
    result_.failures.push_back({position, std::move(message)});
  }

  void run(const Line& line, const UserLine& user) {
    settle_tools();
    nothing_more_said(line.position);
    ++result_.turns;
    engine::MessageReceived message{.message_id = "m" + std::to_string(result_.turns)};
    (user.pressed ? message.payload : message.text) = user.text;
    std::optional<engine::CommandsUnderstood> meaning;
    if (user.means) meaning = engine::CommandsUnderstood{*user.means, "test"};
    stage_.message(std::move(message), std::move(meaning));
  }

  void run(const Line& line, const BotLine& bot) {
    settle_tools();
    auto& said = stage_.said();
    if (bot.any || bot.snapshot) return said.clear();
    for (const std::string& expected : bot.texts) {
      if (said.empty())
        return fail(line.position, "expected the bot to say \"" + expected + "\", but it said nothing more");
      const std::string actual = said.front().text;
      said.erase(said.begin());
      if (!text_matches(expected, actual)) {
        return fail(
            line.position,
            "expected the bot to say \"" + expected + "\"\n        but it said \"" + actual + "\""
        );
      }
    }
  }

  // What is looked up to tell a model of the user is no call that a test is about, unless it says so.
  void answer_look_ups(std::string_view expected) {
    const auto& calls = stage_.calls();
    while (!calls.empty() && calls.front().tool == "memory.recall" &&
           std::ranges::find(calls, expected, &CallTool::tool) == calls.end())
      answer_by_stub(CallTool(calls.front()));
  }

  void run(const Line& line, const ToolLine& tool) {
    answer_look_ups(tool.tool);
    const auto& calls = stage_.calls();
    if (calls.empty())
      return fail(line.position, "expected a call of " + tool.tool + ", but no tool was called");
    // Of several open calls the line says which one is answered now.
    auto named = std::ranges::find_if(calls, [&](const CallTool& call) {
      return call.tool == tool.tool && (tool.with.is_null() || covers(tool.with, call.arguments));
    });
    if (named == calls.end()) named = std::ranges::find(calls, tool.tool, &CallTool::tool);
    if (named == calls.end())
      return fail(
          line.position, "expected a call of " + tool.tool + ", but " + calls.front().tool + " was called"
      );
    const CallTool call = *named;
    if (!tool.with.is_null() && !covers(tool.with, call.arguments)) {
      return fail(
          line.position,
          tool.tool + " was called with " + write_json(call.arguments) + ", expected " + write_json(tool.with)
      );
    }
    answer(call, tool.outcome);
  }

  void run(const Line& line, const OperatorLine& action) {
    settle_tools();
    nothing_more_said(line.position);
    if (action.action == "join")
      return stage_.feed(engine::OperatorJoined{.operator_id = action.text, .name = action.text});
    if (action.action == "reply")
      return stage_.feed(engine::OperatorReplied{.operator_id = "operator", .text = action.text});
    stage_.feed(engine::OperatorLeft{.operator_id = "operator", .note = action.text});
  }

  void run(const Line& line, const ReviewLine& review) {
    settle_tools();
    nothing_more_said(line.position);
    if (stage_.reviews().empty()) return fail(line.position, "no review is open");
    auto decision = decide(stage_.reviews().back(), review.action, review.values, review.note);
    decision.reviewer = review.by;
    const auto fits =
        engine::reviews::check_decision(stage_.release(), stage_.state(), decision, stage_.now());
    if (!fits) fail(line.position, "the decision cannot be taken: " + fits.error().message);
    stage_.feed(std::move(decision));
  }

  void run(const Line& line, const EventLine& event) {
    settle_tools();
    nothing_more_said(line.position);
    stage_.feed(engine::EventArrived{event.name, event.data});
  }

  void run(const Line&, const AdvanceLine& advance) {
    settle_tools();
    stage_.pass(advance.by);
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
    const engine::State& state = stage_.state();
    if (what == "status") return engine::status(state);
    if (what == "step") return engine::waiting_step(stage_.release(), state);
    if (what == "owner") return engine::name(state.owner);
    if (what == "outcome") return state.outcome;
    if (what == "turn") return static_cast<std::int64_t>(state.turn);
    if (what == "flow") return state.stack.empty() ? Value("") : Value(state.stack.back().flow);
    if (what == "review") return stage_.reviews().empty() ? Value("") : Value(stage_.reviews().back().title);
    if (what == "slots") {
      MapBuilder slots;
      for (const auto& [name, value] : state.slots) slots.set(name, value);
      if (!state.stack.empty()) {
        for (const auto& [name, value] : state.stack.back().slots) slots.set(name, value);
      }
      return slots.build();
    }
    return "(unknown: use status, step, owner, outcome, turn, flow, slots or review)";
  }

  // Calls that no line mentions are answered by the first stub that fits, else as in test mode.
  void settle_tools() {
    for (;;) {
      fail_chosen_call();
      if (stage_.calls().empty()) return;
      answer_by_stub(CallTool(stage_.calls().front()));
    }
  }

  void answer_by_stub(const CallTool& call) {
    const auto stub = std::ranges::find_if(test_.stubs, [&](const ToolLine& each) {
      return each.tool == call.tool && (each.with.is_null() || covers(each.with, call.arguments));
    });
    answer(call, stub == test_.stubs.end() ? ToolOutcome{} : stub->outcome);
  }

  void answer(const CallTool& call, const ToolOutcome& outcome) {
    ++answered_;
    if (!outcome.fail_code.empty())
      return stage_.fail_call(call.effect_id, outcome.fail_code, outcome.fail_message, outcome.in_doubt);
    if (outcome.returns) return stage_.return_from(call.effect_id, *outcome.returns);
    auto made_up = answer_tool_(call.tool, call.arguments);
    if (made_up) return stage_.return_from(call.effect_id, std::move(*made_up));
    const Error& error = made_up.error();
    stage_.fail_call(call.effect_id, error.pointer.empty() ? "failed" : error.pointer, error.message);
  }

  void fail_chosen_call() {
    if (options_.fail_effect == 0 || stage_.calls().empty() || answered_ + 1 != options_.fail_effect) return;
    ++answered_;
    stage_.fail_call(stage_.calls().front().effect_id, "unavailable", "made to fail");
  }

  void nothing_more_said(flow::Position position) {
    if (stage_.said().empty()) return;
    fail(position, "the bot also said \"" + stage_.said().front().text + "\"");
  }

  void compare_snapshot() {
    const auto line = std::ranges::find_if(test_.lines, [](const Line& each) {
      const auto* bot = std::get_if<BotLine>(&each.what);
      return bot != nullptr && bot->snapshot;
    });
    if (line == test_.lines.end()) return;
    if (auto why = snapshot_difference(test_.snapshot, transcript(result_.log))) fail(line->position, *why);
  }

  const ConversationTest& test_;
  const AnswerTool& answer_tool_;
  const DialogueOptions& options_;
  TestResult result_;
  Stage stage_;
  std::uint32_t answered_ = 0;  // calls
};

}  // namespace

engine::ConversationStarted start_of(const ConversationTest& test, const engine::Release& release) {
  const EventLine& event = test.event;
  return {
      .conversation_id = "c_test",
      .tenant = "test",
      .user_id = test.setting.user_id,
      .channel = test.setting.channel,
      .locale = test.setting.locale,
      .utc_offset_seconds = test.setting.utc_offset_seconds,
      .currency = test.setting.currency,
      .release = release.hash(),
      .flow = test.flow,
      .context = test.setting.context,
      .user_slots = test.setting.memory,
      .event =
          event.name.empty() ? Value() : MapBuilder().set("name", event.name).set("data", event.data).build(),
  };
}

TestResult play(
    const ConversationTest& test,
    const engine::Release& release,
    const AnswerTool& answer_tool,
    const DialogueOptions& options
) {
  return Player(test, release, answer_tool, options).play();
}

}  // namespace parley::assistant
