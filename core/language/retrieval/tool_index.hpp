// Which of many tools a task is about: by the words of their names, places, descriptions and parameters
// (BM25), and by a vector of pieces of words, half and half. Two things are known of tools that are not known
// of texts:
//
//   actions     "add", "create" and "new" mean what POST does; a tool whose action the task names comes first
//   producers   who needs an identifier needs what lists or searches those things: "delete the playlist
//   Quiet"
//               is about the tool that deletes playlists, and about the one that lists them
//
// No model is asked and nothing is learnt. Not thread-safe: searching uses room of the index's own.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flow/load.hpp"
#include "language/retrieval/text_index.hpp"
#include "language/retrieval/vector_index.hpp"

namespace parley::language {

struct FoundTool {
  std::uint32_t tool = 0;  // its place in the list that the index was made of
  float score = 0;         // best first; of no meaning across searches
};

class ToolIndex {
 public:
  explicit ToolIndex(std::span<const flow::ToolSignature> tools, std::string locale = "en");

  // At most k, best first; only those for which `may(tool)` holds.
  [[nodiscard]] std::vector<FoundTool> search(
      std::string_view task, std::size_t k, const std::function<bool(std::uint32_t tool)>& may = {}
  );

  [[nodiscard]] std::size_t size() const { return actions_.size(); }

 private:
  using Noun = std::uint32_t;  // a term
  struct Producer {
    float fit = 0;
    std::uint32_t tool = 0;
  };

  void add(const flow::ToolSignature& tool);
  void add_producer(const flow::ToolSignature& tool, std::string_view names, std::string_view summary);
  void keep_best_producers();
  void add_what_is_needed(const std::function<bool(std::uint32_t)>& may);
  [[nodiscard]] std::vector<Noun> nouns_of(std::string_view words) const;

  std::string locale_;
  TextIndex words_;
  VectorIndex vectors_;
  std::vector<std::uint8_t> actions_;     // by tool: what it does, as bits
  std::vector<std::vector<Noun>> needs_;  // by tool: what it needs identifiers of
  std::unordered_map<Noun, std::vector<Producer>> producers_;
  std::vector<float> scores_;  // of the search that runs
};

}  // namespace parley::language
