// parley check: every mistake of an assistant, or of single files, at once.
#include <algorithm>
#include <filesystem>
#include <map>

#include "assistant/yaml.hpp"
#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "engine/matching/intents.hpp"
#include "engine/steps/registry.hpp"
#include "flow/analysis/analyse.hpp"
#include "flow/analysis/bounds.hpp"
#include "flow/load.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

enum class Format { human, brief, json };

struct Finding {
  flow::Diagnostic diagnostic;  // its file as seen from here
  std::string rendered;
};

struct Findings {
  std::vector<Finding> list;
  std::string checked;  // "3 flows, 2 connectors, 13 tests"
};

std::string contents(const Project& project) {
  const assistant::Folder& folder = project.space.folder;
  return counted(folder.flows.size(), "flow") + ", " + counted(folder.connectors.size(), "connector") + ", " +
         counted(project.tests.size(), "test");
}

// `only` is a file of the project, or empty for all.
void add(Findings& findings, const Project& project, const std::string& only, bool colour) {
  for (const flow::Diagnostic& diagnostic : project.diagnostics()) {
    if (!only.empty() && diagnostic.file != only) continue;
    findings.list.push_back({diagnostic, project.render(diagnostic, colour)});
    findings.list.back().diagnostic.file = project.shown(diagnostic.file);
  }
}

// The assistant that a file belongs to, by its place: <root>/flows/order.yaml, <root>/parley.yaml.
fs::path root_of(const fs::path& file) {
  if (file.filename() == "parley.yaml") return file.has_parent_path() ? file.parent_path() : fs::path(".");
  const fs::path folder = file.parent_path().filename();
  if (folder != "flows" && folder != "tools" && folder != "tests") return {};
  const fs::path root = file.parent_path().parent_path();
  return root.empty() ? fs::path(".") : root;
}

// A flow on its own: what it calls cannot be checked.
Result<void> check_lone_flow(Findings& findings, const fs::path& path, bool colour) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  const std::string file = path.generic_string();
  flow::Diagnostics diagnostics;
  if (const auto document = assistant::read_document(*text, file, diagnostics)) {
    if (auto flow = flow::load(*document, file, engine::step_specs(), diagnostics)) {
      const std::vector<flow::FlowPtr> flows{std::move(flow)};
      flow::analysis::analyse({.flows = flows, .start = ""}, diagnostics);
    }
  }
  flow::sort_diagnostics(diagnostics);
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    findings.list.push_back({diagnostic, flow::render(diagnostic, *text, colour)});
  }
  return {};
}

Result<void> check_path(Findings& findings, const fs::path& path, bool colour) {
  std::error_code problem;
  const bool lone_file = fs::is_regular_file(path, problem);
  const fs::path root = lone_file ? root_of(path) : path;
  if (root.empty()) return check_lone_flow(findings, path, colour);
  auto project = open_project(root);
  if (!project) return std::unexpected(project.error());
  assistant::Folder& folder = project->space.folder;
  engine::check_phrases(folder.flows, project->space.release->settings(), folder.diagnostics);
  flow::sort_diagnostics(folder.diagnostics);
  add(findings, *project, lone_file ? path.lexically_relative(root).generic_string() : std::string(), colour);
  if (!lone_file) findings.checked = contents(*project);
  return {};
}

std::string_view name(flow::Severity severity) {
  return severity == flow::Severity::error ? "error" : "warning";
}

Value way_of(const flow::Diagnostic& diagnostic) {
  ListBuilder way;
  for (const flow::Waypoint& point : diagnostic.way) {
    way.add(MapBuilder().set("file", point.file).set("line", point.line).set("text", point.text).build());
  }
  return way.build();
}

void print_as_json(const Findings& findings) {
  ListBuilder list;
  for (const auto& [diagnostic, rendered] : findings.list) {
    list.add(MapBuilder()
                 .set("code", diagnostic.code)
                 .set("severity", name(diagnostic.severity))
                 .set("file", diagnostic.file)
                 .set("line", diagnostic.position.line)
                 .set("column", diagnostic.position.column)
                 .set("length", diagnostic.position.length)
                 .set("message", diagnostic.message)
                 .set("help", diagnostic.help)
                 .set("way", way_of(diagnostic))
                 .build());
  }
  print_json(list.build());
}

void print_short(const Findings& findings) {
  for (const auto& [diagnostic, rendered] : findings.list) {
    print(
        diagnostic.file + ":" + std::to_string(diagnostic.position.line) + ":" +
        std::to_string(diagnostic.position.column) + ": " + std::string(name(diagnostic.severity)) + "[" +
        diagnostic.code + "]: " + diagnostic.message + "\n"
    );
  }
}

void print_human(const Findings& findings) {
  bool first = true;
  for (const auto& [diagnostic, rendered] : findings.list) {
    print((first ? "" : "\n") + rendered);
    if (!rendered.ends_with('\n')) print("\n");
    first = false;
  }
}

int summarise(const Findings& findings) {
  const auto errors =
      static_cast<std::size_t>(std::ranges::count_if(findings.list, [](const Finding& finding) {
        return finding.diagnostic.severity == flow::Severity::error;
      }));
  const std::size_t warnings = findings.list.size() - errors;
  const std::string what = findings.checked.empty() ? "" : findings.checked + ": ";
  if (findings.list.empty()) {
    note(what + "no problems");
    return kExitOk;
  }
  note(what + counted(errors, "error") + (warnings == 0 ? "" : ", " + counted(warnings, "warning")));
  const std::string& code = findings.list.front().diagnostic.code;
  if (!flow::explain(code).empty()) note("parley explain " + code + " says more");
  return errors == 0 ? kExitOk : kExitFindings;
}

std::string shown(const flow::analysis::Bound& bound) {
  return bound ? std::to_string(*bound) : "unbounded";
}

Value to_value(const flow::analysis::Bound& bound) {
  return bound ? Value(static_cast<std::int64_t>(*bound)) : Value();
}

int print_bounds(const Arguments& arguments, const std::vector<std::string>& paths) {
  Rows rows{{"FLOW", "STEPS", "TOOL CALLS", "MODEL CALLS"}};
  ListBuilder list;
  for (const std::string& path : paths) {
    const auto project = open_project(path);
    if (!project) return report(project.error(), kExitConfiguration);
    for (const auto& bounds : flow::analysis::turn_bounds(assistant::analysed(project->space.folder))) {
      rows.push_back({bounds.flow, shown(bounds.steps), shown(bounds.tool_calls), shown(bounds.model_calls)});
      list.add(MapBuilder()
                   .set("flow", bounds.flow)
                   .set("steps", to_value(bounds.steps))
                   .set("tool_calls", to_value(bounds.tool_calls))
                   .set("model_calls", to_value(bounds.model_calls))
                   .build());
    }
  }
  if (arguments.has("--json")) {
    print_json(list.build());
  } else {
    print(table(rows));
  }
  return kExitOk;
}

int run(const Arguments& arguments) {
  static const std::map<std::string, Format, std::less<>> kFormats{
      {"human", Format::human}, {"short", Format::brief}, {"json", Format::json}
  };
  const auto format = kFormats.find(arguments.text("--format", arguments.has("--json") ? "json" : "human"));
  if (format == kFormats.end()) {
    return report({ErrorCode::invalid_input, "--format is one of human, short, json"}, kExitUsage);
  }
  std::vector<std::string> paths = arguments.list("PATH...");
  if (paths.empty()) paths.emplace_back(".");
  if (arguments.has("--bounds")) return print_bounds(arguments, paths);
  Findings findings;
  for (const std::string& path : paths) {
    auto checked = check_path(findings, path, wants_colour(stdout));
    if (!checked) return report(checked.error(), kExitConfiguration);
  }
  switch (format->second) {
    case Format::human:
      print_human(findings);
      break;
    case Format::brief:
      print_short(findings);
      break;
    case Format::json:
      print_as_json(findings);
      break;
  }
  return summarise(findings);
}

constexpr Option kOptions[] = {
    {"PATH...", "", "Folders of assistants, or single files; this folder when left out."},
    {"--format", "FORMAT", "human (default), short (one line each) or json."},
    {"--bounds",
     "",
     "Print the most that one turn of each flow can need; null or unbounded: nothing bounds it."},
    kJsonOption,
};

}  // namespace

constinit const Command kCheck{
    "check",
    "Find every mistake in flows, tools, settings and tests",
    "All mistakes are shown at once, each with its place, its cause and what to do. Exit code 1 when\n"
    "there is an error; warnings alone give 0. A file within an assistant is checked with it.\n"
    "Rules in rules.yaml are proved for every way that the flows allow.",
    kOptions,
    "parley check\n"
    "parley check examples/shop\n"
    "parley check examples/shop --bounds\n"
    "parley check examples/shop/flows/order.yaml --format short",
    run,
};

}  // namespace parley::cli
