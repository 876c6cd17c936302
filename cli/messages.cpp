// parley messages: the texts that Parley says by itself, for translators.
#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "engine/repair/builtin_words.hpp"

namespace parley::cli {
namespace {

int run_messages(const Arguments& arguments) {
  const Value all = engine::builtin_words().to_value();
  const std::string locale = arguments.text("--locale", "en");
  const Value& words = all[locale];
  if (!words.is_map()) {
    std::string known;
    for (const auto& [tag, ignored] : all.entries())
      known += (known.empty() ? "" : ", ") + std::string(tag.as_string());
    return report(
        {ErrorCode::not_found, "there are no texts in '" + locale + "'", {}, "there are " + known}, kExitUsage
    );
  }
  if (arguments.has("--json")) {
    print_json(words);
    return kExitOk;
  }
  // Strings of JSON are strings of YAML: the output is a file for messages/.
  for (const auto& [key, text] : words.entries())
    print(std::string(key.as_string()) + ": " + write_json(text) + "\n");
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"--locale", "TAG", "The language to print: en, de, fr or es; en when left out."},
    kJsonOption,
};

}  // namespace

constinit const Command kMessages{
    "messages",
    "Print the texts that Parley says by itself",
    "Translate them and put the file into messages/ of an assistant; a message there replaces the built-in "
    "one.",
    kOptions,
    "parley messages > messages/it.yaml\n"
    "parley messages --locale de",
    run_messages,
};

}  // namespace parley::cli
