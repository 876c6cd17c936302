// A flow as the analyses walk it: the graph of its steps, with blocks taken apart. A try goes on behind its
// blocks, a step in it may fail into its catches, and branches that run side by side are laid out one after
// the other, once for each branch that may come first. Immutable once made; must not outlive its flow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.hpp"
#include "flow/graph.hpp"

namespace parley::flow::analysis {

using NodeIndex = std::uint32_t;

struct Node {
  StepIndex step = kNoStep;  // kNoStep: the flow has ended, or was stopped
  bool after = false;        // behind the blocks of its step
};

struct Arc {
  NodeIndex to = 0;
  EdgeKind kind = EdgeKind::next;
  std::uint32_t number = 0;  // as Edge::number
  bool failure = false;      // a step inside a try fails into a catch
};

class Model {
 public:
  explicit Model(const Flow& flow);

  [[nodiscard]] const Flow& flow() const { return *flow_; }
  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const Node& node(NodeIndex index) const { return nodes_[index]; }
  [[nodiscard]] const Step* step(NodeIndex index) const {
    return nodes_[index].step == kNoStep ? nullptr : &flow_->steps[nodes_[index].step];
  }
  // The step that runs when the node is entered; null behind blocks and at the end.
  [[nodiscard]] const Step* runs(NodeIndex index) const {
    return nodes_[index].after ? nullptr : step(index);
  }
  [[nodiscard]] std::span<const Arc> from(NodeIndex index) const {
    return std::span(arcs_).subspan(first_[index], first_[index + 1] - first_[index]);
  }
  [[nodiscard]] NodeIndex entry() const { return 0; }
  [[nodiscard]] NodeIndex end() const { return end_; }          // the flow is completed
  [[nodiscard]] NodeIndex stopped() const { return stopped_; }  // a failure that nothing handles
  // Where a step begins; the first place when it is laid out several times.
  [[nodiscard]] NodeIndex start_of(StepIndex step) const { return starts_[step]; }
  // True when branches were too many to lay out in every order: orders between them are then not known.
  [[nodiscard]] bool unordered() const { return unordered_; }

 private:
  friend class ModelBuilder;
  const Flow* flow_;
  Graph graph_;
  std::vector<Node> nodes_;
  std::vector<Arc> arcs_;
  std::vector<std::uint32_t> first_;
  std::vector<NodeIndex> starts_;
  NodeIndex end_ = 0;
  NodeIndex stopped_ = 0;
  bool unordered_ = false;
};

// What the analyses ask about a step.

[[nodiscard]] const Name* called_tool(const Step& step);
// The tools that a model may call while this step runs.
[[nodiscard]] std::span<const Name> tools_of_model(const Step& step);
// The most that one run of the step makes of either.
[[nodiscard]] std::uint64_t most_model_calls(const Step& step);
[[nodiscard]] std::uint64_t most_calls_of_model(const Step& step);
[[nodiscard]] const Name* called_flow(const Step& step);
// The turn ends here: it waits for the user, a person, time or an event; not for a tool or a model.
[[nodiscard]] bool rests(const Step& step);
// The step did its work when it is left this way: a yes, an answer, a result; not a skip, a no, a failure.
[[nodiscard]] bool is_done(const Step& step, const Arc& arc);
// "yes", "no", "card_declined"…: the words on an arrow; empty for plain succession.
[[nodiscard]] std::string label(const Step& step, EdgeKind kind, std::uint32_t number);
template <typename T>
[[nodiscard]] const T* find_field(const Step& step, std::string_view keyword) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    if (step.spec->keywords[k].name == keyword) return step.get<T>(k);
  }
  return nullptr;
}

}  // namespace parley::flow::analysis
