// The connector "tools": how a model finds its way among more tools than it can be shown. It is asked for
// what a task needs, and for how those are called; the calls themselves are the agent's as ever. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "language/retrieval/tool_index.hpp"
#include "server/tools/tool_table.hpp"

namespace parley::tools {

class ToolFinder : public ConnectorRunner {
 public:
  explicit ToolFinder(std::vector<flow::ToolSignature> tools, std::string locale = "en");

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  // tools.search {query, tools: [name], k?} → [{name, description}], best first;
  // tools.describe {names: [name], tools: [name]} → [{name, description, parameters}].
  // `tools` are those that may be found; the engine gives them, not the model. Failure code:
  // "invalid_arguments".
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }

 private:
  [[nodiscard]] Result<Value> search(const Value& arguments);
  [[nodiscard]] Result<Value> describe(const Value& arguments) const;

  const std::vector<flow::ToolSignature> tools_;
  const std::string locale_;
  std::mutex mutex_;
  std::unique_ptr<language::ToolIndex> index_;  // made by the first search; guarded by mutex_
};

// The connectors with one that finds their tools.
[[nodiscard]] Connectors with_finder(Connectors connectors, std::string_view locale = "en");

}  // namespace parley::tools
