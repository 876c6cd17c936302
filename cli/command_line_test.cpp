#include "cli/command_line.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace parley;
using namespace parley::cli;
using Words = std::vector<std::string>;

constexpr Option kOptions[] = {
    {"ID", "", "", true},
    {"FILE...", "", ""},
    {"--json", "", ""},
    {"--data-dir", "DIR", ""},
};
constexpr Command kCommand{"probe", "", "", kOptions, "", nullptr};

// What was understood, or the message and its hint.
std::string parsed(const Words& words) {
  const auto arguments = parse(kCommand, words);
  if (!arguments) return arguments.error().message + " | " + arguments.error().hint;
  std::string text;
  for (const Option& option : kOptions) {
    if (!arguments->has(option.name)) continue;
    text += std::string(option.name) + "=";
    for (const std::string& value : arguments->list(option.name)) text += value + ",";
    text += ' ';
  }
  return text;
}

}  // namespace

TEST_CASE("words become the values of options") {
  struct {
    const char* name;
    Words words;
    std::string expected;
  } cases[] = {
      {"by place", {"c_1"}, "ID=c_1, "},
      {"several by place", {"c_1", "a", "b"}, "ID=c_1, FILE...=a,b, "},
      {"a flag", {"c_1", "--json"}, "ID=c_1, --json=true, "},
      {"a flag first", {"--json", "c_1"}, "ID=c_1, --json=true, "},
      {"a value", {"c_1", "--data-dir", "d"}, "ID=c_1, --data-dir=d, "},
      {"a value after =", {"c_1", "--data-dir=d=e"}, "ID=c_1, --data-dir=d=e, "},
      {"nothing is an option after --", {"--", "--json"}, "ID=--json, "},
      {"missing", {"--json"}, "ID is missing | see parley probe --help"},
      {"misspelt", {"c_1", "--jsn"}, "parley probe does not take '--jsn' | did you mean '--json'?"},
      {"misspelt with a value",
       {"c_1", "--datadir=x"},
       "parley probe does not take '--datadir' | did you mean '--data-dir'?"},
      {"unheard of", {"c_1", "--verbose"}, "parley probe does not take '--verbose' | see parley probe --help"
      },
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(parsed(c.words) == c.expected);
  }
}
