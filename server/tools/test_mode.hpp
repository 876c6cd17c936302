// A connector in test mode: answers from the examples of its OpenAPI document, calls nobody.
//
// Strings of an example may be templates over the call's arguments ("{{ args.amount }}"). Arguments are
// checked as a live call would check them. Immutable, so thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "server/tools/arguments.hpp"
#include "server/tools/tool_table.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

class TestModeRunner : public ConnectorRunner {
 public:
  explicit TestModeRunner(std::shared_ptr<const wire::Connector> connector);

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  [[nodiscard]] std::optional<turns::CallPreview> preview(const turns::ToolCall& call) const override;
  [[nodiscard]] Result<void> check_arguments(std::string_view tool, const Value& arguments) const override;
  [[nodiscard]] Result<void> check_result(std::string_view tool, const Value& result) const override;
  // Failure codes: "unknown_tool", "invalid_arguments".
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;

  [[nodiscard]] const wire::Connector& connector() const { return *connector_; }

 private:
  [[nodiscard]] Result<turns::ToolAnswer> answer(const turns::ToolCall& call) const;

  std::shared_ptr<const wire::Connector> connector_;
  std::map<std::string, ArgumentCheck, std::less<>> checks_;
};

// "keyed"… as connectors write it; unknown is unsafe.
[[nodiscard]] turns::EffectClass effect_class_named(std::string_view name);

}  // namespace parley::tools
