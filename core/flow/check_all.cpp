// Checks that need more than one flow, or the tools.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "flow/analysis/checks.hpp"
#include "flow/load.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow {
namespace {

using loading::did_you_mean;
using loading::quote;

struct Report {
  Diagnostics& diagnostics;

  void error(
      const Flow& flow, std::string_view code, Position position, std::string message, std::string help
  ) {
    diagnostics.push_back(
        {std::string(code), Severity::error, flow.file, position, std::move(message), std::move(help)}
    );
  }
};

using FlowsById = std::map<std::string_view, const Flow*>;
using ToolsByName = std::map<std::string_view, const ToolSignature*>;

std::string place(const Flow& flow, Position position) {
  return flow.file + ":" + std::to_string(position.line);
}

FlowsById index_flows(std::span<const FlowPtr> flows, Report& report) {
  FlowsById by_id;
  for (const FlowPtr& flow : flows) {
    const auto [first, fresh] = by_id.emplace(flow->id, flow.get());
    if (fresh) continue;
    report.error(
        *flow,
        "F0401",
        flow->id_position,
        "two flows are called " + quote(flow->id),
        "the other is in " + first->second->file + "; rename one of them"
    );
  }
  return by_id;
}

// Case and outer space do not distinguish triggers: users type them.
std::string trigger_key(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  const std::size_t end = text.find_last_not_of(" \t.!?");
  return begin == std::string_view::npos || end == std::string_view::npos
             ? std::string()
             : to_lower(text.substr(begin, end - begin + 1));
}

void check_triggers(std::span<const FlowPtr> flows, Report& report) {
  std::map<std::string, std::pair<const Flow*, Position>> seen;
  const auto note = [&](const Flow& flow, std::string_view text, const Trigger& trigger, std::string_view what
                    ) {
    const std::string key = std::to_string(trigger.priority) + " " + trigger_key(text);
    const auto [first, fresh] = seen.emplace(key, std::pair(&flow, trigger.position));
    if (fresh) return;
    report.error(
        flow,
        "F0407",
        trigger.position,
        "the " + std::string(what) + " " + quote(text) + " is a trigger already",
        "the other is at " + place(*first->second.first, first->second.second) +
            "; remove one, or give them different priorities"
    );
  };
  for (const FlowPtr& flow : flows) {
    for (const Trigger& trigger : flow->triggers) {
      if (trigger.kind == Trigger::Kind::command) note(*flow, trigger.command, trigger, "command");
      for (const std::string& phrase : trigger.phrases) note(*flow, phrase, trigger, "phrase");
    }
  }
}

void check_handlers(const Flow& flow, const FlowsById& flows, Report& report) {
  std::vector<std::string_view> ids;
  for (const auto& [id, other] : flows) ids.push_back(id);
  for (std::size_t i = 0; i < flow.handlers.size(); ++i) {
    const auto& [name, target] = flow.handlers[i];
    if (flows.contains(target)) continue;
    report.error(
        flow,
        "F0408",
        flow.handler_positions[i],
        "the handler " + quote(name) + " names the flow " + quote(target) + ", which does not exist",
        did_you_mean(target, ids)
    );
  }
}

void report_unknown_tool(
    const Flow& flow, const Step& step, const Name& tool, const ToolsByName& tools, Report& report
) {
  const std::string connector = tool.text.substr(0, tool.text.find('.'));
  std::vector<std::string_view> connectors;
  std::vector<std::string_view> operations;
  for (const auto& [name, signature] : tools) {
    const std::string_view own = name.substr(0, name.find('.'));
    if (std::ranges::find(connectors, own) == connectors.end()) connectors.push_back(own);
    if (own == connector) operations.push_back(name);
  }
  if (operations.empty()) {
    std::string help = did_you_mean(connector, connectors);
    report.error(
        flow,
        "F0404",
        tool.position,
        "step " + quote(step.id) + " calls " + quote(tool.text) + ", but there is no connector " +
            quote(connector),
        help.empty() ? "add its description as tools/" + connector + ".yaml" : help
    );
    return;
  }
  std::string help = did_you_mean(tool.text, operations);
  report.error(
      flow,
      "F0403",
      tool.position,
      "step " + quote(step.id) + " calls " + quote(tool.text) + ", which its connector does not have",
      help.empty() ? loading::one_of(operations) : help
  );
}

bool fits_type(const Value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int() || value.is_uint();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_list();
  if (type == "object") return value.is_map();
  return true;
}

std::vector<std::string_view> property_names(const Value& schema) {
  std::vector<std::string_view> names;
  const Value& properties = schema["properties"];
  if (!properties.is_map()) return names;
  for (const Value::Entry& entry : properties.entries()) names.push_back(entry.key.as_string());
  return names;
}

// The arguments of one call, and what is nested in them. Only what the author wrote as a constant is known
// before the conversation.
class ArgumentCheck {
 public:
  ArgumentCheck(const Flow& flow, const Name& tool, Report& report)
      : flow_(flow), tool_(tool), report_(report) {}

  // `closed`: members that the schema does not name are mistakes.
  void check_members(
      const Data::Map& members, const Value& schema, const std::string& prefix, bool closed, Position place
  ) {
    const std::vector<std::string_view> names = property_names(schema);
    for (const auto& [name, place_of_name, argument] : members) {
      if (const Value* inner = schema["properties"].find(name)) {
        check_value(argument, *inner, prefix + name);
      } else if (closed) {
        std::string help = did_you_mean(name, names);
        report_.error(
            flow_,
            "F0405",
            place_of_name,
            quote(tool_.text) + " has no argument " + quote(prefix + name),
            help.empty() ? (names.empty() ? "it takes none" : loading::one_of(names)) : help
        );
      }
    }
    const Value& required = schema["required"];
    if (!required.is_list()) return;
    for (const Value& name : required.as_list()) {
      if (!name.is_string()) continue;
      if (std::ranges::any_of(members, [&](const Data::Member& m) { return m.key == name.as_string(); }))
        continue;
      report_.error(
          flow_,
          "F0406",
          place,
          quote(tool_.text) + " needs the argument " + quote(prefix + std::string(name.as_string())),
          prefix.empty() ? "add it under 'with'"
                         : "add it under " + quote(prefix.substr(0, prefix.size() - 1))
      );
    }
  }

 private:
  void check_value(const Data& argument, const Value& schema, const std::string& name) {
    const auto* members = std::get_if<Data::Map>(&argument.node);
    const auto* items = std::get_if<Data::List>(&argument.node);
    const auto* form = std::get_if<expr::Template>(&argument.node);
    const auto* value = std::get_if<Value>(&argument.node);
    if (form != nullptr && !form->constant()) return;
    const Value constant = value != nullptr     ? *value
                           : members != nullptr ? Value::map()
                           : items != nullptr   ? Value::list()
                                                : Value(form->source());
    if (constant.is_null()) return;
    const std::string_view type = schema.text("type");
    if (!fits_type(constant, type)) {
      report_.error(
          flow_,
          "F0410",
          argument.position,
          "the argument " + quote(name) + " must be of type " + std::string(type),
          type == "string" ? "put the value in quotes"
                           : "write the value without quotes, or {{ an expression }}"
      );
      return;
    }
    if (members != nullptr && schema["properties"].is_map()) {
      const Value& more = schema["additionalProperties"];
      check_members(*members, schema, name + ".", more.is_bool() && !more.as_bool(), argument.position);
    }
    if (items != nullptr && schema["items"].is_map()) {
      for (std::size_t i = 0; i < items->size(); ++i)
        check_value((*items)[i], schema["items"], name + "[" + std::to_string(i) + "]");
    }
    if (members == nullptr && items == nullptr) check_choice(argument, constant, schema["enum"], name);
  }

  void check_choice(const Data& argument, const Value& value, const Value& choices, const std::string& name) {
    if (!choices.is_list()) return;
    std::vector<std::string_view> words;
    for (const Value& choice : choices.as_list()) {
      if (choice == value) return;
      if (choice.is_string()) words.push_back(choice.as_string());
    }
    std::string help = value.is_string() ? did_you_mean(value.as_string(), words) : std::string();
    report_.error(
        flow_,
        "F0415",
        argument.position,
        "the argument " + quote(name) + " is none of the values that " + quote(tool_.text) + " takes",
        help.empty() ? loading::one_of(words) : help
    );
  }

  const Flow& flow_;
  const Name& tool_;
  Report& report_;
};

void check_arguments(
    const Flow& flow,
    const Name& tool,
    const Data& with,
    Position place,
    const ToolSignature& signature,
    Report& report
) {
  const auto* arguments = std::get_if<Data::Map>(&with.node);
  if (arguments == nullptr) return;
  const Value& more = signature.parameters["additionalProperties"];
  const bool open = !signature.parameters["properties"].is_map() ||
                    (!more.is_null() && !(more.is_bool() && !more.as_bool()));
  ArgumentCheck(flow, tool, report).check_members(*arguments, signature.parameters, "", !open, place);
}

void check_inputs(const Flow& flow, const Assignments& with, const Flow& called, Report& report) {
  std::vector<std::string_view> names;
  for (const Parameter& input : called.inputs) names.push_back(input.name);
  for (const Assignment& argument : with) {
    const Name& name = argument.slot;
    if (std::ranges::find(names, name.text) != names.end()) continue;
    std::string help = did_you_mean(name.text, names);
    report.error(
        flow,
        "F0411",
        name.position,
        "the flow " + quote(called.id) + " has no input " + quote(name.text),
        help.empty() ? (names.empty() ? "declare it under its inputs" : loading::one_of(names)) : help
    );
  }
}

// The field of a keyword that several step types have, with its place in the file.
template <typename T>
std::pair<const T*, Position> find_field(const Step& step, std::string_view keyword) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    if (step.spec->keywords[k].name == keyword) return {step.get<T>(k), step.field_positions[k]};
  }
  return {nullptr, {}};
}

void check_tool_call(
    const Flow& flow,
    const Step& step,
    const Name& name,
    const Data* with,
    Position place,
    const ToolsByName& tools,
    Report& report
) {
  const auto tool = tools.find(name.text);
  if (tool == tools.end()) {
    report_unknown_tool(flow, step, name, tools, report);
    return;
  }
  if (with != nullptr) check_arguments(flow, name, *with, place, *tool->second, report);
}

void check_flow_call(
    const Flow& flow, const Step& step, const Name& name, const FlowsById& flows, Report& report
) {
  const auto called = flows.find(name.text);
  if (called == flows.end()) {
    std::vector<std::string_view> ids;
    for (const auto& [id, other] : flows) ids.push_back(id);
    report.error(
        flow,
        "F0402",
        name.position,
        "step " + quote(step.id) + " calls the flow " + quote(name.text) + ", which does not exist",
        did_you_mean(name.text, ids)
    );
    return;
  }
  const auto [with, place] = find_field<Assignments>(step, "with");
  if (with != nullptr) check_inputs(flow, *with, *called->second, report);
  for (const Parameter& input : called->second->inputs) {
    if (!input.required) continue;
    if (with != nullptr &&
        std::ranges::any_of(*with, [&](const Assignment& given) { return given.slot.text == input.name; }))
      continue;
    report.error(
        flow,
        "F0414",
        name.position,
        "the flow " + quote(name.text) + " needs the input " + quote(input.name),
        "add it under 'with', or give it a default in the inputs of that flow"
    );
  }
}

// Where values come from besides tools.
bool names_no_tool(std::string_view origin) {
  return origin.starts_with("model.") || origin.starts_with("memory.") || origin.starts_with("knowledge.") ||
         origin.ends_with(kWebhookOrigin);
}

void check_step(
    const Flow& flow, const Step& step, const FlowsById& flows, const ToolsByName& tools, Report& report
) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    if (const auto* undo = step.get<Compensation>(k)) {
      const Data* with = undo->with ? &*undo->with : nullptr;
      check_tool_call(flow, step, undo->tool, with, step.field_positions[k], tools, report);
    }
    const FieldKind kind = step.spec->keywords[k].kind;
    if (kind == FieldKind::tool_names && step.get<Names>(k) != nullptr) {
      const bool sources = step.spec->keywords[k].name == "trust";
      for (const Name& tool : *step.get<Names>(k)) {
        if (sources && names_no_tool(tool.text)) continue;
        check_tool_call(flow, step, tool, nullptr, step.field_positions[k], tools, report);
      }
    }
    const auto* name = step.get<Name>(k);
    if (name == nullptr) continue;
    if (kind == FieldKind::tool_name) {
      const auto [with, place] = find_field<Data>(step, "with");
      check_tool_call(flow, step, *name, with, place, tools, report);
    }
    if (kind == FieldKind::flow_name) check_flow_call(flow, step, *name, flows, report);
  }
}

}  // namespace

void check_all(
    std::span<const FlowPtr> flows, std::span<const ToolSignature> tools, Diagnostics& diagnostics
) {
  Report report{diagnostics};
  const FlowsById by_id = index_flows(flows, report);
  ToolsByName by_name;
  for (const ToolSignature& tool : tools) by_name.emplace(tool.name, &tool);
  check_triggers(flows, report);
  for (const FlowPtr& flow : flows) {
    check_handlers(*flow, by_id, report);
    for (const Step& step : flow->steps) check_step(*flow, step, by_id, by_name, report);
    loading::check_types_of_results(*flow, tools, diagnostics);
  }
  analysis::check_origins(flows, tools, diagnostics);
}

}  // namespace parley::flow
