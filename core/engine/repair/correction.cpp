// The user changes an earlier answer. What `depends_on` it is asked for again, what was computed from it is
// computed again, where the flow went because of it is decided again; what has had an effect stays as it is.
#include <algorithm>
#include <utility>

#include "engine/blocks.hpp"
#include "engine/masking.hpp"
#include "engine/memory/facts.hpp"
#include "engine/origins.hpp"
#include "engine/repair/handler_frame.hpp"
#include "engine/repair/reads.hpp"
#include "engine/repair/repair.hpp"
#include "engine/waiting.hpp"

namespace parley::engine::repair {

namespace {

using language::Command;

// The topmost frame whose flow has the slot.
std::size_t place_of(Run& run, std::string_view slot) {
  const auto& stack = run.state().stack;
  std::size_t place = stack.size();
  for (std::size_t i = 0; i < stack.size(); ++i) {
    if (run.flow_of(stack[i]).slot(slot) != nullptr) place = i;
  }
  return place;
}

// The steps from here on have had no effect on the world yet.
flow::StepIndex first_free_step(const flow::Flow& flow, const Frame& frame) {
  if (frame.done.empty()) return 0;
  const flow::Step& last = flow.steps[frame.done.back()];
  if (last.next < flow.steps.size()) return last.next;
  return last.parent == flow::kNoStep ? last.end : flow.steps[last.parent].end;
}

// Waiting for something else than the user goes on as it is: what is under way is not begun again.
bool at_question(const flow::Flow& flow, const Frame& frame) {
  return frame.step < flow.steps.size() && flow.steps[frame.step].spec->needs_person;
}

// Something was done with what the slot, or what hangs on it, holds.
bool settled(Run& run, const Frame& frame, std::string_view slot) {
  const flow::Flow& flow = run.flow_of(frame);
  Names changed = dependents(flow, slot);
  changed.emplace(slot);
  return std::any_of(frame.done.begin(), frame.done.end(), [&](flow::StepIndex done) {
    const Names used = with_sources(flow, reads(flow, flow.steps[done]));
    return std::any_of(used.begin(), used.end(), [&](const std::string& n) { return changed.contains(n); });
  });
}

// Computes again what was computed from the changed slots, in the order of the steps; those become changed
// too. An expression that fails now keeps the old value: it fails again, and is handled, where it is used.
void compute_again(Run& run, std::size_t place, Names& changed) {
  Frame& frame = run.state().stack[place];
  if (&frame != &run.frame()) return;  // expressions see the top frame; a lower one is computed on its way
  const flow::Flow& flow = run.flow_of(frame);
  for (flow::StepIndex i = 0; i < flow.steps.size(); ++i) {
    const flow::Step& step = flow.steps[i];
    // What a loop adds up would be added twice.
    if (step.spec->waits || flow.loop_around(i) != flow::kNoStep) continue;
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      const flow::Field& field = step.fields[k];
      const auto* assignments = std::get_if<flow::Assignments>(&field);
      const bool facts = step.spec->keywords[k].kind == flow::FieldKind::facts;
      if (assignments == nullptr && !facts) continue;
      const Names read = reads(flow, step);
      const bool stale =
          std::any_of(read.begin(), read.end(), [&](const std::string& n) { return changed.contains(n); });
      if (!stale) continue;
      if (facts) {
        facts::remember_again(run, *step.get<flow::Data>(k));
        continue;
      }
      for (const flow::Assignment& each : *assignments) {
        if (run.slot(frame, each.slot.text) == nullptr || changed.contains(each.slot.text)) continue;
        auto value = each.value.evaluate(run.scope());
        if (!value) continue;
        run.set_slot(frame, each.slot.text, std::move(*value), origins::of(run, each.value));
        changed.insert(each.slot.text);
      }
    }
  }
}

// The first step from `first` on, before `last`, that leads elsewhere or gives something else because of what
// changed.
flow::StepIndex first_to_run_again(
    const flow::Flow& flow, flow::StepIndex first, flow::StepIndex last, const Names& changed
) {
  for (flow::StepIndex i = first; i < last && i < flow.steps.size(); ++i) {
    const flow::Step& step = flow.steps[i];
    if (decides_by(flow, step, changed)) return i;
    if (step.spec->type != "tool" && step.spec->type != "flow") continue;
    const Names read = reads(flow, step);
    if (std::any_of(read.begin(), read.end(), [&](const std::string& n) { return changed.contains(n); }))
      return i;
  }
  return flow::kNoStep;
}

struct Changes {
  std::size_t place = 0;  // of the frame
  Names changed;
  Names cleared;  // to be asked for again
  ListBuilder shown;
  const flow::Slot* first = nullptr;
  Value value;
  Value old;
};

void apply(Run& run, Changes& changes, const flow::Slot& slot, const Command& command) {
  const Value& value = command.value;
  Frame& frame = run.state().stack[changes.place];
  const Value* held = run.slot(frame, slot.name);
  const Value old = held != nullptr ? *held : Value();
  if (changes.first == nullptr) {
    changes.first = &slot;
    changes.value = slot.sensitive ? masked(value) : value;
    changes.old = slot.sensitive ? masked(old) : old;
  }
  changes.changed.insert(slot.name);
  frame.attempts.erase(slot.name);
  frame.skipped.erase(slot.name);
  if (value.is_null()) {
    run.clear_slot(frame, slot.name);
    changes.cleared.insert(slot.name);
    return;
  }
  run.set_slot(frame, slot.name, value, origins::of(command));
  changes.cleared.erase(slot.name);
  MapBuilder change;
  const Value seen = slot.sensitive ? masked(value) : value;
  change.set("slot", slot.name).set("label", run.label_of(slot)).set("value", seen);
  change.set("old", slot.sensitive ? masked(old) : old);
  changes.shown.add(change.set("shown", shown(run, slot, seen)).build());
}

// Where the changed frame goes on: back to the open summary, to the question that must be asked anew, or to
// where the flow must decide anew.
flow::StepIndex rewind_target(Run& run, const Changes& changes) {
  const Frame& frame = run.state().stack[changes.place];
  const flow::Flow& flow = run.flow_of(frame);
  const flow::StepIndex free = first_free_step(flow, frame);
  const flow::StepIndex asks = first_source(run.release(), flow, changes.cleared);
  const flow::StepIndex again = first_to_run_again(flow, free, frame.step, changes.changed);
  const flow::StepIndex back = std::max(free, std::min({frame.segment, asks, again}));
  // In a further round of a loop what was done before stands behind the step: nothing is skipped for it.
  return std::min(back, frame.step);
}

// A flow below the running one: it goes on from the right place when it is its turn again. Sub-flows that it
// has called are only left when they were called with what has changed.
void rewind_below(Run& run, const Changes& changes) {
  auto& stack = run.state().stack;
  Frame& frame = stack[changes.place];
  const flow::Flow& flow = run.flow_of(frame);
  const flow::StepIndex target = enterable(flow, frame, rewind_target(run, changes));
  // What is under way is not begun again, and an open block is not left behind the back of its owner.
  if (!at_question(flow, frame)) return;
  if (!frame.scopes.empty()) {
    const Scope& scope = frame.scopes.back();
    if (!flow.contains(scope.owner, scope.block, target)) return;
  }
  std::size_t callees = 0;
  bool effects = false;
  for (std::size_t i = changes.place + 1; i < stack.size() && stack[i].kind == Frame::Kind::call; ++i) {
    ++callees;
    effects = effects || !stack[i].done.empty();
  }
  const bool calls = callees > 0;
  const Names given = calls ? reads(run.flow_of(frame), run.flow_of(frame).steps[frame.step]) : Names();
  const bool stale = std::any_of(given.begin(), given.end(), [&](const std::string& n) {
    return changes.changed.contains(n);
  });
  if (calls && ((!stale && changes.cleared.empty()) || effects)) return;
  stop_timers(run, frame);
  const auto first = stack.begin() + static_cast<std::ptrdiff_t>(changes.place) + 1;
  for (std::size_t i = 0; i < callees; ++i) stop_timers(run, first[static_cast<std::ptrdiff_t>(i)]);
  frame.step = std::min(target, frame.step);
  frame.entered = false;
  frame.asked = false;
  frame.prompt.clear();
  frame.due = false;
  frame.held = {};
  // What a person was asked about other values is withdrawn, and asked anew when the flow comes to it.
  if (run.state().semantics >= kLastingOrigins) frame.review.clear();
  stack.erase(first, first + static_cast<std::ptrdiff_t>(callees));
}

void tell(Run& run, Changes& changes, bool rewinds) {
  MapBuilder about;
  about.set("slot", changes.first->name).set("label", run.label_of(*changes.first));
  about.set("value", changes.value).set("old", changes.old).set("settled", false);
  about.set("again", changes.shown.size() == 0).set("changes", changes.shown.build());
  if (!rewinds) return begin(run, "correction", std::move(about), Continuation::ask_again);
  Frame details;
  details.target = rewind_target(run, changes);
  begin(run, "correction", std::move(about), Continuation::rewind, std::move(details));
}

}  // namespace

void correction(Run& run, const std::vector<Command>& commands) {
  const flow::Slot* untouched = nullptr;
  bool unchanged = false;  // the user said again what we know
  Changes changes;
  std::vector<std::pair<const flow::Slot*, const Command*>> accepted;
  for (const Command& change : commands) {
    const std::size_t place = place_of(run, change.slot);
    if (place == run.state().stack.size()) continue;
    Frame& frame = run.state().stack[place];
    const flow::Slot& slot = *run.flow_of(frame).slot(change.slot);
    if (settled(run, frame, slot.name)) {
      if (const Value* now = run.slot(frame, slot.name); now != nullptr && *now == change.value)
        unchanged = true;
      else
        untouched = &slot;
      continue;
    }
    if (auto why = change.value.is_null() ? std::nullopt : refusal(run, slot, change.value)) {
      MapBuilder about;
      about.set("slot", slot.name).set("label", run.label_of(slot)).set("reason", *why);
      return begin(run, "invalid", std::move(about), Continuation::ask_again);
    }
    if (const Value* now = run.slot(frame, slot.name); now != nullptr && *now == change.value) {
      unchanged = true;
      continue;
    }
    // Changes of one message are about one flow; the topmost wins.
    if (!accepted.empty() && place != changes.place) continue;
    changes.place = place;
    accepted.emplace_back(&slot, &change);
  }
  for (const auto& [slot, command] : accepted) {
    Frame& frame = run.state().stack[changes.place];
    for (const std::string& name : dependents(run.flow_of(frame), slot->name)) {
      run.clear_slot(frame, name);
      changes.cleared.insert(name);
    }
  }
  for (const auto& [slot, command] : accepted) apply(run, changes, *slot, *command);
  if (!accepted.empty()) {
    const bool top = changes.place + 1 == run.state().stack.size();
    // What a person is asked to decide about is not what they saw any more: they are asked anew.
    const bool decided = !run.frame().review.empty();
    const bool rewinds = top && (decided || at_question(run.flow(), run.frame()));
    compute_again(run, changes.place, changes.changed);
    if (!top) rewind_below(run, changes);
    tell(run, changes, rewinds);
  }
  if (untouched != nullptr) {
    MapBuilder about;
    about.set("slot", untouched->name)
        .set("label", run.label_of(*untouched))
        .set("settled", true)
        .set("again", false);
    begin(run, "correction", std::move(about), Continuation::ask_again);
  } else if (accepted.empty() && unchanged) {
    run.frame().asked = false;
  } else if (accepted.empty()) {
    unknown(run, run.state().message);
  }
}

}  // namespace parley::engine::repair
