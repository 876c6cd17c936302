// money() and what is done with amounts beyond + - * / and comparison.
#include <algorithm>
#include <string>
#include <vector>

#include "base/currency.hpp"
#include "expr/functions.hpp"
#include "expr/money.hpp"

namespace parley::expr {
namespace {

constexpr std::size_t kMostParts = 1'000;

Outcome make(Call& call) {
  if (call.count() == 1) {
    std::optional<Money> given = read_money(call[0]);
    return given ? call.give(money_value(*given)) : Outcome::no_overload;
  }
  if ((!call[0].is_number() && !call[0].is_string()) || !call[1].is_string()) return Outcome::no_overload;
  std::optional<Decimal> amount = Decimal::of_value(call[0]);
  if (!amount) return call.fail("the amount is not a decimal number of at most 36 digits");
  if (!is_currency_code(call[1].as_string()))
    return call.fail("a currency is three capital letters, such as EUR");
  return call.give(money_value({*amount, std::string(call[1].as_string())}));
}

Outcome round(Call& call) {
  std::optional<Money> money = read_money(call[0]);
  if (!money) return Outcome::no_overload;
  std::optional<Decimal> amount = money->amount.rounded(static_cast<int>(minor_digits(money->currency)));
  if (!amount) return call.fail("the amount has too many digits");
  return call.give(money_value({*amount, money->currency}));
}

// Every part gets its share rounded towards zero; what is left over goes out in smallest units, from the
// first part on. So the parts always add up.
Outcome share(Call& call, const Money& whole, std::span<const Decimal> weights) {
  if (weights.empty() || weights.size() > kMostParts) return call.fail("an amount has 1 to 1000 parts");
  if (!call.budget().spend(4 * weights.size())) return Outcome::failed;
  int digits = std::max(whole.amount.scale(), static_cast<int>(minor_digits(whole.currency)));
  std::optional<Decimal> total = Decimal();
  for (const Decimal& weight : weights) {
    if (weight.is_negative()) return call.fail("a weight is negative");
    if (total) total = total->plus(weight);
  }
  if (!total || total->is_zero()) return call.fail("the weights must add up to more than zero");
  std::optional<Decimal> unit = Decimal::parse("1e-" + std::to_string(digits));
  if (whole.amount.is_negative()) unit = unit->negated();
  std::vector<Decimal> parts;
  std::optional<Decimal> left = whole.amount;
  for (const Decimal& weight : weights) {
    // Exactly, or the parts might not add up.
    bool exact = whole.amount.scale() + weight.scale() <= Decimal::kMaxScale;
    std::optional<Decimal> product = exact ? whole.amount.times(weight) : std::nullopt;
    std::optional<Decimal> part = product ? product->divided_by(*total, digits) : std::nullopt;
    // Rounded half to even: one unit less where that was up.
    if (part && product) {
      std::optional<Decimal> back = part->times(*total);
      bool up = back && (whole.amount.is_negative() ? *back < *product : *back > *product);
      if (up) part = part->plus(unit->negated());
    }
    if (!part || !left) return call.fail("the amount has too many digits");
    left = left->plus(part->negated());
    parts.push_back(*part);
  }
  for (std::size_t i = 0; left && !left->is_zero() && i < parts.size(); ++i) {
    if (weights[i].is_zero()) continue;
    parts[i] = *parts[i].plus(*unit);
    left = left->plus(unit->negated());
  }
  std::vector<Value> values;
  for (const Decimal& part : parts) values.push_back(money_value({part, whole.currency}));
  return call.give(Value::adopt_list(values));
}

Outcome split(Call& call) {
  std::optional<Money> whole = read_money(call[0]);
  if (!whole || !call[1].is_int()) return Outcome::no_overload;
  if (call[1].as_int() < 1 || call[1].as_int() > static_cast<std::int64_t>(kMostParts)) {
    return call.fail("an amount has 1 to 1000 parts");
  }
  return share(
      call, *whole, std::vector<Decimal>(static_cast<std::size_t>(call[1].as_int()), Decimal::of(1))
  );
}

Outcome allocate(Call& call) {
  std::optional<Money> whole = read_money(call[0]);
  if (!whole || !call[1].is_list()) return Outcome::no_overload;
  std::vector<Decimal> weights;
  for (const Value& item : call[1].as_list()) {
    std::optional<Decimal> weight = item.is_number() ? Decimal::of_value(item) : std::nullopt;
    if (!weight) return Outcome::no_overload;
    weights.push_back(*weight);
  }
  return share(call, *whole, weights);
}

constexpr Function kFunctions[] = {
    {"money",
     Style::global,
     "money -> money; number, string -> money; string, string -> money",
     make,
     "money(12.5, 'EUR'), money('12.50', 'EUR') or money({'amount': 12.5, 'currency': 'EUR'})",
     "An exact amount, with the currency's digits; + - * / and comparisons work on amounts.",
     "money('12.50', 'EUR') * 3 → {'amount': '37.50', 'currency': 'EUR'}"},
    {"money.round",
     Style::global,
     "money -> money",
     round,
     "money.round(amount)",
     "Rounded to the currency's digits, halves to the even neighbour.",
     "money.round(money('0.125', 'EUR')).amount → '0.12'"},
    {"money.split",
     Style::global,
     "money, int -> list(money)",
     split,
     "money.split(amount, parts)",
     "Equal parts that add up to the amount: what cannot be shared goes to the first ones.",
     "money.split(money('10.00', 'EUR'), 3).map(m, m.amount) → ['3.34', '3.33', '3.33']"},
    {"money.allocate",
     Style::global,
     "money, list(number) -> list(money)",
     allocate,
     "money.allocate(amount, [70, 30])",
     "Parts by weight that add up to the amount.",
     "money.allocate(money('0.05', 'EUR'), [70, 30]).map(m, m.amount) → ['0.04', '0.01']"},
};

}  // namespace

std::span<const Function> money_functions() {
  return kFunctions;
}

}  // namespace parley::expr
