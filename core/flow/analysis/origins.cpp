// Calls that will wait for a person because of where their arguments come from, told before anybody talks to
// the flow. The engine decides by what really happened (core/engine/origins.hpp); here every way through the
// flows counts, so a warning says what may be.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "flow/analysis/checks.hpp"
#include "flow/analysis/uses.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

using loading::quote;
using Origins = std::set<std::string, std::less<>>;
using Tools = std::map<std::string_view, const ToolSignature*>;

constexpr std::int64_t kMostApprovers = 5;

std::string_view connector_of(std::string_view tool) {
  return tool.substr(0, tool.find('.'));
}

bool is_plain_function(std::string_view tool) {
  return tool.starts_with("text.");
}

// By name, what may have come into it.
class Marks {
 public:
  [[nodiscard]] Origins of(const std::vector<std::string>& names) const {
    Origins all;
    for (const std::string& name : names) {
      if (const auto found = by_name_.find(name); found != by_name_.end())
        all.insert(found->second.begin(), found->second.end());
    }
    return all;
  }
  // False: nothing new.
  bool add(const std::string& name, const Origins& origins) {
    if (origins.empty()) return false;
    Origins& own = by_name_[name];
    const std::size_t before = own.size();
    own.insert(origins.begin(), origins.end());
    return own.size() != before;
  }

 private:
  std::map<std::string, Origins, std::less<>> by_name_;
};

// What a step gives, apart from what it was given.
Origins own_origins(const Step& step) {
  const std::string_view type = step.spec->type;
  if (type == "search") {
    const auto* source = find_field<Name>(step, "source");
    return source == nullptr ? Origins{} : Origins{"knowledge." + source->text};
  }
  if (type == "recall") return {"memory.recall"};
  if (type == "generate" || type == "extract" || type == "classify") return {"model." + std::string(type)};
  if (type == "agent") {
    Origins all{"model.agent"};
    for (const Name& tool : tools_of_model(step)) all.insert(tool.text);
    return all;
  }
  const Name* tool = called_tool(step);
  if (type != "tool" || tool == nullptr || is_plain_function(tool->text)) return {};
  return {tool->text};
}

std::vector<std::string> argument_names(const Flow& flow, const Step& step) {
  if (const auto* with = find_field<Data>(step, "with")) return names_in(*with);
  std::vector<std::string> all;
  for (const Slot& slot : flow.slots) all.push_back(slot.name);
  return all;
}

class Tracer {
 public:
  explicit Tracer(std::span<const FlowPtr> flows) : flows_(flows) {
    for (const FlowPtr& flow : flows) by_id_.emplace(flow->id, flow.get());
    // Each round carries marks one call of a flow further; marks only grow.
    for (int round = 0; round < kRounds; ++round) {
      bool changed = false;
      for (const FlowPtr& flow : flows_) {
        for (const Step& step : flow->steps) changed = trace(*flow, step) || changed;
      }
      if (!changed) return;
    }
  }

  [[nodiscard]] const Marks& marks(const Flow& flow) const { return marks_.find(&flow)->second; }

 private:
  static constexpr int kRounds = 64;

  bool trace(const Flow& flow, const Step& step) {
    Marks& marks = marks_[&flow];
    bool changed = false;
    const auto put = [&](const std::string& name, const Origins& origins) {
      changed = marks.add(name, origins) || changed;
    };
    if (const auto* values = find_field<Assignments>(step, "values")) {
      for (const Assignment& each : *values) put(each.slot.text, marks.of(names_in(each.value)));
    }
    if (const auto* items = find_field<expr::Expression>(step, "for_each")) {
      const auto* as = find_field<Name>(step, "as");
      put(as == nullptr ? "item" : as->text, marks.of(names_in(*items)));
    }
    if (const Name* called = called_flow(step)) changed = trace_call(flow, step, called->text) || changed;
    Origins given = own_origins(step);
    if (step.spec->type == "tool" || !given.empty()) {
      given.merge(
          step.spec->type == "tool" ? marks.of(argument_names(flow, step)) : marks.of(names_in(step))
      );
      if (const auto* save = find_field<Name>(step, "save")) put(save->text, given);
      put("result", given);
      if (step.spec->type == "tool") put("error", given);
    }
    return changed;
  }

  bool trace_call(const Flow& flow, const Step& step, std::string_view called) {
    const auto found = by_id_.find(called);
    if (found == by_id_.end()) return false;
    bool changed = false;
    if (const auto* with = find_field<Assignments>(step, "with")) {
      for (const Assignment& each : *with) {
        const Origins passed = marks_[&flow].of(names_in(each.value));
        changed = marks_[found->second].add(each.slot.text, passed) || changed;
      }
    }
    for (const Parameter& output : found->second->outputs) {
      const Origins given = marks_[found->second].of(names_in(output.value));
      changed = marks_[&flow].add(output.name, given) || changed;
    }
    return changed;
  }

  std::span<const FlowPtr> flows_;
  std::map<std::string_view, const Flow*> by_id_;
  std::map<const Flow*, Marks> marks_;
};

// Names that some summary shows as a whole, which the user says yes to.
std::set<std::string, std::less<>> confirmed_names(const Flow& flow) {
  std::set<std::string, std::less<>> names;
  for (const Step& step : flow.steps) {
    const auto* text = step.spec->type == "confirm" ? find_field<Text>(step, "text") : nullptr;
    if (text == nullptr) continue;
    each_text(*text, [&](const Text& each) {
      if (each.kind != Text::Kind::plain) return;
      for (const expr::Expression* expression : each.plain.expressions()) names.insert(expression->source());
    });
  }
  return names;
}

bool runs_beside_others(const Flow& flow, const Step& step) {
  for (StepIndex around = step.parent; around != kNoStep; around = flow.steps[around].parent) {
    if (flow.steps[around].spec->parallel) return true;
  }
  return false;
}

std::string listed(const Origins& origins) {
  std::string words;
  for (const std::string& origin : origins) words += (words.empty() ? "" : ", ") + origin;
  return words;
}

bool trusts(const Step& step, std::string_view origin) {
  const auto* trusted = find_field<Names>(step, "trust");
  return trusted != nullptr &&
         std::ranges::any_of(*trusted, [&](const Name& name) { return name.text == origin; });
}

std::string_view effect_of(const Tools& tools, std::string_view tool) {
  const auto found = tools.find(tool);
  return found == tools.end() ? std::string_view() : std::string_view(found->second->effect);
}

void check_call(const Flow& flow, const Step& step, const Marks& marks, const Tools& tools, Findings report) {
  const Name* tool = called_tool(step);
  if (step.spec->type != "tool" || tool == nullptr || is_plain_function(tool->text)) return;
  const auto* effect = find_field<Name>(step, "effect");
  const std::string_view described = effect_of(tools, tool->text);
  if (effect != nullptr && effect->text == "read") {
    if (!described.empty() && described != "read") {
      report.warning(
          "F0933",
          effect->position,
          "step " + quote(step.id) + " says that " + quote(tool->text) +
              " only reads, but its description does not",
          "leave effect: out, or correct the description; a call that only reads is never approved by a "
          "person"
      );
    }
    return;
  }
  std::vector<std::string> names = argument_names(flow, step);
  const auto confirmed = confirmed_names(flow);
  std::erase_if(names, [&](const std::string& name) { return confirmed.contains(name); });
  Origins from = marks.of(names);
  std::erase_if(from, [&](const std::string& origin) {
    return connector_of(origin) == connector_of(tool->text) || trusts(step, origin);
  });
  if (from.empty()) return;
  const std::string cause = "what it is called with may come from " + listed(from);
  const std::string allow = "write trust: [" + listed(from) + "]";
  if (runs_beside_others(flow, step)) {
    report.warning(
        "F0932",
        tool->position,
        "step " + quote(step.id) + " may fail inside of the parallel: " + cause +
            ", and a person's approval cannot be waited for there",
        described == "read" ? "it only reads: write effect: read" : "to call it without one, " + allow
    );
    return;
  }
  report.warning(
      "F0931",
      tool->position,
      "step " + quote(step.id) + " may wait for a person's approval: " + cause,
      described == "read" ? "it only reads: write effect: read"
                          : "to call it without one, " + allow + ", or let the user confirm the value in full"
  );
}

void check_agent(const Step& step, const Tools& tools, Findings report) {
  const auto* allowed = find_field<Names>(step, "allow");
  const auto all = tools_of_model(step);
  if (allowed != nullptr) {
    for (const Name& tool : *allowed) {
      const std::string_view effect = effect_of(tools, tool.text);
      if (effect.empty()) continue;
      Origins read;
      for (const Name& other : all) {
        const bool own = effect == "read" && connector_of(other.text) == connector_of(tool.text);
        if (other.text != tool.text && !own && !trusts(step, other.text)) read.insert(other.text);
      }
      if (read.empty()) continue;
      report.warning(
          "F0934",
          tool.position,
          quote(tool.text) + " waits for a person's approval once the model has read an answer of " +
              listed(read),
          "to let the model go on, write trust: [" + listed(read) + "]"
      );
    }
  }
  const auto* pins = find_field<Data>(step, "pins");
  const auto* members = pins == nullptr ? nullptr : std::get_if<Data::Map>(&pins->node);
  if (members == nullptr) return;
  for (const Data::Member& pinned : *members) {
    if (std::ranges::any_of(all, [&](const Name& tool) { return tool.text == pinned.key; })) continue;
    report.error(
        "F0936",
        pinned.key_position,
        "pins names " + quote(pinned.key) + ", which is not among the step's tools",
        "write the tool as it stands under tools"
    );
  }
}

}  // namespace

void check_origins(
    std::span<const FlowPtr> flows, std::span<const ToolSignature> tools, Diagnostics& diagnostics
) {
  Tools by_name;
  for (const ToolSignature& tool : tools) by_name.emplace(tool.name, &tool);
  const Tracer tracer(flows);
  for (const FlowPtr& flow : flows) {
    const Findings report{diagnostics, *flow};
    for (const Step& step : flow->steps) {
      if (step.spec->type == "agent") check_agent(step, by_name, report);
      check_call(*flow, step, tracer.marks(*flow), by_name, report);
      const auto* people = find_field<Value>(step, "approvals");
      if (people == nullptr || (people->as_int() >= 1 && people->as_int() <= kMostApprovers)) continue;
      Findings(report).error(
          "F0935",
          step.position,
          "step " + quote(step.id) + " wants the approval of " + std::to_string(people->as_int()) + " people",
          "approvals is a number from 1 to 5"
      );
    }
  }
}

}  // namespace parley::flow::analysis
