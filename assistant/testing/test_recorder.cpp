#include "assistant/testing/test_recorder.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "assistant/testing/dialogue.hpp"
#include "assistant/testing/stage.hpp"
#include "expr/display.hpp"

namespace parley::assistant {

namespace {

// Of the right type and nobody's.
std::string stand_in(const flow::Slot& slot) {
  switch (slot.type.kind) {
    case flow::SlotKind::email:
      return "someone@example.com";
    case flow::SlotKind::phone:
      return "+15550100";
    case flow::SlotKind::url:
      return "https://example.com";
    case flow::SlotKind::date:
      return "2000-01-01";
    case flow::SlotKind::time:
      return "12:00";
    case flow::SlotKind::money:
      return "1.00 USD";
    case flow::SlotKind::number:
    case flow::SlotKind::integer:
      return "1";
    default:
      return "(removed)";
  }
}

class Replacements {
 public:
  // Short values occur in other words too, so they are replaced only where they stand alone.
  void add(const std::string& was, const std::string& now) {
    if (!was.empty()) (was.size() < 4 ? alone_ : by_old_).insert_or_assign(was, now);
  }

  [[nodiscard]] std::string in(std::string text) const {
    if (const auto whole = alone_.find(text); whole != alone_.end()) return whole->second;
    for (const auto& [was, now] : by_old_) {
      for (std::size_t at = 0; (at = text.find(was, at)) != std::string::npos; at += now.size())
        text.replace(at, was.size(), now);
    }
    return text;
  }

  [[nodiscard]] Value in(const Value& value) const {
    if (value.is_string()) return in(std::string(value.as_string()));
    if (value.is_list()) {
      ListBuilder list;
      for (const Value& item : value.as_list()) list.add(in(item));
      return list.build();
    }
    if (!value.is_map()) return value;
    MapBuilder map;
    for (const auto& [key, member] : value.entries()) map.set(std::string(key.as_string()), in(member));
    return map.build();
  }

 private:
  std::map<std::string, std::string> by_old_;
  std::map<std::string, std::string> alone_;
};

class Recorder {
 public:
  Recorder(std::string name, const std::vector<engine::Event>& events, const engine::Release& release)
      : events_(events), release_(release) {
    result_.test.name = std::move(name);
  }

  RecordedTest record() {
    find_sensitive();
    begin();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const engine::Event& event = events_[i];
      std::visit([&](const auto& body) { tell(i, body); }, event.body);
    }
    add_what_the_bot_says();
    return std::move(result_);
  }

 private:
  // A message that filled a sensitive slot is replaced as a whole: the value may be spelled in many ways.
  void find_sensitive() {
    for (std::size_t i = 1; i < events_.size(); ++i) {
      const auto* understood = std::get_if<engine::CommandsUnderstood>(&events_[i].body);
      if (understood == nullptr) continue;
      for (const language::Command& command : understood->commands) {
        const flow::Slot* slot = sensitive(command.slot);
        if (slot == nullptr) continue;
        const std::string now = stand_in(*slot);
        replaced_.add(expr::display(command.value), now);
        if (const auto* said = std::get_if<engine::MessageReceived>(&events_[i - 1].body))
          replaced_.add(said->text, now);
        if (std::ranges::find(result_.replaced, slot->name) == result_.replaced.end())
          result_.replaced.push_back(slot->name);
      }
    }
  }

  [[nodiscard]] const flow::Slot* sensitive(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (const auto& [id, flow] : release_.flows()) {
      const flow::Slot* slot = flow->slot(name);
      if (slot != nullptr && slot->sensitive) return slot;
    }
    return nullptr;
  }

  void begin() {
    const auto* started =
        events_.empty() ? nullptr : std::get_if<engine::ConversationStarted>(&events_.front().body);
    if (started == nullptr) return;
    result_.test.flow = started->flow;
    result_.test.setting = {
        .locale = started->locale,
        .user_id = started->user_id,
        .channel = started->channel,
        .currency = started->currency,
        .utc_offset_seconds = started->utc_offset_seconds,
        .now = events_.front().at,
        .context = replaced_.in(started->context),
    };
    clock_ = events_.front().at;
  }

  void add(LineKind what) { result_.test.lines.push_back({{}, std::move(what)}); }

  // Time that passed before something from outside; a call's own duration is no line of the test.
  void pass_to(Timestamp at) {
    const auto by = difference(at, clock_);
    if (!by || *by <= Duration{}) return;
    add(AdvanceLine{*by});
    clock_ = at;
  }

  void tell(std::size_t i, const engine::MessageReceived& message) {
    pass_to(events_[i].at);
    UserLine line{.text = replaced_.in(message.payload.empty() ? message.text : message.payload)};
    line.pressed = !message.payload.empty();
    const auto* understood =
        i + 1 < events_.size() ? std::get_if<engine::CommandsUnderstood>(&events_[i + 1].body) : nullptr;
    // A model is not asked by a test, so what it made of the words is written down.
    if (understood != nullptr && understood->source != "matcher") {
      line.means.emplace(understood->commands);
      for (language::Command& command : *line.means) {
        command.value = replaced_.in(command.value);
        command.text = replaced_.in(command.text);
      }
    }
    add(std::move(line));
  }
  void tell(std::size_t, const engine::ToolReturned& returned) {
    add(ToolLine{.tool = returned.effect_id, .outcome = {.returns = replaced_.in(returned.result)}});
  }
  void tell(std::size_t, const engine::ToolFailed& failed) {
    ToolLine line{.tool = failed.effect_id};
    line.outcome.fail_code = failed.code;
    line.outcome.fail_message = failed.message;
    line.outcome.in_doubt = failed.in_doubt;
    add(std::move(line));
  }
  void tell(std::size_t i, const engine::TimerFired&) { pass_to(events_[i].at); }
  void tell(std::size_t i, const engine::OperatorJoined& joined) {
    pass_to(events_[i].at);
    add(OperatorLine{"join", joined.name.empty() ? joined.operator_id : joined.name});
  }
  void tell(std::size_t i, const engine::OperatorReplied& replied) {
    pass_to(events_[i].at);
    add(OperatorLine{"reply", replaced_.in(replied.text)});
  }
  void tell(std::size_t i, const engine::OperatorLeft& left) {
    pass_to(events_[i].at);
    add(OperatorLine{"leave", replaced_.in(left.note)});
  }
  void tell(std::size_t i, const engine::ConversationStarted& started) {
    if (!started.event.is_null() || !started.user_slots.is_null()) leave_out(i);
  }
  void tell(std::size_t, const engine::CommandsUnderstood&) {}
  void tell(std::size_t, const engine::FeedbackGiven&) {}
  void tell(std::size_t, const engine::ReleaseAdopted&) {}
  void tell(std::size_t, const engine::ModelReturned& returned) {
    add(ToolLine{.tool = returned.effect_id, .outcome = {.returns = replaced_.in(returned.result)}});
  }
  void tell(std::size_t, const engine::Recalled& recalled) {
    add(ToolLine{.tool = recalled.effect_id, .outcome = {.returns = replaced_.in(recalled.hits)}});
  }
  void tell(std::size_t, const engine::ModelFailed& failed) { add_failure(failed); }
  void tell(std::size_t, const engine::RecallFailed& failed) { add_failure(failed); }
  void tell(std::size_t i, const engine::EventArrived& event) {
    pass_to(events_[i].at);
    add(EventLine{event.name, replaced_.in(event.data)});
  }
  // What others add to the log and the player cannot play yet.
  template <typename Failed>
  void add_failure(const Failed& failed) {
    ToolLine line{.tool = failed.effect_id};
    line.outcome.fail_code = failed.code;
    line.outcome.fail_message = failed.message;
    add(std::move(line));
  }
  template <typename Other>
  void tell(std::size_t i, const Other&) {
    leave_out(i);
  }
  void leave_out(std::size_t i) {
    std::string kind(engine::name(events_[i].body));
    if (std::ranges::find(result_.left_out, kind) == result_.left_out.end())
      result_.left_out.push_back(std::move(kind));
  }

  // Plays the lines, gives tool lines their names and arguments, and puts in what the bot says.
  void add_what_the_bot_says() {
    Stage stage(release_, {.start = clock_at_start()});
    stage.feed(start_of(result_.test, release_));
    std::vector<Line> lines;
    const auto listen = [&] {
      if (stage.said().empty()) return;
      BotLine bot;
      for (const engine::Say& say : stage.said()) bot.texts.push_back(say.text);
      stage.said().clear();
      lines.push_back({{}, std::move(bot)});
    };
    std::uint32_t messages = 0;
    for (Line& line : result_.test.lines) {
      if (auto* tool = std::get_if<ToolLine>(&line.what)) {
        const auto call = std::ranges::find(stage.calls(), tool->tool, &engine::CallTool::effect_id);
        if (call == stage.calls().end()) continue;
        const std::string effect_id = call->effect_id;
        tool->tool = call->tool;
        tool->with = call->arguments;
        const ToolOutcome outcome = tool->outcome;
        lines.push_back(std::move(line));
        if (outcome.returns)
          stage.return_from(effect_id, *outcome.returns);
        else
          stage.fail_call(effect_id, outcome.fail_code, outcome.fail_message, outcome.in_doubt);
        continue;
      }
      listen();
      lines.push_back(line);
      if (const auto* user = std::get_if<UserLine>(&line.what)) {
        engine::MessageReceived message{.message_id = "m" + std::to_string(++messages)};
        (user->pressed ? message.payload : message.text) = user->text;
        std::optional<engine::CommandsUnderstood> meaning;
        if (user->means) meaning = engine::CommandsUnderstood{*user->means, "test"};
        stage.message(std::move(message), std::move(meaning));
      } else if (const auto* action = std::get_if<OperatorLine>(&line.what)) {
        act(stage, *action);
      } else if (const auto* event = std::get_if<EventLine>(&line.what)) {
        stage.feed(engine::EventArrived{event->name, event->data});
      } else if (const auto* advance = std::get_if<AdvanceLine>(&line.what)) {
        stage.pass(advance->by);
      }
    }
    if (stage.calls().empty()) listen();
    result_.test.lines = std::move(lines);
  }

  [[nodiscard]] Timestamp clock_at_start() const {
    return result_.test.setting.now.value_or(StageOptions{}.start);
  }

  static void act(Stage& stage, const OperatorLine& action) {
    if (action.action == "join") {
      stage.feed(engine::OperatorJoined{.operator_id = action.text, .name = action.text});
    } else if (action.action == "reply") {
      stage.feed(engine::OperatorReplied{.operator_id = "operator", .text = action.text});
    } else {
      stage.feed(engine::OperatorLeft{.operator_id = "operator", .note = action.text});
    }
  }

  const std::vector<engine::Event>& events_;
  const engine::Release& release_;
  Replacements replaced_;
  Timestamp clock_;
  RecordedTest result_;
};

}  // namespace

RecordedTest record_test(
    std::string name, const std::vector<engine::Event>& events, const engine::Release& release
) {
  return Recorder(std::move(name), events, release).record();
}

}  // namespace parley::assistant
