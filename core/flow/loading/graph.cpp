// What follows from the graph of steps: those that nothing reaches, and loops that never wait and never end.
#include <algorithm>
#include <string>
#include <vector>

#include "flow/graph.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

// Index steps.size() stands for the end of the flow.
std::size_t target(const Graph& graph, const Edge& edge) {
  return edge.to == kNoStep ? graph.flow().steps.size() : edge.to;
}

template <typename Enter>
std::vector<bool> reach(const Graph& graph, std::size_t start, Enter enter) {
  const std::size_t steps = graph.flow().steps.size();
  std::vector<bool> seen(steps + 1, false);
  std::vector<std::size_t> open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::size_t step = open.back();
    open.pop_back();
    if (step == steps || !enter(step)) continue;
    for (const Edge& edge : graph.from(static_cast<StepIndex>(step))) {
      const std::size_t next = target(graph, edge);
      if (!seen[next]) {
        seen[next] = true;
        open.push_back(next);
      }
    }
  }
  return seen;
}

void warn_unreachable(Context& context, const std::vector<bool>& reached) {
  const Flow& flow = context.flow;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    // Of a run of such steps only the first is worth a message.
    if (reached[i] || (i > 0 && !reached[i - 1])) continue;
    context.warning(
        "F0501",
        flow.steps[i].position,
        "step " + quote(flow.steps[i].id) + " is never reached",
        "no step goes there: let one do so with next, or remove it"
    );
  }
}

// The steps from which a way leads to the end or to a step that waits, found backwards from those.
std::vector<bool> steps_that_rest(const Graph& graph) {
  const Flow& flow = graph.flow();
  const std::size_t count = flow.steps.size();
  std::vector<std::vector<std::size_t>> before(count + 1);
  for (const Edge& edge : graph.edges()) before[target(graph, edge)].push_back(edge.from);
  std::vector<bool> rests(count + 1, false);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i <= count; ++i) {
    if (i == count || flow.steps[i].spec->waits) {
      rests[i] = true;
      open.push_back(i);
    }
  }
  while (!open.empty()) {
    const std::size_t step = open.back();
    open.pop_back();
    for (const std::size_t earlier : before[step]) {
      if (!rests[earlier]) {
        rests[earlier] = true;
        open.push_back(earlier);
      }
    }
  }
  return rests;
}

// A turn that comes to one of the other steps would run for ever.
void report_endless(Context& context, const Graph& graph, const std::vector<bool>& reached) {
  const Flow& flow = context.flow;
  const std::size_t count = flow.steps.size();
  std::vector<bool> settled = steps_that_rest(graph);
  for (std::size_t i = 0; i < count; ++i) {
    if (!reached[i] || settled[i]) continue;
    const auto loop = reach(graph, i, [&](std::size_t step) { return !settled[step]; });
    std::string names;
    for (std::size_t j = 0; j < count; ++j) {
      if (!loop[j] || settled[j]) continue;
      settled[j] = true;
      names += (names.empty() ? "" : ", ") + flow.steps[j].id;
    }
    context.error(
        "F0502",
        flow.steps[i].position,
        "an endless loop: the steps " + names + " never wait for the user and never end",
        "add an input step, or a switch that leaves the loop"
    );
  }
}

}  // namespace

void check_graph(Context& context) {
  const Flow& flow = context.flow;
  if (flow.steps.empty()) return;
  const Graph graph(flow);
  const auto reached = reach(graph, 0, [](std::size_t) { return true; });
  warn_unreachable(context, reached);
  report_endless(context, graph, reached);
}

}  // namespace parley::flow::loading
