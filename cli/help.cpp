#include "cli/help.hpp"

#include <algorithm>

namespace parley::cli {
namespace {

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    out += "  " + std::string(lines.substr(0, end)) + "\n";
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
  }
  return out;
}

bool by_place(const Option& option) {
  return !option.name.starts_with('-');
}

std::string shown(const Option& option) {
  return std::string(option.name) + (option.value.empty() ? "" : " " + std::string(option.value));
}

std::string usage(const Command& command) {
  std::string out = "Usage: parley " + std::string(command.name);
  const bool named =
      std::ranges::any_of(command.options, [](const Option& option) { return !by_place(option); });
  if (named) out += " [OPTIONS]";
  for (const Option& option : command.options) {
    if (by_place(option)) out += option.required ? " " + shown(option) : " [" + shown(option) + "]";
  }
  return out + "\n";
}

std::string command_lines(auto include) {
  std::size_t width = 0;
  for (const Command* command : commands()) width = std::max(width, command->name.size());
  std::string out;
  for (const Command* command : commands()) {
    if (include(*command))
      out += "  " + padded(command->name, width + 2) + std::string(command->summary) + "\n";
  }
  return out;
}

}  // namespace

std::string short_help() {
  return R"(Parley serves conversations that follow flows you write.

Begin:
  parley serve                 serve the assistant in this folder: chat page and HTTP API
  parley init mybot            a new assistant: flows, tests, settings
  parley test                  run its conversation tests
  parley chat                  talk to it here in the terminal

All commands: parley --help. About one: parley COMMAND --help
)";
}

std::string full_help() {
  return "Usage: parley COMMAND [OPTIONS]\n\nCommands:\n" +
         command_lines([](const Command&) { return true; }) +
         R"(
Results go to stdout and messages to stderr. Exit codes: 0 fine, 1 something was found or failed,
2 the command was called wrongly, 3 the folder, the settings or the data cannot be used.
NO_COLOR turns colours off. Settings: flag, then PARLEY_SECTION__KEY, then parley.yaml, then default.

Examples:
  parley serve examples/shop
  parley check
  parley conv list --json

Reference: docs/reference/cli.md
)";
}

std::string group_help(std::string_view group) {
  const std::string prefix = std::string(group) + " ";
  return "Usage: parley " + prefix + "COMMAND [OPTIONS]\n\nCommands:\n" +
         command_lines([&](const Command& command) { return command.name.starts_with(prefix); }) +
         "\nAbout one: parley " + prefix + "COMMAND --help\n";
}

std::string help(const Command& command) {
  std::string out = std::string(command.summary) + ".\n\n" + usage(command);
  if (!command.details.empty()) out += "\n" + std::string(command.details) + "\n";
  constexpr std::string_view kHelp = "-h, --help";
  std::size_t width = kHelp.size();
  for (const Option& option : command.options) width = std::max(width, shown(option).size());
  out += "\nOptions:\n";
  for (const Option& option : command.options)
    out += "  " + padded(shown(option), width + 2) + std::string(option.doc) + "\n";
  out += "  " + padded(kHelp, width + 2) + "Show this text.\n";
  out += "\nExamples:\n" + indented(command.examples);
  return out + "\nReference: docs/reference/cli.md\n";
}

}  // namespace parley::cli
