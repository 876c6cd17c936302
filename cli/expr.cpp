// parley expr: CEL expressions outside of flows, for people who try one and for programs that run many.
#include <string>
#include <utility>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/json_lines.hpp"
#include "cli/terminal.hpp"
#include "expr/check/check.hpp"
#include "expr/check/signature.hpp"
#include "expr/expression.hpp"
#include "expr/functions.hpp"
#include "expr/grammar.hpp"
#include "expr/operators.hpp"
#include "expr/tagged_json.hpp"
#include "flow/diagnostic.hpp"
#include "flow/type_names.hpp"

namespace parley::cli {
namespace {

// As parley check shows a mistake: the line with a caret, and what to do.
void show_problem(
    std::string_view code,
    flow::Severity severity,
    const expr::SyntaxProblem& problem,
    const std::string& source
) {
  const std::string place = expr::located(problem, source);
  flow::Diagnostic diagnostic{
      .code = std::string(code),
      .severity = severity,
      .file = {},
      .position = {},
      .message = problem.message,
      .help = problem.hint
  };
  diagnostic.position.line = static_cast<std::uint32_t>(std::stoul(place));
  diagnostic.position.column = static_cast<std::uint32_t>(std::stoul(place.substr(place.find(':') + 1)));
  diagnostic.position.length = static_cast<std::uint32_t>(problem.end - problem.begin);
  note(flow::render(diagnostic, source, wants_colour(stderr)));
}

int report_problem(const expr::SyntaxProblem& problem, const std::string& source) {
  show_problem("F0301", flow::Severity::error, problem, source);
  return kExitFindings;
}

Result<Value> names_of(const Arguments& arguments) {
  MapBuilder names;
  for (const std::string& given : arguments.list("--set")) {
    const std::size_t equals = given.find('=');
    const std::string name = given.substr(0, equals);
    if (equals == std::string::npos || name.empty()) {
      return fail(ErrorCode::invalid_input, "--set takes NAME=JSON, not '" + given + "'");
    }
    auto value = parse_json(std::string_view(given).substr(equals + 1));
    if (!value) {
      return fail(
          ErrorCode::invalid_input,
          "the value of " + name + " is not JSON: " + value.error().message,
          {},
          "text needs quotes: --set '" + name + "=\"DE\"'"
      );
    }
    names.set(name, *std::move(value));
  }
  return names.build();
}

int evaluate_one(const Arguments& arguments) {
  const std::string source = arguments.text("EXPR");
  const auto names = names_of(arguments);
  if (!names) return report(names.error(), kExitUsage);
  const auto compiled = expr::Expression::compile(source);
  if (!compiled) return report_problem(compiled.error(), source);
  const auto result = compiled->evaluate(expr::Scope::of_map(*names));
  if (!result) return report(result.error(), kExitFindings);
  print(write_json(*result) + "\n");
  return kExitOk;
}

// --- many, one JSON object a line

// What one line asks for. The error is about the line: what its expression gives is in the value.
Result<Value> bindings_of(const Value& line) {
  MapBuilder names;
  const Value& given = line["bindings"];
  if (given.is_null()) return names.build();
  if (!given.is_map()) return fail(ErrorCode::invalid_input, "'bindings' is not an object");
  for (const Value::Entry& entry : given.entries()) {
    auto value = expr::read_tagged(entry.value);
    if (!value) {
      return fail(
          ErrorCode::invalid_input,
          "the binding '" + std::string(entry.key.as_string()) + "': " + value.error().message
      );
    }
    names.set(entry.key, *std::move(value));
  }
  return names.build();
}

std::string message_of(const Error& error) {
  return error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
}

Result<Value> evaluate_line(const Value& line) {
  if (!line.is_map()) return fail(ErrorCode::invalid_input, "the line is not a JSON object");
  const Value& source = line["expr"];
  if (!source.is_string()) return fail(ErrorCode::invalid_input, "the line has no text 'expr'");
  const auto names = bindings_of(line);
  if (!names) return std::unexpected(names.error());
  // As CEL has it: what is never reached may call what does not exist.
  const auto compiled = expr::Expression::compile(source.as_string(), {.allow_unknown_functions = true});
  if (!compiled) {
    return fail(
        ErrorCode::invalid_input,
        expr::located(compiled.error(), source.as_string()),
        {},
        compiled.error().hint
    );
  }
  return compiled->evaluate(expr::Scope::of_map(*names));
}

void answer_line(std::string_view text, std::string& out) {
  const auto line = parse_json(text);
  out += "{\"id\":";
  append_json(out, line ? (*line)["id"] : Value());
  const Result<Value> result = line ? evaluate_line(*line) : line;
  if (result) {
    out += ",\"value\":";
    expr::append_tagged(out, *result);
  } else {
    out += ",\"error\":";
    append_json_string(out, message_of(result.error()));
  }
  out += "}\n";
}

// --- types

Result<expr::TypeNames> types_of(const Arguments& arguments) {
  expr::TypeNames names = flow::builtin_names();
  for (const std::string& given : arguments.list("--type")) {
    const std::size_t equals = given.find('=');
    const auto type = equals == std::string::npos ? std::nullopt : expr::parse_type(given.substr(equals + 1));
    if (!type) {
      return fail(
          ErrorCode::invalid_input,
          "--type takes NAME=TYPE, not '" + given + "'",
          {},
          "types are int, double, number, string, bool, timestamp, duration, money, list(string), "
          "map(string, int), optional(int)…"
      );
    }
    names.insert_or_assign(given.substr(0, equals), *type);
  }
  return names;
}

int run_check(const Arguments& arguments) {
  const std::string source = arguments.text("EXPR");
  const auto names = types_of(arguments);
  if (!names) return report(names.error(), kExitUsage);
  const auto compiled = expr::Expression::compile(source);
  if (!compiled) return report_problem(compiled.error(), source);
  const expr::Checked checked = expr::check(*compiled, *names);
  for (const expr::TypeProblem& problem : checked.problems) {
    show_problem(
        flow::code_of(problem.kind),
        flow::is_certain(problem.kind) ? flow::Severity::error : flow::Severity::warning,
        {problem.begin, problem.end, problem.message, problem.hint},
        source
    );
  }
  if (!checked.problems.empty()) return kExitFindings;
  print(checked.type.to_text() + "\n");
  return kExitOk;
}

// --- the language itself

std::string_view style_of(expr::Style style) {
  switch (style) {
    case expr::Style::global:
      return "global";
    case expr::Style::method:
      return "method";
    case expr::Style::either:
      break;
  }
  return "either";
}

Value describe(const expr::Function& row) {
  return MapBuilder()
      .set("name", row.name)
      .set("style", style_of(row.style))
      .set("signatures", row.signatures)
      .set("usage", row.usage)
      .set("doc", row.doc)
      .set("example", row.example)
      .build();
}

Value language() {
  ListBuilder operators;
  for (const expr::BinaryOperator& row : expr::kOperators) {
    const std::string_view signatures = expr::signatures_of(row.op);
    if (signatures.empty()) continue;
    operators.add(MapBuilder().set("symbol", expr::symbol_of(row.op)).set("signatures", signatures).build());
  }
  ListBuilder macros;
  for (const expr::Macro& row : expr::kMacros) {
    macros.add(MapBuilder().set("name", row.name).set("usage", row.usage).build());
  }
  ListBuilder functions;
  for (const auto& table : expr::function_tables()) {
    for (const expr::Function& row : table) functions.add(describe(row));
  }
  return MapBuilder()
      .set("operators", operators.build())
      .set("macros", macros.build())
      .set("functions", functions.build())
      .build();
}

int run_functions(const Arguments& arguments) {
  if (arguments.has("--json")) {
    print_json(language());
    return kExitOk;
  }
  Rows rows{{"FUNCTION", "EXAMPLE"}};
  for (const auto& table : expr::function_tables()) {
    for (const expr::Function& row : table) rows.push_back({std::string(row.name), std::string(row.example)});
  }
  print(table(rows));
  return kExitOk;
}

int run_eval(const Arguments& arguments) {
  if (arguments.has("--jsonl") != arguments.has("EXPR")) {
    return arguments.has("--jsonl") ? answer_lines(answer_line) : evaluate_one(arguments);
  }
  return report(
      {ErrorCode::invalid_input,
       arguments.has("EXPR") ? "an expression and --jsonl exclude each other" : "which expression?",
       {},
       "parley expr eval '1 + 1', or --jsonl for many from standard input"},
      kExitUsage
  );
}

constexpr Option kEvalOptions[] = {
    {"EXPR", "", "The expression."},
    {"--set", "NAME=JSON...", "Give a name a value; may be repeated."},
    {"--jsonl", "", "Read {id, expr, bindings} lines from standard input instead, and answer each."},
};

constexpr Option kCheckOptions[] = {
    {"EXPR", "", "The expression.", true},
    {"--type", "NAME=TYPE...", "Say what a name holds; may be repeated. Other names may hold anything."},
};

constexpr Option kFunctionsOptions[] = {
    {"--json", "", "Print JSON, with signatures, operators and macros."},
};

}  // namespace

constinit const Command kExprCheck{
    "expr check",
    "Say what type an expression has, or why it must fail",
    "Prints the type. Only certain mistakes are reported: what is not known may be anything.",
    kCheckOptions,
    "parley expr check 'items.map(i, i.size())' --type 'items=list(string)'",
    run_check,
};

constinit const Command kExprFunctions{
    "expr functions",
    "List the functions that expressions may call",
    "",
    kFunctionsOptions,
    "parley expr functions\n"
    "parley expr functions --json",
    run_functions,
};

constinit const Command kExprEval{
    "expr eval",
    "Evaluate an expression as flows do",
    "The answer is JSON. With --jsonl every line gets one line {id, value} or {id, error}, and values say "
    "their\n"
    "type, in bindings as well: {\"int\":\"1\"}, {\"double\":\"0.5\"}, {\"list\":[{\"string\":\"a\"}]}, "
    "{\"map\":[[key,value]]}.",
    kEvalOptions,
    "parley expr eval 'price * 2 > 20' --set price=12.5\n"
    "parley expr eval --jsonl < cases.jsonl",
    run_eval,
};

}  // namespace parley::cli
