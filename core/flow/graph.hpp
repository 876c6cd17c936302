// The graph of a flow: which steps can follow which, and why. The one place that knows; checks, drawings and
// analyses read it. Immutable once made; must not outlive its flow.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "flow/flow.hpp"

namespace parley::flow {

enum class EdgeKind : std::uint8_t {
  next,       // in order, or by `next`
  skip,       // `if` was false
  choice,     // a branch of a switch whose condition held
  otherwise,  // its `else`
  yes,
  no,
  jump,       // by a keyword that names a step, without further meaning
  error,      // a failure: `on_error`, or into a catch
  timeout,    // nobody answered in time
  exhausted,  // a slot's attempts ran out
  enter,      // into a block of this step
  leave,      // the end of a block, back to its owner
  finish,     // the flow ends here
};
[[nodiscard]] std::string_view name(EdgeKind kind);

struct Edge {
  StepIndex from = 0;
  StepIndex to = kNoStep;  // kNoStep: the flow is completed
  EdgeKind kind = EdgeKind::next;
  std::uint32_t number = 0;  // of the branch (choice) or of the block (enter, error)
};

class Graph {
 public:
  explicit Graph(const Flow& flow);

  [[nodiscard]] const Flow& flow() const { return flow_; }
  [[nodiscard]] std::span<const Edge> from(StepIndex step) const;
  [[nodiscard]] std::span<const Edge> edges() const { return edges_; }  // ordered by `from`

 private:
  void add_step(StepIndex index);
  void add_field(StepIndex index, std::size_t keyword, bool& falls_through);
  void add(StepIndex from, StepIndex to, EdgeKind kind, std::uint32_t number = 0);

  const Flow& flow_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> first_;  // by step: its first edge; one more at the end
};

}  // namespace parley::flow
