#include "flow/diagnostic.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace parley::flow {

TEST_CASE("a diagnostic shows code, place, line, caret and help") {
  const Diagnostic diagnostic{
      "F0201",
      Severity::error,
      "flows/order.yaml",
      {2, 11, 7},
      "step 'collect' goes to 'confrim', which does not exist in this flow",
      "did you mean 'confirm'?",
  };
  CHECK(
      render(diagnostic, "steps:\n    next: confrim\n") ==
      "error[F0201]: step 'collect' goes to 'confrim', which does not exist in this flow\n"
      "  --> flows/order.yaml:2:11\n"
      "   |\n"
      " 2 |     next: confrim\n"
      "   |           ^^^^^^^\n"
      "   = help: did you mean 'confirm'?\n"
  );
  CHECK(render(diagnostic, "steps:\n    next: confrim\n", true).contains("\x1b[1;31merror[F0201]\x1b[0m"));
}

TEST_CASE("carets stand under their text whatever the line holds") {
  const struct {
    std::string name;
    std::string line;
    Position position;
    std::string caret_line;
  } cases[] = {
      {"umlauts take one column", "größe: x", {1, 10, 1}, "   |        ^"},
      {"tabs are kept", "\ta: b", {1, 5, 1}, "   | \t   ^"},
      {"no length is one caret", "a: b", {1, 4, 0}, "   |    ^"},
      {"a caret never leaves the line by its length", "a: b", {1, 4, 99}, "   |    ^"},
      {"nor by its column", "a: b", {1, 99, 1}, "   |     ^"},
      {"carriage return", "a: b\r", {1, 4, 9}, "   |    ^"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const std::string shown = render({"F0101", Severity::error, "f.yaml", test.position, "m", ""}, test.line);
    CHECK(shown.substr(shown.rfind("   |")) == test.caret_line + "\n");
  }
}

TEST_CASE("a very long line is cut around the caret") {
  const std::string line = std::string(5000, 'a') + "ü" + std::string(5000, 'b');
  const std::string shown = render({"F0101", Severity::error, "f.yaml", {1, 5001, 2}, "m", ""}, line);
  CHECK(shown.size() < 500);
  CHECK(shown.contains("aü"));

  // A file that is not UTF-8 is shown as well.
  const std::string broken = std::string(59, 'a') + std::string(200, '\x97');
  CHECK(render({"F0106", Severity::error, "f.yaml", {1, 61, 1}, "m", ""}, broken).contains("^"));
}

TEST_CASE("line numbers of any width keep the frame straight") {
  std::string source;
  for (int i = 0; i < 1200; ++i) source += "x: y\n";
  CHECK(
      render({"F0101", Severity::warning, "f.yaml", {1000, 1, 1}, "m", "h"}, source) ==
      "warning[F0101]: m\n     --> f.yaml:1000:1\n      |\n 1000 | x: y\n      | ^\n      = help: h\n"
  );
}

TEST_CASE("a problem without a place shows no source") {
  CHECK(
      render({"F0603", Severity::error, "a.yaml", {}, "cannot be read", ""}, "text") ==
      "error[F0603]: cannot be read\n  --> a.yaml\n"
  );
}

TEST_CASE("diagnostics are sorted by place and repeated ones dropped") {
  const Diagnostic first{"F0201", Severity::error, "a.yaml", {1, 2, 1}, "m", ""};
  const Diagnostic second{"F0109", Severity::error, "a.yaml", {3, 1, 1}, "m", ""};
  const Diagnostic third{"F0101", Severity::warning, "b.yaml", {1, 1, 1}, "m", ""};
  Diagnostics diagnostics{third, second, first, second};
  sort_diagnostics(diagnostics);
  CHECK(diagnostics == Diagnostics{first, second, third});
  CHECK(has_errors(diagnostics));
  CHECK_FALSE(has_errors(Diagnostics{third}));
}

TEST_CASE("every code has an explanation with a wrong and a right example") {
  CHECK(diagnostic_codes().size() >= 45);
  std::set<std::string_view> seen;
  for (const std::string_view code : diagnostic_codes()) {
    CAPTURE(std::string(code));
    CHECK(seen.insert(code).second);
    const std::string_view text = explain(code);
    CHECK(text.starts_with(code));
    CHECK(text.contains("\nWrong:\n    "));
    CHECK(text.contains("\nRight:\n    "));
  }
  CHECK(explain("F9999").empty());
  CHECK(explain("").empty());
}

}  // namespace parley::flow
