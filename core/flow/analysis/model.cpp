#include "flow/analysis/model.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

namespace parley::flow::analysis {

namespace {

// Branches in every order of who comes first: at most so many places for each step of the flow, in total.
constexpr std::size_t kMostNodesPerStep = 8;
constexpr NodeIndex kNoNode = UINT32_MAX;

bool special(StepIndex target) {
  return target == kEndOfBlock || target == kBreak || target == kContinue;
}

struct BlocksOf {
  std::vector<Block> all;        // in the order of their numbers
  std::vector<bool> is_catch;    // parallel to all
  std::vector<bool> is_finally;  // parallel to all
};

BlocksOf blocks_of(const Step& step) {
  BlocksOf found;
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const auto* blocks = step.get<Blocks>(k);
    if (blocks == nullptr) continue;
    const Keyword& keyword = step.spec->keywords[k];
    for (const Block& block : *blocks) {
      found.all.push_back(block);
      found.is_catch.push_back(keyword.kind == FieldKind::catches);
      found.is_finally.push_back(keyword.name == "finally");
    }
  }
  return found;
}

}  // namespace

class ModelBuilder {
 public:
  ModelBuilder(Model& model) : model_(model), flow_(*model.flow_), graph_(model.graph_) {
    limit_ = kMostNodesPerStep * flow_.steps.size() + 64;
  }

  void build() {
    model_.starts_.assign(flow_.steps.size(), kNoNode);
    blocks_.resize(flow_.steps.size());
    for (StepIndex s = 0; s < flow_.steps.size(); ++s) {
      if (flow_.steps[s].end > s + 1) blocks_[s] = blocks_of(flow_.steps[s]);
    }
    Copy& whole = copies_.emplace_back(std::make_unique<Copy>()).operator*();
    place(0, static_cast<StepIndex>(flow_.steps.size()), whole);
    model_.end_ = add({});
    model_.stopped_ = add({});
    connect_all();
    for (std::vector<Arc>& arcs : out_) {
      model_.first_.push_back(static_cast<std::uint32_t>(model_.arcs_.size()));
      std::ranges::move(arcs, std::back_inserter(model_.arcs_));
    }
    model_.first_.push_back(static_cast<std::uint32_t>(model_.arcs_.size()));
  }

 private:
  // One laying out of some steps: the whole flow, or one branch of a parallel in one order.
  struct Copy {
    const Copy* outer = nullptr;
    StepIndex owner = kNoStep;  // of the branch
    std::size_t turn = 0;       // which order of the owner's branches
    std::map<StepIndex, NodeIndex> starts;
    std::map<StepIndex, NodeIndex> ends;  // behind the blocks
    std::map<std::pair<StepIndex, std::size_t>, std::vector<const Copy*>>
        branches;  // (owner, turn) → by block
  };

  NodeIndex add(Node node) {
    model_.nodes_.push_back(node);
    out_.emplace_back();
    return static_cast<NodeIndex>(model_.nodes_.size() - 1);
  }

  [[nodiscard]] bool in_order(StepIndex s) const {
    const Step& step = flow_.steps[s];
    if (!step.spec->parallel) return false;
    const auto* join = find_field<Value>(step, "join");
    return join == nullptr || !join->is_int() ||
           join->as_int() >= static_cast<std::int64_t>(blocks_[s].all.size());
  }

  void place(StepIndex first, StepIndex last, Copy& copy) {
    for (StepIndex s = first; s < last;) {
      const NodeIndex start = add({.step = s});
      copy.starts.emplace(s, start);
      if (model_.starts_[s] == kNoNode) model_.starts_[s] = start;
      const Step& step = flow_.steps[s];
      const bool owner = step.end > s + 1;
      if (owner && !step.spec->repeats) copy.ends.emplace(s, add({.step = s, .after = true}));
      if (owner && step.spec->parallel) {
        place_branches(s, copy);
        s = step.end;
      } else {
        ++s;  // its blocks follow, in the same copy
      }
    }
  }

  void place_branches(StepIndex owner, Copy& copy) {
    const BlocksOf& blocks = blocks_[owner];
    const std::size_t size = flow_.steps[owner].end - owner;
    std::size_t turns = in_order(owner) ? blocks.all.size() : 1;
    if (model_.nodes_.size() + turns * size > limit_) {
      if (turns > 1) model_.unordered_ = true;
      turns = 1;
    }
    for (std::size_t turn = 0; turn < turns; ++turn) {
      auto& branches = copy.branches[{owner, turn}];
      for (std::size_t b = 0; b < blocks.all.size(); ++b) {
        Copy& branch = *copies_.emplace_back(std::make_unique<Copy>());
        branch.outer = &copy;
        branch.owner = owner;
        branch.turn = turn;
        branches.push_back(&branch);
        const StepIndex last = b + 1 < blocks.all.size() ? blocks.all[b + 1].first : flow_.steps[owner].end;
        place(blocks.all[b].first, last, branch);
      }
    }
  }

  static NodeIndex find(const Copy& copy, StepIndex step, bool after) {
    for (const Copy* at = &copy; at != nullptr; at = at->outer) {
      const auto& places = after ? at->ends : at->starts;
      if (const auto found = places.find(step); found != places.end()) return found->second;
    }
    return kNoNode;
  }

  void connect(NodeIndex from, NodeIndex to, EdgeKind kind, std::uint32_t number = 0, bool failure = false) {
    if (to != kNoNode) out_[from].push_back({to, kind, number, failure});
  }

  void connect_all() {
    for (const auto& copy : copies_) {
      for (const auto& [step, start] : copy->starts) connect_step(*copy, step, start);
    }
  }

  // Where the end of block `number` of `owner` leads, seen from a step in it.
  NodeIndex behind_block(const Copy& copy, StepIndex owner, std::uint32_t number) {
    const Step& step = flow_.steps[owner];
    if (step.spec->repeats) return find(copy, owner, false);
    const BlocksOf& blocks = blocks_[owner];
    if (step.spec->parallel) {
      const Copy* branch = &copy;
      while (branch != nullptr && branch->owner != owner) branch = branch->outer;
      if (branch == nullptr) return kNoNode;
      const auto& branches = branch->outer->branches.at({owner, branch->turn});
      const bool ordered = in_order(owner) && branch->outer->branches.contains({owner, 1});
      const std::size_t next = (number + 1) % branches.size();
      if (ordered && next != branch->turn) return first_of(*branches[next], blocks.all[next].first);
      return find(copy, owner, true);
    }
    if (number < blocks.is_finally.size() && !blocks.is_finally[number]) {
      for (std::size_t b = 0; b < blocks.all.size(); ++b) {
        if (blocks.is_finally[b]) return find(copy, blocks.all[b].first, false);
      }
    }
    return find(copy, owner, true);
  }

  static NodeIndex first_of(const Copy& copy, StepIndex step) { return copy.starts.at(step); }

  NodeIndex target(const Copy& copy, const Edge& edge) {
    const Step& step = flow_.steps[edge.from];
    if (edge.to == kNoStep) return model_.end_;
    const bool plain =
        edge.kind == EdgeKind::next || edge.kind == EdgeKind::skip || edge.kind == EdgeKind::leave;
    const bool around = edge.to <= edge.from && edge.from < flow_.steps[edge.to].end && edge.to != edge.from;
    if (!plain || !special(step.next) || !around) return find(copy, edge.to, false);
    // The end of the block of edge.to that the step is in.
    StepIndex inner = edge.from;
    while (flow_.steps[inner].parent != edge.to && flow_.steps[inner].parent != kNoStep) {
      inner = flow_.steps[inner].parent;
    }
    return behind_block(copy, edge.to, flow_.steps[inner].block);
  }

  void connect_step(const Copy& copy, StepIndex index, NodeIndex start) {
    const Step& step = flow_.steps[index];
    const auto ends = copy.ends.find(index);
    for (const Edge& edge : graph_.from(index)) {
      if (edge.kind == EdgeKind::enter && ends != copy.ends.end()) {
        enter(copy, index, start, edge);
      } else if (edge.kind == EdgeKind::error && ends != copy.ends.end() && is_catch(index, edge)) {
        continue;  // from the steps inside, see fail_into()
      } else if (edge.kind == EdgeKind::next || edge.kind == EdgeKind::leave) {
        connect(ends != copy.ends.end() ? ends->second : start, target(copy, edge), edge.kind, edge.number);
      } else {
        connect(start, target(copy, edge), edge.kind, edge.number);
      }
    }
    fail_into(copy, index, start);
    const bool handled = find_field<Name>(step, "on_error") != nullptr || caught(index);
    if (called_tool(step) != nullptr && !handled) connect(start, model_.stopped_, EdgeKind::error);
  }

  [[nodiscard]] bool is_catch(StepIndex owner, const Edge& edge) const {
    const BlocksOf& blocks = blocks_[owner];
    return edge.number < blocks.is_catch.size() && blocks.is_catch[edge.number];
  }

  void enter(const Copy& copy, StepIndex owner, NodeIndex start, const Edge& edge) {
    const BlocksOf& blocks = blocks_[owner];
    if (edge.number < blocks.is_finally.size() && blocks.is_finally[edge.number])
      return;  // behind the others
    if (!flow_.steps[owner].spec->parallel)
      return connect(start, find(copy, edge.to, false), edge.kind, edge.number);
    for (std::size_t turn = 0;; ++turn) {
      const auto branches = copy.branches.find({owner, turn});
      if (branches == copy.branches.end()) break;
      const bool ordered = in_order(owner) && copy.branches.contains({owner, 1});
      if (ordered && edge.number != turn) continue;
      connect(start, first_of(*branches->second[edge.number], edge.to), edge.kind, edge.number);
    }
  }

  // Some try around the step catches whatever happens.
  [[nodiscard]] bool caught(StepIndex index) const {
    StepIndex inner = index;
    for (StepIndex around = flow_.steps[index].parent; around != kNoStep;
         around = flow_.steps[around].parent) {
      const BlocksOf& blocks = blocks_[around];
      const std::uint32_t block = flow_.steps[inner].block;
      inner = around;
      if (block < blocks.all.size() && (blocks.is_catch[block] || blocks.is_finally[block])) continue;
      for (std::size_t b = 0; b < blocks.all.size(); ++b) {
        const auto any = [](const Name& match) { return match.text == "*"; };
        if (blocks.is_catch[b] && std::ranges::any_of(blocks.all[b].match, any)) return true;
      }
    }
    return false;
  }

  // A failure inside a try leads to its catches, from whatever step it came.
  void fail_into(const Copy& copy, StepIndex index, NodeIndex start) {
    StepIndex inner = index;
    for (StepIndex around = flow_.steps[index].parent; around != kNoStep;
         around = flow_.steps[around].parent) {
      const BlocksOf& blocks = blocks_[around];
      const std::uint32_t block = flow_.steps[inner].block;
      inner = around;
      const bool in_catch = block < blocks.all.size() && (blocks.is_catch[block] || blocks.is_finally[block]);
      if (in_catch) continue;
      bool any = false;
      for (std::size_t b = 0; b < blocks.all.size(); ++b) {
        if (!blocks.is_catch[b]) continue;
        any = true;
        connect(
            start,
            find(copy, blocks.all[b].first, false),
            EdgeKind::error,
            static_cast<std::uint32_t>(b),
            true
        );
      }
      if (any) return;
    }
  }

  Model& model_;
  const Flow& flow_;
  const Graph& graph_;
  std::size_t limit_ = 0;
  std::vector<std::unique_ptr<Copy>> copies_;
  std::vector<std::vector<Arc>> out_;
  std::vector<BlocksOf> blocks_;  // by step
};

Model::Model(const Flow& flow) : flow_(&flow), graph_(flow) {
  ModelBuilder(*this).build();
}

const Name* called_tool(const Step& step) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const Keyword& keyword = step.spec->keywords[k];
    if (keyword.kind == FieldKind::tool_name && keyword.name == "call") return step.get<Name>(k);
  }
  return nullptr;
}

std::span<const Name> tools_of_model(const Step& step) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const Keyword& keyword = step.spec->keywords[k];
    if (keyword.kind != FieldKind::tool_names || keyword.name != "tools") continue;
    if (const auto* names = step.get<Names>(k)) return *names;
  }
  return {};
}

std::uint64_t most_model_calls(const Step& step) {
  const auto* mode = find_field<Name>(step, "mode");
  if (mode != nullptr && mode->text == "rephrase") return 1;
  const auto* rounds = find_field<Value>(step, "max_rounds");
  return rounds != nullptr ? static_cast<std::uint64_t>(rounds->as_int()) : step.spec->model_calls;
}

std::uint64_t most_calls_of_model(const Step& step) {
  return most_model_calls(step) * step.spec->calls_a_round;
}

const Name* called_flow(const Step& step) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const Keyword& keyword = step.spec->keywords[k];
    if (keyword.kind == FieldKind::flow_name && keyword.name == "call") return step.get<Name>(k);
  }
  return nullptr;
}

bool rests(const Step& step) {
  return step.spec->waits && !step.spec->parallel && step.spec->model_calls == 0 && !step.spec->looks_up &&
         called_tool(step) == nullptr && called_flow(step) == nullptr;
}

bool is_done(const Step& step, const Arc& arc) {
  if (arc.failure) return false;
  switch (arc.kind) {
    case EdgeKind::next:
    case EdgeKind::choice:
    case EdgeKind::otherwise:
    case EdgeKind::yes:
    case EdgeKind::enter:
    case EdgeKind::leave:
    case EdgeKind::finish:
      return true;
    case EdgeKind::jump:
      return !step.spec->continues;
    case EdgeKind::skip:
    case EdgeKind::no:
    case EdgeKind::error:
    case EdgeKind::timeout:
    case EdgeKind::exhausted:
      return false;
  }
  return false;
}

std::string label(const Step& step, EdgeKind kind, std::uint32_t number) {
  switch (kind) {
    case EdgeKind::choice:
      for (std::size_t k = 0; k < step.fields.size(); ++k) {
        const auto* branches = step.get<Branches>(k);
        if (branches != nullptr && number < branches->size() && (*branches)[number].when)
          return (*branches)[number].when->source();
      }
      return "when";
    case EdgeKind::otherwise:
      return "else";
    case EdgeKind::yes:
      return "yes";
    case EdgeKind::no:
      return "no";
    case EdgeKind::skip:
      return "if not";
    case EdgeKind::error:
      return "on error";
    case EdgeKind::timeout:
      return "no answer";
    case EdgeKind::exhausted:
      return "no attempts left";
    case EdgeKind::next:
    case EdgeKind::jump:
    case EdgeKind::enter:
    case EdgeKind::leave:
    case EdgeKind::finish:
      break;
  }
  return {};
}

}  // namespace parley::flow::analysis
