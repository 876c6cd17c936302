// Finds the command that the words name, and runs it.
#include "cli/cli.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/edit_distance.hpp"
#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/help.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

using Words = std::vector<std::string>;

bool asks_for_help(std::string_view word) {
  return word == "-h" || word == "--help";
}

const Command* find(std::string_view name) {
  for (const Command* command : commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

bool is_group(std::string_view name) {
  const std::string prefix = std::string(name) + " ";
  return std::ranges::any_of(commands(), [&](const Command* command) {
    return command->name.starts_with(prefix);
  });
}

int unknown(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command* command : commands()) {
    names.push_back(command->name);
    names.push_back(command->name.substr(0, command->name.find(' ')));
  }
  const std::string_view meant = nearest(name, names);
  Error error{ErrorCode::invalid_input, "there is no command '" + name + "'"};
  error.hint = meant.empty() ? "parley --help lists all commands"
                             : "did you mean 'parley " + std::string(meant) + "'?";
  return report(error, kExitUsage);
}

int run_command(const Command& command, Words words) {
  if (std::ranges::any_of(words, asks_for_help)) {
    print(help(command));
    return kExitOk;
  }
  auto arguments = parse(command, std::move(words));
  if (!arguments) return report(arguments.error(), kExitUsage);
  return command.run(*arguments);
}

int dispatch(Words words) {
  if (words.empty()) {
    print(short_help());
    return kExitOk;
  }
  // `parley help check` is `parley check --help`.
  if (words[0] == "help" && words.size() > 1) {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  if (asks_for_help(words[0]) || words[0] == "help") {
    print(full_help());
    return kExitOk;
  }
  if (words[0] == "--version" || words[0] == "-V") words[0] = "version";

  const std::string group = words[0];
  if (const Command* command = find(group)) {
    words.erase(words.begin());
    return run_command(*command, std::move(words));
  }
  if (!is_group(group)) return unknown(group);
  if (words.size() == 1 || asks_for_help(words[1])) {
    print(group_help(group));
    return words.size() == 1 ? kExitUsage : kExitOk;
  }
  const Command* command = find(group + " " + words[1]);
  if (command == nullptr) return unknown(group + " " + words[1]);
  words.erase(words.begin(), words.begin() + 2);
  return run_command(*command, std::move(words));
}

}  // namespace

int run(int argc, char** argv) {
  return dispatch(Words(argv + std::min(argc, 1), argv + argc));
}

}  // namespace parley::cli
