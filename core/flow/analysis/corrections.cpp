#include "flow/analysis/corrections.hpp"

#include <algorithm>
#include <set>

#include "flow/analysis/uses.hpp"

namespace parley::flow::analysis {

namespace {

// Slots that hang on a changed one, directly or through others.
std::set<std::size_t> dependents(const Flow& flow, std::size_t changed) {
  std::set<std::size_t> found;
  std::vector<std::size_t> open{changed};
  while (!open.empty()) {
    const std::string& current = flow.slots[open.back()].name;
    open.pop_back();
    for (std::size_t i = 0; i < flow.slots.size(); ++i) {
      const auto& names = flow.slots[i].depends_on;
      if (i == changed || std::ranges::find(names, current) == names.end()) continue;
      if (found.insert(i).second) open.push_back(i);
    }
  }
  return found;
}

StepIndex first_that_asks(const Flow& flow, const std::set<std::size_t>& slots) {
  for (StepIndex s = 0; s < flow.steps.size(); ++s) {
    const auto* names = find_field<Names>(flow.steps[s], "gather");
    if (names == nullptr) continue;
    for (const Name& name : *names) {
      const bool asked =
          std::ranges::any_of(slots, [&](std::size_t i) { return flow.slots[i].name == name.text; });
      if (asked) return s;
    }
  }
  return kNoStep;
}

}  // namespace

bool hears(const Step& step) {
  return step.spec->hears;
}

Corrections::Corrections(const Model& model, const std::vector<bool>& bound) : model_(model) {
  const Flow& flow = model.flow();
  for (std::size_t i = 0; i < flow.slots.size(); ++i) {
    asked_again_.push_back(first_that_asks(flow, dependents(flow, i)));
  }
  find_held_slots();
  find_bound_slots(bound);
}

void Corrections::find_held_slots() {
  const Flow& flow = model_.flow();
  const std::size_t count = flow.slots.size();
  constexpr std::size_t kMostCells = 4'000'000;
  if (model_.size() * count > kMostCells) {
    held_.assign(
        model_.size(), std::vector<bool>(count, true)
    );  // safe: more can be corrected than really can
    return;
  }
  held_.assign(model_.size(), std::vector<bool>(count, false));
  const auto index = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(flow.slots, name, &Slot::name) - flow.slots.begin());
  };
  for (std::size_t i = 0; i < count; ++i) {
    // What lives longer than a run of the flow may hold a value from before it; so may what a caller gives.
    if (flow.slots[i].scope != SlotScope::flow) held_[model_.entry()][i] = true;
  }
  for (const Parameter& input : flow.inputs) {
    if (const std::size_t i = index(input.name); i < count) held_[model_.entry()][i] = true;
  }
  std::set<NodeIndex> open;
  for (NodeIndex n = 0; n < model_.size(); ++n) open.insert(n);
  while (!open.empty()) {
    const NodeIndex at = *open.begin();
    open.erase(open.begin());
    std::vector<bool> now = held_[at];
    if (const Step* step = model_.step(at)) {
      if (const auto* gathered = find_field<Names>(*step, "gather")) {
        for (const Name& name : *gathered) {
          if (const std::size_t i = index(name.text); i < count) now[i] = true;
        }
      }
      if (const auto* values = find_field<Assignments>(*step, "values")) {
        for (const Assignment& value : *values) {
          if (const std::size_t i = index(value.slot.text); i < count) now[i] = true;
        }
      }
      if (const auto* save = find_field<Name>(*step, "save")) {
        if (const std::size_t i = index(save->text); i < count) now[i] = true;
      }
      // The outputs of a flow that is run may be any slots.
      if (called_flow(*step) != nullptr) now.assign(count, true);
    }
    for (const Arc& arc : model_.from(at)) {
      std::vector<bool>& there = held_[arc.to];
      bool changed = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (!now[i] || there[i]) continue;
        there[i] = true;
        changed = true;
      }
      if (changed) open.insert(arc.to);
    }
  }
}

void Corrections::find_bound_slots(const std::vector<bool>& bound) {
  covered_.assign(model_.flow().slots.size(), false);
  for (NodeIndex n = 0; n < model_.size(); ++n) {
    const StepIndex step = model_.node(n).step;
    if (step == kNoStep || !bound[step]) continue;
    for (std::size_t i = 0; i < covered_.size(); ++i) {
      if (holds(n, i)) covered_[i] = true;
    }
  }
}

std::vector<Mark> Corrections::behind(NodeIndex from, const Arc& arc, Mark mark) const {
  const Step* step = model_.runs(from);
  if (step == nullptr || arc.kind == EdgeKind::skip) return {mark};
  if (find_field<Names>(*step, "gather") != nullptr && step->spec->hears) {
    if (arc.kind != EdgeKind::next) return {mark};
    const Mark asked{.segment = arc.to, .confirmed = false};
    return mark.confirmed ? std::vector<Mark>{asked, mark} : std::vector<Mark>{asked};
  }
  if (step->spec->seals) return {{.segment = arc.to, .confirmed = false}};
  const bool sets =
      find_field<Assignments>(*step, "values") != nullptr || find_field<Name>(*step, "save") != nullptr;
  if (sets) mark.confirmed = false;
  const bool says_yes = arc.kind == EdgeKind::yes || arc.kind == EdgeKind::next;
  if (step->spec->type == "confirm" && says_yes) mark.confirmed = true;
  return {mark};
}

std::vector<Corrections::Target> Corrections::targets(NodeIndex node, const Mark& mark) const {
  std::vector<Target> found;
  const Step* waits = model_.runs(node);
  if (waits == nullptr || !hears(*waits)) return found;
  const StepIndex segment = model_.node(mark.segment).step;
  const auto* asked = find_field<Names>(*waits, "gather");
  for (std::size_t i = 0; i < asked_again_.size(); ++i) {
    const std::string& slot = model_.flow().slots[i].name;
    // Of several slots that one step asks for, the first may be corrected while the second is asked.
    const bool here =
        asked != nullptr && asked->size() > 1 && std::ranges::find(*asked, slot, &Name::text) != asked->end();
    if (!holds(node, i) && !here) continue;
    const StepIndex again = asked_again_[i];
    const NodeIndex to = again != kNoStep && again < segment ? model_.start_of(again) : mark.segment;
    const Target target{to, covered_[i]};
    const bool known = std::ranges::any_of(found, [&](const Target& other) {
      return other.node == target.node && other.takes_back == target.takes_back;
    });
    if (!known) found.push_back(target);
  }
  return found;
}

bool Corrections::may_take_back(NodeIndex node) const {
  for (std::size_t i = 0; i < covered_.size(); ++i) {
    if (covered_[i] && holds(node, i)) return true;
  }
  return false;
}

bool Corrections::may_hold(NodeIndex node, std::string_view slot) const {
  const auto& slots = model_.flow().slots;
  const auto found = std::ranges::find(slots, slot, &Slot::name);
  return found != slots.end() && holds(node, static_cast<std::size_t>(found - slots.begin()));
}

}  // namespace parley::flow::analysis
