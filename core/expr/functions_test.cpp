// What the function table says of each row, held against what the row does.
#include "expr/functions.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "expr/check/signature.hpp"
#include "expr/expression.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

Value value_of(std::string_view source) {
  auto expression = Expression::compile(source);
  REQUIRE_MESSAGE(expression.has_value(), std::string(source), " does not compile");
  Result<Value> value = expression->evaluate(Scope::of_map(Value::map()));
  REQUIRE_MESSAGE(value.has_value(), std::string(source), ": ", value.error().message);
  return *value;
}

std::vector<Value> samples() {
  std::vector<Value> values;
  for (const char* source : {
           "null",
           "true",
           "1",
           "1u",
           "1.5",
           "'a'",
           "b'a'",
           "timestamp(1)",
           "duration('1s')",
           "int",
           "[1, 2]",
           "[1u]",
           "[1.5]",
           "[1, 1.5]",
           "['a']",
           "[true]",
           "[duration('1s')]",
           "[[1]]",
           "[null]",
           "[{'a': 1}]",
           "[int]",
           "{'a': 1}",
           "{1: 'a'}",
           "{'amount': '1.50', 'currency': 'EUR'}",
           "{'amount': 2, 'currency': 'EUR'}",
           "[{'amount': '1.50', 'currency': 'EUR'}]",
           "optional.of(1)",
       }) {
    values.push_back(value_of(source));
  }
  return values;
}

Outcome outcome_of(const Function& row, std::span<const Value* const> arguments) {
  Budget budget{.left = 100'000};
  Value result;
  std::string problem;
  Call call(arguments, budget, result, problem);
  return row.body(call);
}

// Every combination of `count` samples.
template <typename Visit>
void each_combination(std::span<const Value> values, std::size_t count, Visit visit) {
  std::vector<std::size_t> at(count, 0);
  for (;;) {
    std::vector<const Value*> arguments;
    for (std::size_t index : at) arguments.push_back(&values[index]);
    visit(arguments);
    std::size_t digit = 0;
    while (digit < count && ++at[digit] == values.size()) at[digit++] = 0;
    if (digit == count) return;
  }
}

}  // namespace

TEST_CASE("a row's signatures say what its code accepts and gives") {
  std::vector<Value> values = samples();
  // With four arguments, fewer samples keep the number of combinations small.
  std::vector<Value> few = {Value("a"), Value(1), Value(1.5), Value::list({Value("a")})};
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) {
      CAPTURE(row.name);
      std::vector<Overload> overloads = parse_signatures(row.signatures);
      std::set<std::size_t> counts;
      for (const Overload& overload : overloads) counts.insert(overload.parameters.size());
      std::size_t wrong = 0;
      std::string first;
      for (std::size_t count : counts) {
        each_combination(count > 2 ? std::span<const Value>(few) : values, count, [&](const auto& arguments) {
          std::vector<Type> types;
          for (const Value* argument : arguments) types.push_back(type_of(*argument));
          bool declared = resolve(overloads, types).has_value();
          Outcome outcome = outcome_of(row, arguments);
          bool agrees = declared ? outcome != Outcome::no_overload : outcome != Outcome::done;
          if (agrees) return;
          if (wrong++ > 0) return;
          first = declared ? "declared but refused:" : "accepted but not declared:";
          for (const Type& type : types) first += " " + type.to_text();
        });
      }
      CHECK_MESSAGE(wrong == 0, std::string(row.name), " ", first);
    }
  }
}

TEST_CASE("a row's result has the type that its signatures say") {
  std::vector<Value> values = samples();
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) {
      std::vector<Overload> overloads = parse_signatures(row.signatures);
      for (std::size_t count = row.min_arguments; count <= std::min<std::size_t>(row.max_arguments, 2);
           ++count) {
        each_combination(values, count, [&](const std::vector<const Value*>& arguments) {
          std::vector<Type> types;
          for (const Value* argument : arguments) types.push_back(type_of(*argument));
          std::optional<Type> type = resolve(overloads, types);
          Budget budget{.left = 100'000};
          Value result;
          std::string problem;
          Call call(arguments, budget, result, problem);
          if (row.body(call) != Outcome::done || has_type(result, type.value_or(Type()))) return;
          FAIL_CHECK(
              std::string(row.name), " should give ", type->to_text(), ", gives ", write_typed(result)
          );
        });
      }
    }
  }
}

TEST_CASE("every row has a sentence and an example that is true") {
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) {
      CAPTURE(row.name);
      CHECK((row.doc.ends_with('.') || row.doc.ends_with('?')));
      std::size_t arrow = row.example.find(" → ");
      REQUIRE(arrow != std::string_view::npos);
      Value left = value_of(row.example.substr(0, arrow));
      Value right = value_of(row.example.substr(arrow + std::string_view(" → ").size()));
      CHECK(write_typed(left) == write_typed(right));
      CHECK(row.example.contains(row.name.substr(row.name.rfind('.') + 1)));
    }
  }
}

TEST_CASE("a row's number of arguments is read from its signatures") {
  CHECK(find_function("indexOf", true, 2) != nullptr);
  CHECK(find_function("indexOf", true, 3) != nullptr);
  CHECK(find_function("indexOf", true, 4) == nullptr);
  CHECK(find_function("math.greatest", false, 9) != nullptr);
  CHECK(find_function("optional.none", false, 0) != nullptr);
  CHECK(find_function("optional.none", false, 1) == nullptr);
}
