// How flows come to rest and to their end: loops that ask only once, parts that lead nowhere, ends without a
// word, flows that call themselves for ever.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "flow/analysis/checks.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

using loading::quote;

bool ends_flow(const Step& step) {
  return !step.spec->continues && find_field<Name>(step, "step") == nullptr;
}

// Asks for slots that it asks for only while they are empty.
const Names* asks_once(const Flow& flow, const Step& step) {
  const auto* names = find_field<Names>(step, "gather");
  if (names == nullptr || !step.spec->waits) return nullptr;
  const bool once = std::ranges::all_of(*names, [&](const Name& name) {
    const Slot* slot = flow.slot(name.text);
    return slot != nullptr && !slot->always_ask;
  });
  return once ? names : nullptr;
}

// Leaves everything as it is, so that a second time through a loop of such steps is like the first.
bool changes_nothing(const Step& step) {
  if (step.spec->waits || called_tool(step) != nullptr || called_flow(step) != nullptr) return false;
  return std::ranges::none_of(step.spec->keywords, [](const Keyword& keyword) {
    return keyword.kind == FieldKind::assignments || keyword.kind == FieldKind::slot_names ||
           keyword.kind == FieldKind::facts || keyword.name == "save" || keyword.name == "for_each";
  });
}

// Keywords that were not written do not count.
bool is_quiet(const Flow& flow, const Step& step) {
  if (asks_once(flow, step) != nullptr) return true;
  if (changes_nothing(step)) return true;
  return step.spec->repeats && find_field<expr::Expression>(step, "for_each") == nullptr &&
         find_field<expr::Expression>(step, "while") != nullptr;
}

// A flow with more of one kind is reported in part: work stays bounded.
constexpr int kMostWalks = 100;

// What can lie on a round of quiet steps: the others are peeled off from both sides.
std::vector<bool> may_go_round(const Model& model) {
  const std::size_t count = model.size();
  std::vector<bool> stays(count, false);
  std::vector<std::vector<NodeIndex>> before(count);
  std::vector<std::uint32_t> in(count, 0);
  std::vector<std::uint32_t> out(count, 0);
  for (NodeIndex n = 0; n < count; ++n) {
    const Step* step = model.runs(n);
    stays[n] = model.step(n) != nullptr && (step == nullptr || is_quiet(model.flow(), *step));
  }
  for (NodeIndex n = 0; n < count; ++n) {
    for (const Arc& arc : model.from(n)) {
      if (!stays[n] || !stays[arc.to]) continue;
      ++out[n];
      ++in[arc.to];
      before[arc.to].push_back(n);
    }
  }
  std::vector<NodeIndex> open;
  const auto peel = [&](NodeIndex n) {
    if (!stays[n] || (in[n] > 0 && out[n] > 0)) return;
    stays[n] = false;
    open.push_back(n);
  };
  for (NodeIndex n = 0; n < count; ++n) peel(n);
  while (!open.empty()) {
    const NodeIndex gone = open.back();
    open.pop_back();
    for (const Arc& arc : model.from(gone)) {
      if (stays[arc.to] && --in[arc.to] == 0) peel(arc.to);
    }
    for (const NodeIndex earlier : before[gone]) {
      if (stays[earlier] && --out[earlier] == 0) peel(earlier);
    }
  }
  return stays;
}

void check_asks_once(const Model& model, const std::vector<bool>& reached, Diagnostics& diagnostics) {
  const Flow& flow = model.flow();
  const std::vector<bool> candidates = may_go_round(model);
  std::set<StepIndex> reported;
  int walks = 0;
  for (NodeIndex n = 0; n < model.size() && walks < kMostWalks; ++n) {
    const Step* input = model.runs(n);
    if (input == nullptr || !reached[n] || !candidates[n] || reported.contains(model.node(n).step)) continue;
    const Names* names = asks_once(flow, *input);
    if (names == nullptr) continue;
    ++walks;
    const auto step = [&](const Spot& spot, const Arc& arc) -> std::int64_t {
      const Step* at = model.runs(spot.node);
      if (arc.failure || arc.kind == EdgeKind::timeout || arc.kind == EdgeKind::exhausted) return -1;
      if (at != nullptr && !is_quiet(flow, *at)) return -1;
      return 1;
    };
    const auto found = [&](const Spot& spot) { return spot.node == n && spot.memory == 1; };
    const Walk round = shortest_walk(model, {n, 0}, 2, step, found);
    if (round.nodes.empty()) continue;
    for (const NodeIndex seen : round.nodes) reported.insert(model.node(seen).step);
    const std::string& slot = names->front().text;
    Findings{diagnostics, flow}.warning(
        "F0504",
        input->position,
        "step " + quote(input->id) + " asks only in the first round of this loop: afterwards " + quote(slot) +
            " has its value, so the loop goes on without waiting",
        "write ask_if: always for the slot, or clear it in the loop",
        waypoints(model, round)
    );
  }
}

std::vector<bool> leads_to(const Model& model, NodeIndex target) {
  std::vector<std::vector<NodeIndex>> before(model.size());
  for (NodeIndex n = 0; n < model.size(); ++n) {
    for (const Arc& arc : model.from(n)) before[arc.to].push_back(n);
  }
  std::vector<bool> leads(model.size(), false);
  leads[target] = true;
  std::vector<NodeIndex> open{target};
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex earlier : before[at]) {
      if (leads[earlier]) continue;
      leads[earlier] = true;
      open.push_back(earlier);
    }
  }
  return leads;
}

void check_traps(const Model& model, const std::vector<bool>& reached, Diagnostics& diagnostics) {
  const std::vector<bool> ends = leads_to(model, model.end());
  if (!ends[model.entry()]) return;  // made to go on for ever
  std::set<StepIndex> reported;
  for (NodeIndex n = 0; n < model.size(); ++n) {
    if (!reached[n] || !ends[n] || model.step(n) == nullptr) continue;
    for (const Arc& arc : model.from(n)) {
      const Step* trap = model.step(arc.to);
      if (ends[arc.to] || trap == nullptr || !reported.insert(model.node(arc.to).step).second) continue;
      Findings{diagnostics, model.flow()}.warning(
          "F0510",
          trap->position,
          "from step " + quote(trap->id) + " no way leads to the end of the flow",
          "let one of the steps behind it lead on, or end the flow there"
      );
    }
  }
}

bool says_something(const Flow& flow) {
  return std::ranges::any_of(flow.steps, [](const Step& step) { return step.spec->says; });
}

// The last thing a user hears must not be their own words. A flow that ends well is followed by the handler
// for completed flows, which says something; other outcomes are followed by nothing.
void check_silent_ends(const Model& model, const Models& models, Diagnostics& diagnostics) {
  const Flow& flow = model.flow();
  enum : std::uint32_t { kAnswered, kSpoke };
  const auto says = [&](const Step& step) {
    const Model* called = models.called_by(step);
    return step.spec->says || (called != nullptr && says_something(called->flow()));
  };
  const auto step = [&](const Spot& spot, const Arc& arc) -> std::int64_t {
    const Step* at = model.runs(spot.node);
    if (at == nullptr || arc.kind == EdgeKind::skip) return spot.memory;
    if (at->spec->hears) return arc.kind == EdgeKind::timeout ? kAnswered : kSpoke;
    return says(*at) ? kAnswered : spot.memory;
  };
  int walks = 0;
  for (StepIndex s = 0; s < flow.steps.size() && walks < kMostWalks; ++s) {
    const Step& last = flow.steps[s];
    const auto* outcome = find_field<Name>(last, "outcome");
    if (!ends_flow(last) || outcome == nullptr || outcome->text == "resolved") continue;
    if (find_field<Text>(last, "text") != nullptr) continue;
    ++walks;
    const auto found = [&](const Spot& spot) {
      return model.node(spot.node).step == s && spot.memory == kSpoke;
    };
    Walk walk = shortest_walk(model, {model.entry(), kAnswered}, 2, step, found);
    if (walk.nodes.empty()) continue;
    Findings{diagnostics, flow}.warning(
        "F0511",
        last.position,
        "the flow can end at step " + quote(last.id) + " without a word to what the user said last",
        "give the step a text, or say something before it",
        waypoints(model, walk)
    );
  }
}

// Flows that others run, and handlers, leave the last word to somebody else.
bool has_the_last_word(const Models& models, std::string_view flow_id) {
  if (flow_id.starts_with("repair.")) return false;
  for (const auto& [id, model] : models.all()) {
    for (const Step& step : model.flow().steps) {
      const Name* called = called_flow(step);
      if (called != nullptr && called->text == flow_id) return false;
    }
    for (const auto& [handler, target] : model.flow().handlers) {
      if (target == flow_id) return false;
    }
  }
  return true;
}

// Whether a walk comes from the start of a flow to its end (or, when `resting` is asked for, to a step that
// waits for somebody), given which flows that it runs come to theirs.
bool comes_to_end(
    const Model& model, const Models& models, const std::set<std::string_view>& good, bool resting
) {
  std::vector<bool> seen(model.size(), false);
  std::vector<NodeIndex> open{model.entry()};
  seen[model.entry()] = true;
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    if (at == model.end() || at == model.stopped()) return true;
    const Step* step = model.runs(at);
    if (step != nullptr && resting && rests(*step)) return true;
    const Model* called = step == nullptr ? nullptr : models.called_by(*step);
    if (called != nullptr && resting && good.contains(called->flow().id)) return true;
    for (const Arc& arc : model.from(at)) {
      const bool runs_call = called != nullptr && arc.kind != EdgeKind::skip;
      if (runs_call && !good.contains(called->flow().id)) continue;
      if (seen[arc.to]) continue;
      seen[arc.to] = true;
      open.push_back(arc.to);
    }
  }
  return false;
}

std::set<std::string_view> all_that_come_to_end(const Models& models, bool resting) {
  std::set<std::string_view> good;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [id, model] : models.all()) {
      if (good.contains(id) || !comes_to_end(model, models, good, resting)) continue;
      good.insert(id);
      changed = true;
    }
  }
  return good;
}

// From a flow through calls back to itself, as waypoints; empty when there is no such way.
std::vector<Waypoint> calls_back_to(const Models& models, std::string_view flow_id) {
  std::map<std::string_view, std::pair<std::string_view, const Step*>> before;
  std::vector<std::string_view> queue{flow_id};
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const Flow& flow = models.find(queue[at])->flow();
    for (const Step& step : flow.steps) {
      const Model* called = models.called_by(step);
      if (called == nullptr || !before.emplace(called->flow().id, std::pair(queue[at], &step)).second)
        continue;
      if (called->flow().id != flow_id) {
        queue.push_back(called->flow().id);
        continue;
      }
      std::vector<Waypoint> way;
      for (std::string_view id = flow_id; way.empty() || id != flow_id; id = before.at(id).first) {
        const auto& [from, call] = before.at(id);
        append_waypoint(way, models.find(from)->flow(), *call, "runs " + std::string(id));
      }
      std::ranges::reverse(way);
      return way;
    }
  }
  return {};
}

void check_recursion(
    const Models& models, const std::set<std::string_view>& ending, Diagnostics& diagnostics
) {
  const std::set<std::string_view> resting = all_that_come_to_end(models, true);
  std::set<std::string_view> with_any_call;
  for (const auto& [id, model] : models.all()) with_any_call.insert(id);
  for (const auto& [id, model] : models.all()) {
    if (ending.contains(id)) continue;
    std::vector<Waypoint> way = calls_back_to(models, id);
    if (way.empty()) continue;
    const Flow& flow = model.flow();
    if (!resting.contains(id)) {
      Findings{diagnostics, flow}.error(
          "F0517",
          flow.id_position,
          "the flow " + quote(id) + " runs itself for ever, without waiting for anybody",
          "let it end, or wait, on some way before it runs itself again",
          std::move(way)
      );
    } else if (comes_to_end(model, models, with_any_call, false)) {
      Findings{diagnostics, flow}.warning(
          "F0517",
          flow.id_position,
          "the flow " + quote(id) +
              " always runs itself again before its end, so no run of it is ever finished",
          "go back with goto instead of running the flow anew",
          std::move(way)
      );
    }
  }
}

void check_lost_calls(
    const Models& models, const std::set<std::string_view>& ending, Diagnostics& diagnostics
) {
  for (const auto& [id, model] : models.all()) {
    for (StepIndex s = 0; s < model.flow().steps.size(); ++s) {
      const Step& step = model.flow().steps[s];
      const Model* called = models.called_by(step);
      if (called == nullptr || called == &model || ending.contains(called->flow().id)) continue;
      if (step.next == kNoStep || !calls_back_to(models, called->flow().id).empty()) continue;
      Findings{diagnostics, model.flow()}.warning(
          "F0516",
          step.position,
          "step " + quote(step.id) + " runs the flow " + quote(called->flow().id) +
              ", which never ends, so the steps behind it are never reached",
          "give that flow a way to its end"
      );
    }
  }
}

}  // namespace

void check_endings(const Model& model, const Models& models, Diagnostics& diagnostics) {
  if (model.flow().steps.empty()) return;
  const std::vector<bool> reached = reached_nodes(model);
  check_asks_once(model, reached, diagnostics);
  check_traps(model, reached, diagnostics);
  if (has_the_last_word(models, model.flow().id)) check_silent_ends(model, models, diagnostics);
}

void check_calls(const Models& models, Diagnostics& diagnostics) {
  const std::set<std::string_view> ending = all_that_come_to_end(models, false);
  check_recursion(models, ending, diagnostics);
  check_lost_calls(models, ending, diagnostics);
}

}  // namespace parley::flow::analysis
