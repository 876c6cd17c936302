#include "flow/analysis/corrections.hpp"

#include <algorithm>
#include <set>

#include "flow/analysis/uses.hpp"

namespace parley::flow::analysis {

namespace {

// A flow with more steps is taken to go back over everything, which is safe and has fewer states.
constexpr std::size_t kMostStepsWithEffects = 300;

}  // namespace

bool may_begin_again(const Step& step) {
  if (step.condition || called_tool(step) != nullptr || called_flow(step) != nullptr) return true;
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const FieldKind kind = step.spec->keywords[k].kind;
    const bool works = kind == FieldKind::slot_names || kind == FieldKind::assignments ||
                       kind == FieldKind::branches || kind == FieldKind::expression ||
                       step.spec->keywords[k].name == "save";
    if (works && !std::holds_alternative<std::monostate>(step.fields[k])) return true;
  }
  return false;
}

bool hears(const Step& step) {
  return step.spec->hears;
}

Corrections::Corrections(const Model& model, const std::vector<bool>& bound) : model_(model) {
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
  if (step == nullptr || arc.kind == EdgeKind::skip) return behind_blocks(from, arc, mark);
  if (find_field<Names>(*step, "gather") != nullptr && step->spec->hears) {
    if (arc.kind != EdgeKind::next) return behind_blocks(from, arc, mark);
    const Mark asked{.segment = arc.to, .confirmed = false, .free = mark.free};
    return mark.confirmed ? std::vector<Mark>{asked, mark} : std::vector<Mark>{asked};
  }
  if (step->spec->seals) {
    Mark sealed{.segment = arc.to, .confirmed = false, .free = mark.free};
    const StepIndex next = model_.node(arc.to).step;
    const bool calls = called_tool(*step) != nullptr;
    if (calls && next != kNoStep && model_.flow().steps.size() <= kMostStepsWithEffects) sealed.free = next;
    // What only reads, and what failed for sure, has had no effect.
    const auto* effect = find_field<Name>(*step, "effect");
    const bool harmless = effect != nullptr && effect->text == "read";
    mark.confirmed = mark.confirmed && find_field<Name>(*step, "save") == nullptr;
    if (calls && harmless) return {mark};
    if (calls && !is_done(*step, arc)) return {sealed, mark};
    return {sealed};
  }
  const bool sets =
      find_field<Assignments>(*step, "values") != nullptr || find_field<Name>(*step, "save") != nullptr;
  if (sets) mark.confirmed = false;
  const bool says_yes = arc.kind == EdgeKind::yes || arc.kind == EdgeKind::next;
  if (step->spec->type == "confirm" && says_yes) mark.confirmed = true;
  return behind_blocks(from, arc, mark);
}

// Entering and leaving a block begins a segment of its own.
std::vector<Mark> Corrections::behind_blocks(NodeIndex from, const Arc& arc, const Mark& mark) const {
  const Flow& flow = model_.flow();
  const StepIndex to = model_.node(arc.to).step;
  const StepIndex at = model_.node(from).step;
  if (to == kNoStep || at == kNoStep) return {mark};
  const bool block = model_.node(from).after || flow.steps[at].parent != flow.steps[to].parent ||
                     (flow.steps[at].spec->repeats && arc.kind == EdgeKind::next);
  if (!block) return {mark};
  const Mark begun{.segment = arc.to, .confirmed = mark.confirmed, .free = mark.free};
  return begun == mark ? std::vector<Mark>{mark} : std::vector<Mark>{begun, mark};
}

Corrections::Choice Corrections::at(NodeIndex node) const {
  Choice choice;
  const Step* waits = model_.runs(node);
  const auto* asked = waits == nullptr ? nullptr : find_field<Names>(*waits, "gather");
  for (std::size_t i = 0; i < covered_.size(); ++i) {
    const std::string& slot = model_.flow().slots[i].name;
    // Of several slots that one step asks for, the first may be corrected while the second is asked.
    const bool here =
        asked != nullptr && asked->size() > 1 && std::ranges::find(*asked, slot, &Name::text) != asked->end();
    if (!holds(node, i) && !here) continue;
    (covered_[i] ? choice.takes_back : choice.keeps) = true;
  }
  return choice;
}

StepIndex Corrections::last_target(NodeIndex node, const Mark& mark) const {
  const StepIndex here = model_.node(node).step;
  const StepIndex segment = model_.node(mark.segment).step;
  const StepIndex last = std::min(here, segment);
  return last == kNoStep ? last : std::min(here, std::max(last, mark.free));
}

bool Corrections::may_hold(NodeIndex node, std::string_view slot) const {
  const auto& slots = model_.flow().slots;
  const auto found = std::ranges::find(slots, slot, &Slot::name);
  return found != slots.end() && holds(node, static_cast<std::size_t>(found - slots.begin()));
}

}  // namespace parley::flow::analysis
