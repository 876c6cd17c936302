// Which names hold a value where: forwards through the graph, what holds on every way and what holds on some.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "flow/analysis/checks.hpp"
#include "flow/analysis/uses.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

using loading::quote;

// More than any real flow needs; a hostile one is not analysed to the end.
constexpr std::uint64_t kMostWork = 20'000'000;

class Bits {
 public:
  explicit Bits(std::size_t size = 0, bool value = false) : words_((size + 63) / 64, value ? ~0ULL : 0) {}

  void set(std::size_t i, bool value = true) {
    const std::uint64_t bit = 1ULL << (i % 64);
    words_[i / 64] = value ? words_[i / 64] | bit : words_[i / 64] & ~bit;
  }
  [[nodiscard]] bool test(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1U) != 0; }
  // Both return whether anything changed.
  bool intersect(const Bits& other) {
    bool changed = false;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      const std::uint64_t now = words_[w] & other.words_[w];
      changed |= now != words_[w];
      words_[w] = now;
    }
    return changed;
  }
  bool unite(const Bits& other) {
    bool changed = false;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      const std::uint64_t now = words_[w] | other.words_[w];
      changed |= now != words_[w];
      words_[w] = now;
    }
    return changed;
  }
  [[nodiscard]] std::size_t words() const { return words_.size(); }

 private:
  std::vector<std::uint64_t> words_;
};

struct Change {
  std::vector<std::size_t> sets;
  std::vector<std::size_t> clears;
};

class Assignments {
 public:
  Assignments(const Model& model, const Models& models, Diagnostics& diagnostics)
      : model_(model), models_(models), flow_(model.flow()), findings_{diagnostics, model.flow()} {}

  void check() {
    name_everything();
    if (flow_.steps.empty() || names_.empty()) return;
    for (const Step& step : flow_.steps) uses_.push_back(uses_of(flow_, step));
    reached_ = reached_nodes(model_);
    if (spread()) report_reads();
  }

 private:
  // Shared slots may hold a value from before, and inputs come from the caller.
  void name_everything() {
    for (const Slot& slot : flow_.slots) {
      if (slot.scope == SlotScope::flow) add_name(slot.name);
    }
    for (const Step& step : flow_.steps) {
      if (const auto* save = find_field<Name>(step, "save")) add_name(save->text);
      if (const auto* as = find_field<Name>(step, "as")) add_name(as->text);
      for (const auto* catches = find_field<Blocks>(step, "catch"); catches != nullptr; catches = nullptr) {
        for (const Block& block : *catches) add_name(block.as);
      }
    }
    add_name("result");
    add_name("error");
    for (const Parameter& input : flow_.inputs) given_.insert(input.name);
  }

  void add_name(const std::string& name) {
    if (index_.emplace(name, names_.size()).second) names_.push_back(name);
  }

  [[nodiscard]] std::vector<std::size_t> indices(const std::vector<std::string>& names) const {
    std::vector<std::size_t> found;
    for (const std::string& name : names) {
      if (const auto at = index_.find(name); at != index_.end()) found.push_back(at->second);
    }
    return found;
  }

  [[nodiscard]] Change change(NodeIndex from, const Arc& arc) const {
    Change change;
    const Step* step = model_.step(from);
    if (step == nullptr) return change;
    if (model_.node(from).after) {
      // The work of the step was done in its blocks.
      return change;
    }
    const Model* called = models_.called_by(*step);
    const std::span<const Parameter> outputs =
        called != nullptr ? std::span<const Parameter>(called->flow().outputs) : std::span<const Parameter>();
    change.sets = indices(set_by(flow_, *step, arc, outputs));
    if (arc.kind != EdgeKind::skip && !arc.failure)
      change.clears = indices(uses_[model_.node(from).step].clears);
    if (arc.failure) {
      if (const std::string name = caught_as(arc); !name.empty()) {
        for (const std::size_t i : indices({name})) change.sets.push_back(i);
      }
    }
    return change;
  }

  [[nodiscard]] std::string caught_as(const Arc& arc) const {
    const Step* first = model_.step(arc.to);
    if (first == nullptr || first->parent == kNoStep) return {};
    const Block* block = flow_.steps[first->parent].block_at(arc.number);
    return block == nullptr ? std::string() : block->as;
  }

  // False when the flow is too large to finish.
  bool spread() {
    const std::size_t count = model_.size();
    always_.assign(count, Bits(names_.size(), true));
    sometimes_.assign(count, Bits(names_.size(), false));
    changes_.resize(count);
    for (NodeIndex n = 0; n < count; ++n) {
      for (const Arc& arc : model_.from(n)) changes_[n].push_back(change(n, arc));
    }
    Bits start(names_.size(), false);
    for (const std::size_t i : indices({given_.begin(), given_.end()})) start.set(i);
    always_[model_.entry()] = start;
    sometimes_[model_.entry()] = start;
    // In the order of the steps a value is known when it is needed, most of the time.
    std::set<NodeIndex> open{model_.entry()};
    std::vector<bool> visited(count, false);
    std::uint64_t work = 0;
    while (!open.empty()) {
      const NodeIndex at = *open.begin();
      open.erase(open.begin());
      visited[at] = true;
      const auto arcs = model_.from(at);
      for (std::size_t a = 0; a < arcs.size(); ++a) {
        work += 2 * start.words() + changes_[at][a].sets.size() + 1;
        Bits always = always_[at];
        Bits sometimes = sometimes_[at];
        for (const std::size_t i : changes_[at][a].clears) {
          always.set(i, false);
          sometimes.set(i, false);
        }
        for (const std::size_t i : changes_[at][a].sets) {
          always.set(i);
          sometimes.set(i);
        }
        const NodeIndex to = arcs[a].to;
        const bool changed = static_cast<int>(always_[to].intersect(always)) |
                             static_cast<int>(sometimes_[to].unite(sometimes));
        if (changed || !visited[to]) open.insert(to);
      }
      if (work > kMostWork) return false;
    }
    return true;
  }

  void report_reads() {
    std::set<std::string, std::less<>> reported;
    // A step may be laid out several times; the order of the document decides what is reported first.
    std::vector<std::vector<NodeIndex>> places(flow_.steps.size());
    for (NodeIndex n = 0; n < model_.size(); ++n) {
      if (reached_[n] && model_.runs(n) != nullptr) places[model_.node(n).step].push_back(n);
    }
    for (StepIndex s = 0; s < flow_.steps.size(); ++s) {
      for (const NodeIndex n : places[s]) {
        for (const Read& read : uses_[s].reads) report_read(n, read, reported);
      }
    }
  }

  void report_read(NodeIndex n, const Read& read, std::set<std::string, std::less<>>& reported) {
    const std::string& name = read.need.name;
    const auto at = index_.find(name);
    if (at == index_.end() || always_[n].test(at->second)) return;
    if (std::ranges::binary_search(read.known, name)) return;
    const bool slot = flow_.slot(name) != nullptr;
    if (slot && read.need.kind == expr::Need::Kind::defined) return;
    constexpr std::size_t kMostFindings = 100;
    if (reported.size() >= kMostFindings || !reported.insert(name).second) return;
    const bool possible = sometimes_[n].test(at->second);
    const Step& step = *model_.step(n);
    const std::string who = "step " + quote(step.id) + " reads " + quote(name);
    if (!possible && !slot) {
      findings_.error(
          "F0513",
          read.position,
          who + ", which no earlier step saves",
          "read it in a step after the one that saves it",
          way_to(n, at->second)
      );
    } else if (!possible) {
      findings_.warning(
          "F0512",
          read.position,
          who + ", which no earlier step gives a value",
          "gather or set it first, or test it with " + name + " != null",
          way_to(n, at->second)
      );
    } else {
      findings_.warning(
          "F0512",
          read.position,
          who + ", which has no value yet on some way",
          slot ? "gather or set it on that way too, or test it with " + name + " != null"
               : "save it on that way too, or test it with has(slots." + name + ")",
          way_to(n, at->second)
      );
    }
  }

  // The shortest way on which the name still has no value.
  [[nodiscard]] std::vector<Waypoint> way_to(NodeIndex node, std::size_t name) const {
    const auto step = [&](const Spot& spot, const Arc& arc) -> std::int64_t {
      const auto arcs = model_.from(spot.node);
      const Change& change = changes_[spot.node][static_cast<std::size_t>(&arc - arcs.data())];
      bool holds = spot.memory == 1;
      if (std::ranges::find(change.clears, name) != change.clears.end()) holds = false;
      if (std::ranges::find(change.sets, name) != change.sets.end()) holds = true;
      return holds ? 1 : 0;
    };
    const auto found = [&](const Spot& spot) { return spot.node == node && spot.memory == 0; };
    return waypoints(model_, shortest_walk(model_, {model_.entry(), 0}, 2, step, found));
  }

  const Model& model_;
  const Models& models_;
  const Flow& flow_;
  Findings findings_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::set<std::string, std::less<>> given_;
  std::vector<Uses> uses_;  // by step
  std::vector<bool> reached_;
  std::vector<Bits> always_;     // by node: hold a value on every way there
  std::vector<Bits> sometimes_;  // on some way
  std::vector<std::vector<Change>> changes_;
};

// A step of this type hands all slots on without naming them.
bool takes_all_slots(const Step& step) {
  if (called_tool(step) != nullptr) return find_field<Data>(step, "with") == nullptr;
  return step.spec->type == "handoff" && find_field<Text>(step, "summary") == nullptr;
}

void check_unread(const Flow& flow, Diagnostics& diagnostics) {
  const std::vector<std::string> read = names_read(flow);
  const auto reads = [&](std::string_view name) { return std::ranges::binary_search(read, name); };
  if (reads("slots") || std::ranges::any_of(flow.steps, takes_all_slots)) return;
  std::set<std::string, std::less<>> given;
  for (const Step& step : flow.steps) {
    for (const std::string& name : set_by(flow, step, {.kind = EdgeKind::next}, {})) given.insert(name);
    if (const auto* gathered = find_field<Names>(step, "gather")) {
      for (const Name& name : *gathered) given.insert(name.text);
    }
  }
  Findings findings{diagnostics, flow};
  for (const Slot& slot : flow.slots) {
    if (!slot.declared || slot.scope != SlotScope::flow || reads(slot.name) || !given.contains(slot.name))
      continue;
    findings.warning(
        "F0514",
        slot.position,
        "slot " + quote(slot.name) + " is given a value, but nothing reads it",
        "use it in a text, a condition, a tool call or the flow's outputs, or remove it"
    );
  }
}

}  // namespace

void check_assignments(const Model& model, const Models& models, Diagnostics& diagnostics) {
  Assignments(model, models, diagnostics).check();
  check_unread(model.flow(), diagnostics);
}

}  // namespace parley::flow::analysis
