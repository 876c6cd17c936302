// parley model add: one more model in parley.yaml. The file is a person's: only lines are added or changed
// that have to be, and what would not load is taken back.
#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assistant/folder.hpp"
#include "assistant/model_settings.hpp"
#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "engine/steps/registry.hpp"

namespace parley::cli {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view value_behind(std::string_view line, std::string_view key) {
  line.remove_prefix(key.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  const std::size_t comment = line.find(" #");
  line = line.substr(0, comment);
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_item(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string_view::npos && line[first] == '-';
}

// The list under `models:` gets one more item; a lone `model:` becomes a list; else `model:` is added.
Result<Lines> with_model(Lines lines, const std::string& model) {
  const auto starts = [](std::string_view key) {
    return [key](const std::string& line) { return line.starts_with(key); };
  };
  const auto list = std::ranges::find_if(lines, starts("models:"));
  if (list != lines.end()) {
    auto last = list + 1;
    auto end = list + 1;
    std::string indent = "  ";
    while (end != lines.end() &&
           (end->empty() || end->starts_with(' ') || end->starts_with('-') || end->starts_with('#'))) {
      if (end == last && is_item(*end)) indent = end->substr(0, end->find('-'));
      if (!end->empty() && !end->starts_with('#')) last = end + 1;
      ++end;
    }
    if (last == list + 1) {
      return fail(
          ErrorCode::unsupported,
          "the list of models in parley.yaml is written in a way that only you can change",
          "parley.yaml",
          "add " + model + " to it by hand"
      );
    }
    lines.insert(last, indent + "- " + model);
    return lines;
  }
  const auto alone = std::ranges::find_if(lines, starts("model:"));
  if (alone == lines.end()) {
    if (!lines.empty() && !lines.back().empty()) lines.emplace_back();
    lines.push_back("model: " + model);
    return lines;
  }
  const std::string before(value_behind(*alone, "model:"));
  if (before.empty() || before == "builtin") {
    *alone = "model: " + model;
    return lines;
  }
  *alone = "models:";
  lines.insert(alone + 1, {"  - " + before, "  - " + model});
  return lines;
}

// What YAML takes without quotes, whatever stands around it.
bool is_plain(std::string_view model) {
  return std::ranges::all_of(model, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("._:/#-+").find(c) != std::string_view::npos;
  });
}

bool write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  return static_cast<bool>(file.flush());
}

int run(const Arguments& arguments) {
  const std::string model = arguments.text("MODEL");
  if (!assistant::model_from_line(model) || !is_plain(model)) {
    return report(
        {ErrorCode::invalid_input, "'" + model + "' is no model", {}, assistant::model_problem(model)},
        kExitUsage
    );
  }
  const std::filesystem::path folder = arguments.text("FOLDER", ".");
  const std::filesystem::path path = folder / "parley.yaml";
  std::error_code problem;
  std::string before;
  if (std::filesystem::exists(path, problem)) {
    auto text = read_file(path);
    if (!text) return report(text.error(), kExitConfiguration);
    before = std::move(*text);
  }
  auto lines = with_model(lines_of(before), model);
  if (!lines) return report(lines.error(), kExitConfiguration);
  std::string after;
  for (const std::string& line : *lines) after += line + "\n";
  if (!write(path, after))
    return report({ErrorCode::unavailable, path.string() + " cannot be written"}, kExitConfiguration);
  const assistant::Folder read = assistant::read_folder(folder, engine::step_specs());
  const bool broken = std::ranges::any_of(read.diagnostics, [](const flow::Diagnostic& diagnostic) {
    return diagnostic.file == "parley.yaml" && diagnostic.severity == flow::Severity::error;
  });
  if (broken) {
    (void)write(path, before);
    return report(
        {ErrorCode::invalid_input,
         "parley.yaml would not load with " + model + " in it, so it is as it was",
         "parley.yaml",
         "run parley check, or add it by hand"},
        kExitConfiguration
    );
  }
  note("added " + model + " to " + path.string());
  note("parley model test asks it");
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"MODEL", "", "provider/model, a provider on this machine, or the address of a server.", true},
    kFolderOption,
};

}  // namespace

constinit const Command kModelAdd{
    "model add",
    "Add a model to parley.yaml, behind those it has",
    "A key is not written anywhere: the model's provider has an environment variable for it, such as\n"
    "OPENAI_API_KEY, or OPENAI_API_KEY_FILE for a file that holds it.",
    kOptions,
    "parley model add openai/gpt-4o-mini\n"
    "parley model add ollama/llama3.2\n"
    "parley model add http://10.0.0.7:8000/v1#qwen",
    run,
};

}  // namespace parley::cli
