// Amounts of money as slots and tools hold them: a map of `amount` and `currency`, and nothing else. Computed
// amounts are decimal text with at least the currency's digits: {"amount": "12.50", "currency": "EUR"}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "expr/ast.hpp"
#include "expr/decimal.hpp"
#include "expr/functions.hpp"

namespace parley::expr {

struct Money {
  Decimal amount;
  std::string currency;
};

// A map of this shape, whose amount is a number or a decimal text.
[[nodiscard]] bool is_money(const Value& value);
// Nothing as well when the amount has too many digits.
[[nodiscard]] std::optional<Money> read_money(const Value& value);
// With the currency's digits at least; more only where the amount has more.
[[nodiscard]] Value money_value(const Money& money);

// + - of two amounts, * and / by a number or decimal text. Products and quotients keep as many digits as the
// amount has, at least the currency's, rounded half to even.
[[nodiscard]] Outcome money_arithmetic(
    Op op, const Value& a, const Value& b, Value& result, std::string_view& problem
);

}  // namespace parley::expr
