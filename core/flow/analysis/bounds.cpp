#include "flow/analysis/bounds.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "flow/analysis/checks.hpp"
#include "flow/analysis/corrections.hpp"

namespace parley::flow::analysis {

namespace {

// Costs add up and stop at kUnbounded; kImpossible: there is no such way.
using Cost = std::int64_t;
constexpr Cost kUnbounded = Cost{1} << 40;
constexpr Cost kImpossible = -1;
constexpr Cost kDefaultRounds = 100;  // of a loop that says nothing about it

Cost plus(Cost a, Cost b) {
  if (a == kImpossible || b == kImpossible) return kImpossible;
  return std::min(a + b, kUnbounded);
}

Cost times(Cost a, Cost b) {
  if (a <= 0 || b <= 0) return 0;
  return a >= kUnbounded / b ? kUnbounded : a * b;
}

enum class Counted : std::uint8_t { steps, tool_calls, model_calls };

// What a flow can cost, as those who run it need to know.
struct Summary {
  Cost head = kImpossible;     // from its start until it waits or ends
  Cost through = kImpossible;  // from its start to its end without waiting
  Cost tail = kImpossible;     // from where it waited to its end
  Cost turn = kImpossible;     // the most between any two waits

  bool operator==(const Summary&) const = default;
};

using Summaries = std::map<std::string_view, Summary>;

Cost most_rounds(const Step& loop) {
  const auto* max = find_field<Value>(loop, "max");
  return max != nullptr && max->is_int() ? max->as_int() : kDefaultRounds;
}

Cost attempts(const Step& step) {
  const auto* retry = find_field<Data>(step, "retry");
  const auto* members = retry == nullptr ? nullptr : std::get_if<Data::Map>(&retry->node);
  if (members == nullptr) return 1;
  for (const Data::Member& member : *members) {
    const auto* value = std::get_if<Value>(&member.value.node);
    if (member.key == "max" && value != nullptr && value->is_int())
      return 1 + std::max<Cost>(value->as_int(), 0);
  }
  return 1;
}

// The costs of one flow, given those of the flows that it runs.
class Costs {
 public:
  Costs(
      const Model& model,
      const Models& models,
      const Corrections* held,
      Counted counted,
      const Summaries& known
  )
      : model_(model), models_(models), held_(held), counted_(counted), known_(known) {}

  Summary summarise() {
    lay_out();
    find_components();
    Summary summary;
    summary.head = onward_[model_.entry()];
    summary.through = to_end_[model_.entry()];
    summary.turn = summary.head;
    for (NodeIndex n = 0; n < model_.size(); ++n) {
      const Step* step = model_.runs(n);
      if (step == nullptr || !reached(n)) continue;
      const Model* called = models_.called_by(*step);
      Cost before = rests(*step) ? 0 : kImpossible;
      if (called != nullptr) {
        const Summary& sub = known_.at(called->flow().id);
        before = sub.tail;
        summary.turn = std::max(summary.turn, sub.turn);
      }
      if (before == kImpossible) continue;
      // Within a loop, what is left of this round and all others may still follow.
      const Cost again = rounds_around(n);
      for (const Edge& edge : next_[n]) {
        summary.turn = std::max(summary.turn, plus(plus(before, again), onward_[edge.to]));
        summary.tail = std::max(summary.tail, plus(plus(before, again), to_end_[edge.to]));
      }
    }
    return summary;
  }

 private:
  struct Edge {
    NodeIndex to = 0;
    bool back = false;  // to the loop around: taken as leading behind it
  };

  [[nodiscard]] bool reached(NodeIndex n) const { return reached_[n]; }

  // The loops around a step that can go round without waiting, as multipliers; others end each turn inside.
  void lay_out() {
    reached_ = reached_nodes(model_);
    next_.resize(model_.size());
    weight_.assign(model_.size(), 0);
    find_spinning_loops();
    for (NodeIndex n = 0; n < model_.size(); ++n) {
      for (const Arc& arc : model_.from(n)) {
        const Step* to = model_.runs(arc.to);
        const StepIndex loop = model_.node(arc.to).step;
        const Step* from = model_.step(n);
        const bool back = to != nullptr && to->spec->repeats && from != nullptr &&
                          inside(model_.node(n).step, loop) && spins_[loop];
        if (!back) {
          next_[n].push_back({arc.to});
          continue;
        }
        for (const Arc& leaves : model_.from(arc.to)) {
          if (leaves.kind != EdgeKind::enter) next_[n].push_back({leaves.to, true});
        }
      }
      weight_[n] = times(own_weight(n), multiplier(n));
    }
  }

  [[nodiscard]] bool inside(StepIndex step, StepIndex owner) const {
    return step != kNoStep && step > owner && step < model_.flow().steps[owner].end;
  }

  // A round from the loop's step back to it is possible without waiting.
  void find_spinning_loops() {
    const Flow& flow = model_.flow();
    spins_.assign(flow.steps.size(), false);
    for (NodeIndex loop = 0; loop < model_.size(); ++loop) {
      const Step* owner = model_.runs(loop);
      if (owner == nullptr || !owner->spec->repeats) continue;
      const StepIndex index = model_.node(loop).step;
      std::vector<bool> seen(model_.size(), false);
      std::vector<NodeIndex> open{loop};
      while (!open.empty()) {
        const NodeIndex at = open.back();
        open.pop_back();
        if (at != loop && !passes(at)) continue;
        for (const Arc& arc : model_.from(at)) {
          if (arc.to == loop && at != loop) spins_[index] = true;
          if (seen[arc.to] || !inside(model_.node(arc.to).step, index)) continue;
          seen[arc.to] = true;
          open.push_back(arc.to);
        }
      }
    }
  }

  // The turn may go on behind this step.
  [[nodiscard]] bool passes(NodeIndex n) const {
    const Step* step = model_.runs(n);
    if (step == nullptr) return true;
    if (const Model* called = models_.called_by(*step))
      return known_.at(called->flow().id).through != kImpossible;
    if (!rests(*step)) return true;
    const auto* gathered = find_field<Names>(*step, "gather");
    if (gathered == nullptr || held_ == nullptr) return false;
    return std::ranges::all_of(*gathered, [&](const Name& name) {
      const Slot* slot = model_.flow().slot(name.text);
      return slot != nullptr && !slot->always_ask && held_->may_hold(n, name.text);
    });
  }

  [[nodiscard]] Cost own_weight(NodeIndex n) const {
    const Step* step = model_.runs(n);
    if (step == nullptr) return 0;
    switch (counted_) {
      case Counted::steps:
        return 1;
      case Counted::tool_calls:
        return called_tool(*step) != nullptr ? attempts(*step) : most_calls_of_model(*step);
      case Counted::model_calls:
        return most_model_calls(*step);
    }
    return 0;
  }

  [[nodiscard]] Cost multiplier(NodeIndex n) const {
    Cost product = 1;
    const Flow& flow = model_.flow();
    const StepIndex self = model_.node(n).step;
    if (self == kNoStep) return product;
    if (flow.steps[self].spec->repeats && spins_[self])
      product = times(product, most_rounds(flow.steps[self]) + 1);
    for (StepIndex around = flow.steps[self].parent; around != kNoStep; around = flow.steps[around].parent) {
      if (flow.steps[around].spec->repeats && spins_[around])
        product = times(product, most_rounds(flow.steps[around]));
    }
    return product;
  }

  // Strongly connected parts in an order in which a part comes after all that it leads to (Tarjan), with the
  // costs from every node on the way.
  void find_components() {
    const std::size_t count = model_.size();
    onward_.assign(count, kImpossible);
    to_end_.assign(count, kImpossible);
    part_of_.assign(count, 0);
    std::vector<std::uint32_t> order(count, 0);
    std::vector<std::uint32_t> low(count, 0);
    std::vector<bool> on_stack(count, false);
    std::vector<NodeIndex> stack;
    std::uint32_t counter = 0;
    struct Visit {
      NodeIndex node;
      std::size_t edge = 0;
    };
    for (NodeIndex root = 0; root < count; ++root) {
      if (order[root] != 0) continue;
      std::vector<Visit> visits{{root}};
      order[root] = low[root] = ++counter;
      stack.push_back(root);
      on_stack[root] = true;
      while (!visits.empty()) {
        Visit& visit = visits.back();
        const NodeIndex n = visit.node;
        const bool goes_on = passes(n);
        if (goes_on && visit.edge < next_[n].size()) {
          const NodeIndex to = next_[n][visit.edge++].to;
          if (order[to] == 0) {
            order[to] = low[to] = ++counter;
            stack.push_back(to);
            on_stack[to] = true;
            visits.push_back({to});
          } else if (on_stack[to]) {
            low[n] = std::min(low[n], order[to]);
          }
          continue;
        }
        if (low[n] == order[n]) close(n, stack, on_stack);
        visits.pop_back();
        if (!visits.empty()) low[visits.back().node] = std::min(low[visits.back().node], low[n]);
      }
    }
  }

  void close(NodeIndex n, std::vector<NodeIndex>& stack, std::vector<bool>& on_stack) {
    std::vector<NodeIndex> part;
    do {
      part.push_back(stack.back());
      on_stack[stack.back()] = false;
      stack.pop_back();
    } while (part.back() != n);
    ++parts_;
    for (const NodeIndex m : part) part_of_[m] = parts_;
    const auto in_part = [&](NodeIndex m) { return part_of_[m] == parts_; };
    Cost inside = 0;
    Cost onward = 0;
    Cost to_end = kImpossible;
    bool circular = false;
    for (const NodeIndex m : part) {
      inside = plus(inside, plus(weight_[m], cost_of_call(m, true)));
      if (m == model_.end()) to_end = 0;
      if (!passes(m)) continue;
      for (const Edge& edge : next_[m]) {
        if (in_part(edge.to)) {
          circular = true;
          continue;
        }
        onward = std::max(onward, onward_[edge.to]);
        to_end = std::max(to_end, to_end_[edge.to]);
      }
    }
    if (circular && inside > 0) inside = kUnbounded;
    for (const NodeIndex m : part) {
      const Cost stops = plus(weight_[m], cost_of_call(m, false));
      onward_[m] = std::max(plus(inside, onward), circular ? inside : stops);
      to_end_[m] = plus(inside, to_end);
    }
  }

  // Of the flow that a step runs: through it to its end, or until it waits.
  [[nodiscard]] Cost cost_of_call(NodeIndex n, bool through) const {
    const Step* step = model_.runs(n);
    const Model* called = step == nullptr ? nullptr : models_.called_by(*step);
    if (called == nullptr) return 0;
    const Summary& sub = known_.at(called->flow().id);
    const Cost cost = through ? sub.through : sub.head;
    return times(std::max<Cost>(cost, 0), multiplier(n));
  }

  [[nodiscard]] Cost rounds_around(NodeIndex n) const {
    Cost sum = 0;
    const Flow& flow = model_.flow();
    for (StepIndex around = flow.steps[model_.node(n).step].parent; around != kNoStep;
         around = flow.steps[around].parent) {
      if (!flow.steps[around].spec->repeats || !spins_[around]) continue;
      for (const Edge& edge : next_[model_.start_of(around)]) sum = plus(sum, onward_[edge.to]);
    }
    return sum;
  }

  const Model& model_;
  const Models& models_;
  const Corrections* held_;  // null: every question waits
  std::vector<std::uint32_t> part_of_;
  std::uint32_t parts_ = 0;
  Counted counted_;
  const Summaries& known_;
  std::vector<bool> reached_;
  std::vector<bool> spins_;  // by step
  std::vector<std::vector<Edge>> next_;
  std::vector<Cost> weight_;
  std::vector<Cost> onward_;  // from the arrival at a node until the turn ends
  std::vector<Cost> to_end_;  // …until the flow ends, when it can without waiting
};

// Flows that run each other are summarised again and again until nothing changes; what still grows then has
// no bound.
using HeldSlots = std::map<std::string_view, Corrections>;

Summaries summarise_all(const Models& models, const HeldSlots* held, Counted counted) {
  Summaries summaries;
  for (const auto& [id, model] : models.all()) summaries.emplace(id, Summary{.head = 0});
  const std::size_t rounds = 2 * models.all().size() + 2;
  for (std::size_t round = 0; round <= rounds; ++round) {
    bool changed = false;
    for (const auto& [id, model] : models.all()) {
      Summary next =
          Costs(model, models, held == nullptr ? nullptr : &held->at(id), counted, summaries).summarise();
      Summary& now = summaries.at(id);
      if (next == now) continue;
      changed = true;
      if (round == rounds) {
        for (Cost Summary::* part : {&Summary::head, &Summary::through, &Summary::tail, &Summary::turn}) {
          if (next.*part > now.*part) next.*part = kUnbounded;
        }
      }
      now = next;
    }
    if (!changed) break;
  }
  return summaries;
}

Bound bound(Cost cost) {
  if (cost >= kUnbounded) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<Cost>(cost, 0));
}

}  // namespace

std::vector<TurnBounds> turn_bounds(const Assistant& assistant) {
  const Models models(assistant.flows);
  HeldSlots held;
  for (const auto& [id, model] : models.all()) {
    held.try_emplace(id, model, std::vector<bool>(model.flow().steps.size(), false));
  }
  const Summaries steps = summarise_all(models, &held, Counted::steps);
  const Summaries tools = summarise_all(models, &held, Counted::tool_calls);
  const Summaries calls = summarise_all(models, &held, Counted::model_calls);
  std::vector<TurnBounds> bounds;
  for (const auto& [id, model] : models.all()) {
    bounds.push_back({
        .flow = std::string(id),
        .steps = bound(steps.at(id).turn),
        .tool_calls = bound(tools.at(id).turn),
        .model_calls = bound(calls.at(id).turn),
    });
  }
  return bounds;
}

void check_bounds(const Models& models, std::uint32_t limit, Diagnostics& diagnostics) {
  if (limit == 0) return;
  for (const auto& [id, summary] : summarise_all(models, nullptr, Counted::steps)) {
    if (summary.turn <= static_cast<Cost>(limit)) continue;
    const Flow& flow = models.find(id)->flow();
    const bool bounded = summary.turn < kUnbounded;
    Findings{diagnostics, flow}.warning(
        "F0519",
        flow.id_position,
        bounded ? "a turn of this flow may run " + std::to_string(summary.turn) +
                      " steps, but the limit is " + std::to_string(limit)
                : "nothing bounds how many steps a turn of this flow may run; it is cut off after " +
                      std::to_string(limit),
        bounded ? "raise limits.steps_per_turn in parley.yaml, or let the flow wait in between"
                : "let the loop wait, or write it as a loop step with max"
    );
  }
}

}  // namespace parley::flow::analysis
