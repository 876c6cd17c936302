// Which tool gives what another needs: who deletes a playlist needs its identifier, which the tool that lists
// playlists gives. Known beforehand, from the names of parameters and paths and from what answers hold.
// Immutable once made; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "flow/load.hpp"
#include "language/retrieval/terms.hpp"

namespace parley::language {

class ToolGraph {
 public:
  using Noun = std::uint32_t;  // a term
  struct Giver {
    std::uint32_t tool = 0;
    float fit = 0;          // 0…1: how well it gives that
    bool searches = false;  // it finds any of them, by words
  };
  // One thing that a tool needs an identifier of, under any of its names.
  using Need = std::vector<Noun>;

  explicit ToolGraph(std::span<const flow::ToolSignature> tools, std::string_view locale);

  [[nodiscard]] std::span<const Need> needs_of(std::uint32_t tool) const { return needs_[tool]; }
  // The best first; none that needs an identifier itself.
  [[nodiscard]] std::span<const Giver> givers_of(Noun noun) const;
  // What gives the things that a tool's path leads through: for "/shows/{id}/episodes", "GET /shows/{id}".
  [[nodiscard]] std::span<const std::uint32_t> above(std::uint32_t tool) const { return above_[tool]; }
  // What gives one such thing, when its identifier is known.
  [[nodiscard]] std::span<const std::uint32_t> details_of(Noun noun) const;

 private:
  void add_above(std::span<const flow::ToolSignature> tools);
  void add_needs(const flow::ToolSignature& tool, std::string_view locale);
  void add_details(std::uint32_t number, const flow::ToolSignature& tool, std::string_view locale);
  void add_givings(std::uint32_t number, const flow::ToolSignature& tool, std::string_view locale);

  std::vector<std::vector<Need>> needs_;           // by tool
  std::vector<std::vector<std::uint32_t>> above_;  // likewise
  std::unordered_map<Noun, std::vector<Giver>> givers_;
  std::unordered_map<Noun, std::vector<std::uint32_t>> details_;
};

}  // namespace parley::language
