// What a correction does to a running flow, as far as its graph knows: the engine's rules about where a flow
// goes on after the user changed an earlier answer (core/engine/repair), said about all conversations at
// once. core/engine's tests compare the two.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "flow/analysis/checks.hpp"
#include "flow/analysis/model.hpp"

namespace parley::flow::analysis {

// What a frame remembers for corrections.
struct Mark {
  NodeIndex segment = 0;   // a correction goes back to here, or further
  bool confirmed = false;  // the user said yes to what the slots hold
  StepIndex free = 0;      // what stands before this step has had effects, and is not gone back over

  bool operator==(const Mark&) const = default;
};

class Corrections {
 public:
  // `bound` are the steps whose yes a correction of an earlier answer takes back.
  Corrections(const Model& model, const std::vector<bool>& bound);

  // The marks behind an arc; several when it depends on what slots hold or on what a tool does.
  [[nodiscard]] std::vector<Mark> behind(NodeIndex from, const Arc& arc, Mark mark) const;

  // What can be changed while the flow is at a node: an answer that a bound step's yes was about, another
  // one.
  struct Choice {
    bool takes_back = false;
    bool keeps = false;
  };
  [[nodiscard]] Choice at(NodeIndex node) const;
  // The last step that a correction may lead back to. What was computed from the answer, decided or asked by
  // it may lie anywhere before, down to Mark::free. kNoStep: there is none.
  [[nodiscard]] StepIndex last_target(NodeIndex node, const Mark& mark) const;
  // The slot may hold a value when the flow comes to a node.
  [[nodiscard]] bool may_hold(NodeIndex node, std::string_view slot) const;

 private:
  void find_held_slots();
  void find_bound_slots(const std::vector<bool>& bound);
  [[nodiscard]] bool holds(NodeIndex node, std::size_t slot) const { return held_[node][slot]; }
  [[nodiscard]] std::vector<Mark> behind_blocks(NodeIndex from, const Arc& arc, const Mark& mark) const;

  const Model& model_;
  std::vector<std::vector<bool>> held_;  // by node, by slot: may hold a value on arrival
  std::vector<bool> covered_;            // by slot: a bound step may be about it
};

// A correction may lead back to this step by itself: it asks, computes, decides or calls something.
[[nodiscard]] bool may_begin_again(const Step& step);
// The user's words reach the flow while it waits at this step, so an answer can be changed.
[[nodiscard]] bool hears(const Step& step);

}  // namespace parley::flow::analysis
