#include "server/tools/test_mode.hpp"

#include <utility>

#include "expr/scope.hpp"
#include "expr/template.hpp"
#include "server/tools/preview.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/conduct/fill.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/example.hpp"
#include "wire/render.hpp"
#include "wire/tool_signature.hpp"

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

std::optional<turns::CallPreview> TestModeRunner::preview(const turns::ToolCall& call) const {
  const wire::Tool* tool = connector_->find(call.tool);
  if (tool == nullptr) return std::nullopt;
  auto arguments = checks_.find(tool->id)->second.taken(tool->id, call.arguments);
  if (!arguments) return preview_of(*tool, call.arguments, std::unexpected(std::move(arguments.error())));
  // As it would go out: answers here are made of less than a call needs.
  auto sent = wire::arguments_sent(*tool, *arguments, wire::marker_of(call.idempotency_key));
  if (!sent) return preview_of(*tool, *arguments, std::unexpected(std::move(sent.error())));
  auto rendered = wire::render(*tool, *sent);
  if (!rendered) return preview_of(*tool, *arguments, std::unexpected(std::move(rendered.error())));
  return preview_of(
      *tool,
      *arguments,
      ShownRequest{
          std::move(rendered->method),
          std::move(rendered->url),
          std::move(rendered->headers),
          std::move(rendered->body)
      }
  );
}

Result<void> TestModeRunner::check_arguments(std::string_view tool, const Value& arguments) const {
  const wire::Tool* known = connector_->find(tool);
  return known == nullptr ? Result<void>() : checks_.find(known->id)->second.exact(tool, arguments);
}

Result<void> TestModeRunner::check_result(std::string_view tool, const Value& result) const {
  const wire::Tool* known = connector_->find(tool);
  return known == nullptr ? Result<void>() : check_against_result(*known, result);
}

Result<turns::ToolAnswer> TestModeRunner::answer(const turns::ToolCall& call) const {
  const wire::Tool* operation = connector_->find(call.tool);
  if (operation == nullptr) {
    return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  }
  auto arguments = checks_.find(operation->id)->second.taken(operation->id, call.arguments);
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
  for (const wire::Tool& tool : connector_->tools) all.push_back(wire::signature_of(tool));
  return all;
}

}  // namespace parley::tools
