// parley test: plays the conversation tests of an assistant and says which steps they reach.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

#include "assistant/testing/coverage.hpp"
#include "assistant/testing/dialogue.hpp"
#include "base/regex.hpp"
#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "cli/test_report.hpp"

namespace parley::cli {
namespace {

Result<std::optional<Regex>> wanted_names(const Arguments& arguments) {
  if (!arguments.has("--name")) return std::nullopt;
  auto pattern = Regex::compile(arguments.text("--name"), {.ignore_case = true});
  if (!pattern) {
    return fail(ErrorCode::invalid_input, "--name is not a regular expression: " + pattern.error().message);
  }
  return *std::move(pattern);
}

TestRun play_all(const Project& project, const std::optional<Regex>& wanted, bool quiet) {
  TestRun run;
  assistant::VisitedSteps visited;
  const auto answer = [&](std::string_view tool, const Value& arguments) {
    return workspace::call_tool(project.space.connectors, tool, arguments);
  };
  for (const assistant::ConversationTest& test : project.tests) {
    if (wanted && !wanted->search(test.name)) continue;
    const auto begun = std::chrono::steady_clock::now();
    assistant::TestResult result = assistant::play(test, *project.space.release, answer);
    PlayedTest played{.name = test.name, .file = project.shown(test.file), .turns = result.turns};
    played.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (!test.lines.empty()) played.line = test.lines.front().position.line;
    played.failures = std::move(result.failures);
    visited.merge(result.visited);
    if (!quiet) print(render(played));
    run.tests.push_back(std::move(played));
  }
  run.coverage = assistant::coverage(*project.space.release, visited);
  return run;
}

Result<void> write_junit(const std::string& path, const TestRun& run) {
  std::ofstream file(path, std::ios::binary);
  file << junit(run);
  file.close();
  if (!file)
    return fail(
        ErrorCode::unavailable, path + " cannot be written", {}, "check the folder and its permissions"
    );
  return {};
}

int run_tests(const Arguments& arguments) {
  const auto wanted = wanted_names(arguments);
  if (!wanted) return report(wanted.error(), kExitUsage);
  const auto project = open_project(arguments.text("FOLDER", "."));
  if (!project) return report(project.error(), kExitConfiguration);
  if (project->space.has_errors()) {
    for (const flow::Diagnostic& diagnostic : project->diagnostics())
      note(project->render(diagnostic, wants_colour(stderr)));
    return report(
        {ErrorCode::invalid_input, "the assistant has mistakes, so no test was run"}, kExitFindings
    );
  }
  const bool json = arguments.has("--json");
  const TestRun run = play_all(*project, *wanted, json);
  if (run.tests.empty()) {
    return report(
        {ErrorCode::not_found,
         "there is no test to run",
         {},
         *wanted ? "no test's name matches --name" : "put conversation tests into tests/"},
        kExitConfiguration
    );
  }
  // A selection of tests says nothing about what all of them reach.
  const bool with_coverage = !arguments.has("--no-coverage") && !*wanted;
  if (json) {
    print_json(to_value(run, with_coverage));
  } else {
    if (with_coverage) print("\n" + assistant::render(run.coverage));
    print("\n" + summary(run) + "\n");
  }
  if (arguments.has("--junit")) {
    if (auto written = write_junit(arguments.text("--junit"), run); !written)
      return report(written.error(), kExitConfiguration);
  }
  return run.failed() == 0 ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    kFolderOption,
    {"--name", "RE", "Only tests whose name contains this regular expression."},
    kJsonOption,
    {"--junit", "FILE", "Also write a JUnit XML report, as CI servers read it."},
    {"--no-coverage", "", "Leave out which steps were reached."},
};

}  // namespace

constinit const Command kTest{
    "test",
    "Run the conversation tests of an assistant",
    "Tests are the files in tests/. Tools answer as the test says, or else from their descriptions;\n"
    "nothing outside is called. Exit code 1 when a test fails.",
    kOptions,
    "parley test\n"
    "parley test examples/shop --name order\n"
    "parley test --junit report.xml",
    run_tests,
};

}  // namespace parley::cli
