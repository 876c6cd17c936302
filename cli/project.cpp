#include "cli/project.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "assistant/testing/snapshot.hpp"
#include "assistant/yaml.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

void read_tests(Project& project) {
  assistant::Folder& folder = project.space.folder;
  for (const std::string& file : folder.test_files) {
    auto text = read_file(project.root / file);
    if (!text) {
      folder.diagnostics.push_back(
          {"F0603",
           flow::Severity::error,
           file,
           {},
           "the file cannot be read",
           "check that it exists and may be read"}
      );
      continue;
    }
    if (const auto document = assistant::read_document(*text, file, folder.diagnostics)) {
      auto tests = assistant::read_tests(*document, file, folder.diagnostics);
      if (const auto snapshots = read_file(project.root / assistant::snapshot_file(file)))
        assistant::attach_snapshots(tests, assistant::read_snapshots(*snapshots));
      std::ranges::move(tests, std::back_inserter(project.tests));
    }
    folder.sources.insert_or_assign(file, *std::move(text));
  }
  flow::sort_diagnostics(folder.diagnostics);
}

Error no_assistant(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) {
    return {
        ErrorCode::not_found,
        "there is no folder " + folder.string(),
        {},
        "parley init NAME makes a new assistant"
    };
  }
  return {
      ErrorCode::not_found,
      "there is no assistant in " + (folder == "." ? std::string("this folder") : folder.string()) +
          ": neither parley.yaml nor flows/",
      {},
      "name the folder of one, or make one with parley init NAME"
  };
}

}  // namespace

std::string Project::shown(std::string_view file) const {
  return (root / file).lexically_normal().generic_string();
}

std::string Project::render(const flow::Diagnostic& diagnostic, bool colour) const {
  const auto source = space.folder.sources.find(diagnostic.file);
  flow::Diagnostic placed = diagnostic;
  placed.file = shown(diagnostic.file);
  return flow::render(
      placed, source == space.folder.sources.end() ? std::string_view() : source->second, colour
  );
}

Result<Project> open_project(const fs::path& folder) {
  std::error_code problem;
  if (!fs::exists(folder / "parley.yaml", problem) && !fs::is_directory(folder / "flows", problem)) {
    return std::unexpected(no_assistant(folder));
  }
  Project project{.root = folder, .space = workspace::load(folder)};
  read_tests(project);
  return project;
}

Result<ops::Config> read_configuration(const fs::path& folder, const ops::Assignments& flags) {
  ops::ConfigSources sources{.flags = flags, .environment = ops::process_environment()};
  if (auto text = read_file(folder / "parley.yaml")) {
    flow::Diagnostics diagnostics;
    if (const auto document = assistant::read_yaml(*text, "parley.yaml", diagnostics)) {
      sources.file = assistant::read_settings(*document, "parley.yaml", diagnostics);
    }
    if (flow::has_errors(diagnostics)) {
      return fail(
          ErrorCode::invalid_input,
          "parley.yaml has mistakes: " + diagnostics.front().message,
          {},
          "parley check shows them all"
      );
    }
  }
  auto config = ops::load_config(sources);
  if (!config) return std::unexpected(config.error().front());
  return *std::move(config);
}

Result<std::string> read_file(const fs::path& path) {
  // To read a folder is no error of the stream, it ends the program.
  std::error_code problem;
  if (fs::is_directory(path, problem)) {
    return fail(ErrorCode::invalid_input, path.string() + " is a folder", {}, "name the file in it");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream.is_open() || stream.bad()) {
    return fail(
        ErrorCode::not_found, path.string() + " cannot be read", {}, "check that it exists and may be read"
    );
  }
  return text;
}

}  // namespace parley::cli
