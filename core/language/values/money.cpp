// Amounts of money.
#include <algorithm>

#include "base/currency.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

struct CurrencyMatch {
  const CurrencyWord* row;
  std::size_t next;
};

std::optional<CurrencyMatch> read_currency(const Reading& reading, std::size_t at) {
  std::optional<CurrencyMatch> best;
  for (const CurrencyWord& row : reading.rows_at(at, reading.words.currencies)) {
    const std::size_t taken = match_phrase(reading.tokens, at, row.words);
    if (taken > 0 && (!best || at + taken > best->next)) best = CurrencyMatch{&row, at + taken};
  }
  return best;
}

// "$" is the user's own dollar where there is one.
std::string resolve(std::string_view code, const Circumstances& circumstances) {
  if (code.empty()) return std::string(circumstances.currency);
  if (code != "$") return std::string(code);
  constexpr std::string_view kDollars[] = {
      "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "JMD", "TTD", "MXN", "BZD", "BBD", "BSD", "FJD", "NAD", "TWD"
  };
  return std::string(contains(kDollars, circumstances.currency) ? circumstances.currency : "USD");
}

bool is_symbol(const Reading& reading, std::size_t at) {
  return !reading.tokens[at].is_word() && !reading.tokens[at].is_digits();
}

// One-letter units stand directly behind their number ("43c") and never in front of one.
bool may_follow(const Reading& reading, std::size_t at, const CurrencyMatch& currency) {
  return currency.row->words.size() > 1 || is_symbol(reading, at) || !reading.tokens[at].spaced;
}

// What follows the whole units: "and 43 cents", "43", "and one".
Match<Number> with_minor_units(const Reading& reading, Match<Number> amount) {
  if (!amount.value.is_integer()) return amount;
  std::size_t at = amount.next;
  if (reading.is_one_of(at, reading.words.conjunctions)) ++at;
  const auto minor = read_number(reading, at, false);
  if (!minor || !minor->value.is_integer() || minor->value.digits < 0 || minor->value.digits > 99)
    return amount;
  const auto unit = read_currency(reading, minor->next);
  const bool named = unit && unit->row->cents == 1;
  // Without a name only at the end of the message, else "5 dollars and 2 pizzas" would be 5.02.
  if (!named && (minor->next != reading.size() || reading.is_digits(amount.next - 1))) return amount;
  return {amount.value.plus(minor->value.divided_by(100)), named ? unit->next : minor->next};
}

Maybe<Money> read_prefixed(const Reading& reading, std::size_t at) {
  std::size_t begin = at;
  if (reading.is_one_of(begin, reading.words.articles)) ++begin;  // "a US$ 4.7 billion"
  const auto currency = read_currency(reading, begin);
  if (!currency || currency->row->cents > 0 ||
      (currency->row->words.size() == 1 && !is_symbol(reading, begin)))
    return std::nullopt;
  const auto number = read_number(reading, currency->next);
  if (!number || number->value.written_as_word) return std::nullopt;
  Match<Number> amount = *number;
  std::size_t minor = amount.next;
  if (amount.value.is_integer() &&
      (reading.is_one_of(minor, reading.words.conjunctions) || reading.has(minor))) {
    if (reading.is_one_of(minor, reading.words.conjunctions)) ++minor;
    const auto cents = read_number(reading, minor, false);
    if (cents && cents->value.is_integer() && cents->value.digits >= 0 && cents->value.digits < 100) {
      const auto unit = read_currency(reading, cents->next);
      const bool named = unit && unit->row->cents == 1;
      if (named || cents->next == reading.size()) {
        amount = {amount.value.plus(cents->value.divided_by(100)), named ? unit->next : cents->next};
      }
    }
  }
  return Match<Money>{{amount.value, resolve(currency->row->code, reading.circumstances)}, amount.next};
}

Maybe<Money> read_suffixed(const Reading& reading, std::size_t at) {
  const auto number = read_count(reading, at, true);
  if (!number) return std::nullopt;
  std::size_t unit_at = number->next;
  if (reading.is_one_of(unit_at, reading.words.of)) ++unit_at;
  const auto currency = read_currency(reading, unit_at);
  if (!currency || !may_follow(reading, unit_at, *currency)) return std::nullopt;
  const std::string code = resolve(currency->row->code, reading.circumstances);
  if (currency->row->cents > 0) {
    return Match<Money>{{number->value.times(currency->row->cents).divided_by(100), code}, currency->next};
  }
  const Match<Number> amount = with_minor_units(reading, {number->value, currency->next});
  return Match<Money>{{amount.value, code}, amount.next};
}

// "a quarter" and "half a dollar": fractions and articles that belong to the unit.
Maybe<Money> read_coin(const Reading& reading, std::size_t at) {
  const std::size_t unit = reading.is_one_of(at, reading.words.articles) ? at + 1 : at;
  const auto currency = read_currency(reading, unit);
  if (!currency || currency->row->cents <= 1) return std::nullopt;
  return Match<Money>{
      {Number::of(currency->row->cents).divided_by(100), resolve(currency->row->code, reading.circumstances)},
      currency->next
  };
}

// "four quarters" are coins here and not a fraction.
Maybe<Money> read_coins(const Reading& reading, std::size_t at) {
  for (const NumberWord& row : reading.rows_at(at, reading.words.numbers)) {
    if (!reading.is(at, row.word)) continue;
    const auto currency = read_currency(reading, at + 1);
    if (!currency || currency->row->cents <= 1) return std::nullopt;
    return Match<Money>{
        {Number::of(row.value).times(currency->row->cents).divided_by(100),
         resolve(currency->row->code, reading.circumstances)},
        currency->next
    };
  }
  return std::nullopt;
}

}  // namespace

Maybe<Money> read_money(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return std::nullopt;
  Maybe<Money> best;
  const auto consider = [&](Maybe<Money> money) {
    if (money && (!best || money->next > best->next)) best = std::move(money);
  };
  consider(read_coins(reading, at));
  if (best) return best;
  if (reading.is(at, "-") && reading.tokens[at].spaced) {  // "-$5"
    if (auto money = read_prefixed(reading, at + 1)) {
      money->value.amount = money->value.amount.negated();
      return money;
    }
  }
  consider(read_prefixed(reading, at));
  consider(read_suffixed(reading, at));
  consider(read_coin(reading, at));
  return best;
}

Value money_value(const Number& amount, std::string_view currency) {
  return Value::map({
      {"amount", amount.to_decimal_text(minor_digits(currency))},
      {"currency", currency},
  });
}

}  // namespace parley::language
