// Reading of single values: scalars of each kind, expressions, templates and data.
#include <algorithm>
#include <cmath>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

void wrong_kind(
    Context& context, const Node& node, std::string_view key, std::string_view expected, std::string help = {}
) {
  context.error(
      "F0111",
      node.position,
      "expected " + std::string(expected) + " for " + quote(key) + ", got " + std::string(describe(node)),
      std::move(help)
  );
}

void note_variables(Context& context, const Node& node, std::span<const expr::Reference> references) {
  for (const expr::Reference& reference : references) {
    context.variables.push_back(
        {reference.root, reference.path, place_in(node, reference.begin, reference.end), context.owner}
    );
  }
}

// An unquoted {{ x }} is a map with a map as its key for YAML; the reader has refused it, JSON cannot say it.
std::string brace_help(const Node& node) {
  if (node.is_list()) return "write one text, not a list";
  if (node.is_map()) return "put text with {{ }} or ': ' in quotes";
  return {};
}

}  // namespace

bool expect_map(Context& context, const Node& node, std::string_view key) {
  if (node.is_map()) return true;
  wrong_kind(context, node, key, "a map");
  return false;
}

bool expect_list(Context& context, const Node& node, std::string_view key) {
  if (node.is_list()) return true;
  wrong_kind(context, node, key, "a list", node.is_null() ? "" : "begin each entry with '- '");
  return false;
}

std::optional<std::string> read_text(Context& context, const Node& node, std::string_view key) {
  if (!node.is_scalar()) {
    wrong_kind(context, node, key, "text", brace_help(node));
    return std::nullopt;
  }
  if (node.text.find_first_not_of(" \t\n") == std::string::npos) {
    context.error(
        "F0317", node.position, quote(key) + " is empty", "write the text or leave the keyword out"
    );
    return std::nullopt;
  }
  return node.text;
}

std::optional<bool> read_bool(Context& context, const Node& node, std::string_view key) {
  const Value value = to_value(node);
  if (value.is_bool()) return value.as_bool();
  std::string got = node.is_scalar() ? quote(node.text) : std::string(describe(node));
  context.error(
      "F0310",
      node.position,
      "expected true or false for " + quote(key) + ", got " + got,
      "write true or false without quotes"
  );
  return std::nullopt;
}

std::optional<double> read_number(Context& context, const Node& node, std::string_view key) {
  const Value value = to_value(node);
  if (value.is_number() && std::isfinite(value.to_double())) return value.to_double();
  std::string got = node.is_scalar() ? quote(node.text) : std::string(describe(node));
  context.error(
      "F0321",
      node.position,
      "expected a number for " + quote(key) + ", got " + got,
      "write a number without quotes and units, such as 10 or 2.5"
  );
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(
    Context& context, const Node& node, std::string_view key, std::int64_t min, std::int64_t max
) {
  const Value value = to_value(node);
  if (!value.is_int()) {
    std::string got = node.is_scalar() ? quote(node.text) : std::string(describe(node));
    context.error(
        "F0309",
        node.position,
        "expected a whole number for " + quote(key) + ", got " + got,
        "write digits only, without quotes"
    );
    return std::nullopt;
  }
  if (value.as_int() < min || value.as_int() > max) {
    context.error(
        "F0315",
        node.position,
        quote(key) + " is out of range",
        "it must be between " + std::to_string(min) + " and " + std::to_string(max)
    );
    return std::nullopt;
  }
  return value.as_int();
}

std::optional<Duration> read_duration(Context& context, const Node& node, std::string_view key) {
  if (node.is_scalar()) {
    const auto duration = parse_duration(node.text);
    if (duration && (duration->seconds > 0 || duration->nanos > 0)) return *duration;
  }
  context.error(
      "F0307",
      node.position,
      (node.is_scalar() ? quote(node.text) : std::string(describe(node))) + " is not a duration for " +
          quote(key),
      "write a number with its unit, such as 90s, 30m, 1h30m or 2d"
  );
  return std::nullopt;
}

std::optional<std::size_t> read_choice(
    Context& context, const Node& node, std::string_view key, std::span<const std::string_view> choices
) {
  if (!node.is_scalar()) {
    wrong_kind(context, node, key, "a word", one_of(choices));
    return std::nullopt;
  }
  const auto found = std::ranges::find(choices, std::string_view(node.text));
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string help = did_you_mean(node.text, choices);
  context.error(
      "F0311",
      node.position,
      quote(node.text) + " is not allowed for " + quote(key),
      help.empty() ? one_of(choices) : help
  );
  return std::nullopt;
}

Names read_names(Context& context, const Node& node, std::string_view key) {
  if (node.is_scalar()) return {Name{node.text, node.position}};
  if (!node.is_list()) {
    wrong_kind(context, node, key, "a name or a list of names");
    return {};
  }
  if (node.items.empty()) {
    context.error("F0116", node.position, quote(key) + " is an empty list", "name at least one");
  }
  Names names;
  for (const Node& item : node.items) {
    if (!item.is_scalar()) {
      wrong_kind(context, item, key, "a name in the list");
      continue;
    }
    if (std::ranges::find(names, item.text, &Name::text) != names.end()) {
      context.error(
          "F0211",
          item.position,
          quote(item.text) + " is listed twice in " + quote(key),
          "remove one of the two"
      );
      continue;
    }
    names.push_back({item.text, item.position});
  }
  return names;
}

std::optional<expr::Expression> compile_expression(Context& context, const Node& node, std::string_view key) {
  if (!node.is_scalar()) {
    wrong_kind(context, node, key, "an expression", "write it as text, such as \"total > 100\"");
    return std::nullopt;
  }
  if (node.text.starts_with("{{")) {
    context.error(
        "F0301",
        node.position,
        quote(key) + " is an expression already",
        "leave the braces {{ }} out: they belong in texts only"
    );
    return std::nullopt;
  }
  auto compiled = expr::Expression::compile(node.text);
  if (!compiled) {
    const expr::SyntaxProblem& problem = compiled.error();
    context.error(
        "F0301",
        place_in(node, problem.begin, problem.end),
        "in the expression of " + quote(key) + ": " + as_clause(problem.message),
        as_clause(problem.hint)
    );
    return std::nullopt;
  }
  note_variables(context, node, compiled->references());
  context.flow.typed.push_back({*compiled, node, std::string(key), context.owner, {}});
  return *std::move(compiled);
}

std::optional<expr::Template> compile_template(Context& context, const Node& node, std::string_view key) {
  if (!node.is_scalar()) {
    wrong_kind(context, node, key, "text", brace_help(node));
    return std::nullopt;
  }
  auto compiled = expr::Template::compile(node.text);
  if (!compiled) {
    const expr::SyntaxProblem& problem = compiled.error();
    context.error(
        "F0302",
        place_in(node, problem.begin, problem.end),
        "in the text of " + quote(key) + ": " + as_clause(problem.message),
        as_clause(problem.hint)
    );
    return std::nullopt;
  }
  note_variables(context, node, compiled->references());
  if (!compiled->constant()) {
    context.flow.typed.push_back({*compiled, node, std::string(key), context.owner, {}});
  }
  return *std::move(compiled);
}

Data compile_data(Context& context, const Node& node, std::string_view key) {
  Data data{.node = Value(), .position = node.position};
  switch (node.kind) {
    case Node::Kind::null:
      break;
    case Node::Kind::scalar: {
      Value value = to_value(node);
      if (!value.is_string()) {
        data.node = std::move(value);
      } else if (auto form = compile_template(context, node, key)) {
        data.node = *std::move(form);
      }
      break;
    }
    case Node::Kind::list: {
      Data::List items;
      for (const Node& item : node.items) items.push_back(compile_data(context, item, key));
      data.node = std::move(items);
      break;
    }
    case Node::Kind::map: {
      Data::Map members;
      for (const Node::Member& member : node.members) {
        members.push_back({
            .key = member.key,
            .key_position = member.key_position,
            .value = compile_data(context, member.value, member.key),
        });
      }
      data.node = std::move(members);
      break;
    }
  }
  return data;
}

}  // namespace parley::flow::loading
