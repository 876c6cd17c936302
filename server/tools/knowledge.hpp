// The step `search` over an assistant's knowledge, as the connector "knowledge": "knowledge.faq" looks into
// the source `faq`. The words are in memory, indexed when the folder is read. A model's vectors, where there
// is one, are fetched in the background from the first search on, or made sure of where the store compares
// them; until all of a source are there, and whenever the model does not answer, passages are found by their
// words and pieces of words. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "language/retrieval/hybrid_index.hpp"
#include "language/retrieval/passages.hpp"
#include "server/tools/tool_table.hpp"
#include "server/tools/vector_graph.hpp"
#include "server/turns/vectors/searched_texts.hpp"

namespace parley::tools {

struct KnowledgeDocument {
  std::string file;      // as it is cited
  std::string markdown;  // see language::passages_of()
};

class KnowledgeRunner : public ConnectorRunner, public std::enable_shared_from_this<KnowledgeRunner> {
 public:
  // A source of more passages than `exact_up_to` gets a graph of its vectors, built in the background from
  // the first search on.
  static constexpr std::size_t kExactUpTo = 50'000;
  explicit KnowledgeRunner(std::string locale = "en", std::size_t exact_up_to = kExactUpTo)
      : locale_(std::move(locale)), exact_up_to_(exact_up_to) {}
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
  void use_vectors(std::shared_ptr<turns::TextVectors> vectors) override { vectors_ = std::move(vectors); }
  // Waits until the graphs that are being built are there.
  void finish_graphs();
  // Whether a source is searched by a graph now.
  [[nodiscard]] bool has_graph(std::string_view source) const;

 private:
  struct Entry {
    language::Passage passage;
    std::string file;
  };
  struct Source {
    explicit Source(std::string locale);
    mutable std::mutex mutex;  // of the index, which searches in room of its own
    language::HybridIndex index;
    std::vector<Entry> entries;
    bool fetching = false;                         // vectors, from a model
    std::shared_ptr<turns::SearchedTexts> stored;  // all passages, when the store compares them
    std::string maker;                             // of the vectors of `stored`
    std::shared_ptr<VectorGraph> graph;            // null: all are compared
    bool building = false;
    std::jthread builder;  // ends before what it reads
  };
  // In this process. The mutex is held.
  std::vector<language::Match> best(
      Source& source, std::string_view query, const std::vector<float>& vector, std::size_t k, float least
  );
  void build_graph(Source& source);
  static void let_go_of_graph(Source& source);

  // What the model makes of a question; nothing when there is none, or the source is not ready for it.
  turns::Awaitable<std::vector<float>> meaning(Source& source, const turns::ToolCall& call);
  turns::Awaitable<std::vector<float>> vector_of(const turns::ToolCall& call);
  // In the background; fetch_vectors() or collect().
  using Fetch = turns::Awaitable<void> (KnowledgeRunner::*)(Source& source, turns::Collection collection);
  turns::Awaitable<void> begin(Fetch fetch, Source& source, turns::Collection collection);
  turns::Awaitable<void> fetch_vectors(Source& source, turns::Collection collection);

  // Whether the store compares a source's vectors.
  [[nodiscard]] bool in_store(const Source& source) const;
  // How near it knows each passage to be; nothing when it does not know (yet).
  turns::Awaitable<std::vector<float>> nearness(
      Source& source, turns::Collection collection, const turns::ToolCall& call
  );
  turns::Awaitable<void> collect(Source& source, turns::Collection collection);
  turns::Awaitable<Result<void>> add_missing(
      Source& source, turns::SearchedTexts& stored, const turns::Collection& collection
  );

  std::string locale_;
  std::size_t exact_up_to_;
  std::shared_ptr<turns::TextVectors> vectors_;
  std::map<std::string, std::unique_ptr<Source>, std::less<>> sources_;
};

}  // namespace parley::tools
