// The step `search` over an assistant's knowledge, as the connector "knowledge": "knowledge.faq" looks into
// the source `faq`. Everything is in memory, indexed when the folder is read. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "language/retrieval/hybrid_index.hpp"
#include "language/retrieval/passages.hpp"
#include "server/tools/tool_table.hpp"

namespace parley::tools {

struct KnowledgeDocument {
  std::string file;      // as it is cited
  std::string markdown;  // see language::passages_of()
};

class KnowledgeRunner : public ConnectorRunner {
 public:
  explicit KnowledgeRunner(std::string locale = "en") : locale_(std::move(locale)) {}
  // Before the first call only.
  void add_source(std::string name, const std::vector<KnowledgeDocument>& documents);

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  // {query, k, min_score} → a list of {text, heading, file, line, cite, score}, best first. Failure code:
  // "no_knowledge" for a source that does not exist.
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }

 private:
  struct Entry {
    language::Passage passage;
    std::string file;
  };
  struct Source {
    explicit Source(std::string locale);
    std::mutex mutex;  // of the index, which searches in room of its own
    language::HybridIndex index;
    std::vector<Entry> entries;
  };

  std::string locale_;
  std::map<std::string, std::unique_ptr<Source>, std::less<>> sources_;
};

}  // namespace parley::tools
