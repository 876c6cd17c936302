// parley test: plays the conversation tests of an assistant and says which steps they reach.
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

#include "assistant/testing/coverage.hpp"
#include "assistant/testing/dialogue.hpp"
#include "assistant/testing/snapshot.hpp"
#include "base/json.hpp"
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

assistant::AnswerTool answers_of(const Project& project) {
  return [&project](std::string_view tool, const Value& arguments) {
    return workspace::call_tool(project.space.connectors, tool, arguments);
  };
}

assistant::DialogueOptions options_of(const Project& project) {
  return {.only_reads = [&project](std::string_view tool) {
    return workspace::only_reads(project.space.connectors, tool);
  }};
}

TestRun play_all(const Project& project, const std::optional<Regex>& wanted, bool quiet) {
  TestRun run;
  assistant::Visits visits;
  const auto answer = answers_of(project);
  for (const assistant::ConversationTest& test : project.tests) {
    if (wanted && !wanted->search(test.name)) continue;
    const auto begun = std::chrono::steady_clock::now();
    assistant::TestResult result = assistant::play(test, *project.space.release, answer, options_of(project));
    PlayedTest played{.name = test.name, .file = project.shown(test.file), .turns = result.turns};
    played.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (!test.lines.empty()) played.line = test.lines.front().position.line;
    played.failures = std::move(result.failures);
    played.transcript = assistant::transcript(result.log);
    add_visits(visits, result.visits);
    if (!quiet) print(render(played));
    run.tests.push_back(std::move(played));
  }
  run.coverage = assistant::coverage(*project.space.release, visits);
  return run;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    return fail(
        ErrorCode::unavailable,
        path.string() + " cannot be written",
        {},
        "check the folder and its permissions"
    );
  return {};
}

// Records what the tests with `bot: snapshot` say now, and makes them expect it.
Result<void> update_snapshots(Project& project, const std::optional<Regex>& wanted) {
  std::map<std::string, assistant::Snapshots> files;
  for (assistant::ConversationTest& test : project.tests) {
    if (!test.wants_snapshot()) continue;
    auto& snapshots = files[test.file];
    if (!wanted || wanted->search(test.name)) {
      const auto result =
          assistant::play(test, *project.space.release, answers_of(project), options_of(project));
      test.snapshot = assistant::transcript(result.log);
    }
    if (test.snapshot) snapshots.insert_or_assign(test.name, *test.snapshot);
  }
  for (const auto& [file, snapshots] : files) {
    const std::string path = assistant::snapshot_file(file);
    if (auto written = write_file(project.root / path, assistant::write_snapshots(snapshots)); !written)
      return written;
    note("recorded " + counted(snapshots.size(), "transcript") + " in " + project.shown(path));
  }
  return {};
}

Result<std::optional<double>> wanted_coverage(const Arguments& arguments) {
  if (!arguments.has("--min-coverage")) return std::nullopt;
  const std::string text = arguments.text("--min-coverage");
  double percent = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool sound = problem == std::errc() && end == text.data() + text.size();
  if (!sound || !(percent >= 0 && percent <= 100))
    return fail(ErrorCode::invalid_input, "--min-coverage is a percentage from 0 to 100");
  return percent;
}

Result<void> write_reports(const Arguments& arguments, const TestRun& run) {
  if (arguments.has("--junit")) {
    if (auto written = write_file(arguments.text("--junit"), junit(run)); !written) return written;
  }
  if (!arguments.has("--coverage-json")) return {};
  const Value steps = assistant::steps_to_value(run.coverage);
  return write_file(arguments.text("--coverage-json"), write_json(steps) + "\n");
}

int run_tests(const Arguments& arguments) {
  const auto wanted = wanted_names(arguments);
  if (!wanted) return report(wanted.error(), kExitUsage);
  const auto minimum = wanted_coverage(arguments);
  if (!minimum) return report(minimum.error(), kExitUsage);
  auto project = open_project(arguments.text("FOLDER", "."));
  if (!project) return report(project.error(), kExitConfiguration);
  if (project->space.has_errors()) {
    for (const flow::Diagnostic& diagnostic : project->diagnostics())
      note(project->render(diagnostic, wants_colour(stderr)));
    return report(
        {ErrorCode::invalid_input, "the assistant has mistakes, so no test was run"}, kExitFindings
    );
  }
  if (arguments.has("--update")) {
    if (auto updated = update_snapshots(*project, *wanted); !updated)
      return report(updated.error(), kExitConfiguration);
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
  if (auto written = write_reports(arguments, run); !written)
    return report(written.error(), kExitConfiguration);
  if (*minimum && run.coverage.percent() < **minimum) {
    const auto reached = static_cast<int>(run.coverage.percent());
    return report(
        {ErrorCode::invalid_input, "the tests reach only " + std::to_string(reached) + " % of all steps"},
        kExitFindings
    );
  }
  return run.failed() == 0 ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    kFolderOption,
    {"--name", "RE", "Only tests whose name contains this regular expression."},
    kJsonOption,
    {"--junit", "FILE", "Also write a JUnit XML report, as CI servers read it."},
    {"--update", "", "Record what `bot: snapshot` lines compare with; review the change."},
    {"--no-coverage", "", "Leave out which steps were reached."},
    {"--coverage-json", "FILE", "Also write the visits of every step and of its ways out."},
    {"--min-coverage", "N", "Fail when the tests reach less than N percent of all steps."},
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
    "parley test --update\n"
    "parley test --junit report.xml --coverage-json coverage.json --min-coverage 80",
    run_tests,
};

}  // namespace parley::cli
