#include "assistant/testing/coverage.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "flow/graph.hpp"
#include "flow/load.hpp"

namespace parley::assistant {

namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The condition of a switch's branch, in the author's words.
std::string condition_of(const flow::Step& step, std::uint32_t number) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const auto* branches = step.get<flow::Branches>(k);
    if (branches == nullptr || number >= branches->size()) continue;
    if (const auto& when = (*branches)[number].when) return "when " + when->source();
  }
  return "case " + std::to_string(number + 1);
}

std::string name_of(const flow::Step& step, const flow::Edge& edge) {
  switch (edge.kind) {
    case flow::EdgeKind::choice:
      return condition_of(step, edge.number);
    case flow::EdgeKind::otherwise:
      return "else";
    case flow::EdgeKind::enter:
      return "block " + std::to_string(edge.number + 1);
    default:
      return std::string(flow::name(edge.kind));
  }
}

// The ways out of a step as the flow's graph has them; those that lead to the same step are one.
std::vector<BranchCoverage> ways_out(
    const flow::Step& step, std::span<const flow::Edge> edges, const StepVisits& visits
) {
  std::vector<flow::StepIndex> order;
  std::map<flow::StepIndex, std::string> names;
  for (const flow::Edge& edge : edges) {
    if (edge.kind == flow::EdgeKind::skip) continue;
    const auto [known, fresh] = names.try_emplace(edge.to, name_of(step, edge));
    if (fresh) {
      order.push_back(edge.to);
    } else {
      known->second += ", " + name_of(step, edge);
    }
  }
  std::vector<BranchCoverage> ways;
  if (step.spec->repeats) {
    ways = {{"no round", visits.loops[0]}, {"one round", visits.loops[1]}, {"more rounds", visits.loops[2]}};
  } else if (order.size() > 1) {
    for (const flow::StepIndex target : order) {
      const auto left = visits.left.find(target);
      std::uint64_t taken = left == visits.left.end() ? 0 : left->second;
      // A condition that does not hold leads to `next` too, without the step having run.
      if (target == step.next) taken -= std::min(taken, visits.skips);
      ways.push_back({names.at(target), taken});
    }
  }
  if (step.condition) {
    ways.push_back({"if holds", visits.runs});
    ways.push_back({"if does not hold", visits.skips});
  }
  return ways;
}

FlowCoverage of_flow(const flow::Flow& flow, const Visits& visits) {
  const StepVisits kNone;
  const flow::Graph graph(flow);
  FlowCoverage row{.flow = flow.id, .file = flow.file};
  for (flow::StepIndex i = 0; i < flow.steps.size(); ++i) {
    const flow::Step& step = flow.steps[i];
    const auto found = visits.find(std::pair(flow.id, i));
    const StepVisits& counts = found == visits.end() ? kNone : found->second;
    row.steps.push_back({
        .id = step.id,
        .first_line = step.position.line,
        .last_line = std::max(step.position.line, step.last_line),
        .visits = counts.runs,
        .branches = ways_out(step, graph.from(i), counts),
    });
  }
  return row;
}

std::vector<HandlerCoverage> of_handlers(const engine::Release& release, const Visits& visits) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const std::string_view repair : flow::handler_names()) {
    if (release.find("repair." + std::string(repair)) == nullptr) continue;
    pairs.emplace(repair, release.handler(repair).id);
    for (const auto& [id, flow] : release.flows()) pairs.emplace(repair, release.handler(*flow, repair).id);
  }
  std::vector<HandlerCoverage> rows;
  for (const auto& [repair, flow] : pairs) {
    const auto first = visits.find(std::pair(flow, flow::StepIndex{0}));
    rows.push_back({repair, flow, first == visits.end() ? 0 : first->second.runs + first->second.skips});
  }
  return rows;
}

std::string lines_of(const StepCoverage& step) {
  return step.first_line == step.last_line
             ? std::to_string(step.first_line)
             : std::to_string(step.first_line) + "-" + std::to_string(step.last_line);
}

std::string share(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-" : std::to_string(part * 100 / whole) + " %";
}

std::string render_branches(const Coverage& coverage) {
  std::string text;
  for (const FlowCoverage& flow : coverage.flows) {
    for (const StepCoverage& step : flow.steps) {
      std::vector<std::string> missing;
      for (const BranchCoverage& branch : step.branches) {
        if (branch.taken == 0 && step.visits > 0) missing.push_back(branch.name);
      }
      if (missing.empty()) continue;
      text += "  " + flow.flow + " " + step.id + " (line " + std::to_string(step.first_line) +
              "): " + joined(missing) + "\n";
    }
  }
  return text.empty() ? text : "\nbranches never taken\n" + text;
}

std::string render_handlers(const Coverage& coverage) {
  std::vector<std::string> ran;
  std::vector<std::string> missing;
  for (const HandlerCoverage& row : coverage.handlers) {
    const bool builtin = row.flow == "repair." + row.repair;
    std::string name = builtin ? row.repair : row.repair + " by " + row.flow;
    (row.runs > 0 ? ran : missing).push_back(std::move(name));
  }
  std::string text = "\nrepairs: ";
  text += ran.empty() ? "none ran" : joined(ran);
  if (!missing.empty()) text += "\nnever ran: " + joined(missing);
  return text + "\n";
}

}  // namespace

std::size_t FlowCoverage::reached() const {
  return static_cast<std::size_t>(std::ranges::count_if(steps, [](const StepCoverage& step) {
    return step.visits > 0;
  }));
}

std::size_t FlowCoverage::branches() const {
  std::size_t count = 0;
  for (const StepCoverage& step : steps) count += step.branches.size();
  return count;
}

std::size_t FlowCoverage::branches_taken() const {
  std::size_t count = 0;
  for (const StepCoverage& step : steps) {
    for (const BranchCoverage& branch : step.branches) count += branch.taken > 0;
  }
  return count;
}

std::vector<std::string> FlowCoverage::missing() const {
  std::vector<std::string> ids;
  for (const StepCoverage& step : steps) {
    if (step.visits == 0) ids.push_back(step.id);
  }
  return ids;
}

std::vector<std::string> FlowCoverage::missing_lines() const {
  std::vector<std::string> lines;
  for (const StepCoverage& step : steps) {
    if (step.visits == 0) lines.push_back(lines_of(step));
  }
  return lines;
}

double Coverage::percent() const {
  std::size_t steps = 0;
  std::size_t reached = 0;
  for (const FlowCoverage& flow : flows) {
    steps += flow.steps.size();
    reached += flow.reached();
  }
  return steps == 0 ? 100.0 : 100.0 * static_cast<double>(reached) / static_cast<double>(steps);
}

Coverage coverage(const engine::Release& release, const Visits& visits) {
  Coverage table;
  for (const auto& [id, flow] : release.flows()) table.flows.push_back(of_flow(*flow, visits));
  table.handlers = of_handlers(release, visits);
  return table;
}

std::string render(const Coverage& coverage) {
  std::size_t width = 4;
  for (const FlowCoverage& row : coverage.flows) width = std::max(width, row.flow.size());
  std::string text = padded("flow", width) + "  steps  reached  branches  missing\n";
  for (const FlowCoverage& row : coverage.flows) {
    text += padded(row.flow, width) + "  " + padded(std::to_string(row.steps.size()), 5) + "  " +
            padded(row.steps.empty() ? "100 %" : share(row.reached(), row.steps.size()), 7) + "  " +
            padded(share(row.branches_taken(), row.branches()), 8);
    const auto missing = row.missing();
    if (!missing.empty()) text += "  " + joined(missing) + " (lines " + joined(row.missing_lines()) + ")";
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text + render_branches(coverage) + render_handlers(coverage);
}

Value steps_to_value(const Coverage& coverage) {
  ListBuilder list;
  for (const FlowCoverage& flow : coverage.flows) {
    for (const StepCoverage& step : flow.steps) {
      ListBuilder branches;
      for (const BranchCoverage& branch : step.branches)
        branches.add(MapBuilder().set("name", branch.name).set("taken", branch.taken).build());
      list.add(MapBuilder()
                   .set("flow", flow.flow)
                   .set("step", step.id)
                   .set("line", step.first_line)
                   .set("last_line", step.last_line)
                   .set("visits", step.visits)
                   .set("branches", branches.build())
                   .build());
    }
  }
  return list.build();
}

}  // namespace parley::assistant
