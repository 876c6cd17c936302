#include "engine/triggers.hpp"

#include <algorithm>
#include <utility>

#include "engine/origins.hpp"
#include "engine/repair/repair.hpp"

namespace parley::engine {

namespace {

constexpr std::size_t kDeepestStack = 32;  // events from outside must not pile up without end

bool holds(Run& run, const std::optional<expr::Expression>& guard) {
  if (!guard.has_value()) return true;
  const auto result = run.test(*guard);
  return result && *result;
}

// Every member that the trigger names is there with an equal value.
bool covers(const Value& wanted, const Value& data) {
  if (!wanted.is_map()) return wanted.is_null() || wanted == data;
  if (!data.is_map()) return false;
  return std::ranges::all_of(wanted.entries(), [&](const Value::Entry& entry) {
    const Value* found = data.find(entry.key.as_string());
    return found != nullptr && covers(entry.value, *found);
  });
}

}  // namespace

bool start_by_event(Run& run, const EventArrived& event) {
  if (run.state().stack.size() >= kDeepestStack) return false;
  const Value seen = MapBuilder().set("name", event.name).set("data", event.data).build();
  run.show_event(&seen);
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : run.release().by_event(event.name)) {
    if (!covers(candidate.trigger->match, event.data)) continue;
    if (!holds(run, candidate.flow->guard) || !holds(run, candidate.trigger->guard)) continue;
    chosen = &candidate;
    break;
  }
  run.show_event(nullptr);
  if (chosen == nullptr) return false;
  Slots slots;
  slots.insert_or_assign("event", seen);
  OriginMap origins;
  if (!event.origin.empty() && origins::traced(run.state())) origins.emplace("event", Origins{event.origin});
  repair::digression(run, *chosen->flow, {}, std::move(slots), std::move(origins));
  return true;
}

}  // namespace parley::engine
