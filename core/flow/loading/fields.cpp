// One keyword of a step, compiled by the kind that its table names.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

std::optional<Name> read_name(Context& context, const Node& node, std::string_view key) {
  if (!node.is_scalar()) {
    context.error(
        "F0111", node.position, "expected a name for " + quote(key) + ", got " + std::string(describe(node))
    );
    return std::nullopt;
  }
  return Name{node.text, node.position};
}

std::optional<Name> read_step_name(Context& context, const Node& node, std::string_view key) {
  auto name = read_name(context, node, key);
  if (!name) return name;
  if (name->text == "END") name->text = "end";
  context.step_targets.push_back({name->text, {}, name->position, context.owner, context.step});
  return name;
}

Field read_identifier(Context& context, const Keyword& keyword, const Node& node) {
  auto name = read_name(context, node, keyword.name);
  if (!name) return {};
  if (keyword.name == "save" || keyword.name == "as") {
    if (!check_identifier(context, name->text, name->position, "result")) return {};
    context.saved.push_back(name->text);
  } else if (!is_flow_id(name->text)) {
    context.error(
        "F0206",
        name->position,
        quote(name->text) + " cannot be a name for " + quote(keyword.name),
        "use letters, digits, '_', '.' and '-', starting with a letter"
    );
    return {};
  }
  return *std::move(name);
}

Field read_slot_names(Context& context, const Keyword& keyword, const Node& node) {
  Names names = read_names(context, node, keyword.name);
  const bool declares = keyword.name == "gather";
  for (const Name& name : names) {
    (declares ? context.gathered : context.slot_uses)
        .push_back({name.text, {}, name.position, context.owner, context.step});
  }
  if (names.empty()) return {};
  return names;
}

bool names_tool(Context& context, const Name& name) {
  const std::size_t dot = name.text.find('.');
  if (dot != std::string::npos && dot != 0 && dot + 1 != name.text.size()) return true;
  context.error(
      "F0314",
      name.position,
      quote(name.text) + " does not name a tool",
      "write connector.operation, such as jira.create_issue"
  );
  return false;
}

Field read_tool_name(Context& context, const Keyword& keyword, const Node& node) {
  auto name = read_name(context, node, keyword.name);
  if (!name || !names_tool(context, *name)) return {};
  return *std::move(name);
}

Field read_tool_names(Context& context, const Keyword& keyword, const Node& node) {
  Names names = read_names(context, node, keyword.name);
  std::erase_if(names, [&](const Name& name) { return !names_tool(context, name); });
  if (names.empty()) return {};
  return names;
}

constexpr Key kCompensationKeys[] = {
    {"call", {}, {}},
    {"with", {}, {}},
};

Field read_compensation(Context& context, const Keyword& keyword, const Node& node) {
  const Node* call = &node;
  const Node* with = nullptr;
  if (node.is_map()) {
    check_keys(context, node, kCompensationKeys, "a compensation");
    call = node.find("call");
    with = node.find("with");
  }
  if (call == nullptr) {
    context.error(
        "F0110",
        node.position,
        quote(keyword.name) + " lacks 'call'",
        "write {call: connector.operation, with: {…}}"
    );
    return {};
  }
  Field tool = read_tool_name(context, keyword, *call);
  if (!std::holds_alternative<Name>(tool)) return {};
  Compensation compensation{.tool = std::get<Name>(std::move(tool)), .with = std::nullopt};
  if (with != nullptr && expect_map(context, *with, "with")) {
    compensation.with = compile_data(context, *with, "with");
  }
  return compensation;
}

Field read_flow_name(Context& context, const Keyword& keyword, const Node& node) {
  auto name = read_name(context, node, keyword.name);
  if (!name) return {};
  return *std::move(name);
}

Field read_durations(Context& context, const Keyword& keyword, const Node& node) {
  if (node.is_list() && node.items.empty()) {
    context.error(
        "F0116", node.position, quote(keyword.name) + " is an empty list", "write at least one duration"
    );
  }
  std::vector<Duration> all;
  for (const Node& item : node.is_list() ? std::span(node.items) : std::span(&node, 1)) {
    if (const auto duration = read_duration(context, item, keyword.name)) all.push_back(*duration);
  }
  std::ranges::sort(all);
  ListBuilder list;
  for (const Duration& duration : all) list.add(Value(duration));
  return list.build();
}

Field read_assignments(Context& context, const Keyword& keyword, const Node& node) {
  if (!expect_map(context, node, keyword.name)) return {};
  if (node.members.empty()) {
    context.error("F0116", node.position, quote(keyword.name) + " is an empty map", "name at least one slot");
  }
  Assignments assignments;
  for (const Node::Member& member : node.members) {
    // The names in `with` are inputs of the flow that is called: check_all() knows them.
    if (keyword.name != "with") {
      context.slot_uses.push_back({member.key, {}, member.key_position, context.owner});
    }
    assignments.push_back({
        .slot = {member.key, member.key_position},
        .value = compile_data(context, member.value, member.key),
    });
  }
  return assignments;
}

Field read_facts(Context& context, const Keyword& keyword, const Node& node) {
  if (!expect_map(context, node, keyword.name)) return {};
  if (node.members.empty()) {
    context.error("F0116", node.position, quote(keyword.name) + " is an empty map", "name at least one fact");
  }
  for (const Node::Member& member : node.members) {
    if (check_fact_name(context, member.key, member.key_position)) context.facts.push_back(member.key);
  }
  const std::size_t before = context.variables.size();
  Data facts = compile_data(context, node, keyword.name);
  context.fact_sources.insert(
      context.fact_sources.end(),
      context.variables.begin() + static_cast<std::ptrdiff_t>(before),
      context.variables.end()
  );
  return facts;
}

Field read_fact_names(Context& context, const Keyword& keyword, const Node& node) {
  Names names = read_names(context, node, keyword.name);
  for (const Name& name : names)
    context.fact_uses.push_back({name.text, {}, name.position, context.owner, context.step});
  if (names.empty()) return {};
  return names;
}

constexpr Key kBranchKeys[] = {
    {"when", {}, {}},
    {"next", {}, {}},
    {"else", {}, {}},
};

void read_branch(Context& context, const Node& node, std::string_view key, bool last, Branches& branches) {
  if (!expect_map(context, node, key)) return;
  check_keys(context, node, kBranchKeys, "a branch");
  const Node* when = node.find("when");
  const Node* next = node.find("next");
  const Node* otherwise = node.find("else");
  constexpr std::string_view kForm = "write {when: expression, next: step}, and last {else: step}";
  if ((otherwise != nullptr) == (when != nullptr || next != nullptr)) {
    context.error(
        "F0319", node.position, "a branch is either 'when' with 'next', or 'else'", std::string(kForm)
    );
    return;
  }
  Branch branch;
  if (otherwise != nullptr) {
    if (!last) {
      context.error(
          "F0319",
          otherwise->position,
          "'else' must be the last branch: those after it can never be taken",
          "move it to the end"
      );
    }
  } else if (when == nullptr || next == nullptr) {
    context.error(
        "F0319",
        node.position,
        when == nullptr ? "a branch lacks 'when'" : "a branch lacks 'next'",
        std::string(kForm)
    );
    return;
  } else {
    branch.when = compile_expression(context, *when, "when");
  }
  auto target = read_step_name(
      context, otherwise != nullptr ? *otherwise : *next, otherwise != nullptr ? "else" : "next"
  );
  if (!target) return;
  branch.next = *std::move(target);
  branches.push_back(std::move(branch));
}

Field read_branches(Context& context, const Keyword& keyword, const Node& node) {
  if (!expect_list(context, node, keyword.name)) return {};
  if (node.items.empty()) {
    context.error(
        "F0116", node.position, quote(keyword.name) + " is an empty list", "write at least one branch"
    );
  }
  Branches branches;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    read_branch(context, node.items[i], keyword.name, i + 1 == node.items.size(), branches);
  }
  return branches;
}

// Kinds of one word, number or text; nothing when the keyword is of another kind.
std::optional<Field> compile_simple(Context& context, const Keyword& keyword, const Node& node) {
  switch (keyword.kind) {
    case FieldKind::text: {
      Text text = compile_text(context, node, keyword.name);
      return text.empty() ? Field() : Field(std::move(text));
    }
    case FieldKind::expression: {
      auto expression = compile_expression(context, node, keyword.name);
      return expression ? Field(*std::move(expression)) : Field();
    }
    case FieldKind::identifier:
      return read_identifier(context, keyword, node);
    case FieldKind::slot_names:
      return read_slot_names(context, keyword, node);
    case FieldKind::step_name: {
      auto name = read_step_name(context, node, keyword.name);
      return name ? Field(*std::move(name)) : Field();
    }
    case FieldKind::flow_name:
      return read_flow_name(context, keyword, node);
    case FieldKind::tool_name:
      return read_tool_name(context, keyword, node);
    case FieldKind::tool_names:
      return read_tool_names(context, keyword, node);
    case FieldKind::choice: {
      const auto chosen = read_choice(context, node, keyword.name, keyword.choices);
      return chosen ? Field(Name{std::string(keyword.choices[*chosen]), node.position}) : Field();
    }
    case FieldKind::duration: {
      const auto duration = read_duration(context, node, keyword.name);
      return duration ? Field(Value(*duration)) : Field();
    }
    case FieldKind::durations:
      return read_durations(context, keyword, node);
    case FieldKind::retry: {
      auto retry = read_retry(context, node, keyword.name);
      return retry ? Field(*std::move(retry)) : Field();
    }
    case FieldKind::integer: {
      const auto number = read_integer(context, node, keyword.name, 0, INT32_MAX);
      return number ? Field(Value(*number)) : Field();
    }
    case FieldKind::boolean: {
      const auto value = read_bool(context, node, keyword.name);
      return value ? Field(Value(*value)) : Field();
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Field compile_field(Context& context, const Keyword& keyword, const Node& node) {
  if (auto simple = compile_simple(context, keyword, node)) return *std::move(simple);
  switch (keyword.kind) {
    case FieldKind::data:
      if (keyword.name == "with" && !expect_map(context, node, keyword.name)) return {};
      return compile_data(context, node, keyword.name);
    case FieldKind::assignments:
      return read_assignments(context, keyword, node);
    case FieldKind::facts:
      return read_facts(context, keyword, node);
    case FieldKind::fact_names:
      return read_fact_names(context, keyword, node);
    case FieldKind::branches:
      return read_branches(context, keyword, node);
    case FieldKind::compensation:
      return read_compensation(context, keyword, node);
    case FieldKind::join: {
      if (node.is_scalar() && node.text == "all") return {};
      if (node.is_scalar() && node.text == "any") return Value(1);
      const auto number = read_integer(context, node, keyword.name, 1, 100);
      return number ? Field(Value(*number)) : Field();
    }
    case FieldKind::steps:
    case FieldKind::step_lists:
    case FieldKind::catches: {
      Blocks blocks = load_blocks(context, keyword, node);
      return blocks.empty() ? Field() : Field(std::move(blocks));
    }
    case FieldKind::form: {
      Form form = read_form(context, node, keyword.name);
      return form.empty() ? Field() : Field(std::move(form));
    }
    case FieldKind::buttons: {
      Buttons buttons = read_buttons(context, node, keyword.name);
      return buttons.empty() ? Field() : Field(std::move(buttons));
    }
    case FieldKind::experiment: {
      auto experiment = read_experiment(context, node, "next");
      return experiment ? Field(*std::move(experiment)) : Field();
    }
    case FieldKind::card: {
      Cards cards = read_cards(context, node);
      return cards.empty() ? Field() : Field(std::move(cards));
    }
    default:
      return {};
  }
}

}  // namespace parley::flow::loading
