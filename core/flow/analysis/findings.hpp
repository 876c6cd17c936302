// What the analyses share: where findings go, and ways through a model with the words that show them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/analysis/model.hpp"
#include "flow/diagnostic.hpp"

namespace parley::flow::analysis {

struct Findings {
  Diagnostics& diagnostics;
  const Flow& flow;

  void error(
      std::string_view code,
      Position at,
      std::string message,
      std::string help,
      std::vector<Waypoint> way = {}
  );
  void warning(
      std::string_view code,
      Position at,
      std::string message,
      std::string help,
      std::vector<Waypoint> way = {}
  );
};

// A walk through a model: the nodes in order, and the arc that was taken from each to the next.
struct Walk {
  std::vector<NodeIndex> nodes;
  std::vector<Arc> arcs;  // one fewer than nodes
};

// A state of a search: a node, and a small number that the search gives a meaning to.
struct Spot {
  NodeIndex node = 0;
  std::uint32_t memory = 0;
};

// The shortest walk from `start` to a spot for which `found` holds, or no nodes at all. `step` gives the
// memory behind an arc, or a negative number when the arc may not be taken. Memories are below `memories`.
[[nodiscard]] Walk shortest_walk(
    const Model& model,
    Spot start,
    std::uint32_t memories,
    const std::function<std::int64_t(const Spot&, const Arc&)>& step,
    const std::function<bool(const Spot&)>& found
);

// The steps of a walk, with the words on the arrows that leave them; the middle of a long one is left out.
[[nodiscard]] std::vector<Waypoint> waypoints(const Model& model, const Walk& walk);
void append_waypoint(std::vector<Waypoint>& way, const Flow& flow, const Step& step, std::string_view words);
[[nodiscard]] std::vector<Waypoint> shortened(std::vector<Waypoint> way);

// By node: whether a walk from the start of the flow comes there.
[[nodiscard]] std::vector<bool> reached_nodes(const Model& model);

}  // namespace parley::flow::analysis
