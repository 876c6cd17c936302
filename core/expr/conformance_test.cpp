// The specification's own cases: PARLEY_DATA_DIR/cel/conformance.jsonl, one {id, expr, bindings?, value |
// error} a line. CEL_VERBOSE=1 lists what fails.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "expr/expression.hpp"
#include "expr/numbers.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

Value typed(const Value& json);

Value typed_map(const Value& pairs) {
  MapBuilder map;
  for (const Value& pair : pairs.as_list()) map.set(typed(pair.as_list()[0]), typed(pair.as_list()[1]));
  return map.build();
}

// {"int": "1"} → 1.
Value typed(const Value& json) {
  const Value::Entry& entry = json.entries()[0];
  std::string_view type = entry.key.as_string();
  const Value& content = entry.value;
  if (type == "null" || type == "bool" || type == "string") return content;
  if (type == "int") return std::int64_t{std::strtoll(std::string(content.as_string()).c_str(), nullptr, 10)};
  if (type == "uint") {
    return std::uint64_t{std::strtoull(std::string(content.as_string()).c_str(), nullptr, 10)};
  }
  if (type == "double") return *parse_double(content.as_string());
  if (type == "bytes") return Value::bytes(*base64_decode(content.as_string()));
  if (type == "type") return Value::type_named(content.as_string());
  if (type == "timestamp") return *parse_timestamp(content.as_string());
  if (type == "duration") return *parse_duration(content.as_string());
  if (type == "map") return typed_map(content);
  REQUIRE_MESSAGE(type == "list", "unknown type in the data: ", std::string(type));
  ListBuilder list;
  for (const Value& item : content.as_list()) list.add(typed(item));
  return list.build();
}

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
    for (const Value::Entry& entry : given->entries()) bindings.set(entry.key, typed(entry.value));
  }
  Value names = bindings.build();
  Result<Value> result = expression->evaluate(Scope::of_map(names));
  if (!result) return wanted == nullptr ? "" : result.error().message;
  if (wanted == nullptr) return "should fail, gives " + write_typed(*result);
  return same(*result, typed(*wanted)) ? "" : "gives " + write_typed(*result);
}

// Cases we refuse on purpose: region names of time zones need a database that the core does not carry.
constexpr int kRefused = 2;

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
  CHECK(passed >= total - kRefused);
}
