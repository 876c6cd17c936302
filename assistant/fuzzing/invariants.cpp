#include "assistant/fuzzing/invariants.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "engine/advance.hpp"

namespace parley::assistant {

namespace {

constexpr std::size_t kMaxDepth = 64;

std::string bytes(const engine::Effects& effects) {
  ListBuilder list;
  for (const engine::Effect& effect : effects) list.add(engine::to_value(effect));
  return write_typed(list.build());
}

const engine::Frame* frame_of(const engine::State& state, std::string_view flow_id) {
  const auto found = std::ranges::find(state.stack, flow_id, &engine::Frame::flow);
  return found == state.stack.end() ? nullptr : &*found;
}

// What the user was asked for; results of tools are not theirs to confirm.
bool gathered(const flow::Flow& flow, std::string_view slot) {
  return std::ranges::any_of(flow.steps, [&](const flow::Step& step) {
    return std::ranges::any_of(step.fields, [&](const flow::Field& field) {
      const auto* names = std::get_if<flow::Names>(&field);
      return names != nullptr && std::ranges::find(*names, slot, &flow::Name::text) != names->end();
    });
  });
}

}  // namespace

Invariants::Invariants(
    const Stage& stage, const Guards& guards, std::function<bool(std::string_view)> has_effects
)
    : stage_(stage), guards_(guards), has_effects_(std::move(has_effects)) {}

void Invariants::see(const PlayedEvent& played, const std::vector<engine::Visit>& visits) {
  if (std::holds_alternative<engine::MessageReceived>(played.event.body)) messages_since_ = 0;
  for (const engine::Effect& effect : played.effects) {
    const auto* say = std::get_if<engine::Say>(&effect);
    if (say == nullptr) continue;
    ++messages_since_;
    if (say->text.empty() && say->card.is_null()) found("the bot says a message without words");
  }
  check_state();
  check_stack();
  remember_confirmations(visits);
  check_calls(played, visits);
}

void Invariants::check_state() {
  const std::string stored = engine::snapshot(stage_.state());
  auto restored = engine::restore(stored);
  if (!restored) return found("a snapshot cannot be restored: " + restored.error().message);
  if (engine::snapshot(*restored) != stored) found("a restored state is not the stored one");
}

void Invariants::check_stack() {
  const engine::State& state = stage_.state();
  if (state.stack.size() > kMaxDepth)
    found("the stack of running flows is " + std::to_string(state.stack.size()) + " deep");
  for (const engine::Frame& frame : state.stack) {
    const flow::Flow* flow = stage_.release().find(frame.flow);
    if (flow == nullptr) return found("a frame runs the unknown flow " + frame.flow);
    if (frame.step >= flow->steps.size())
      return found("a frame of " + frame.flow + " stands beyond its last step");
  }
  if (state.ended && !state.stack.empty()) found("the conversation has ended, but a flow runs");
}

void Invariants::remember_confirmations(const std::vector<engine::Visit>& visits) {
  const engine::State& state = stage_.state();
  for (const engine::Visit& visit : visits) {
    const flow::Step& step = visit.flow->steps[visit.step];
    if (visit.kind != engine::Visit::Kind::left || step.spec->type != "confirm") continue;
    flow::StepIndex yes = step.next;
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      const auto* target = step.get<flow::Name>(k);
      if (step.spec->keywords[k].name == "yes" && target != nullptr)
        yes = visit.flow->step_index(target->text);
    }
    const engine::Frame* frame = frame_of(state, visit.flow->id);
    if (visit.to == yes && frame != nullptr) confirmed_.push_back({visit.flow->id, visit.step, frame->slots});
  }
  std::erase_if(confirmed_, [&](const Confirmed& each) { return frame_of(state, each.flow) == nullptr; });
}

void Invariants::check_calls(const PlayedEvent& played, const std::vector<engine::Visit>& visits) {
  const bool calls = std::ranges::any_of(played.effects, [&](const engine::Effect& effect) {
    const auto* call = std::get_if<engine::CallTool>(&effect);
    return call != nullptr && has_effects_(call->tool);
  });
  if (!calls) return;
  for (const engine::Visit& visit : visits) {
    if (visit.kind != engine::Visit::Kind::ran) continue;
    const auto& guards = guards_.before(*visit.flow, visit.step);
    const engine::Frame* frame = frame_of(stage_.state(), visit.flow->id);
    if (guards.empty() || frame == nullptr || frame->pending_effect.empty()) continue;
    const std::string where = visit.flow->id + "." + visit.flow->steps[visit.step].id;
    const auto said_yes = std::find_if(confirmed_.rbegin(), confirmed_.rend(), [&](const Confirmed& each) {
      return each.flow == visit.flow->id && std::ranges::find(guards, each.step) != guards.end();
    });
    if (said_yes == confirmed_.rend()) return found(where + " calls its tool although nobody said yes");
    for (const auto& [name, value] : said_yes->slots) {
      if (!gathered(*visit.flow, name)) continue;
      const auto now = frame->slots.find(name);
      if (now == frame->slots.end() || !(now->second == value))
        return found(where + " calls its tool, but " + name + " is not what the user said yes to");
    }
  }
}

void Invariants::see_rest(bool bot_was_asked) {
  const engine::State& state = stage_.state();
  const std::string_view status = engine::status(state);
  if (status == "working") found("the conversation is working, but no tool call is open");
  if (status == "waiting" && state.stack.empty() && state.turn > 0 && !state.ended && messages_since_ == 0)
    found("nothing runs, nothing was said and the conversation has not ended");
  if (bot_was_asked && messages_since_ == 0 && state.owner == engine::Owner::bot && !stage_.next_timer())
    found("the bot says nothing and waits for nothing");
}

void Invariants::see_end(const std::vector<PlayedEvent>& log) {
  engine::State state;
  for (std::size_t i = 0; i < log.size(); ++i) {
    auto restored = engine::restore(engine::snapshot(state));
    auto event = engine::event_from(engine::to_value(log[i].event));
    if (!restored || !event)
      return found("event " + std::to_string(i + 1) + " of the log cannot be read back");
    engine::Effects effects;
    engine::advance(stage_.release(), *restored, *event, effects);
    if (bytes(effects) != bytes(log[i].effects))
      return found("replay differs in event " + std::to_string(i + 1) + " of the log");
    state = std::move(*restored);
  }
  if (engine::snapshot(state) != engine::snapshot(stage_.state())) found("replay ends in another state");
}

}  // namespace parley::assistant
