#include "engine/repair/reads.hpp"

#include <algorithm>
#include <variant>
#include <vector>

namespace parley::engine::repair {

namespace {

void add(const expr::Reference& reference, Names& names) {
  constexpr std::string_view kSlots = "slots.";
  if (reference.root != "slots") {
    names.insert(reference.root);
  } else if (reference.path.starts_with(kSlots)) {
    const std::string_view rest = std::string_view(reference.path).substr(kSlots.size());
    names.emplace(rest.substr(0, rest.find('.')));
  }
}

void add(const expr::Expression& expression, Names& names) {
  for (const expr::Reference& reference : expression.references()) add(reference, names);
}

void add(const flow::Data& data, Names& names) {
  if (const auto* text = std::get_if<expr::Template>(&data.node)) {
    for (const expr::Reference& reference : text->references()) add(reference, names);
  } else if (const auto* list = std::get_if<flow::Data::List>(&data.node)) {
    for (const flow::Data& item : *list) add(item, names);
  } else if (const auto* map = std::get_if<flow::Data::Map>(&data.node)) {
    for (const flow::Data::Member& member : *map) add(member.value, names);
  }
}

struct FieldReader {
  Names& names;

  void operator()(const expr::Expression& expression) const { add(expression, names); }
  void operator()(const flow::Data& data) const { add(data, names); }
  void operator()(const flow::Assignments& assignments) const {
    for (const flow::Assignment& each : assignments) add(each.value, names);
  }
  void operator()(const flow::Branches& branches) const {
    for (const flow::Branch& branch : branches) {
      if (branch.when.has_value()) add(*branch.when, names);
    }
  }
  void operator()(const auto& /*nothing is read*/) const {}
};

bool intersect(const Names& a, const Names& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

// The flow that a step calls, or null.
const flow::Flow* callee(const Release& release, const flow::Step& step) {
  for (std::size_t i = 0; i < step.fields.size(); ++i) {
    if (step.spec->keywords[i].kind != flow::FieldKind::flow_name) continue;
    if (const auto* name = std::get_if<flow::Name>(&step.fields[i])) return release.find(name->text);
  }
  return nullptr;
}

}  // namespace

Names reads(const flow::Flow& flow, const flow::Step& step) {
  Names names;
  if (step.condition.has_value()) add(*step.condition, names);
  bool without_arguments = step.spec->type == "tool";
  for (std::size_t i = 0; i < step.fields.size(); ++i) {
    const bool written = !std::holds_alternative<std::monostate>(step.fields[i]);
    if (written && step.spec->keywords[i].name == "with") without_arguments = false;
    std::visit(FieldReader{names}, step.fields[i]);
  }
  if (without_arguments) {
    for (const flow::Slot& slot : flow.slots) names.insert(slot.name);
  }
  return names;
}

bool decides_by(const flow::Flow& /*flow*/, const flow::Step& step, const Names& names) {
  Names deciding;
  if (step.condition.has_value()) add(*step.condition, deciding);
  for (const flow::Field& field : step.fields) {
    if (const auto* branches = std::get_if<flow::Branches>(&field)) FieldReader{deciding}(*branches);
  }
  return intersect(deciding, names);
}

Names with_sources(const flow::Flow& flow, Names names) {
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const flow::Step& step : flow.steps) {
      for (const flow::Field& field : step.fields) {
        const auto* assignments = std::get_if<flow::Assignments>(&field);
        if (assignments == nullptr) continue;
        for (const flow::Assignment& each : *assignments) {
          if (names.contains(each.slot.text)) add(each.value, names);
        }
      }
    }
  }
  return names;
}

Names dependents(const flow::Flow& flow, std::string_view name) {
  Names found;
  std::vector<std::string> open{std::string(name)};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    for (const flow::Slot& slot : flow.slots) {
      const bool depends =
          std::find(slot.depends_on.begin(), slot.depends_on.end(), current) != slot.depends_on.end();
      if (depends && slot.name != name && found.insert(slot.name).second) open.push_back(slot.name);
    }
  }
  return found;
}

flow::StepIndex first_source(const Release& release, const flow::Flow& flow, const Names& names) {
  for (flow::StepIndex i = 0; i < flow.steps.size(); ++i) {
    for (const flow::Field& field : flow.steps[i].fields) {
      const auto* asked = std::get_if<flow::Names>(&field);
      if (asked == nullptr || !flow.steps[i].spec->needs_person) continue;
      if (std::any_of(asked->begin(), asked->end(), [&](const flow::Name& n) {
            return names.contains(n.text);
          }))
        return i;
    }
    const flow::Flow* called = callee(release, flow.steps[i]);
    if (called == nullptr) continue;
    const auto& outputs = called->outputs;
    if (std::any_of(outputs.begin(), outputs.end(), [&](const flow::Parameter& p) {
          return names.contains(p.name);
        }))
      return i;
  }
  return flow::kNoStep;
}

}  // namespace parley::engine::repair
