// Which of many tools a task is about: by the words of their names, places, descriptions, parameters and
// answers (BM25), and by a vector of pieces of words. Things that are known of tools and tasks, and not of
// texts:
//
//   synonyms    a song is a track, and "my" is what services call the current user (synonyms.hpp)
//   parts       "pause, turn the volume down and go on" names three tools; each part is looked for as well
//   givers      who needs an identifier needs what lists or searches those things: "delete the playlist
//               Quiet" is about the tool that deletes playlists, and about the one that lists them
//               (tool_graph.hpp)
//   details     what the task speaks of is often answered by the thing itself: "GET /artists/{id}"
//
// No model is asked and nothing is learnt; what a model made of the tools' texts counts when it is given. Not
// thread-safe: searching uses room of the index's own.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/load.hpp"
#include "language/retrieval/meanings.hpp"
#include "language/retrieval/text_index.hpp"
#include "language/retrieval/vector_index.hpp"
#include "language/tool_search/tool_graph.hpp"

namespace parley::language {

struct FoundTool {
  std::uint32_t tool = 0;  // its place in the list that the index was made of
  float score = 0;         // best first; of no meaning across searches
};

// What a model is to make a vector of: what the tool is called and does.
[[nodiscard]] std::string meaning_text(const flow::ToolSignature& tool);

class ToolIndex {
 public:
  using May = std::function<bool(std::uint32_t tool)>;

  explicit ToolIndex(std::span<const flow::ToolSignature> tools, std::string locale = "en");

  // What a model made of a tool's meaning_text(). Counts once every tool has one.
  void set_vector(std::uint32_t tool, std::span<const float> vector) { meanings_.set(tool, vector); }

  [[nodiscard]] bool has_vectors() const { return size() > 0 && meanings_.size() == size(); }

  // At most k, best first; only those for which `may(tool)` holds. `vector`: what the model made of the task.
  [[nodiscard]] std::vector<FoundTool> search(
      std::string_view task, std::size_t k, const May& may = {}, std::span<const float> vector = {}
  );

  [[nodiscard]] std::size_t size() const { return words_.size(); }

 private:
  void add(const flow::ToolSignature& tool);
  void score_text(std::string_view text, std::span<const float> vector, std::vector<float>& scores);
  void score_parts(std::string_view task);
  void add_what_is_named(const Terms& terms);
  void add_what_is_needed(const May& may);
  void add_what_is_above(const May& may);

  std::string locale_;
  ToolGraph graph_;
  TextIndex words_;
  TextIndex answers_;  // the names of what comes back
  VectorIndex vectors_;
  Meanings meanings_;
  // Of the search that runs.
  std::vector<float> scores_;
  std::vector<float> part_;
};

}  // namespace parley::language
