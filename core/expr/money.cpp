#include "expr/money.hpp"

#include <algorithm>

#include "base/currency.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kDigits = "the amount has too many digits";
constexpr std::string_view kCurrencies = "the amounts are in different currencies";
constexpr std::string_view kByZero = "division by zero";
constexpr std::string_view kFactor = "money is multiplied and divided by a number or decimal text";

int digits_of(const Money& money) {
  return std::max(money.amount.scale(), static_cast<int>(minor_digits(money.currency)));
}

Outcome finish(std::optional<Decimal> amount, const Money& like, Value& result, std::string_view& problem) {
  if (amount)
    amount = amount->rounded(std::max(amount->scale(), static_cast<int>(minor_digits(like.currency))));
  if (!amount) {
    problem = kDigits;
    return Outcome::failed;
  }
  result = money_value({*amount, like.currency});
  return Outcome::done;
}

Outcome add_or_subtract(Op op, const Money& a, const Money& b, Value& result, std::string_view& problem) {
  if (a.currency != b.currency) {
    problem = kCurrencies;
    return Outcome::failed;
  }
  return finish(a.amount.plus(op == Op::add ? b.amount : b.amount.negated()), a, result, problem);
}

Outcome scale(Op op, const Money& money, const Value& by, Value& result, std::string_view& problem) {
  std::optional<Decimal> factor = Decimal::of_value(by);
  if (!factor) {
    problem = kFactor;
    return Outcome::failed;
  }
  if (op == Op::multiply) {
    std::optional<Decimal> product = money.amount.times(*factor);
    return finish(product ? product->rounded(digits_of(money)) : product, money, result, problem);
  }
  if (factor->is_zero()) {
    problem = kByZero;
    return Outcome::failed;
  }
  return finish(money.amount.divided_by(*factor, digits_of(money)), money, result, problem);
}

bool is_factor(const Value& value) {
  return value.is_number() || value.is_string();
}

}  // namespace

bool is_money(const Value& value) {
  if (!value.is_map() || value.size() != 2) return false;
  const Value* currency = value.find("currency");
  const Value* amount = value.find("amount");
  if (currency == nullptr || amount == nullptr || !currency->is_string()) return false;
  return amount->is_string() ? Decimal::parse(amount->as_string()).has_value() : amount->is_number();
}

std::optional<Money> read_money(const Value& value) {
  if (!is_money(value)) return std::nullopt;
  std::optional<Decimal> amount = Decimal::of_value(value["amount"]);
  if (!amount) return std::nullopt;
  return Money{*amount, std::string(value["currency"].as_string())};
}

Value money_value(const Money& money) {
  std::optional<Decimal> amount = money.amount.rounded(digits_of(money));
  return Value::map({
      {"amount", amount ? amount->to_text() : money.amount.to_text()},
      {"currency", money.currency},
  });
}

Outcome money_arithmetic(Op op, const Value& a, const Value& b, Value& result, std::string_view& problem) {
  std::optional<Money> left = read_money(a);
  std::optional<Money> right = read_money(b);
  bool adds = op == Op::add || op == Op::subtract;
  if (left && right && adds) return add_or_subtract(op, *left, *right, result, problem);
  bool scales = op == Op::multiply || op == Op::divide;
  if (left && scales && is_factor(b)) return scale(op, *left, b, result, problem);
  if (right && op == Op::multiply && is_factor(a)) return scale(op, *right, a, result, problem);
  return Outcome::no_overload;
}

}  // namespace parley::expr
