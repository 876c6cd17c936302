// CEL's operators on values. Whatever looks into lists and maps is paid for, because a few nested lists of
// shared parts can stand for a value of astronomic size.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/value.hpp"
#include "expr/ast.hpp"
#include "expr/functions.hpp"

namespace parley::expr {

// False as well when the budget ran out: ask budget.exhausted.
[[nodiscard]] bool equals(const Value& a, const Value& b, Budget& budget);

enum class Order : std::uint8_t { less, equal, greater, unordered, no_overload, unlike_currencies };

// unordered: a NaN is involved. Numbers compare by value across their types, amounts of money within a
// currency.
[[nodiscard]] Order compare(const Value& a, const Value& b);

// add … modulo. On failure `problem` says why.
[[nodiscard]] Outcome arithmetic(
    Op op, const Value& a, const Value& b, Value& result, std::string_view& problem, Budget& budget
);
[[nodiscard]] Outcome negate(const Value& a, Value& result, std::string_view& problem);

// Pays for everything inside a list or map (nothing for other values); false when the budget is exhausted.
[[nodiscard]] bool weigh(const Value& value, Budget& budget);

// The value under a key or index; null when there is none. `problem` is set when the key can never fit.
[[nodiscard]] const Value* find_element(const Value& target, const Value& key, std::string_view& problem);

// "+", "<=", "in"…
[[nodiscard]] std::string_view symbol_of(Op op);
// What an operator takes and gives, as in the function table; empty for ==, != and what is no operator.
[[nodiscard]] std::string_view signatures_of(Op op);

// The value of a type's name ("int", "google.protobuf.Timestamp"), or null.
[[nodiscard]] const Value* named_type(std::string_view name);

// A key as a map stores it: 2.0 is the key 2. Null value when it cannot be a key.
[[nodiscard]] const Value* find_key(const Value& map, const Value& key);

}  // namespace parley::expr
