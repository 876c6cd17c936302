// The user asks about the running flow itself: why something is asked, how long it takes, what was said so
// far.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/masking.hpp"
#include "engine/matching/scene.hpp"
#include "engine/origins.hpp"
#include "engine/repair/handler_frame.hpp"
#include "engine/repair/repair.hpp"
#include "engine/steps/registry.hpp"

namespace parley::engine::repair {

namespace {

// The frames of what the user knows as one flow: it and the sub-flows that it has called.
std::size_t first_of_work(const State& state) {
  std::size_t first = state.stack.size();
  while (first > 0 && state.stack[first - 1].kind != Frame::Kind::flow) --first;
  return first == 0 ? 0 : first - 1;
}

// Questions from the frame's step on that have no answer yet, about as many as will be put.
std::int64_t questions_left(Run& run, const Frame& frame, const flow::Flow& flow, flow::StepIndex from) {
  std::set<std::string_view> open;
  std::int64_t others = 0;
  for (flow::StepIndex i = from; i < flow.steps.size(); ++i) {
    const flow::Step& step = flow.steps[i];
    if (!step.spec->needs_person) continue;
    bool asks = false;
    for (const flow::Field& field : step.fields) {
      const auto* names = std::get_if<flow::Names>(&field);
      if (names == nullptr) continue;
      for (const flow::Name& name : *names) {
        if (flow.slot(name.text) == nullptr) continue;
        asks = true;
        if (run.slot(frame, name.text) == nullptr && !frame.skipped.contains(name.text))
          open.insert(name.text);
      }
    }
    if (!asks) ++others;
  }
  return static_cast<std::int64_t>(open.size()) + others;
}

// What the user has answered, as they read it.
Value answered(Run& run, std::size_t first, Origins& from) {
  ListBuilder known;
  const State& state = run.state();
  for (std::size_t i = first; i < state.stack.size(); ++i) {
    const Frame& frame = state.stack[i];
    if (frame.kind == Frame::Kind::repair) continue;
    for (const language::Wanted& each : matching::gathered(run.flow_of(frame))) {
      const flow::Slot& slot = *each.slot;
      const Value* value = run.slot(frame, slot.name);
      if (value == nullptr) continue;
      const bool shared = slot.scope != flow::SlotScope::flow;
      const OriginMap& origins = shared ? state.origins : frame.origins;
      if (const auto found = origins.find(slot.name); found != origins.end())
        origins::add(from, found->second);
      const Value seen = slot.sensitive ? masked(*value) : *value;
      known.add(MapBuilder()
                    .set("slot", slot.name)
                    .set("label", run.label_of(slot))
                    .set("value", seen)
                    .set("shown", shown(run, slot, seen))
                    .build());
    }
  }
  return known.build();
}

}  // namespace

void explain(Run& run, std::string_view topic) {
  const Frame* working = working_frame(run);
  if (working == nullptr || (!working->asked && topic != "so_far")) return unknown(run, run.state().message);
  const flow::Flow& flow = run.flow_of(*working);
  const Expectation expects = expectation_of(run.state(), flow, *working);
  const std::size_t first = first_of_work(run.state());
  std::int64_t questions = 0;
  for (std::size_t i = first; i < run.state().stack.size(); ++i) {
    const Frame& frame = run.state().stack[i];
    if (frame.kind == Frame::Kind::repair) continue;
    const bool top = &frame == working;
    questions += questions_left(run, frame, run.flow_of(frame), top ? frame.step : frame.step + 1);
  }
  Frame details;
  Origins from;
  MapBuilder about;
  about.set("topic", topic)
      .set("label", expects.slots.empty() ? std::string() : run.label_of(*expects.slots.front()))
      .set("questions", std::max<std::int64_t>(questions, 1))
      .set("known", answered(run, first, from));
  if (!from.empty()) details.origins.emplace("repair", std::move(from));
  begin(
      run,
      "explain",
      std::move(about),
      working->asked ? Continuation::ask_again : Continuation::none,
      std::move(details)
  );
}

}  // namespace parley::engine::repair
