// Types of expressions: checked last, when every slot and saved result is known.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "flow/load.hpp"
#include "flow/loading/context.hpp"
#include "flow/type_names.hpp"

namespace parley::flow {
namespace loading {
namespace {

// What a slot holds is certain only when nothing but the user's answers fills it.
std::set<std::string, std::less<>> assigned_names(const Flow& flow) {
  std::set<std::string, std::less<>> names;
  for (const Parameter& input : flow.inputs) names.insert(input.name);
  for (const Step& step : flow.steps) {
    for (std::size_t k = 0; step.spec != nullptr && k < step.fields.size(); ++k) {
      if (const auto* assignments = std::get_if<Assignments>(&step.fields[k])) {
        for (const Assignment& assignment : *assignments) names.insert(assignment.slot.text);
      } else if (const auto* name = std::get_if<Name>(&step.fields[k]);
                 name != nullptr && step.spec->keywords[k].kind == FieldKind::identifier) {
        names.insert(name->text);  // save, as…
      }
    }
  }
  return names;
}

expr::TypeNames names_of(const Flow& flow) {
  expr::TypeNames names = builtin_names();
  if (!flow.facts.empty()) {
    std::vector<expr::Type::Field> fields{
        {"id", expr::Type::Kind::string}, {"locale", expr::Type::Kind::string}
    };
    for (const std::string& fact : flow.facts) fields.emplace_back(fact, expr::Type());
    names.insert_or_assign("user", expr::Type::object_of(std::move(fields), true));
  }
  const auto assigned = assigned_names(flow);
  for (const Slot& slot : flow.slots) {
    const bool certain = slot.scope == SlotScope::flow && !assigned.contains(slot.name);
    names.insert_or_assign(slot.name, certain ? type_of(slot.type) : expr::Type());
  }
  for (const std::string& name : assigned) names.insert_or_assign(name, expr::Type());
  return names;
}

void report(
    const Flow& flow, const TypedUse& use, const expr::TypeProblem& problem, Diagnostics& diagnostics
) {
  diagnostics.push_back(
      {std::string(code_of(problem.kind)),
       is_certain(problem.kind) ? Severity::error : Severity::warning,
       flow.file,
       place_in(use.node, problem.begin, problem.end),
       use.owner + ": " + as_clause(problem.message),
       as_clause(problem.hint)}
  );
}

bool is_condition(std::string_view key) {
  constexpr auto kConditions =
      std::to_array<std::string_view>({"if", "guard", "validate", "when", "while", "approve"});
  return std::ranges::find(kConditions, key) != kConditions.end();
}

void check_use(
    const Flow& flow, const TypedUse& use, const expr::TypeNames& names, Diagnostics& diagnostics
) {
  if (const auto* text = std::get_if<expr::Template>(&use.code)) {
    for (const expr::TypeProblem& problem : text->check(names)) report(flow, use, problem, diagnostics);
    return;
  }
  const auto& expression = std::get<expr::Expression>(use.code);
  const expr::Checked checked = expr::check(expression, names);
  for (const expr::TypeProblem& problem : checked.problems) report(flow, use, problem, diagnostics);
  if (!is_condition(use.key) || agrees(checked.type, expr::Type::Kind::boolean)) return;
  report(
      flow,
      use,
      {expr::TypeProblem::Kind::condition,
       0,
       expression.source().size(),
       "the condition of " + quote(use.key) + " must be true or false, not " + checked.type.to_text(),
       "compare it with something, such as size(x) > 0 or x == 'yes'"},
      diagnostics
  );
}

// What tools promise about the results that the flow saves.
bool add_results(const Flow& flow, std::span<const ToolSignature> tools, expr::TypeNames& names) {
  bool any = false;
  for (const Step& step : flow.steps) {
    const Name* tool = nullptr;
    const Name* saved = nullptr;
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      const FieldKind kind = step.spec->keywords[k].kind;
      if (kind == FieldKind::tool_name) tool = step.get<Name>(k);
      if (step.spec->keywords[k].name == "save") saved = step.get<Name>(k);
    }
    if (tool == nullptr || saved == nullptr || flow.slot(saved->text) != nullptr) continue;
    const auto found = std::ranges::find(tools, tool->text, &ToolSignature::name);
    expr::Type type = found == tools.end() ? expr::Type() : type_of_schema(found->result);
    // Several steps may save under one name.
    const auto& [place, fresh] =
        any ? names.try_emplace(saved->text, type) : names.insert_or_assign(saved->text, type);
    if (!fresh && any) place->second = join(place->second, type);
    any = true;
  }
  return any;
}

void check_uses(const Flow& flow, expr::TypeNames& names, Diagnostics& diagnostics) {
  constexpr std::size_t kMost = 200;
  for (const TypedUse& use : flow.typed) {
    if (diagnostics.size() >= kMost) return;
    const Slot* validated = use.slot.empty() ? nullptr : flow.slot(use.slot);
    if (validated == nullptr) {
      check_use(flow, use, names, diagnostics);
      continue;
    }
    names.insert_or_assign("value", type_of(validated->type));
    check_use(flow, use, names, diagnostics);
    names.erase("value");
  }
}

}  // namespace

void check_types(const Flow& flow, Diagnostics& diagnostics) {
  expr::TypeNames names = names_of(flow);
  check_uses(flow, names, diagnostics);
}

void check_types_of_results(
    const Flow& flow, std::span<const ToolSignature> tools, Diagnostics& diagnostics
) {
  expr::TypeNames names = names_of(flow);
  if (add_results(flow, tools, names)) check_uses(flow, names, diagnostics);
}

}  // namespace loading
}  // namespace parley::flow
