// Names that must exist: checked last, when every step, slot and saved result of the flow is known.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// A slot named in `gather` alone is a text slot; near misses of declared ones are most likely typos.
void declare_gathered(Context& context) {
  std::vector<std::string> declared;
  for (const Slot& slot : context.flow.slots) declared.push_back(slot.name);
  for (const NameUse& use : context.gathered) {
    if (context.full()) return;
    if (context.flow.slot(use.name) != nullptr) continue;
    if (!check_identifier(context, use.name, use.position, "slot")) continue;
    if (std::string help = did_you_mean(use.name, declared); !help.empty()) {
      context.warning(
          "F0209",
          use.position,
          use.user + " gathers " + quote(use.name) + ", which is not declared, as a new text slot",
          help
      );
    }
    Slot slot;
    slot.name = use.name;
    slot.label = use.name;
    std::ranges::replace(slot.label, '_', ' ');
    slot.declared = false;
    slot.position = use.position;
    context.flow.slots.push_back(std::move(slot));
  }
}

// A jump may stay in its block or leave it, never enter another: what the owner does before would be missing.
void check_way(Context& context, const NameUse& use, StepIndex from) {
  const Flow& flow = context.flow;
  const StepIndex target = flow.step_index(use.name);
  if (target == kBreak || target == kContinue) {
    if (from != kNoStep && flow.loop_around(from) != kNoStep) return;
    context.error(
        "F0213",
        use.position,
        use.user + " says " + quote(use.name) + " outside of a loop",
        "use it inside the steps of a loop; 'end' finishes the flow"
    );
    return;
  }
  const Step& step = flow.steps[target];
  if (step.parent == kNoStep) return;
  if (from != kNoStep && flow.contains(step.parent, step.block, from)) return;
  context.error(
      "F0212",
      use.position,
      use.user + " goes to " + quote(use.name) + ", which is inside step " +
          quote(flow.steps[step.parent].id),
      "go to " + quote(flow.steps[step.parent].id) + " itself: the steps inside it run when it does"
  );
}

void check_step_targets(Context& context) {
  std::vector<std::string> ids{"end"};
  for (const Step& step : context.flow.steps) ids.push_back(step.id);
  for (const NameUse& use : context.step_targets) {
    if (context.full()) return;
    if (use.name == "end") continue;
    if (context.flow.step_index(use.name) == kNoStep) {
      context.error(
          "F0201",
          use.position,
          use.user + " goes to " + quote(use.name) + ", which does not exist in this flow",
          did_you_mean(use.name, ids)
      );
      continue;
    }
    if (use.step != kNoStep) {
      check_way(context, use, use.step);
      continue;
    }
    // A slot's target must be good for every step that asks for the slot.
    const std::size_t problems = context.diagnostics.size();
    for (const NameUse& gathered : context.gathered) {
      if (gathered.name == use.path) check_way(context, use, gathered.step);
      if (context.diagnostics.size() != problems) break;
    }
  }
}

// Branches that run side by side cannot each talk with the same person.
void check_side_by_side(Context& context) {
  const Flow& flow = context.flow;
  for (const Step& step : flow.steps) {
    if (step.spec == nullptr || !step.spec->needs_person) continue;
    StepIndex owner = step.parent;
    while (owner != kNoStep && (flow.steps[owner].spec == nullptr || !flow.steps[owner].spec->parallel)) {
      owner = flow.steps[owner].parent;
    }
    if (owner == kNoStep) continue;
    context.error(
        "F0214",
        step.position,
        "step " + quote(step.id) + " of type " + std::string(step.spec->type) +
            " waits for a person and cannot run beside other steps",
        "move it before or after step " + quote(flow.steps[owner].id)
    );
  }
}

void check_slot_uses(Context& context, const std::vector<std::string>& slots) {
  for (const NameUse& use : context.slot_uses) {
    if (context.full()) return;
    if (contains(slots, use.name)) continue;
    std::string help = did_you_mean(use.name, slots);
    context.error(
        "F0203",
        use.position,
        use.user + " names the slot " + quote(use.name) + ", which does not exist in this flow",
        help.empty() ? "declare it under slots, such as " + use.name + ": text" : help
    );
  }
}

// `slots.items` reads the slot by its full name: the second part must be one.
void check_slot_path(Context& context, const NameUse& use, const std::vector<std::string>& slots) {
  constexpr std::string_view kPrefix = "slots.";
  if (!use.path.starts_with(kPrefix)) return;
  const std::string_view rest = std::string_view(use.path).substr(kPrefix.size());
  const std::string name(rest.substr(0, rest.find('.')));
  if (contains(slots, name)) return;
  context.error(
      "F0203",
      use.position,
      use.user + " reads the slot " + quote(name) + ", which does not exist in this flow",
      did_you_mean(name, slots)
  );
}

void check_variables(
    Context& context, const std::vector<std::string>& slots, std::vector<std::string> known
) {
  known.insert(known.end(), slots.begin(), slots.end());
  std::vector<std::string> suggestions = known;
  for (const std::string_view root :
       {"user", "context", "message", "conversation", "assistant", "now", "result"}) {
    suggestions.emplace_back(root);
  }
  for (const NameUse& use : context.variables) {
    if (context.full()) return;
    if (use.root_is_slots()) {
      check_slot_path(context, use, slots);
      continue;
    }
    if (is_variable_root(use.name) || contains(known, use.name)) continue;
    std::string help = did_you_mean(use.name, suggestions);
    context.error(
        "F0205",
        use.position,
        use.user + " reads " + quote(use.name) + ", which nothing defines",
        help.empty() ? "declare it as a slot, or save a result under this name" : help
    );
  }
}

// A slot that no step asks, sets or reads is most likely left over or misspelt.
void check_unused_slots(Context& context) {
  std::set<std::string, std::less<>> used;
  for (const auto* uses : {&context.slot_uses, &context.gathered, &context.variables}) {
    for (const NameUse& use : *uses) used.insert(use.name);
  }
  for (const NameUse& use : context.variables) {
    if (!use.root_is_slots()) continue;
    if (use.path == "slots") return;  // read as a whole
    const std::string_view rest = std::string_view(use.path).substr(6);
    used.emplace(rest.substr(0, rest.find('.')));
  }
  used.insert(context.saved.begin(), context.saved.end());
  for (const Slot& slot : context.flow.slots) {
    if (!slot.declared || slot.scope != SlotScope::flow || used.contains(slot.name)) continue;
    context.warning(
        "F0503",
        slot.position,
        "slot " + quote(slot.name) + " is never used",
        "gather it, use it, or remove it"
    );
  }
}

// A value that is hidden from everybody must not come back as a fact that anybody may read.
void check_fact_sources(Context& context) {
  constexpr std::string_view kSlots = "slots.";
  for (const NameUse& use : context.fact_sources) {
    std::string_view name = use.name;
    if (use.root_is_slots() && use.path.starts_with(kSlots)) {
      const std::string_view rest = std::string_view(use.path).substr(kSlots.size());
      name = rest.substr(0, rest.find('.'));
    }
    const Slot* slot = context.flow.slot(name);
    if (slot == nullptr || !slot->sensitive) continue;
    context.error(
        "F0912",
        use.position,
        use.user + " remembers " + quote(name) + ", which is sensitive",
        "facts are shown to models and to operators; leave it out, or keep the slot itself with scope: user"
    );
  }
}

void check_fact_names(Context& context) {
  for (const NameUse& use : context.fact_uses) {
    if (contains(context.flow.facts, use.name)) continue;
    std::string help = did_you_mean(use.name, context.flow.facts);
    context.error(
        "F0913",
        use.position,
        use.user + " forgets " + quote(use.name) + ", which no flow remembers",
        help.empty() ? "name a fact of a remember step" : help
    );
  }
}

}  // namespace

void check_names(Context& context, std::span<const std::string> shared_names) {
  declare_gathered(context);
  check_step_targets(context);
  check_side_by_side(context);
  std::vector<std::string> slots;
  for (const Slot& slot : context.flow.slots) slots.push_back(slot.name);
  context.flow.facts = std::move(context.facts);
  for (const std::string& name : shared_names) {
    if (name.starts_with(kFactPrefix)) {
      context.flow.facts.push_back(name.substr(kFactPrefix.size()));
    } else if (!contains(slots, name)) {
      slots.push_back(name);
    }
  }
  std::ranges::sort(context.flow.facts);
  const auto repeated = std::ranges::unique(context.flow.facts);
  context.flow.facts.erase(repeated.begin(), repeated.end());
  check_fact_sources(context);
  check_fact_names(context);
  check_slot_uses(context, slots);
  std::vector<std::string> known = context.saved;
  for (const Parameter& input : context.flow.inputs) {
    known.push_back(input.name);
    slots.push_back(input.name);
  }
  check_variables(context, slots, std::move(known));
  // A broken step may be the one that uses a slot.
  if (!has_errors(context.diagnostics)) check_unused_slots(context);
}

}  // namespace parley::flow::loading
