#include "assistant/fuzzing/fuzzer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "assistant/fuzzing/invariants.hpp"
#include "assistant/fuzzing/moves.hpp"

namespace parley::assistant {

namespace {

constexpr int kMessagesToEnd = 24;

// One conversation with its checks.
class Game {
 public:
  Game(const FuzzWorld& world, const Guards& guards)
      : world_(world), stage_(world.release, options()), invariants_(stage_, guards, world.has_effects) {
    const ConversationTest nobody;
    stage_.feed(start_of(nobody, world.release));
  }

  [[nodiscard]] const Stage& stage() const { return stage_; }
  [[nodiscard]] bool sound() const { return invariants_.finding().empty(); }
  [[nodiscard]] std::uint32_t turns() const { return turns_; }

  void play(const Line& line) {
    std::visit([this](const auto& what) { run(what); }, line.what);
  }

  FuzzedDialogue finish() {
    settle();
    if (sound()) end_somehow();
    if (sound()) invariants_.see_end(stage_.log());
    FuzzedDialogue result{.turns = turns_, .finding = invariants_.finding()};
    result.log = stage_.take_log();
    result.events = result.log.size();
    return result;
  }

 private:
  StageOptions options() {
    return {
        .only_reads = [this](std::string_view tool
                      ) { return world_.has_effects && !world_.has_effects(tool); },
        .watch = [this](
                     const PlayedEvent& played, const std::vector<engine::Visit>& visits
                 ) { invariants_.see(played, visits); }
    };
  }

  void run(const UserLine& user) {
    settle();
    const bool asked = stage_.state().owner == engine::Owner::bot;
    engine::MessageReceived message{.message_id = "m" + std::to_string(++turns_)};
    (user.pressed ? message.payload : message.text) = user.text;
    std::optional<engine::CommandsUnderstood> meaning;
    if (user.means) meaning = engine::CommandsUnderstood{*user.means, "test"};
    stage_.message(std::move(message), std::move(meaning));
    rest(asked);
  }
  void run(const ToolLine& tool) {
    const auto& calls = stage_.calls();
    const auto call = std::ranges::find(calls, tool.tool, &engine::CallTool::tool);
    if (call == calls.end()) return;
    answer(call->effect_id, call->tool, call->arguments, tool.outcome);
    rest(true);
  }
  void run(const OperatorLine& action) {
    settle();
    if (action.action == "join")
      stage_.feed(engine::OperatorJoined{.operator_id = action.text, .name = action.text});
    else if (action.action == "reply")
      stage_.feed(engine::OperatorReplied{.operator_id = "operator", .text = action.text});
    else
      stage_.feed(engine::OperatorLeft{.operator_id = "operator", .note = action.text});
    rest(false);
  }
  void run(const ReviewLine& review) {
    settle();
    if (stage_.reviews().empty()) return;
    auto decision = decide(stage_.reviews().back(), review.action, review.values, review.note);
    decision.reviewer = review.by;
    stage_.feed(std::move(decision));
    rest(false);
  }
  void run(const EventLine& event) {
    settle();
    stage_.feed(engine::EventArrived{event.name, event.data});
    rest(false);
  }
  void run(const AdvanceLine& advance) {
    settle();
    stage_.pass(advance.by);
    rest(false);
  }
  void run(const BotLine&) {}
  void run(const ExpectLine&) {}

  void rest(bool bot_was_asked) {
    if (stage_.calls().empty()) invariants_.see_rest(bot_was_asked);
    stage_.said().clear();
  }

  void settle() {
    while (sound() && !stage_.calls().empty()) {
      const engine::CallTool call = stage_.calls().front();
      answer(call.effect_id, call.tool, call.arguments, {});
      rest(true);
    }
  }

  void answer(
      const std::string effect_id, const std::string& tool, const Value& arguments, const ToolOutcome& outcome
  ) {
    if (!outcome.fail_code.empty())
      return stage_.fail_call(effect_id, outcome.fail_code, outcome.fail_message, outcome.in_doubt);
    if (outcome.returns) return stage_.return_from(effect_id, *outcome.returns);
    auto made_up = world_.answer_tool(tool, arguments);
    if (made_up) return stage_.return_from(effect_id, std::move(*made_up));
    stage_.fail_call(effect_id, "failed", made_up.error().message);
  }

  // Whoever wants to can always end it: the user by cancelling, or a person by taking over.
  void end_somehow() {
    for (int i = 0; i < kMessagesToEnd && sound(); ++i) {
      const engine::State& state = stage_.state();
      if (state.ended || state.stack.empty()) return;
      if (state.owner != engine::Owner::bot) {
        stage_.feed(engine::OperatorJoined{.operator_id = "op", .name = "Sam"});
        if (engine::status(stage_.state()) != "human") invariants_.found("a person cannot take over");
        return;
      }
      stage_.message({.message_id = "end" + std::to_string(i), .payload = i % 3 == 2 ? "yes" : "/cancel"});
      settle();
    }
    if (sound()) invariants_.found("the conversation cannot be ended by cancelling");
  }

  const FuzzWorld& world_;
  Stage stage_;
  Invariants invariants_;
  std::uint32_t turns_ = 0;
};

}  // namespace

FuzzedDialogue random_dialogue(
    const FuzzWorld& world,
    std::uint64_t seed,
    std::uint32_t max_turns,
    const std::function<void(const Line&)>& before_line
) {
  Dice dice(seed);
  Game game(world, *world.guards);
  const std::size_t turns = 1 + dice.roll(max_turns);
  std::vector<Line> lines;
  while (game.sound() && game.turns() < turns && lines.size() < 8 * turns) {
    lines.push_back({{}, next_move(game.stage(), dice)});
    if (before_line) before_line(lines.back());
    game.play(lines.back());
  }
  FuzzedDialogue result = game.finish();
  result.lines = std::move(lines);
  return result;
}

FuzzedDialogue check_dialogue(const FuzzWorld& world, std::span<const Line> lines) {
  Game game(world, *world.guards);
  for (const Line& line : lines) {
    if (!game.sound()) break;
    game.play(line);
  }
  FuzzedDialogue result = game.finish();
  result.lines.assign(lines.begin(), lines.end());
  return result;
}

std::vector<Line> shrink(std::vector<Line> lines, const std::function<bool(std::span<const Line>)>& fails) {
  for (std::size_t size = std::max<std::size_t>(1, lines.size() / 2); size > 0; size /= 2) {
    for (std::size_t at = 0; at < lines.size();) {
      std::vector<Line> shorter(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(at));
      const std::size_t after = std::min(lines.size(), at + size);
      shorter.insert(shorter.end(), lines.begin() + static_cast<std::ptrdiff_t>(after), lines.end());
      if (fails(shorter)) {
        lines = std::move(shorter);
      } else {
        at += size;
      }
    }
  }
  return lines;
}

}  // namespace parley::assistant
