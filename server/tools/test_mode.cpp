#include "server/tools/test_mode.hpp"

#include <utility>

#include "expr/scope.hpp"
#include "expr/template.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/example.hpp"

namespace parley::tools {

namespace {

// The example with its templates filled in. One that fails, because an argument is missing, becomes null:
// test mode must not be stricter than the service it stands for.
Value filled(const Value& example, const expr::Scope& scope) {
  if (example.is_string()) {
    if (example.as_string().find("{{") == std::string_view::npos) return example;
    const auto text = expr::Template::compile(example.as_string());
    if (!text) return example;
    auto value = text->evaluate(scope);
    return value ? std::move(*value) : Value();
  }
  if (example.is_list()) {
    ListBuilder list;
    list.reserve(example.size());
    for (const Value& item : example.as_list()) list.add(filled(item, scope));
    return list.build();
  }
  if (example.is_map()) {
    MapBuilder map;
    map.reserve(example.size());
    for (const auto& [key, value] : example.entries()) map.set(key, filled(value, scope));
    return map.build();
  }
  return example;
}

}  // namespace

turns::EffectClass effect_class_named(std::string_view name) {
  if (name == "read") return turns::EffectClass::read;
  if (name == "keyed") return turns::EffectClass::keyed;
  if (name == "natural") return turns::EffectClass::natural;
  if (name == "reconcile") return turns::EffectClass::reconcile;
  return turns::EffectClass::unsafe;
}

TestModeRunner::TestModeRunner(std::shared_ptr<const wire::Connector> connector)
    : connector_(std::move(connector)) {
  for (const wire::Tool& operation : connector_->tools) {
    checks_.emplace(operation.id, ArgumentCheck(operation.parameters));
  }
}

bool TestModeRunner::has(std::string_view tool) const {
  return connector_->find(tool) != nullptr;
}

turns::EffectClass TestModeRunner::effect_class(std::string_view tool) const {
  const wire::Tool* operation = connector_->find(tool);
  return operation == nullptr ? turns::EffectClass::unsafe : effect_class_named(operation->effect);
}

Result<turns::ToolAnswer> TestModeRunner::answer(const turns::ToolCall& call) const {
  const wire::Tool* operation = connector_->find(call.tool);
  if (operation == nullptr) {
    return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  }
  auto arguments = checks_.find(call.tool)->second.taken(call.tool, call.arguments);
  if (!arguments) return std::unexpected(std::move(arguments.error()));
  const Value names = MapBuilder().set("args", std::move(*arguments)).build();
  Value result = operation->example ? filled(*operation->example, expr::Scope::of_map(names))
                                    : wire::example_of(wire::without_references(operation->result_schema));
  return turns::ToolAnswer{std::move(result), true};
}

turns::Awaitable<Result<turns::ToolAnswer>> TestModeRunner::run(const turns::ToolCall& call) {
  co_return answer(call);
}

std::vector<flow::ToolSignature> TestModeRunner::signatures() const {
  std::vector<flow::ToolSignature> all;
  all.reserve(connector_->tools.size());
  for (const wire::Tool& operation : connector_->tools)
    all.push_back(
        {operation.id,
         wire::without_references(operation.parameters),
         wire::without_references(operation.result_schema)}
    );
  return all;
}

}  // namespace parley::tools
