#include "flow/graph.hpp"

namespace parley::flow {

namespace {

constexpr std::string_view kKindNames[] = {
    "next",
    "skip",
    "choice",
    "otherwise",
    "yes",
    "no",
    "jump",
    "error",
    "timeout",
    "exhausted",
    "enter",
    "leave",
    "finish",
};

// What it means when the step that a keyword names is taken.
EdgeKind kind_of(std::string_view keyword) {
  if (keyword == "yes") return EdgeKind::yes;
  if (keyword == "no") return EdgeKind::no;
  if (keyword == "on_error") return EdgeKind::error;
  if (keyword == "on_timeout") return EdgeKind::timeout;
  return EdgeKind::jump;
}

}  // namespace

std::string_view name(EdgeKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Graph::Graph(const Flow& flow) : flow_(flow) {
  first_.reserve(flow.steps.size() + 1);
  for (StepIndex i = 0; i < flow.steps.size(); ++i) {
    first_.push_back(static_cast<std::uint32_t>(edges_.size()));
    add_step(i);
  }
  first_.push_back(static_cast<std::uint32_t>(edges_.size()));
}

std::span<const Edge> Graph::from(StepIndex step) const {
  return std::span(edges_).subspan(first_[step], first_[step + 1] - first_[step]);
}

void Graph::add(StepIndex from, StepIndex to, EdgeKind kind, std::uint32_t number) {
  StepIndex at = from;
  while (to == kBreak || to == kContinue || to == kEndOfBlock) {
    if (to == kBreak) {
      at = flow_.loop_around(at);
      to = flow_.steps[at].next;
    } else if (to == kContinue) {
      to = flow_.loop_around(at);
    } else {
      to = flow_.steps[at].parent;
      if (at == from && kind == EdgeKind::next) kind = EdgeKind::leave;
    }
  }
  edges_.push_back({from, to, kind, number});
}

void Graph::add_field(StepIndex index, std::size_t keyword, bool& falls_through) {
  const Step& step = flow_.steps[index];
  const Keyword& described = step.spec->keywords[keyword];
  if (const auto* branches = step.get<Branches>(keyword)) {
    for (std::uint32_t number = 0; number < branches->size(); ++number) {
      const Branch& branch = (*branches)[number];
      const EdgeKind kind = branch.when ? EdgeKind::choice : EdgeKind::otherwise;
      add(index, flow_.step_index(branch.next.text), kind, number);
      if (!branch.when) falls_through = false;
    }
  }
  if (const auto* experiment = step.get<Experiment>(keyword)) {
    for (std::uint32_t number = 0; number < experiment->variants.size(); ++number) {
      add(index, flow_.step_index(experiment->variants[number].next), EdgeKind::choice, number);
    }
  }
  if (described.kind == FieldKind::step_name) {
    if (const auto* target = step.get<Name>(keyword)) {
      const EdgeKind kind = kind_of(described.name);
      add(index, flow_.step_index(target->text), kind);
      if (kind == EdgeKind::yes) falls_through = false;
    }
  }
  if (const auto* blocks = step.get<Blocks>(keyword)) {
    const EdgeKind kind = described.kind == FieldKind::catches ? EdgeKind::error : EdgeKind::enter;
    for (const Block& block : *blocks) add(index, block.first, kind, block.number);
  }
  // Asking for a slot may run out of attempts.
  if (const auto* names = step.get<Names>(keyword); names != nullptr && described.name == "gather") {
    for (const Name& name : *names) {
      const Slot* slot = flow_.slot(name.text);
      if (slot == nullptr || slot->on_exhausted.empty()) continue;
      add(index, flow_.step_index(slot->on_exhausted), EdgeKind::exhausted);
    }
  }
}

void Graph::add_step(StepIndex index) {
  const Step& step = flow_.steps[index];
  const std::size_t before = edges_.size();
  bool falls_through = step.spec->continues;
  for (std::size_t k = 0; k < step.fields.size(); ++k) add_field(index, k, falls_through);
  if (falls_through) add(index, step.next, EdgeKind::next);
  if (step.condition) add(index, step.next, EdgeKind::skip);
  if (edges_.size() == before) add(index, kNoStep, EdgeKind::finish);
}

}  // namespace parley::flow
