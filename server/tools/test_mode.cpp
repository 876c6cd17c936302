#include "server/tools/test_mode.hpp"

#include <utility>

#include "expr/scope.hpp"
#include "wire/conduct/fill.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/example.hpp"

namespace parley::tools {

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
  Value result = operation->example ? wire::filled(*operation->example, expr::Scope::of_map(names))
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
