#include "assistant/backtest/backtest.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/outside_calls.hpp"
#include "engine/state.hpp"
#include "engine/turn.hpp"

namespace parley::assistant {

namespace {

using engine::CallTool;
using engine::CommandsUnderstood;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::string shown(const engine::Say& say) {
  std::string text = say.text;
  for (const engine::SaidButton& button : say.buttons) text += "  [" + button.label + "]";
  if (!say.card.is_null()) text += "  card " + write_canonical(say.card);
  return text;
}

// The call that an event answers; null when it answers none.
const std::string* answered_call(const engine::EventBody& body) {
  return std::visit(
      [](const auto& event) -> const std::string* {
        if constexpr (requires { event.effect_id; }) {
          return &event.effect_id;
        } else {
          return nullptr;
        }
      },
      body
  );
}

// Not by the user, an operator or the clock, but in answer to what the engine asked for; or about the flows
// themselves, which are others now.
bool follows_from_effects(const engine::EventBody& body) {
  return std::holds_alternative<CommandsUnderstood>(body) || answered_call(body) != nullptr ||
         std::holds_alternative<engine::ReleaseAdopted>(body);
}

void begin(std::vector<Decisions>& turns, const engine::Release& release, const engine::State& state) {
  turns.push_back({.step = std::string(engine::waiting_step(release, state))});
}

void note(Decisions& turn, const engine::Effects& effects) {
  for (const engine::Effect& effect : effects) {
    if (const auto* say = std::get_if<engine::Say>(&effect)) {
      if (say->speaker == engine::Speaker::assistant) turn.said.push_back(shown(*say));
    } else if (const auto call = engine::as_call(effect)) {
      turn.called.push_back(call->tool + " " + write_canonical(call->arguments));
    }
  }
}

void end(Decisions& turn, const engine::Release& release, const engine::State& state) {
  turn.turn = state.turn;
  turn.waits =
      std::string(engine::waiting_step(release, state)) + " (" + std::string(engine::status(state)) + ")";
}

// The new flows hear the old conversation.
class Retelling {
 public:
  Retelling(const Recording& recording, const engine::Release& fresh)
      : fresh_(fresh), calls_(recording.calls), used_(recording.calls.size(), false) {}

  // `meaning`: how the message was understood then, if it was.
  void hear(engine::Event event, const CommandsUnderstood* meaning) {
    if (auto* started = std::get_if<engine::ConversationStarted>(&event.body))
      started->release = fresh_.hash();
    begin(turns_, fresh_, state_);
    feed(event, meaning);
    while (!open_.empty()) answer(event.at);
    end(turns_.back(), fresh_, state_);
  }

  [[nodiscard]] const Decisions& last() const { return turns_.back(); }
  [[nodiscard]] const engine::State& state() const { return state_; }
  [[nodiscard]] bool needs_model() const { return needs_model_; }
  // From here on the conversation is another one.
  void diverge() { diverged_ = true; }
  [[nodiscard]] bool diverged() const { return diverged_; }
  [[nodiscard]] bool unanswered() const { return unanswered_; }
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> all;
    for (const Decisions& turn : turns_) all.insert(all.end(), turn.said.begin(), turn.said.end());
    return all;
  }

 private:
  void feed(const engine::Event& event, const CommandsUnderstood* meaning) {
    engine::Effects effects;
    engine::advance(fresh_, state_, event, effects);
    auto understood = engine::understand(fresh_, state_, event.at, effects);
    note(turns_.back(), effects);
    for (const engine::Effect& effect : effects) {
      if (auto call = engine::as_call(effect)) open_.push_back(*std::move(call));
    }
    if (!understood) return;
    const bool matched = understood->commands.front().kind != language::CommandKind::cannot_handle;
    const bool by_model = meaning != nullptr && meaning->source != "matcher";
    // What a model made of the same words holds as long as the question was the same.
    if (!matched && by_model) {
      understood = *meaning;
      needs_model_ = needs_model_ || diverged_;
    }
    feed({event.at, std::move(*understood)}, nullptr);
  }

  // The recorded answer for a call: that of the same call, else the next one of the same tool.
  [[nodiscard]] std::size_t recorded_for(const CallTool& call) const {
    const std::string arguments = write_canonical(call.arguments);
    std::size_t same_tool = calls_.size();
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (used_[i] || calls_[i].tool != call.tool) continue;
      if (calls_[i].arguments == arguments) return i;
      same_tool = std::min(same_tool, i);
    }
    return same_tool;
  }

  // Of several open calls the one comes back first that came back first then.
  void answer(Timestamp at) {
    auto next = open_.begin();
    for (auto call = open_.begin(); call != open_.end(); ++call) {
      if (recorded_for(*call) < recorded_for(*next)) next = call;
    }
    const CallTool call = std::move(*next);
    open_.erase(next);
    const std::size_t chosen = recorded_for(call);
    engine::EventBody body =
        engine::failed(call.tool, call.effect_id, "not_recorded", "this call was not made then");
    if (chosen == calls_.size()) {
      unanswered_ = true;
    } else {
      used_[chosen] = true;
      body = calls_[chosen].answer;
      std::visit(
          [&](auto& event) {
            if constexpr (requires { event.effect_id; }) event.effect_id = call.effect_id;
          },
          body
      );
    }
    feed({at, std::move(body)}, nullptr);
  }

  const engine::Release& fresh_;
  const std::vector<RecordedCall>& calls_;
  std::vector<bool> used_;
  engine::State state_;
  std::vector<Decisions> turns_;
  std::deque<CallTool> open_;
  bool diverged_ = false;
  bool needs_model_ = false;
  bool unanswered_ = false;
};

std::optional<Divergence> compare(const Decisions& then, const Decisions& now) {
  const auto differs = [&](std::string what, std::string recorded, std::string replayed) {
    return Divergence{then.turn, then.step, std::move(what), std::move(recorded), std::move(replayed)};
  };
  if (then.called != now.called) return differs("called", joined(then.called), joined(now.called));
  if (then.said != now.said) return differs("said", joined(then.said), joined(now.said));
  if (then.waits != now.waits) return differs("waits", then.waits, now.waits);
  return std::nullopt;
}

}  // namespace

Result<Recording> recall(const std::vector<engine::Event>& events, const FindRelease& find) {
  Recording recording;
  engine::State state;
  engine::ReleasePtr release;
  std::vector<std::pair<std::string, RecordedCall>> open;  // by effect
  for (const engine::Event& event : events) {
    std::string_view hash = state.release;
    if (const auto* started = std::get_if<engine::ConversationStarted>(&event.body)) hash = started->release;
    if (const auto* adopted = std::get_if<engine::ReleaseAdopted>(&event.body)) hash = adopted->release;
    if (release == nullptr || release->hash() != hash) release = find(hash);
    if (release == nullptr) return fail(ErrorCode::not_found, "release " + std::string(hash) + " is unknown");
    if (recording.turns.empty() || !follows_from_effects(event.body)) begin(recording.turns, *release, state);
    engine::Effects effects;
    engine::advance(*release, state, event, effects);
    note(recording.turns.back(), effects);
    end(recording.turns.back(), *release, state);

    for (const engine::Effect& effect : effects) {
      if (const auto call = engine::as_call(effect))
        open.push_back({call->effect_id, {call->tool, write_canonical(call->arguments), {}}});
    }
    const std::string* effect_id = answered_call(event.body);
    if (effect_id == nullptr) continue;
    const auto call = std::ranges::find(open, *effect_id, [](const auto& each) { return each.first; });
    if (call == open.end()) continue;
    call->second.answer = event.body;
    recording.calls.push_back(std::move(call->second));
    open.erase(call);
  }
  recording.outcome = state.outcome;
  return recording;
}

BacktestResult backtest(
    const std::vector<engine::Event>& events, const Recording& recording, const engine::Release& fresh
) {
  Retelling retelling(recording, fresh);
  BacktestResult result{.outcome_before = recording.outcome};
  std::size_t turn = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0 && follows_from_effects(events[i].body)) continue;
    const CommandsUnderstood* meaning =
        i + 1 < events.size() ? std::get_if<CommandsUnderstood>(&events[i + 1].body) : nullptr;
    retelling.hear(events[i], meaning);
    const auto difference = compare(recording.turns[turn++], retelling.last());
    if (!difference || retelling.diverged()) continue;
    retelling.diverge();
    result.divergences.push_back(*difference);
  }
  result.turns = turn;
  result.needs_model = retelling.needs_model();
  result.unanswered = retelling.unanswered();
  result.outcome_now = retelling.state().outcome;
  result.said = retelling.said();
  return result;
}

engine::ReleasePtr with_flow(const engine::Release& release, const flow::FlowPtr& flow) {
  std::vector<flow::FlowPtr> flows{flow};
  for (const auto& [id, other] : release.flows()) {
    if (id != flow->id) flows.push_back(other);
  }
  return engine::make_release(std::move(flows), release.settings());
}

}  // namespace parley::assistant
