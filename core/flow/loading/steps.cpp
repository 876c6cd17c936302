// The `steps` of a flow.
#include <algorithm>
#include <string>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kStepKeys[] = {
    {"id",
     R"({"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]*$"})",
     "The name of the step; step_N when left out."},
    {"type", R"({"type":"string"})", "What the step does."},
    {"next", R"({"type":"string"})", "The step that follows, or end; the next one in the list when left out."
    },
    {"if", R"({"$ref":"#/$defs/expression"})", "The step is skipped when this is false."},
    {"tone",
     R"({"oneOf":[{"type":"string"},{"type":"integer","minimum":0,"maximum":100}]})",
     "The tone that the step speaks in, whatever the conversation's: a name, or a number from 0 to 100."},
};

std::uint32_t last_line(const Node& node) {
  std::uint32_t line = node.position.line;
  if (node.is_scalar()) {
    line += static_cast<std::uint32_t>(std::ranges::count(node.text, '\n'));
  }
  for (const Node& item : node.items) line = std::max(line, last_line(item));
  for (const Node::Member& member : node.members) {
    line = std::max({line, member.key_position.line, last_line(member.value)});
  }
  return line;
}

const StepSpec* find_spec(const Context& context, std::string_view type) {
  for (const StepSpec* spec : context.specs) {
    if (spec->type == type) return spec;
  }
  return nullptr;
}

std::vector<std::string_view> type_names(const Context& context) {
  std::vector<std::string_view> names;
  for (const StepSpec* spec : context.specs) names.push_back(spec->type);
  return names;
}

// `- message: Hello` names the type as a key: say how it is written instead.
const StepSpec* report_missing_type(Context& context, const Node& node) {
  for (const Node::Member& member : node.members) {
    const StepSpec* spec = find_spec(context, member.key);
    if (spec == nullptr) continue;
    std::string form = "write {type: " + member.key;
    if (!spec->keywords.empty()) {
      const bool plain = member.value.is_scalar() && member.value.text.size() <= 40;
      form += ", " + std::string(spec->keywords[0].name) + ": " + (plain ? member.value.text : "…");
    }
    context.error(
        "F0114", member.key_position, "the type of a step is the value of 'type', not a key", form + "}"
    );
    return nullptr;
  }
  context.error(
      "F0110",
      node.position,
      context.owner + " lacks 'type'",
      "add type: " + one_of(type_names(context)).substr(8)
  );
  return nullptr;
}

const StepSpec* read_spec(Context& context, const Node& node) {
  const Node* type = node.find("type");
  if (type == nullptr) return report_missing_type(context, node);
  const auto name = read_text(context, *type, "type");
  if (!name) return nullptr;
  if (const StepSpec* spec = find_spec(context, *name)) return spec;
  const auto names = type_names(context);
  std::string help = did_you_mean(*name, names);
  context.error(
      "F0202", type->position, "unknown step type " + quote(*name), help.empty() ? one_of(names) : help
  );
  return nullptr;
}

std::string read_step_id(Context& context, const Node& node, std::size_t number) {
  const std::string fallback = "step_" + std::to_string(number);
  const Node* id = node.find("id");
  if (id == nullptr) return fallback;
  const auto text = read_text(context, *id, "id");
  if (!text) return fallback;
  if (*text == "end" || *text == "END" || *text == "break" || *text == "continue") {
    const bool end = *text == "end" || *text == "END";
    context.error(
        "F0207",
        id->position,
        "'" + *text + "' is a reserved word and cannot be the name of a step",
        end ? "'next: end' finishes the flow; call the step 'finish'"
            : "'next: " + *text + "' belongs to loops; add a word to it"
    );
  } else if (!is_identifier(*text)) {
    context.error(
        "F0206",
        id->position,
        quote(*text) + " cannot be the name of a step",
        "use letters, digits and _, starting with a letter, at most 64 characters"
    );
  } else if (context.flow.step_index(*text) != kNoStep) {
    const Step& first = context.flow.steps[context.flow.step_index(*text)];
    context.error(
        "F0204",
        id->position,
        "two steps are called " + quote(*text),
        "the first is on line " + std::to_string(first.position.line) + "; rename one of them"
    );
  }
  return *text;
}

void check_step_keys(Context& context, const Node& node, const StepSpec& spec) {
  std::vector<Key> keys;
  for (const Key& key : kStepKeys) keys.push_back(key);
  for (const Keyword& keyword : spec.keywords) keys.push_back({keyword.name, {}, {}});
  check_keys(context, node, keys, "a step of type " + std::string(spec.type));
}

void check_one_of(Context& context, const Node& node, const StepSpec& spec) {
  if (spec.one_of.empty()) return;
  std::string words;
  std::size_t given = 0;
  for (const std::string_view name : spec.one_of) {
    words += (words.empty() ? "" : ", ") + quote(name);
    if (node.find(name) != nullptr) ++given;
  }
  if (given == 1) return;
  context.error(
      "F0119",
      node.position,
      context.owner + (given == 0 ? " lacks one of " : " has more than one of ") + words,
      "a step of type " + std::string(spec.type) + " takes exactly one of them"
  );
}

void load_fields(Context& context, const Node& node, Step& step) {
  check_step_keys(context, node, *step.spec);
  check_one_of(context, node, *step.spec);
  if (step.spec->repeats) context.saved.emplace_back("item");  // the default of `as`
  for (const Keyword& keyword : step.spec->keywords) {
    const Node* value = node.find(keyword.name);
    step.fields.push_back(value == nullptr ? Field() : compile_field(context, keyword, *value));
    step.field_positions.push_back(value == nullptr ? node.position : value->position);
    const bool replaced = !keyword.unless.empty() && node.find(keyword.unless) != nullptr;
    if (value == nullptr && keyword.required && !replaced) {
      context.error(
          "F0110",
          node.position,
          context.owner + " lacks " + quote(keyword.name),
          "a step of type " + std::string(step.spec->type) + " needs it"
      );
    }
  }
}

// What follows each step: named by its `next`, else the next one of its block, else the end of the block.
void resolve_next(Context& context) {
  Flow& flow = context.flow;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    Step& step = flow.steps[i];
    const std::string& next = context.next_ids[i];
    if (!next.empty()) {
      step.next = flow.step_index(next);
    } else if (step.end < flow.steps.size() && flow.steps[step.end].parent == step.parent &&
               flow.steps[step.end].block == step.block) {
      step.next = step.end;
    } else {
      step.next = step.parent == kNoStep ? kNoStep : kEndOfBlock;
    }
  }
}

}  // namespace

void load_step(Context& context, const Node& node, StepIndex parent, std::uint32_t block) {
  const auto index = static_cast<StepIndex>(context.flow.steps.size());
  const std::size_t number = index + 1;
  Step step;
  step.parent = parent;
  step.block = block;
  step.position = node.position;
  step.last_line = last_line(node);
  step.id = "step_" + std::to_string(number);
  std::string next;
  // The place is taken before the steps inside it are read.
  context.flow.steps.push_back(step);
  context.next_ids.emplace_back();
  if (!node.is_map()) {
    context.error(
        "F0111",
        node.position,
        "expected a map for a step, got " + std::string(describe(node)),
        "write {id: greet, type: message, text: Hello}"
    );
  } else {
    context.flow.steps[index].id.clear();
    step.id = read_step_id(context, node, number);
    context.flow.steps[index].id = step.id;
    context.owner = "step " + quote(step.id);
    context.step = index;
    context.blocks = 0;
    step.spec = read_spec(context, node);
    if (step.spec != nullptr) load_fields(context, node, step);
    if (const Node* condition = node.find("if"))
      step.condition = compile_expression(context, *condition, "if");
    if (const Node* tone = node.find("tone")) {
      const auto name = read_text(context, *tone, "tone");
      if (name && note_tone(context, *name, tone->position)) step.tone = *name;
    }
    if (const Node* target = node.find("next")) {
      if (auto id = read_text(context, *target, "next")) {
        next = *id == "END" ? "end" : *id;
        context.step_targets.push_back({next, {}, target->position, context.owner, index});
      }
    }
  }
  step.end = static_cast<StepIndex>(context.flow.steps.size());
  context.flow.steps[index] = std::move(step);
  context.next_ids[index] = std::move(next);
}

std::span<const Key> step_keys() {
  return kStepKeys;
}

void load_steps(Context& context, const Node& steps) {
  if (!expect_list(context, steps, "steps")) return;
  if (steps.items.empty()) {
    context.error("F0112", steps.position, "the flow has no steps", "write at least one step");
  }
  for (const Node& step : steps.items) load_step(context, step, kNoStep, 0);
  context.step = kNoStep;
  resolve_next(context);
}

}  // namespace parley::flow::loading
