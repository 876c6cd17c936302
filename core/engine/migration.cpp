#include "engine/migration.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "flow/migration.hpp"

namespace parley::engine {

namespace {

bool at_rest(const Frame& frame, bool top) {
  return frame.kind != Frame::Kind::repair && frame.scopes.empty() && frame.around.empty() &&
         frame.pending_effect.empty() && frame.review.empty() && frame.undo.empty() && frame.held.is_null() &&
         (!top || frame.asked);
}

Value whole(flow::StepIndex step) {
  return Value(static_cast<std::int64_t>(step));
}

std::optional<Value> plan_frame(
    const flow::Flow& old, const flow::Flow& fresh, const Frame& frame, bool top
) {
  const flow::Migration* migration = flow::migration_from(fresh, old);
  if (migration == nullptr || !at_rest(frame, top)) return std::nullopt;
  const auto step = flow::moved(*migration, old, fresh, frame.step);
  if (!step) return std::nullopt;
  const bool anew = fresh.steps[*step].spec != old.steps[frame.step].spec;
  // A frame below stands at the call of the one above; a timer is of the step that set it.
  if (anew && (!top || !frame.timer.empty())) return std::nullopt;
  // A correction goes back no further than to what keeps its order.
  const auto segment = flow::moved(*migration, old, fresh, frame.segment);
  ListBuilder done;
  for (const flow::StepIndex each : frame.done) {
    if (const auto now = flow::moved(*migration, old, fresh, each)) done.add(whole(*now));
  }
  MapBuilder slots;
  for (const flow::Slot& slot : old.slots) {
    const std::string_view now = flow::moved_slot(*migration, fresh, slot.name);
    if (now != slot.name) slots.set(slot.name, now);
  }
  MapBuilder plan;
  plan.set("step", whole(*step)).set("segment", whole(std::min(segment.value_or(*step), *step)));
  if (anew) plan.set("anew", true);
  Value done_now = done.build();
  if (done_now.size() != 0) plan.set("done", std::move(done_now));
  Value renamed = slots.build();
  if (renamed.size() != 0) plan.set("slots", std::move(renamed));
  return plan.build();
}

// The keys of a map by their new names; those without one are dropped.
template <typename Map>
void rename_keys(Map& map, const Value& names) {
  if (!names.is_map()) return;
  Map renamed;
  for (auto& [key, value] : map) {
    const Value* now = names.find(key);
    if (now == nullptr) {
      renamed.insert_or_assign(key, std::move(value));
    } else if (!now->as_string().empty()) {
      renamed.insert_or_assign(std::string(now->as_string()), std::move(value));
    }
  }
  map = std::move(renamed);
}

void rename_set(std::set<std::string, std::less<>>& names, const Value& renames) {
  std::set<std::string, std::less<>> renamed;
  for (const std::string& name : names) {
    const Value* now = renames.find(name);
    renamed.insert(now == nullptr ? name : std::string(now->as_string()));
  }
  renamed.erase("");
  names = std::move(renamed);
}

flow::StepIndex index(const Value& value) {
  return value.is_int() && value.as_int() >= 0 ? static_cast<flow::StepIndex>(value.as_int()) : flow::kNoStep;
}

void move_frame(Frame& frame, const Value& plan) {
  frame.step = index(plan["step"]);
  frame.segment = index(plan["segment"]);
  frame.done.clear();
  if (const Value& done = plan["done"]; done.is_list()) {
    for (const Value& step : done.as_list()) frame.done.push_back(index(step));
  }
  if (const Value& slots = plan["slots"]; slots.is_map()) {
    rename_keys(frame.slots, slots);
    rename_keys(frame.origins, slots);
    rename_keys(frame.attempts, slots);
    rename_set(frame.skipped, slots);
  }
  const Value& anew = plan["anew"];
  if (!anew.is_bool() || !anew.as_bool()) return;
  frame.entered = false;
  frame.asked = false;
  frame.prompt.clear();
}

bool fits(const Release& fresh, const Frame& frame, const Value& plan) {
  const flow::Flow* flow = fresh.find(frame.flow);
  return flow != nullptr && (plan.is_null() || index(plan["step"]) < flow->steps.size());
}

}  // namespace

Value plan_moves(const Release& old, const Release& fresh, const State& state) {
  ListBuilder moves;
  bool any = false;
  for (std::size_t i = 0; i < state.stack.size(); ++i) {
    const Frame& frame = state.stack[i];
    const flow::Flow* before = old.find(frame.flow);
    const flow::Flow* now = fresh.find(frame.flow);
    if (before == nullptr || now == nullptr) return {};
    if (before->hash == now->hash) {
      moves.add(Value());
      continue;
    }
    auto plan = plan_frame(*before, *now, frame, i + 1 == state.stack.size());
    if (!plan) return {};
    any = true;
    moves.add(*std::move(plan));
  }
  return any ? moves.build() : Value();
}

bool apply_moves(State& state, const Release& fresh, const Value& moves) {
  if (!moves.is_list() || moves.size() != state.stack.size()) return false;
  const auto plans = moves.as_list();
  for (std::size_t i = 0; i < state.stack.size(); ++i) {
    if (!fits(fresh, state.stack[i], plans[i])) return false;
  }
  for (std::size_t i = 0; i < state.stack.size(); ++i) {
    if (!plans[i].is_null()) move_frame(state.stack[i], plans[i]);
  }
  return true;
}

}  // namespace parley::engine
