#include "server/tools/tool_table.hpp"

#include <iterator>
#include <utility>

namespace parley::tools {

void ToolTable::replace_all(Connectors connectors) {
  auto replacement = std::make_shared<const Connectors>(std::move(connectors));
  const std::lock_guard lock(mutex_);
  connectors_.swap(replacement);
}

std::shared_ptr<const Connectors> ToolTable::current() const {
  const std::lock_guard lock(mutex_);
  return connectors_;
}

std::shared_ptr<ConnectorRunner> ToolTable::runner_of(std::string_view tool) const {
  const auto connectors = current();
  const auto found = connectors->find(tool.substr(0, tool.find('.')));
  return found == connectors->end() ? others_ : found->second;
}

bool ToolTable::has(std::string_view tool) const {
  const auto runner = runner_of(tool);
  return runner != nullptr && runner->has(tool);
}

turns::EffectClass ToolTable::effect_class(std::string_view tool) const {
  const auto runner = runner_of(tool);
  return runner == nullptr ? turns::EffectClass::unsafe : runner->effect_class(tool);
}

std::optional<turns::CallPreview> ToolTable::preview(const turns::ToolCall& call) const {
  const auto runner = runner_of(call.tool);
  return runner == nullptr ? std::nullopt : runner->preview(call);
}

Result<void> ToolTable::check_arguments(std::string_view tool, const Value& arguments) const {
  const auto runner = runner_of(tool);
  return runner == nullptr ? Result<void>() : runner->check_arguments(tool, arguments);
}

Result<void> ToolTable::check_result(std::string_view tool, const Value& result) const {
  const auto runner = runner_of(tool);
  return runner == nullptr ? Result<void>() : runner->check_result(tool, result);
}

turns::Awaitable<Result<turns::ToolAnswer>> ToolTable::run(const turns::ToolCall& call) {
  const auto runner = runner_of(call.tool);
  if (runner == nullptr || !runner->has(call.tool)) {
    co_return fail(
        ErrorCode::not_found,
        "there is no tool '" + call.tool + "'",
        "unknown_tool",
        "add its connector to the assistant's tools folder"
    );
  }
  co_return co_await runner->run(call);
}

void ToolTable::stop() {
  for (const auto& [name, runner] : *current()) runner->stop();
  if (others_ != nullptr) others_->stop();
  replace_all({});
}

std::vector<flow::ToolSignature> ToolTable::signatures() const {
  std::vector<flow::ToolSignature> all;
  const auto add = [&](const ConnectorRunner& runner) {
    auto own = runner.signatures();
    all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  };
  for (const auto& [name, runner] : *current()) add(*runner);
  if (others_ != nullptr) add(*others_);
  return all;
}

}  // namespace parley::tools
