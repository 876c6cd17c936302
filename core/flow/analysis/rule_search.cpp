// Looks for the shortest way that breaks a rule. The states of the search are places of a flow together with
// what a running frame remembers for corrections and how far the rule has come. A flow that another one runs
// is searched once for each state of the rule at its start; what it may come back with goes to every place
// that runs it, so that calls and returns match.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "flow/analysis/checks.hpp"
#include "flow/analysis/corrections.hpp"
#include "flow/analysis/rules.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

using loading::quote;

constexpr std::size_t kMostStates = 300'000;
constexpr std::uint32_t kNone = UINT32_MAX;

// How far a rule has come: nothing yet; passed, as long as no answer is corrected; passed for good.
enum class Progress : std::uint8_t { none, bound, passed };

// What a correction of an answer takes back: a person's word about what the slots hold.
bool is_bound(const Step& step) {
  return step.spec->type == "confirm" || step.spec->type == "review";
}

struct FlowFacts {
  std::vector<bool> target;  // by step
  std::vector<bool> other;
  std::unique_ptr<Corrections> corrections;
};

enum class Move : std::uint8_t { start, arc, correction, taken_back, returned };

// A correction may lead back to any step from a last one down to a first one: such a state stands for all of
// them at once, so that their number stays small.

struct State {
  std::uint32_t context = 0;
  NodeIndex node = 0;
  Mark mark;
  Progress progress = Progress::none;
  std::uint32_t distance = 0;  // steps since the start of its context
  std::uint32_t parent = kNone;
  std::uint32_t exit = kNone;  // of a returned call: the state at the end of the flow that was run
  Move move = Move::start;
  bool back = false;  // about to go back to the step of `node`, or further
  Arc arc = {};
};

// A flow that runs, begun with some progress; `below`: a flow underneath holds answers that a yes was about.
struct Frame {
  const Model* model = nullptr;
  Progress progress = Progress::none;
  bool below = false;
  bool root = false;
  std::vector<std::uint32_t> callers = {};                  // states that run this flow
  std::array<std::uint32_t, 3> exits{kNone, kNone, kNone};  // by progress: a state at its end
  std::array<std::uint32_t, 3> heard{kNone, kNone, kNone};  // by progress: a state in which the user speaks
  std::uint64_t distance = UINT64_MAX;                      // steps from the start of the conversation
  std::uint32_t called_from = kNone;                        // the state that gives that distance
};

class Search {
 public:
  Search(const Models& models, const Rule& rule) : models_(models), rule_(rule) {
    for (const auto& [id, model] : models.all()) facts_.emplace(&model, facts_of(model));
  }

  void from(const Model& root) {
    const std::uint32_t frame = frame_of(root, Progress::none, false, true);
    frames_[frame].distance = 0;
  }

  void run() {
    while (!queue_.empty()) {
      const auto [distance, index] = queue_.top();
      queue_.pop();
      if (!settled_.insert(key(states_[index])).second) continue;
      if (states_.size() > kMostStates) {
        undecided_ = true;
        return;
      }
      expand(index);
    }
    measure();
  }

  [[nodiscard]] bool undecided() const { return undecided_; }

  struct Violation {
    std::uint32_t state = kNone;
    std::uint64_t distance = UINT64_MAX;
    std::size_t place = 0;  // in the order of flows and steps
  };
  // The nearest of each place, nearest first.
  [[nodiscard]] std::vector<Violation> violations() const {
    std::map<std::pair<std::string_view, StepIndex>, Violation> nearest;
    for (const std::uint32_t index : broken_) {
      const State& state = states_[index];
      const Frame& frame = frames_[state.context];
      if (frame.distance == UINT64_MAX) continue;
      const std::uint64_t distance = frame.distance + state.distance;
      Violation& best = nearest[{frame.model->flow().id, frame.model->node(state.node).step}];
      if (distance < best.distance) best = {.state = index, .distance = distance};
    }
    std::vector<Violation> all;
    for (const auto& [place, violation] : nearest) all.push_back(violation);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].place = i;
    std::ranges::sort(all, {}, [](const Violation& v) { return std::pair(v.distance, v.place); });
    return all;
  }

  [[nodiscard]] std::vector<Waypoint> way_to(const Violation& violation) const {
    std::vector<std::vector<Waypoint>> parts;
    std::uint32_t at = violation.state;
    while (true) {
      parts.push_back(within(at, true));
      const std::uint32_t caller = frames_[states_[at].context].called_from;
      if (caller == kNone) break;
      at = caller;
    }
    std::vector<Waypoint> way;
    for (std::size_t i = parts.size(); i-- > 0;) {
      for (Waypoint& point : parts[i]) way.push_back(std::move(point));
    }
    return shortened(std::move(way));
  }

  [[nodiscard]] std::string place_of(const Violation& violation) const {
    const State& state = states_[violation.state];
    const Model& model = *frames_[state.context].model;
    const Step* step = model.step(state.node);
    return step == nullptr ? "the end of " + quote(model.flow().id)
                           : "step " + quote(step->id) + " of " + quote(model.flow().id);
  }

 private:
  FlowFacts facts_of(const Model& model) const {
    const Flow& flow = model.flow();
    FlowFacts facts;
    std::vector<bool> bound(flow.steps.size(), false);
    for (const Step& step : flow.steps) {
      const auto matches = [&](const Selector& selector) { return selector.matches(flow, step); };
      facts.target.push_back(std::ranges::any_of(rule_.target, [&](const Selector& selector) {
        return !selector.is_end() && matches(selector);
      }));
      facts.other.push_back(std::ranges::any_of(rule_.other, matches));
      if (rule_.kind == Rule::Kind::before && facts.other.back() && is_bound(step))
        bound[facts.other.size() - 1] = true;
    }
    facts.corrections = std::make_unique<Corrections>(model, bound);
    return facts;
  }

  using Key = std::tuple<std::uint32_t, NodeIndex, NodeIndex, bool, StepIndex, Progress, bool>;
  static Key key(const State& state) {
    return {
        state.context,
        state.node,
        state.mark.segment,
        state.mark.confirmed,
        state.mark.free,
        state.progress,
        state.back
    };
  }

  void push(State state) {
    if (settled_.contains(key(state))) return;
    const auto [known, fresh] = best_.emplace(key(state), state.distance);
    if (!fresh && known->second <= state.distance) return;
    known->second = state.distance;
    states_.push_back(state);
    queue_.emplace(state.distance, static_cast<std::uint32_t>(states_.size() - 1));
  }

  std::uint32_t frame_of(const Model& model, Progress progress, bool below, bool root) {
    const auto [found, fresh] = frame_index_.emplace(
        std::tuple(&model, progress, below, root), static_cast<std::uint32_t>(frames_.size())
    );
    if (fresh) {
      frames_.push_back({.model = &model, .progress = progress, .below = below, .root = root});
      push(
          {.context = found->second,
           .node = model.entry(),
           .mark = {.segment = model.entry()},
           .progress = progress}
      );
    }
    return found->second;
  }

  void expand(std::uint32_t index) {
    const State state = states_[index];
    const Model& model = *frames_[state.context].model;
    if (state.back) return go_back(index);
    if (state.node == model.end()) return leave(index);
    if (state.node == model.stopped()) {
      if (rule_.even_when_stopped && breaks_at_end(state.progress)) broken_.push_back(index);
      return;
    }
    const Step* step = model.runs(state.node);
    if (step != nullptr) {
      if (facts_.at(&model).target[model.node(state.node).step] && breaks_at_target(state.progress))
        broken_.push_back(index);
      if (hears(*step)) hear(index);
      if (const Model* called = models_.called_by(*step)) return call(index, *called);
    }
    for (const Arc& arc : model.from(state.node)) follow(index, arc, state.progress);
  }

  [[nodiscard]] bool breaks_at_target(Progress progress) const {
    switch (rule_.kind) {
      case Rule::Kind::before:
        return progress == Progress::none;
      case Rule::Kind::never:
        return true;
      case Rule::Kind::after:
        return progress != Progress::none;
      case Rule::Kind::always:
        return false;
    }
    return false;
  }

  [[nodiscard]] bool breaks_at_end(Progress progress) const {
    if (rule_.kind == Rule::Kind::always) return progress != Progress::none;
    return std::ranges::any_of(rule_.target, &Selector::is_end) && breaks_at_target(progress);
  }

  [[nodiscard]] Progress behind(const Model& model, NodeIndex node, const Arc& arc, Progress progress) const {
    const Step* step = model.runs(node);
    if (step == nullptr || !is_done(*step, arc)) return progress;
    const FlowFacts& facts = facts_.at(&model);
    const StepIndex index = model.node(node).step;
    if (facts.other[index]) {
      const bool bound = rule_.kind == Rule::Kind::before && is_bound(*step);
      if (!bound) progress = Progress::passed;
      if (bound && progress == Progress::none) progress = Progress::bound;
    }
    if (rule_.kind == Rule::Kind::always && facts.target[index]) progress = Progress::none;
    return progress;
  }

  void follow(std::uint32_t index, const Arc& arc, Progress progress) {
    const State state = states_[index];
    const Model& model = *frames_[state.context].model;
    for (const Mark& mark : facts_.at(&model).corrections->behind(state.node, arc, state.mark)) {
      const bool skipped = model.runs(state.node) == nullptr;
      push({
          .context = state.context,
          .node = arc.to,
          .mark = mark,
          .progress = behind(model, state.node, arc, progress),
          .distance = state.distance + (skipped ? 0U : 1U),
          .parent = index,
          .move = Move::arc,
          .arc = arc,
      });
    }
  }

  // The user says something else than an answer.
  void hear(std::uint32_t index) {
    const State state = states_[index];
    if (rule_.even_when_stopped && breaks_at_end(state.progress)) broken_.push_back(index);
    correct(index, index);
    if (frames_[state.context].below && state.progress == Progress::bound) {
      // An answer of a flow below is changed, and that flow does not go back.
      State taken = state;
      taken.progress = Progress::none;
      taken.distance = state.distance + 1;
      taken.parent = index;
      taken.move = Move::taken_back;
      push(taken);
    }
    note_heard(state.context, index);
  }

  // A flow below may also go back, and then the flows above it are left.
  void note_heard(std::uint32_t context, std::uint32_t speaker) {
    std::uint32_t& heard = frames_[context].heard[static_cast<std::size_t>(states_[speaker].progress)];
    if (heard != kNone) return;
    heard = speaker;
    const std::vector<std::uint32_t> callers = frames_[context].callers;
    for (const std::uint32_t caller : callers) {
      correct(caller, speaker);
      note_heard(states_[caller].context, speaker);
    }
  }

  // An answer of the flow of `standing` is changed by what the user says in `speaker`.
  void correct(std::uint32_t standing, std::uint32_t speaker) {
    const State state = states_[standing];
    const Corrections& corrections = *facts_.at(frames_[state.context].model).corrections;
    const Model& model = *frames_[state.context].model;
    const StepIndex last = corrections.last_target(state.node, state.mark);
    if (last == kNoStep) return;
    const Corrections::Choice choice = corrections.at(state.node);
    const Progress progress = states_[speaker].progress;
    const auto back_with = [&](Progress then) {
      State back{
          .context = state.context,
          .node = model.start_of(last),
          .mark = {.segment = model.start_of(last), .confirmed = false, .free = state.mark.free},
          .progress = then,
          .distance = state.distance + (speaker == standing ? 0 : states_[speaker].distance) + 1,
          .parent = standing,
          .exit = speaker == standing ? kNone : speaker,
          .move = Move::correction,
      };
      push(back);
      if (last > state.mark.free) push(further_back(back));
    };
    if (choice.keeps) back_with(progress);
    if (choice.takes_back) back_with(progress == Progress::bound ? Progress::none : progress);
  }

  void go_back(std::uint32_t index) {
    const State state = states_[index];
    const Model& model = *frames_[state.context].model;
    const StepIndex step = model.node(state.node).step;
    if (may_begin_again(*model.step(state.node))) {
      State there = state;
      there.mark.segment = state.node;
      there.back = false;
      push(there);
    }
    if (step > state.mark.free) push(further_back(state));
  }

  [[nodiscard]] State further_back(State state) const {
    const Model& model = *frames_[state.context].model;
    state.node = model.start_of(model.node(state.node).step - 1);
    state.mark.segment = model.entry();
    state.back = true;
    return state;
  }

  void call(std::uint32_t index, const Model& called) {
    const State state = states_[index];
    const Model& model = *frames_[state.context].model;
    const bool below =
        frames_[state.context].below || facts_.at(&model).corrections->at(state.node).takes_back;
    for (const Arc& arc : model.from(state.node)) {
      if (arc.kind == EdgeKind::skip || arc.failure) follow(index, arc, state.progress);
    }
    const std::uint32_t frame = frame_of(called, state.progress, below, false);
    frames_[frame].callers.push_back(index);
    const auto exits = frames_[frame].exits;
    const auto heard = frames_[frame].heard;
    for (const std::uint32_t exit : exits) {
      if (exit != kNone) come_back(index, exit);
    }
    for (const std::uint32_t speaker : heard) {
      if (speaker == kNone) continue;
      correct(index, speaker);
      note_heard(state.context, speaker);
    }
  }

  void come_back(std::uint32_t caller, std::uint32_t exit) {
    const State state = states_[caller];
    const Model& model = *frames_[state.context].model;
    for (const Arc& arc : model.from(state.node)) {
      if (arc.kind == EdgeKind::skip || arc.failure) continue;
      // Its outputs, and corrections meanwhile, may change slots of this flow.
      std::vector<Mark> marks{state.mark};
      if (state.mark.confirmed)
        marks.push_back({.segment = state.mark.segment, .confirmed = false, .free = state.mark.free});
      for (const Mark& mark : marks) {
        push({
            .context = state.context,
            .node = arc.to,
            .mark = mark,
            .progress = behind(model, state.node, arc, states_[exit].progress),
            .distance = state.distance + states_[exit].distance + 1,
            .parent = caller,
            .exit = exit,
            .move = Move::returned,
            .arc = arc,
        });
      }
    }
  }

  // At the end of a flow: of the conversation's, or back to whoever ran it.
  void leave(std::uint32_t index) {
    const State& state = states_[index];
    Frame& frame = frames_[state.context];
    if (frame.root && breaks_at_end(state.progress)) broken_.push_back(index);
    std::uint32_t& exit = frame.exits[static_cast<std::size_t>(state.progress)];
    if (exit != kNone) return;
    exit = index;
    const std::vector<std::uint32_t> callers = frame.callers;
    for (const std::uint32_t caller : callers) come_back(caller, index);
  }

  // The distance of every frame from the start of a conversation, through the calls that lead there.
  void measure() {
    std::priority_queue<
        std::pair<std::uint64_t, std::uint32_t>,
        std::vector<std::pair<std::uint64_t, std::uint32_t>>,
        std::greater<>>
        open;
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> calls(frames_.size());
    for (std::uint32_t f = 0; f < frames_.size(); ++f) {
      for (const std::uint32_t caller : frames_[f].callers)
        calls[states_[caller].context].emplace_back(caller, f);
      if (frames_[f].distance == 0) open.emplace(0, f);
    }
    while (!open.empty()) {
      const auto [distance, at] = open.top();
      open.pop();
      if (distance > frames_[at].distance) continue;
      for (const auto& [caller, frame] : calls[at]) {
        const std::uint64_t there = distance + states_[caller].distance + 1;
        if (there >= frames_[frame].distance) continue;
        frames_[frame].distance = there;
        frames_[frame].called_from = caller;
        open.emplace(there, frame);
      }
    }
  }

  // The steps from the start of a state's frame to the state; `last`: the step it stands on, too.
  [[nodiscard]] std::vector<Waypoint> within(std::uint32_t index, bool last) const {
    std::vector<std::uint32_t> chain;
    for (std::uint32_t at = index; at != kNone; at = states_[at].parent) chain.push_back(at);
    std::ranges::reverse(chain);
    std::vector<Waypoint> way;
    const Model& model = *frames_[states_[index].context].model;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      const State& next = states_[chain[i + 1]];
      const Step* step = model.runs(states_[chain[i]].node);
      if (step == nullptr) continue;
      const bool spoken = next.move == Move::correction && next.exit != kNone;
      append_waypoint(way, model.flow(), *step, spoken ? std::string() : words(*step, next));
      if (next.exit == kNone) continue;
      for (Waypoint& point : within(next.exit, spoken)) way.push_back(std::move(point));
      if (spoken) way.back().text += " (the user changes an earlier answer)";
    }
    if (!last) return way;
    const Step* step = model.runs(states_[index].node);
    if (step != nullptr) {
      append_waypoint(way, model.flow(), *step, "");
    } else {
      way.push_back({model.flow().file, model.flow().id_position.line, "the end of " + model.flow().id});
    }
    return way;
  }

  static std::string words(const Step& step, const State& next) {
    if (next.move == Move::correction || next.move == Move::taken_back)
      return "the user changes an earlier answer";
    return label(step, next.arc.kind, next.arc.number);
  }

  const Models& models_;
  const Rule& rule_;
  std::map<const Model*, FlowFacts> facts_;
  std::vector<State> states_;
  std::vector<Frame> frames_;
  std::map<std::tuple<const Model*, Progress, bool, bool>, std::uint32_t> frame_index_;
  std::map<Key, std::uint32_t> best_;
  std::set<Key> settled_;
  std::priority_queue<
      std::pair<std::uint32_t, std::uint32_t>,
      std::vector<std::pair<std::uint32_t, std::uint32_t>>,
      std::greater<>>
      queue_;
  std::vector<std::uint32_t> broken_;
  bool undecided_ = false;
};

struct Report {
  Diagnostics& diagnostics;
  const Rule& rule;

  void add(
      std::string_view code,
      Severity severity,
      Position at,
      std::string message,
      std::string help,
      std::vector<Waypoint> way = {}
  ) const {
    diagnostics.push_back(
        {std::string(code), severity, rule.file, at, std::move(message), std::move(help), std::move(way)}
    );
  }
};

std::string words_for(const Selectors& selectors) {
  std::string text;
  for (const Selector& selector : selectors) text += (text.empty() ? "" : " or ") + selector.text;
  return text;
}

std::string what_is_wrong(const Rule& rule, const std::string& place) {
  switch (rule.kind) {
    case Rule::Kind::before:
      return place + " can be reached without " + words_for(rule.other);
    case Rule::Kind::never:
      return place + " can be reached";
    case Rule::Kind::after:
      return place + " can be reached after " + words_for(rule.other);
    case Rule::Kind::always:
      return place + " can be reached after " + words_for(rule.other) + " without " + words_for(rule.target);
  }
  return {};
}

// What a conversation may begin with. A flow that only others run has no words of its own.
bool starts_conversations(const Models& models, const Assistant& assistant, const Flow& flow) {
  if (!flow.triggers.empty() || flow.id == assistant.start) return true;
  return std::ranges::none_of(models.all(), [&](const auto& entry) {
    return std::ranges::any_of(entry.second.flow().steps, [&](const Step& step) {
      const Name* called = called_flow(step);
      return called != nullptr && called->text == flow.id && entry.first != flow.id;
    });
  });
}

void check_selectors(const Models& models, const Rule& rule, const Report& report) {
  for (const Selectors* selectors : {&rule.target, &rule.other}) {
    for (const Selector& selector : *selectors) {
      const bool found = selector.is_end() || std::ranges::any_of(models.all(), [&](const auto& entry) {
                           const Flow& flow = entry.second.flow();
                           return std::ranges::any_of(flow.steps, [&](const Step& step) {
                             return selector.matches(flow, step);
                           });
                         });
      if (found) continue;
      report.add(
          "F0532",
          Severity::warning,
          selector.position,
          "no step of any flow is " + quote(selector.text),
          "check how it is written; if the step is still to come, this is fine"
      );
    }
  }
}

void check_rule(
    const Models& models, const Assistant& assistant, const Rule& rule, Diagnostics& diagnostics
) {
  const Report report{diagnostics, rule};
  check_selectors(models, rule, report);
  Search search(models, rule);
  bool any = false;
  for (const auto& [id, model] : models.all()) {
    const bool wanted =
        rule.in.empty() ? starts_conversations(models, assistant, model.flow()) : rule.in == id;
    if (!wanted) continue;
    search.from(model);
    any = true;
  }
  if (!any) {
    report.add(
        "F0532",
        Severity::warning,
        rule.position,
        "no flow " + quote(rule.in) + " begins a conversation",
        "name the id of a flow, or leave 'in' out"
    );
    return;
  }
  search.run();
  const bool unordered =
      rule.kind == Rule::Kind::after &&
      std::ranges::any_of(models.all(), [](const auto& entry) { return entry.second.unordered(); });
  if (search.undecided() || unordered) {
    report.add(
        "F0533",
        Severity::warning,
        rule.position,
        "the rule " + quote(rule.name) + " could not be decided",
        "the flows have too many ways; split them, or narrow the rule with in"
    );
    if (search.undecided()) return;
  }
  const auto violations = search.violations();
  if (violations.empty()) return;
  std::string help = "let every way do what the rule asks, or change the rule";
  if (violations.size() > 1) {
    help = "also broken at " + search.place_of(violations[1]);
    if (violations.size() > 2) help += " and " + std::to_string(violations.size() - 2) + " more";
  }
  report.add(
      "F0530",
      Severity::error,
      rule.position,
      "the rule " + quote(rule.name) + " is broken: " + what_is_wrong(rule, search.place_of(violations[0])),
      std::move(help),
      search.way_to(violations[0])
  );
}

}  // namespace

void check_rules(const Assistant& assistant, std::span<const Rule> rules, Diagnostics& diagnostics) {
  if (rules.empty()) return;
  const Models models(assistant.flows);
  for (const Rule& rule : rules) check_rule(models, assistant, rule, diagnostics);
}

}  // namespace parley::flow::analysis
