// Expressions written to take all the time and memory there is. Each must end by itself, with a value or with
// limit_exceeded, and what it made must have been paid for; the test program's time limit watches the rest.
#include <doctest/doctest.h>

#include <string>

#include "expr/check/check.hpp"
#include "expr/expression.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

// a.map(v0, a.map(v1, …))
std::string nested(std::string_view macro, int depth, const std::string& innermost) {
  std::string out = innermost;
  for (int i = depth; i-- > 0;) {
    out = "a." + std::string(macro) + "(v" + std::to_string(i) + ", " + out + ")";
  }
  return "cel.bind(a, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], " + out + ")";
}

// cel.bind(x1, f(x0), cel.bind(x2, f(x1), …)), where @ in `step` stands for the one before.
std::string growing(const std::string& first, const std::string& step, int times) {
  std::string out = "x" + std::to_string(times);
  for (int i = times; i > 0; --i) {
    std::string grown = step;
    std::string before = "x" + std::to_string(i - 1);
    for (std::size_t at; (at = grown.find('@')) != std::string::npos;) grown.replace(at, 1, before);
    out = "cel.bind(x" + std::to_string(i) + ", " + grown + ", " + out + ")";
  }
  return "cel.bind(x0, " + first + ", " + out + ")";
}

// Bytes and parts that a value stands for, counted until there are too many.
std::size_t weight(const Value& value, std::size_t most) {
  std::size_t sum = value.is_string() || value.is_bytes() ? 1 + value.size() / 16 : 1;
  if (value.is_list()) {
    for (const Value& item : value.as_list()) {
      sum += weight(item, most);
      if (sum > most) return sum;
    }
  }
  if (value.is_map()) {
    for (const Value::Entry& entry : value.entries()) {
      sum += weight(entry.key, most) + weight(entry.value, most);
      if (sum > most) return sum;
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("hostile expressions stop at the limit") {
  struct Case {
    const char* name;
    std::string source;
  };
  const std::string text = "'" + repeated("a", 2'000) + "'";
  const Case kCases[] = {
      {"nested maps", nested("map", 30, "v0")},
      {"nested quantifiers", nested("all", 30, "true")},
      {"nested counts", nested("exists_one", 30, "size(a.filter(w, w > 0)) > 0")},
      {"doubled text", growing("'x'", "@ + @", 30)},
      {"doubled bytes", growing("b'x'", "@ + @", 30)},
      {"doubled list", growing("[0]", "@ + @", 30)},
      {"text in every gap", growing("'xxxx'", "@.replace('', @)", 20)},
      {"joined copies", growing("['x']", "[@.join(','), @.join(';'), @.join('-')]", 30)},
      {"formatted copies", growing("'x'", "'%s%s%s'.format([@, @, @])", 30)},
      {"shared lists compared", growing("[0]", "[@, @, @]", 30) + " == " + growing("[0]", "[@, @, @]", 30)},
      {"shared lists shown", "display(" + growing("[0]", "[@, @, @]", 30) + ")"},
      {"shared lists listed", "format.list(" + growing("[0]", "[@, @, @]", 30) + ")"},
      {"shared maps", growing("{'a': 0}", "{'a': @, 'b': @, 'c': @}", 30)},
      {"pairs of all", nested("map", 12, "[v0, v1, v2].distinct()")},
      {"similar texts", nested("map", 12, "text.similarity(" + text + ", " + text + ")")},
      {"patterns made anew", nested("map", 12, "'" + repeated("a", 200) + "'.matches('(a+)+' + string(v0))")},
      {"padded texts", nested("map", 12, "text.padLeft('', 10000)")},
      {"split amounts", nested("map", 12, "money.split(money(1, 'EUR'), 1000)")},
      {"optionals in optionals",
       growing("optional.of([1])", "optional.of([@, @, @])", 30) + " == optional.none()"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.name);
    auto expression = Expression::compile(entry.source);
    if (!expression) MESSAGE(expression.error().message);
    REQUIRE(expression.has_value());
    (void)check(*expression, {});
    for (std::uint64_t limit : {1'000ULL, 10'000ULL, 100'000ULL}) {
      CAPTURE(limit);
      Result<Value> result = expression->evaluate(Scope::of_map(Value::map()), limit);
      if (result) {
        CHECK(weight(*result, 4 * limit) <= 4 * limit);
      } else {
        CHECK(result.error().code == ErrorCode::limit_exceeded);
      }
    }
  }
}

TEST_CASE("a pattern that other engines take exponential time for is found at once") {
  auto expression = Expression::compile("'" + repeated("a", 20'000) + "!'.matches('^(a+)+$')");
  REQUIRE(expression.has_value());
  CHECK(expression->evaluate(Scope::of_map(Value::map()))->as_bool() == false);
}

TEST_CASE("a mistake says its line and column") {
  struct Case {
    const char* source;
    const char* located;
  };
  constexpr Case kCases[] = {
      {"1 +", "1:4: Expected a value, but the expression ends here."},
      {"a &&\n  (b ||\n  )", "3:3: Expected a value, found )."},
      {"'ñañ' +\n  'ñ' §", "2:7: "},
  };
  for (const Case& entry : kCases) {
    auto expression = Expression::compile(entry.source);
    REQUIRE_FALSE(expression.has_value());
    std::string text = located(expression.error(), entry.source);
    CHECK_MESSAGE(text.starts_with(entry.located), text);
  }
}
