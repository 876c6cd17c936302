// What follows from the graph of steps: those that nothing reaches, and loops that never wait and never end.
#include <algorithm>
#include <string>
#include <vector>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

// Index steps.size() stands for the end of the flow.
using Successors = std::vector<std::vector<std::size_t>>;

class Edges {
 public:
  explicit Edges(const Flow& flow) : flow_(flow), successors_(flow.steps.size()) {
    for (std::size_t i = 0; i < flow.steps.size(); ++i) add_step(i);
  }

  [[nodiscard]] const std::vector<std::size_t>& of(std::size_t step) const { return successors_[step]; }

 private:
  void add(std::size_t from, StepIndex to) {
    successors_[from].push_back(to == kNoStep ? flow_.steps.size() : to);
  }
  void add(std::size_t from, const std::string& step_id) { add(from, flow_.step_index(step_id)); }

  void add_step(std::size_t index) {
    const Step& step = flow_.steps[index];
    bool falls_through = step.spec->continues;
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      if (const auto* branches = step.get<Branches>(k)) {
        for (const Branch& branch : *branches) {
          add(index, branch.next.text);
          if (!branch.when) falls_through = false;
        }
      }
      if (step.spec->keywords[k].kind == FieldKind::step_name) {
        if (const auto* target = step.get<Name>(k)) add(index, target->text);
      }
      if (const auto* names = step.get<Names>(k)) add_exhausted(index, *names);
    }
    if (falls_through || step.condition) add(index, step.next);
    // A step that neither goes on nor names another one ends the flow.
    if (successors_[index].empty()) add(index, kNoStep);
  }

  // Asking for a slot may run out of attempts.
  void add_exhausted(std::size_t index, const Names& names) {
    for (const Name& name : names) {
      const Slot* slot = flow_.slot(name.text);
      if (slot != nullptr && !slot->on_exhausted.empty()) add(index, slot->on_exhausted);
    }
  }

  const Flow& flow_;
  Successors successors_;
};

template <typename Enter>
std::vector<bool> reach(const Edges& edges, std::size_t steps, std::size_t start, Enter enter) {
  std::vector<bool> seen(steps + 1, false);
  std::vector<std::size_t> open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::size_t step = open.back();
    open.pop_back();
    if (step == steps || !enter(step)) continue;
    for (const std::size_t next : edges.of(step)) {
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
std::vector<bool> steps_that_rest(const Flow& flow, const Edges& edges) {
  const std::size_t count = flow.steps.size();
  std::vector<std::vector<std::size_t>> before(count + 1);
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::size_t next : edges.of(i)) before[next].push_back(i);
  }
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
void report_endless(Context& context, const Edges& edges, const std::vector<bool>& reached) {
  const Flow& flow = context.flow;
  const std::size_t count = flow.steps.size();
  std::vector<bool> settled = steps_that_rest(flow, edges);
  for (std::size_t i = 0; i < count; ++i) {
    if (!reached[i] || settled[i]) continue;
    const auto loop = reach(edges, count, i, [&](std::size_t step) { return !settled[step]; });
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
  const Edges edges(flow);
  const auto reached = reach(edges, flow.steps.size(), 0, [](std::size_t) { return true; });
  warn_unreachable(context, reached);
  report_endless(context, edges, reached);
}

}  // namespace parley::flow::loading
