// The rules against CLDR 48 as ICU 78 implements it: each number stands in the category that
// `new Intl.PluralRules(language, {type}).select(number)` gives there.
#include "expr/texts/plural_rules.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace parley::expr {
namespace {

struct Row {
  std::string_view language;
  PluralKind kind;
  std::string_view numbers;
};

constexpr Row kRows[] = {
    {"en",
     PluralKind::cardinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"en",
     PluralKind::ordinal,
     "one: 1 21 101 121; two: 2 22 102 122; few: 3 23 103 123; other: 0 4 5 6 7 8 9 10 11 "
     "12 13 14 15 16 17 18 19 20 24 25 80 100 111 112 113 800 1000 1000000 2000000"},
    {"ar",
     PluralKind::cardinal,
     "zero: 0; one: 1; two: 2; few: 3 4 5 6 7 8 9 10 103; many: 11 12 13 14 15 16 17 18 19 "
     "20 21 22 23 24 25 80 111 112 113 121 122 123; other: 100 101 102 800 1000 1000000 "
     "2000000 0.5 1.5 2.25"},
    {"ar",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"cs",
     PluralKind::cardinal,
     "one: 1; few: 2 3 4; many: 0.5 1.5 2.25; other: 0 5 6 7 8 9 10 11 12 13 14 15 16 17 "
     "18 19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 1000000 "
     "2000000"},
    {"cs",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"de",
     PluralKind::cardinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"de",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"es",
     PluralKind::cardinal,
     "one: 1; many: 1000000 2000000; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
     "19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 0.5 1.5 "
     "2.25"},
    {"es",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"fr",
     PluralKind::cardinal,
     "one: 0 1 0.5 1.5; many: 1000000 2000000; other: 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
     "17 18 19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 2.25"},
    {"fr",
     PluralKind::ordinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"it",
     PluralKind::cardinal,
     "one: 1; many: 1000000 2000000; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
     "19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 0.5 1.5 "
     "2.25"},
    {"it",
     PluralKind::ordinal,
     "many: 8 11 80 800; other: 0 1 2 3 4 5 6 7 9 10 12 13 14 15 16 17 18 19 20 21 22 23 "
     "24 25 100 101 102 103 111 112 113 121 122 123 1000 1000000 2000000"},
    {"ja",
     PluralKind::cardinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"ja",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"ko",
     PluralKind::cardinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"ko",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"nl",
     PluralKind::cardinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"nl",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"pl",
     PluralKind::cardinal,
     "one: 1; few: 2 3 4 22 23 24 102 103 122 123; many: 0 5 6 7 8 9 10 11 12 13 14 15 16 "
     "17 18 19 20 21 25 80 100 101 111 112 113 121 800 1000 1000000 2000000; other: 0.5 "
     "1.5 2.25"},
    {"pl",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"pt",
     PluralKind::cardinal,
     "one: 0 1 0.5 1.5; many: 1000000 2000000; other: 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
     "17 18 19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 2.25"},
    {"pt",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"pt-PT",
     PluralKind::cardinal,
     "one: 1; many: 1000000 2000000; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
     "19 20 21 22 23 24 25 80 100 101 102 103 111 112 113 121 122 123 800 1000 0.5 1.5 "
     "2.25"},
    {"pt-PT",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"ru",
     PluralKind::cardinal,
     "one: 1 21 101 121; few: 2 3 4 22 23 24 102 103 122 123; many: 0 5 6 7 8 9 10 11 12 "
     "13 14 15 16 17 18 19 20 25 80 100 111 112 113 800 1000 1000000 2000000; other: 0.5 "
     "1.5 2.25"},
    {"ru",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"sv",
     PluralKind::cardinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"sv",
     PluralKind::ordinal,
     "one: 1 2 21 22 101 102 121 122; other: 0 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
     "20 23 24 25 80 100 103 111 112 113 123 800 1000 1000000 2000000"},
    {"tr",
     PluralKind::cardinal,
     "one: 1; other: 0 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 "
     "100 101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"tr",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
    {"uk",
     PluralKind::cardinal,
     "one: 1 21 101 121; few: 2 3 4 22 23 24 102 103 122 123; many: 0 5 6 7 8 9 10 11 12 "
     "13 14 15 16 17 18 19 20 25 80 100 111 112 113 800 1000 1000000 2000000; other: 0.5 "
     "1.5 2.25"},
    {"uk",
     PluralKind::ordinal,
     "few: 3 23 103 123; other: 0 1 2 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 "
     "24 25 80 100 101 102 111 112 113 121 122 800 1000 1000000 2000000"},
    {"zh",
     PluralKind::cardinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000 0.5 1.5 2.25"},
    {"zh",
     PluralKind::ordinal,
     "other: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 80 100 "
     "101 102 103 111 112 113 121 122 123 800 1000 1000000 2000000"},
};

// Calls `check(category, number)` for every number of a row.
template <typename Check>
void each_number(std::string_view numbers, Check check) {
  std::string_view category;
  while (!numbers.empty()) {
    std::string_view word = numbers.substr(0, numbers.find(' '));
    numbers.remove_prefix(std::min(word.size() + 1, numbers.size()));
    const bool last = word.ends_with(';');
    if (last) word.remove_suffix(1);
    if (word.ends_with(':')) {
      category = word.substr(0, word.size() - 1);
    } else {
      check(category, word);
    }
  }
}

}  // namespace

TEST_CASE("every number takes the form that CLDR gives it") {
  for (const Row& row : kRows) {
    std::set<std::string_view> seen;
    each_number(row.numbers, [&](std::string_view category, std::string_view number) {
      CAPTURE(row.language);
      CAPTURE(number);
      const auto value = parse_json(number);
      REQUIRE(value.has_value());
      const auto operands = plural_operands(*value);
      REQUIRE(operands.has_value());
      CHECK(name(plural_category(row.language, row.kind, *operands)) == category);
      if (number.size() < 7 && !number.contains('.')) seen.insert(category);
    });
    std::set<std::string_view> promised;
    for (const PluralCategory category : plural_categories(row.language, row.kind))
      promised.insert(name(category));
    CAPTURE(row.language);
    CHECK(promised == seen);
  }
}

TEST_CASE("the digits shown decide, not the value alone") {
  const auto category = [](std::string_view locale, const Value& number) {
    const auto operands = plural_operands(number);
    return operands ? name(plural_category(locale, PluralKind::cardinal, *operands)) : "none";
  };
  CHECK(category("en", Value(1)) == "one");
  CHECK(category("en", Value("1.0")) == "other");
  CHECK(category("en", Value("1.50")) == "other");
  CHECK(category("fr", Value(1.5)) == "one");
  CHECK(category("en", Value(-1)) == "one");
  CHECK(category("cs", Value("1.5")) == "many");
  CHECK(category("en-GB", Value(1)) == "one");
  CHECK(category("tlh", Value(1)) == "one");
  CHECK(category("en", Value("one")) == "none");
  CHECK(category("en", Value("")) == "none");
  CHECK(category("en", Value(true)) == "none");
}

}  // namespace parley::expr
