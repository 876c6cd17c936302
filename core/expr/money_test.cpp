#include "expr/money.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"
#include "expr/expression.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

std::string run(std::string_view source) {
  auto expression = Expression::compile(source);
  if (!expression) return "does not compile: " + expression.error().message;
  Value names = *parse_json(R"({"total": {"amount": "12.50", "currency": "EUR"},
                                "charge": {"amount": 0.1, "currency": "EUR"},
                                "yen": {"amount": 1200, "currency": "JPY"}})");
  Result<Value> result = expression->evaluate(Scope::of_map(names));
  return result ? write_json(*result) : result.error().message;
}

std::string amount(std::string_view text) {
  return R"({"amount":")" + std::string(text) + R"(","currency":"EUR"})";
}

}  // namespace

TEST_CASE("decimals are exact") {
  struct Case {
    const char* a;
    const char* b;
    const char* sum;
    const char* product;
  };
  constexpr Case kCases[] = {
      {"0.1", "0.2", "0.3", "0.02"},
      {"-1.5", "2", "0.5", "-3.0"},
      {"99999999999999999999", "1", "100000000000000000000", "99999999999999999999"},
      {"0", "0.00", "0.00", "0.00"},
      {"1e3", "1e-2", "1000.01", "10.00"},
      {".5", "5.", "5.5", "2.5"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.a);
    Decimal a = *Decimal::parse(entry.a);
    Decimal b = *Decimal::parse(entry.b);
    CHECK(a.plus(b)->to_text() == entry.sum);
    CHECK(a.times(b)->to_text() == entry.product);
    CHECK(a.plus(a.negated())->is_zero());
  }
  for (const char* text : {"", "-", ".", "1.2.3", "1,5", "0x1", "1e", "1e99", "NaN", " 1"}) {
    CAPTURE(text);
    CHECK_FALSE(Decimal::parse(text).has_value());
  }
}

TEST_CASE("decimals round halves to the even neighbour") {
  struct Case {
    const char* number;
    int scale;
    const char* rounded;
  };
  constexpr Case kCases[] = {
      {"0.125", 2, "0.12"},
      {"0.135", 2, "0.14"},
      {"-0.125", 2, "-0.12"},
      {"-0.135", 2, "-0.14"},
      {"0.1250001", 2, "0.13"},
      {"2.5", 0, "2"},
      {"3.5", 0, "4"},
      {"0.004", 2, "0.00"},
      {"1", 3, "1.000"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.number);
    CHECK(Decimal::parse(entry.number)->rounded(entry.scale)->to_text() == entry.rounded);
  }
  CHECK(Decimal::parse("10")->divided_by(*Decimal::parse("3"), 2)->to_text() == "3.33");
  CHECK(Decimal::parse("0.01")->divided_by(*Decimal::parse("-0.03"), 4)->to_text() == "-0.3333");
  CHECK_FALSE(Decimal::parse("1")->divided_by(Decimal(), 2).has_value());
}

TEST_CASE("decimals of too many digits are refused, never rounded in secret") {
  std::string nines(36, '9');
  Decimal large = *Decimal::parse(nines);
  CHECK(large.to_text() == nines);
  CHECK_FALSE(large.plus(Decimal::of(1)).has_value());
  CHECK_FALSE(large.times(Decimal::of(2)).has_value());
  CHECK_FALSE(large.rounded(1).has_value());
  CHECK_FALSE(Decimal::parse(nines + "9").has_value());
  // They still compare.
  CHECK(large > *Decimal::parse("0.000000000000000001"));
  CHECK(large.negated() < *Decimal::parse("0.000000000000000001"));
}

TEST_CASE("operators compute with amounts") {
  struct Case {
    const char* source;
    std::string result;
  };
  const Case kCases[] = {
      {"money('12.50', 'EUR')", amount("12.50")},
      {"money(12.5, 'EUR')", amount("12.50")},
      {"money(7, 'EUR')", amount("7.00")},
      {"money('0.125', 'EUR')", amount("0.125")},
      {"money(charge)", amount("0.10")},
      {"money('1200', 'JPY')", R"({"amount":"1200","currency":"JPY"})"},
      {"money('1.5', 'KWD').amount", R"("1.500")"},
      {"charge + charge + charge", amount("0.30")},
      {"total + charge - total", amount("0.10")},
      {"total * 3", amount("37.50")},
      {"3 * total", amount("37.50")},
      {"total * 0.19", amount("2.38")},
      {"total * '0.19'", amount("2.38")},
      {"total / 3", amount("4.17")},
      {"-total", amount("-12.50")},
      {"yen * 1.5", R"({"amount":"1800","currency":"JPY"})"},
      {"total > money('12.49', 'EUR')", "true"},
      {"money('12.5', 'EUR') == total", "true"},
      {"charge < total && total >= total", "true"},
      {"[total, charge, money(2, 'EUR')].sum()", amount("14.60")},
      {"[total, charge].sort()[0].amount", "0.1"},
      {"[].sum()", "0"},
      {"money.round(money('2.345', 'EUR'))", amount("2.34")},
      {"money.split(money(1, 'EUR'), 3).map(m, m.amount)", R"(["0.34","0.33","0.33"])"},
      {"money.split(money(-1, 'EUR'), 3).map(m, m.amount)", R"(["-0.34","-0.33","-0.33"])"},
      {"money.split(yen, 7).sum() == money(yen)", "true"},
      {"money.allocate(money('0.05', 'EUR'), [0, 1, 1]).map(m, m.amount)", R"(["0.00","0.03","0.02"])"},
      {"money.allocate(total, [1, 2.5, 3]).sum() == total", "true"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    CHECK(run(entry.source) == entry.result);
  }
}

TEST_CASE("what cannot be computed with amounts says why") {
  struct Case {
    const char* source;
    const char* problem;
  };
  constexpr Case kCases[] = {
      {"total + yen", "different currencies"},
      {"total < yen", "different currencies"},
      {"[total, yen].sum()", "different currencies"},
      {"[total, yen].sort()", "different currencies"},
      {"total + 1", "+ does not apply to map and int"},
      {"total * total", "* does not apply to map and map"},
      {"1 / total", "/ does not apply to int and map"},
      {"total / 0", "division by zero"},
      {"total * 'much'", "number or decimal text"},
      {"{'amount': 'much', 'currency': 'EUR'} + total", "does not apply"},
      {"{'amount': 1} + {'amount': 2}", "does not apply"},
      {"money('1', 'euro')", "three capital letters"},
      {"money('much', 'EUR')", "decimal number"},
      {"money.split(total, 0)", "1 to 1000 parts"},
      {"money.allocate(total, [])", "1 to 1000 parts"},
      {"money.allocate(total, [0, 0])", "more than zero"},
      {"money.allocate(total, [1, -1])", "negative"},
      {"money('999999999999999999999999999999', 'EUR') * 1000000000", "too many digits"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    CHECK_MESSAGE(run(entry.source).contains(entry.problem), run(entry.source));
  }
}

TEST_CASE("no cent is lost, whatever is shared") {
  for (int cents = -50; cents <= 50; cents += 7) {
    for (int parts = 1; parts <= 9; ++parts) {
      std::string whole = "money(" + std::to_string(cents) + ", 'EUR') / 100";
      CAPTURE(whole);
      CHECK(run("money.split(" + whole + ", " + std::to_string(parts) + ").sum() == " + whole) == "true");
      CHECK(
          run("money.allocate(" + whole + ", [1, " + std::to_string(parts) + ", 2.5]).sum() == " + whole) ==
          "true"
      );
    }
  }
}
