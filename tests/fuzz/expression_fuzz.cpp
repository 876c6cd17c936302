// Any text as an expression and as a template: no crash, no endless run, offsets inside the text, and values
// of the types that the checker promised.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/json.hpp"
#include "expr/check/check.hpp"
#include "expr/display.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

constexpr std::uint64_t kCostLimit = 5'000;

void check_problem(const SyntaxProblem& problem, std::string_view text) {
  INVARIANT(problem.begin <= problem.end && problem.end <= text.size(), "a problem lies inside the text");
  INVARIANT(!problem.message.empty(), "a problem has a message");
}

const TypeNames& types_of(const Value& names) {
  static const TypeNames types = [&] {
    TypeNames made;
    for (const Value::Entry& entry : names.entries())
      made.emplace(entry.key.as_string(), type_of(entry.value));
    return made;
  }();
  return types;
}

void check_types(const Expression& expression, const Value& names, const Result<Value>& value) {
  Checked checked = check(expression, types_of(names));
  for (const TypeProblem& problem : checked.problems) {
    check_problem({problem.begin, problem.end, problem.message, problem.hint}, expression.source());
  }
  if (value) INVARIANT(has_type(*value, checked.type), "a value has the type that the checker promised");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Value names = *parse_json(
      R"({"a": 1, "b": 2.5, "s": "text", "l": [1, "two", [3]], "m": {"k": {"n": null}}, "t": true,
          "p": {"amount": "12.50", "currency": "EUR"}})"
  );
  Scope scope = Scope::of_map(names);
  auto expression = Expression::compile(text);
  if (expression) {
    Result<Value> value = expression->evaluate(scope, kCostLimit);
    if (value) (void)display(*value);
    check_types(*expression, names, value);
    for (const Reference& reference : expression->references()) {
      INVARIANT(reference.end <= text.size(), "a reference lies inside the text");
    }
  } else {
    check_problem(expression.error(), text);
  }
  auto made = Template::compile(text);
  if (made) {
    (void)made->render(scope, "en", kCostLimit);
  } else {
    check_problem(made.error(), text);
  }
  return 0;
}
