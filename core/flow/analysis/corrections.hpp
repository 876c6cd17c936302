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

// What a frame remembers for corrections: where one goes on, and whether the user said yes to what the slots
// hold.
struct Mark {
  NodeIndex segment = 0;
  bool confirmed = false;

  bool operator==(const Mark&) const = default;
};

class Corrections {
 public:
  // `bound` are the steps whose yes a correction of an earlier answer takes back.
  Corrections(const Model& model, const std::vector<bool>& bound);

  // The marks behind an arc; several when it depends on what slots hold.
  [[nodiscard]] std::vector<Mark> behind(NodeIndex from, const Arc& arc, Mark mark) const;

  struct Target {
    NodeIndex node = 0;
    bool takes_back = false;  // an answer was changed that a bound step's yes was about
  };
  // Where the flow goes on when the user changes an answer while it waits at a node.
  [[nodiscard]] std::vector<Target> targets(NodeIndex node, const Mark& mark) const;
  // An answer that a bound step's yes was about may be changed while the flow is at a node, in whatever flow
  // that it runs.
  [[nodiscard]] bool may_take_back(NodeIndex node) const;
  // The slot may hold a value when the flow comes to a node.
  [[nodiscard]] bool may_hold(NodeIndex node, std::string_view slot) const;

 private:
  void find_held_slots();
  void find_bound_slots(const std::vector<bool>& bound);
  [[nodiscard]] bool holds(NodeIndex node, std::size_t slot) const { return held_[node][slot]; }

  const Model& model_;
  std::vector<std::vector<bool>> held_;  // by node, by slot: may hold a value on arrival
  std::vector<bool> covered_;            // by slot: a bound step may be about it
  std::vector<StepIndex> asked_again_;   // by slot: the first step that asks for what depends on it
};

// The user's words reach the flow while it waits at this step, so an answer can be changed.
[[nodiscard]] bool hears(const Step& step);

}  // namespace parley::flow::analysis
