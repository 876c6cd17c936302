#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/edit_distance.hpp"

namespace parley::cli {
namespace {

std::unexpected<Error> misused(const Command& command, std::string message, std::string hint = {}) {
  if (hint.empty()) hint = "see parley " + std::string(command.name) + " --help";
  return fail(ErrorCode::invalid_input, std::move(message), {}, std::move(hint));
}

void add(CLI::App& app, const Option& option, Arguments& arguments) {
  const bool named = option.name.starts_with('-');
  if (named && option.value.empty()) {
    app.add_flag_callback(std::string(option.name), [&] { arguments.add(option.name, "true"); });
    return;
  }
  // The library wants names of positionals without dots.
  std::string name(option.name.substr(0, option.name.find("...")));
  CLI::Option* added = app.add_option(name, [&](const CLI::results_t& values) {
    for (const std::string& value : values) arguments.add(option.name, value);
    return true;
  });
  if (option.value.ends_with("...")) added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (option.name.ends_with("..."))
    added->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  added->required(option.required);
}

}  // namespace

std::string Arguments::text(std::string_view option, std::string_view fallback) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Arguments::list(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<Arguments> parse(const Command& command, std::vector<std::string> words) {
  Arguments arguments;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const Option& option : command.options) add(app, option, arguments);
  std::ranges::reverse(words);  // as the library wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::RequiredError&) {
    for (const Option& option : command.options) {
      if (option.required && !arguments.has(option.name))
        return misused(command, std::string(option.name) + " is missing");
    }
    return misused(command, "an argument is missing");
  } catch (const CLI::ParseError& problem) {
    return misused(command, problem.what());
  }
  std::vector<std::string> extras = app.remaining();
  std::erase(extras, "--");  // what follows it is read by place
  if (extras.empty()) return arguments;
  std::vector<std::string_view> names;
  for (const Option& option : command.options) names.push_back(option.name);
  const std::string given = extras[0].substr(0, extras[0].find('='));
  const std::string_view meant = given.starts_with('-') ? nearest(given, names) : std::string_view();
  return misused(
      command,
      "parley " + std::string(command.name) + " does not take '" + given + "'",
      meant.empty() ? std::string() : "did you mean '" + std::string(meant) + "'?"
  );
}

}  // namespace parley::cli
