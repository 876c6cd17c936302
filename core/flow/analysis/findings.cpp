#include "flow/analysis/findings.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace parley::flow::analysis {

namespace {

constexpr std::size_t kLongestWay = 24;
constexpr std::size_t kLongestLabel = 60;

}  // namespace

void Findings::error(
    std::string_view code, Position at, std::string message, std::string help, std::vector<Waypoint> way
) {
  diagnostics.push_back(
      {std::string(code), Severity::error, flow.file, at, std::move(message), std::move(help), std::move(way)}
  );
}

void Findings::warning(
    std::string_view code, Position at, std::string message, std::string help, std::vector<Waypoint> way
) {
  diagnostics.push_back(
      {std::string(code),
       Severity::warning,
       flow.file,
       at,
       std::move(message),
       std::move(help),
       std::move(way)}
  );
}

Walk shortest_walk(
    const Model& model,
    Spot start,
    std::uint32_t memories,
    const std::function<std::int64_t(const Spot&, const Arc&)>& step,
    const std::function<bool(const Spot&)>& found
) {
  struct Before {
    std::size_t spot = SIZE_MAX;
    const Arc* arc = nullptr;
  };
  const auto key = [&](const Spot& spot) { return spot.node * std::size_t{memories} + spot.memory; };
  std::vector<Before> before(model.size() * memories);
  std::vector<bool> seen(before.size(), false);
  std::vector<Spot> queue{start};
  seen[key(start)] = true;
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const Spot spot = queue[at];
    if (found(spot)) {
      Walk walk;
      for (std::size_t k = key(spot); k != SIZE_MAX; k = before[k].spot) {
        walk.nodes.push_back(static_cast<NodeIndex>(k / memories));
        if (before[k].arc != nullptr) walk.arcs.push_back(*before[k].arc);
      }
      std::ranges::reverse(walk.nodes);
      std::ranges::reverse(walk.arcs);
      return walk;
    }
    for (const Arc& arc : model.from(spot.node)) {
      const std::int64_t memory = step(spot, arc);
      if (memory < 0) continue;
      const Spot next{arc.to, static_cast<std::uint32_t>(memory)};
      if (seen[key(next)]) continue;
      seen[key(next)] = true;
      before[key(next)] = {key(spot), &arc};
      queue.push_back(next);
    }
  }
  return {};
}

void append_waypoint(std::vector<Waypoint>& way, const Flow& flow, const Step& step, std::string_view words) {
  std::string text = step.id;
  if (!words.empty()) {
    const std::string_view shown = words.size() <= kLongestLabel ? words : utf8_prefix(words, kLongestLabel);
    text += " (" + std::string(shown) + (shown.size() < words.size() ? "…" : "") + ")";
  }
  way.push_back({flow.file, step.position.line, std::move(text)});
}

std::vector<Waypoint> waypoints(const Model& model, const Walk& walk) {
  std::vector<Waypoint> way;
  for (std::size_t i = 0; i < walk.nodes.size(); ++i) {
    const Step* step = model.runs(walk.nodes[i]);
    if (step == nullptr) continue;
    const bool last = i + 1 == walk.nodes.size();
    const std::string words = last ? std::string() : label(*step, walk.arcs[i].kind, walk.arcs[i].number);
    append_waypoint(way, model.flow(), *step, words);
  }
  return shortened(std::move(way));
}

std::vector<Waypoint> shortened(std::vector<Waypoint> way) {
  if (way.size() <= kLongestWay) return way;
  const std::size_t left_out = way.size() - kLongestWay + 1;
  const auto cut = way.begin() + kLongestWay / 2;
  Waypoint gap = *cut;
  gap.text = "… " + std::to_string(left_out) + " more steps …";
  way.erase(cut, cut + static_cast<std::ptrdiff_t>(left_out));
  way.insert(way.begin() + kLongestWay / 2, std::move(gap));
  return way;
}

std::vector<bool> reached_nodes(const Model& model) {
  std::vector<bool> seen(model.size(), false);
  std::vector<NodeIndex> open{model.entry()};
  seen[model.entry()] = true;
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const Arc& arc : model.from(at)) {
      if (seen[arc.to]) continue;
      seen[arc.to] = true;
      open.push_back(arc.to);
    }
  }
  return seen;
}

}  // namespace parley::flow::analysis
