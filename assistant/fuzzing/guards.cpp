#include <string_view>

#include "assistant/fuzzing/invariants.hpp"
#include "flow/graph.hpp"

namespace parley::assistant {

namespace {

bool is(const flow::Step& step, std::string_view type) {
  return step.spec->type == type;
}

// Whether a way leads to `target` although nobody says yes at `confirm`.
bool reachable_without_yes(const flow::Graph& graph, flow::StepIndex target, flow::StepIndex confirm) {
  const std::size_t count = graph.flow().steps.size();
  std::vector<bool> seen(count, false);
  std::vector<flow::StepIndex> open{0};
  seen[0] = true;
  while (!open.empty()) {
    const flow::StepIndex step = open.back();
    open.pop_back();
    if (step == target) return true;
    for (const flow::Edge& edge : graph.from(step)) {
      const bool yes = edge.kind == flow::EdgeKind::yes || edge.kind == flow::EdgeKind::next;
      if ((step == confirm && yes) || edge.to >= count || seen[edge.to]) continue;
      seen[edge.to] = true;
      open.push_back(edge.to);
    }
  }
  return false;
}

}  // namespace

Guards::Guards(const engine::Release& release) {
  for (const auto& [id, flow] : release.flows()) {
    const flow::Graph graph(*flow);
    for (flow::StepIndex tool = 0; tool < flow->steps.size(); ++tool) {
      if (!is(flow->steps[tool], "tool")) continue;
      for (flow::StepIndex confirm = 0; confirm < flow->steps.size(); ++confirm) {
        if (!is(flow->steps[confirm], "confirm") || reachable_without_yes(graph, tool, confirm)) continue;
        before_[{flow.get(), tool}].push_back(confirm);
      }
    }
  }
}

const std::vector<flow::StepIndex>& Guards::before(const flow::Flow& flow, flow::StepIndex tool_step) const {
  static const std::vector<flow::StepIndex> kNone;
  const auto found = before_.find({&flow, tool_step});
  return found == before_.end() ? kNone : found->second;
}

}  // namespace parley::assistant
