// The connector "tools": how a model finds its way among more tools than it can be shown. It is asked for
// what a task needs, and for how those are called; the calls themselves are the agent's as ever. Where a
// model makes vectors, those of the tools are fetched in the background from the first search on; until all
// are there, and whenever the model does not answer, tools are found without. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "language/tool_search/tool_index.hpp"
#include "server/tools/tool_table.hpp"

namespace parley::tools {

class ToolFinder : public ConnectorRunner, public std::enable_shared_from_this<ToolFinder> {
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
  void use_vectors(std::shared_ptr<turns::TextVectors> vectors) override { vectors_ = std::move(vectors); }

 private:
  turns::Awaitable<Result<Value>> search(const turns::ToolCall& call);
  [[nodiscard]] Result<Value> describe(const Value& arguments) const;

  // The index, made by the first search. The mutex is held.
  language::ToolIndex& index();
  // What the model makes of a task; nothing when there is none, or not all tools have vectors yet.
  turns::Awaitable<std::vector<float>> meaning(std::string query, const turns::ToolCall& call);
  turns::Awaitable<void> fetch_vectors(std::string tenant);

  const std::vector<flow::ToolSignature> tools_;
  const std::string locale_;
  std::shared_ptr<turns::TextVectors> vectors_;  // null: nothing makes any
  std::mutex mutex_;
  // These with the lock.
  std::unique_ptr<language::ToolIndex> index_;
  bool fetching_ = false;
};

// The connectors with one that finds their tools.
[[nodiscard]] Connectors with_finder(
    Connectors connectors,
    std::string_view locale = "en",
    std::shared_ptr<turns::TextVectors> vectors = nullptr
);

}  // namespace parley::tools
