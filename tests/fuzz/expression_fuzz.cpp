// Any text as an expression and as a template: no crash, no endless run, offsets inside the text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/json.hpp"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Value names = *parse_json(
      R"({"a": 1, "b": 2.5, "s": "text", "l": [1, "two", [3]], "m": {"k": {"n": null}}, "t": true})"
  );
  Scope scope = Scope::of_map(names);
  auto expression = Expression::compile(text);
  if (expression) {
    Result<Value> value = expression->evaluate(scope, kCostLimit);
    if (value) (void)display(*value);
    for (const Reference& reference : expression->references()) {
      INVARIANT(reference.end <= text.size(), "a reference lies inside the text");
    }
  } else {
    check_problem(expression.error(), text);
  }
  auto made = Template::compile(text);
  if (made) {
    (void)made->render(scope, kCostLimit);
  } else {
    check_problem(made.error(), text);
  }
  return 0;
}
