// parley tool: what becomes of the description of a service, and what a call of a tool would send.
#include <string>
#include <utility>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/json_lines.hpp"
#include "cli/terminal.hpp"
#include "cli/tools/tool_document.hpp"
#include "wire/dialect/dialect.hpp"
#include "wire/render.hpp"

namespace parley::cli {
namespace {

Value listed(const wire::Tool& tool, wire::Dialect dialect) {
  wire::Phrased phrased = wire::phrased(tool.parameters, dialect);
  MapBuilder out;
  out.set("name", tool.name).set("description", tool.description);
  out.set("parameters", std::move(phrased.parameters));
  if (dialect == wire::Dialect::openai_strict) out.set("strict", phrased.strict);
  return out.set("method", tool.method).set("path", tool.path).build();
}

// Tool by tool: the list of a large document has hundreds of megabytes.
void print_tools(const wire::Connector& connector, wire::Dialect dialect) {
  constexpr std::size_t kChunk = 1 << 20;
  std::string out = "[";
  for (const wire::Tool& tool : connector.tools) {
    if (&tool != &connector.tools.front()) out += ",\n";
    append_json(out, listed(tool, dialect));
    if (out.size() < kChunk) continue;
    print(out);
    out.clear();
  }
  out += "]";
  print(out);
}

Result<wire::Dialect> dialect_of(const Arguments& arguments) {
  const std::string given = arguments.text("--dialect", "full");
  if (const auto dialect = wire::dialect_named(given)) return *dialect;
  return fail(
      ErrorCode::invalid_input,
      "there is no dialect '" + given + "'",
      {},
      "it is one of full, openai, openai-strict, anthropic and minimal"
  );
}

// The rest of the object that "tools" begins.
std::string findings_of(const wire::Connector& connector) {
  std::string out = ",\"dropped\":";
  ListBuilder dropped;
  for (const wire::DroppedOperation& one : connector.dropped) {
    dropped.add(MapBuilder()
                    .set("operation", one.operation)
                    .set("reason", one.reason)
                    .set("pointer", one.pointer)
                    .build());
  }
  append_json(out, dropped.build());
  out += ",\"warnings\":";
  ListBuilder warnings;
  for (const std::string& warning : connector.warnings) warnings.add(warning);
  append_json(out, warnings.build());
  return out + "}\n";
}

void note_findings(const wire::Connector& connector) {
  for (const std::string& warning : connector.warnings) note("warning: " + warning);
  for (const wire::DroppedOperation& one : connector.dropped) {
    note("dropped: " + one.operation + ": " + one.reason + " (at " + one.pointer + ")");
  }
}

int run_compile(const Arguments& arguments) {
  const auto dialect = dialect_of(arguments);
  if (!dialect) return report(dialect.error(), kExitUsage);
  const auto connector = compile_document(arguments);
  if (!connector) return report(connector.error(), kExitConfiguration);
  const bool full_report = arguments.has("--report");
  if (full_report) print("{\"tools\":");
  print_tools(*connector, *dialect);
  if (full_report) {
    print(findings_of(*connector));
  } else {
    print("\n");
    note_findings(*connector);
  }
  return kExitOk;
}

Value error_line(const Error& error) {
  const Value said = MapBuilder()
                         .set("code", name(error.code))
                         .set("message", error.message)
                         .set("hint", error.hint)
                         .build();
  return MapBuilder().set("error", said).build();
}

Value request_line(const wire::Request& request) {
  MapBuilder headers;
  for (const auto& [name, value] : request.headers) headers.set(name, value);
  return MapBuilder()
      .set("method", request.method)
      .set("url", request.url)
      .set("headers", headers.build())
      .set("body", request.has_body ? Value(request.body) : Value())
      .build();
}

Value answer_to(
    std::string_view text, wire::ToolCaller& caller, const wire::Connector& connector, bool strict
) {
  const auto line = parse_json(text);
  if (!line) {
    return error_line(
        {ErrorCode::invalid_input,
         "the line is not JSON: " + line.error().pointer + ": " + line.error().message,
         {},
         "write {\"tool\": …, \"args\": {…}} on one line"}
    );
  }
  const Value& tool = (*line)["tool"];
  if (!tool.is_string()) {
    return error_line(
        {ErrorCode::invalid_input, "the line has no text 'tool'", {}, "write {\"tool\": …, \"args\": {…}}"}
    );
  }
  const Value* args = line->find("args");
  // A call without its arguments would look as if it were one.
  if (args == nullptr && line->size() > 1) {
    return error_line(
        {ErrorCode::invalid_input, "the line has no 'args'", {}, "write {\"tool\": …, \"args\": {…}}"}
    );
  }
  Value arguments = args == nullptr ? Value::map() : *args;
  if (const wire::Tool* known = connector.find_named(tool.as_string()); strict && known != nullptr) {
    arguments = wire::without_nulls(known->parameters, arguments);
  }
  const auto request = caller.call(tool.as_string(), arguments);
  return request ? request_line(*request) : error_line(request.error());
}

int run_render(const Arguments& arguments) {
  const auto dialect = dialect_of(arguments);
  if (!dialect) return report(dialect.error(), kExitUsage);
  const bool strict = *dialect == wire::Dialect::openai_strict;
  const auto connector = compile_document(arguments);
  if (!connector) return report(connector.error(), kExitConfiguration);
  wire::ToolCaller caller(*connector);
  return answer_lines([&](std::string_view line, std::string& out) {
    append_json(out, answer_to(line, caller, *connector, strict));
    out += '\n';
  });
}

constexpr Option kDocOption{
    "DOC", "", "The description: OpenAPI, Swagger, GraphQL or OpenRPC, as JSON, YAML or SDL.", true
};
constexpr Option kOverlayOption{"--overlay", "FILE...", "Correct the description first; may be repeated."};
constexpr Option kDialectOption{
    "--dialect", "DIALECT", "Phrase parameters for openai, openai-strict, anthropic or minimal models."
};
constexpr Option kPrefixOption{"--prefix", "PREFIX", "Begin every name with PREFIX_."};

constexpr Option kCompileOptions[] = {
    kDocOption,
    kOverlayOption,
    kPrefixOption,
    kDialectOption,
    {"--report", "", "Print {tools, dropped, warnings} instead of the tools alone."},
};

constexpr Option kRenderOptions[] = {
    kDocOption,
    kOverlayOption,
    kPrefixOption,
    kDialectOption,
};

}  // namespace

constinit const Command kToolCompile{
    "tool compile",
    "Show the tools that the description of a service becomes",
    "Prints [{name, description, parameters, method, path}]. What is dropped, and why, goes to stderr.",
    kCompileOptions,
    "parley tool compile tools/stripe.yaml\n"
    "parley tool compile api.github.com.json --prefix github --report",
    run_compile,
};

constinit const Command kToolRender{
    "tool render",
    "Show the requests that calls of tools would send",
    "Reads {tool, args} lines from standard input and answers each with {method, url, headers, body}, or "
    "with\n"
    "{error} when the arguments do not fit. Nothing is sent, and credentials are not in it.",
    kRenderOptions,
    "echo '{\"tool\": \"get_charge\", \"args\": {\"charge\": \"ch_1\"}}' | parley tool render "
    "tools/stripe.yaml",
    run_render,
};

}  // namespace parley::cli
