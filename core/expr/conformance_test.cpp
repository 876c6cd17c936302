// The specification's own cases: PARLEY_DATA_DIR/cel/conformance.jsonl, one {id, expr, bindings?, value |
// error} a line. CEL_VERBOSE=1 lists what fails.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "base/json.hpp"
#include "expr/expression.hpp"
#include "expr/numbers.hpp"
#include "expr/tagged_json.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

// As the suite compares: same type, and NaN is NaN.
bool same(const Value& a, const Value& b) {
  if (a.type() != b.type()) return false;
  if (a.is_double()) return shortest(a.as_double()) == shortest(b.as_double());
  return a == b;
}

// Empty when the case passes, otherwise what happened.
std::string failure(const Value& line) {
  const Value* wanted = line.find("value");
  auto expression = Expression::compile(line["expr"].as_string(), {.allow_unknown_functions = true});
  if (!expression) return wanted == nullptr ? "" : "does not compile: " + expression.error().message;
  MapBuilder bindings;
  if (const Value* given = line.find("bindings")) {
    for (const Value::Entry& entry : given->entries()) bindings.set(entry.key, *read_tagged(entry.value));
  }
  Value names = bindings.build();
  Result<Value> result = expression->evaluate(Scope::of_map(names));
  if (!result) return wanted == nullptr ? "" : result.error().message;
  if (wanted == nullptr) return "should fail, gives " + write_typed(*result);
  return same(*result, *read_tagged(*wanted)) ? "" : "gives " + write_typed(*result);
}

}  // namespace

TEST_CASE("CEL's conformance cases pass") {
  std::ifstream file(PARLEY_DATA_DIR "/cel/conformance.jsonl");
  if (!file) {
    MESSAGE("skipped: cel/conformance.jsonl is not in the data folder");
    return;
  }
  bool verbose = std::getenv("CEL_VERBOSE") != nullptr;
  int total = 0;
  int passed = 0;
  std::map<std::string, int> failed_groups;
  for (std::string text; std::getline(file, text);) {
    Result<Value> line = parse_json(text);
    REQUIRE(line.has_value());
    ++total;
    std::string problem = failure(*line);
    if (problem.empty()) {
      ++passed;
      continue;
    }
    std::string id((*line)["id"].as_string());
    ++failed_groups[id.substr(0, id.rfind('/'))];
    if (verbose) MESSAGE(id, ": ", std::string((*line)["expr"].as_string()), " — ", problem);
  }
  for (const auto& [group, count] : failed_groups) MESSAGE("failing: ", group, " (", count, ")");
  MESSAGE("passed ", passed, " of ", total);
  CHECK(passed == total);
}
