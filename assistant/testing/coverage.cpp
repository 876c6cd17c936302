#include "assistant/testing/coverage.hpp"

#include <algorithm>
#include <map>
#include <set>

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

// The ways out of a step as its keywords declare them.
class Ways {
 public:
  Ways(const flow::Flow& flow, const flow::Step& step, const StepVisits& visits)
      : flow_(flow), step_(step), visits_(visits) {
    bool falls_through = step.spec->continues;
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      if (const auto* branches = step.get<flow::Branches>(k)) {
        for (const flow::Branch& branch : *branches) {
          add(branch.when ? "when " + branch.when->source() : "else", branch.next.text);
          if (!branch.when) falls_through = false;
        }
      }
      const flow::Keyword& keyword = step.spec->keywords[k];
      const auto* target = step.get<flow::Name>(k);
      if (keyword.kind == flow::FieldKind::step_name && target != nullptr)
        add(std::string(keyword.name), target->text);
      if (const auto* names = step.get<flow::Names>(k)) add_exhausted(*names);
    }
    if (falls_through) add("next", step.next);
  }

  [[nodiscard]] std::vector<BranchCoverage> branches() const {
    std::vector<BranchCoverage> result;
    if (order_.size() > 1) {
      for (const flow::StepIndex target : order_) {
        const auto taken = visits_.left.find(target);
        result.push_back({names_.at(target), taken == visits_.left.end() ? 0 : taken->second});
      }
      // A condition that does not hold leads to `next` too, without the step having run.
      for (std::size_t i = 0; i < order_.size(); ++i) {
        if (order_[i] == step_.next) result[i].taken -= std::min(result[i].taken, visits_.skips);
      }
    }
    if (step_.condition) {
      result.push_back({"if holds", visits_.runs});
      result.push_back({"if does not hold", visits_.skips});
    }
    return result;
  }

 private:
  void add(const std::string& name, const std::string& step_id) { add(name, flow_.step_index(step_id)); }
  void add(const std::string& name, flow::StepIndex target) {
    const auto [known, fresh] = names_.try_emplace(target, name);
    if (fresh) {
      order_.push_back(target);
    } else {
      known->second += ", " + name;
    }
  }
  void add_exhausted(const flow::Names& names) {
    for (const flow::Name& name : names) {
      const flow::Slot* slot = flow_.slot(name.text);
      if (slot != nullptr && !slot->on_exhausted.empty()) add("on_exhausted", slot->on_exhausted);
    }
  }

  const flow::Flow& flow_;
  const flow::Step& step_;
  const StepVisits& visits_;
  std::vector<flow::StepIndex> order_;
  std::map<flow::StepIndex, std::string> names_;
};

FlowCoverage of_flow(const flow::Flow& flow, const Visits& visits) {
  const StepVisits kNone;
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
        .branches = Ways(flow, step, counts).branches(),
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
