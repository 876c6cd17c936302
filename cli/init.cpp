// parley init: a new assistant that runs and passes its tests at once.
#include <filesystem>
#include <fstream>

#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "cli_template_files.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNamePlace = "{NAME}";

std::string filled_in(std::string_view text, const std::string& name) {
  std::string out(text);
  for (std::size_t at = out.find(kNamePlace); at != std::string::npos;
       at = out.find(kNamePlace, at + name.size())) {
    out.replace(at, kNamePlace.size(), name);
  }
  return out;
}

// The folder's own name, as a title in YAML and Markdown.
std::string title(const fs::path& folder) {
  std::string name = fs::absolute(folder).lexically_normal().filename().string();
  if (name.empty()) name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
  std::erase_if(name, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  return name.empty() ? "assistant" : name;
}

Error cannot_write(const fs::path& path) {
  return {
      ErrorCode::unavailable, path.string() + " cannot be written", {}, "check the folder and its permissions"
  };
}

int run(const Arguments& arguments) {
  const fs::path folder = arguments.text("NAME");
  std::error_code problem;
  if (fs::exists(folder, problem) && !(fs::is_directory(folder, problem) && fs::is_empty(folder, problem))) {
    return report(
        {ErrorCode::conflict,
         folder.string() + " is not an empty folder, so nothing was written",
         {},
         "choose another name"},
        kExitConfiguration
    );
  }
  const std::string name = title(folder);
  for (const TemplateFile& file : kTemplateFiles) {
    const fs::path path = folder / file.name;
    fs::create_directories(path.parent_path(), problem);
    std::ofstream stream(path, std::ios::binary);
    stream << filled_in(file.text, name);
    stream.close();
    if (!stream) return report(cannot_write(path), kExitConfiguration);
    print(path.generic_string() + "\n");
  }
  note("\nNext:\n  cd " + folder.string() + "\n  parley test\n  parley serve");
  return kExitOk;
}

constexpr Option kOptions[] = {{"NAME", "", "The folder to make; it must not hold anything yet.", true}};

}  // namespace

constinit const Command kInit{
    "init",
    "Make a new assistant: settings, two flows, their tests",
    "Prints each file that it writes. parley check and parley test pass at once.",
    kOptions,
    "parley init mybot",
    run,
};

}  // namespace parley::cli
