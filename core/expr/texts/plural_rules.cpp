#include "expr/texts/plural_rules.hpp"

#include <array>
#include <cmath>
#include <string>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

using C = PluralCategory;
using Rule = C (*)(const PluralOperands&);

constexpr std::array<std::string_view, 6> kNames = {"zero", "one", "two", "few", "many", "other"};

bool whole(const PluralOperands& o) {
  return o.t == 0;
}
bool between(std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  return value >= low && value <= high;
}
// A whole number of millions has a form of its own in the Romance languages.
bool millions(const PluralOperands& o) {
  return o.i != 0 && o.i % 1'000'000 == 0 && o.v == 0;
}

C never(const PluralOperands&) {
  return C::other;
}
C germanic(const PluralOperands& o) {
  return o.i == 1 && o.v == 0 ? C::one : C::other;
}
C one_is_1(const PluralOperands& o) {
  return whole(o) && o.i == 1 ? C::one : C::other;
}
C french(const PluralOperands& o) {
  if (o.i <= 1) return C::one;
  return millions(o) ? C::many : C::other;
}
C spanish(const PluralOperands& o) {
  if (whole(o) && o.i == 1) return C::one;
  return millions(o) ? C::many : C::other;
}
C italian(const PluralOperands& o) {
  if (o.i == 1 && o.v == 0) return C::one;
  return millions(o) ? C::many : C::other;
}
C polish(const PluralOperands& o) {
  if (o.v != 0) return C::other;
  if (o.i == 1) return C::one;
  return between(o.i % 10, 2, 4) && !between(o.i % 100, 12, 14) ? C::few : C::many;
}
C czech(const PluralOperands& o) {
  if (o.v != 0) return C::many;
  if (o.i == 1) return C::one;
  return between(o.i, 2, 4) ? C::few : C::other;
}
C east_slavic(const PluralOperands& o) {
  if (o.v != 0) return C::other;
  if (o.i % 10 == 1 && o.i % 100 != 11) return C::one;
  return between(o.i % 10, 2, 4) && !between(o.i % 100, 12, 14) ? C::few : C::many;
}
C arabic(const PluralOperands& o) {
  if (!whole(o)) return C::other;
  if (o.i <= 2) return o.i == 0 ? C::zero : o.i == 1 ? C::one : C::two;
  if (between(o.i % 100, 3, 10)) return C::few;
  return between(o.i % 100, 11, 99) ? C::many : C::other;
}

C english_ordinal(const PluralOperands& o) {
  if (!whole(o) || between(o.i % 100, 11, 13)) return C::other;
  switch (o.i % 10) {
    case 1:
      return C::one;
    case 2:
      return C::two;
    case 3:
      return C::few;
    default:
      return C::other;
  }
}
C italian_ordinal(const PluralOperands& o) {
  return whole(o) && (o.i == 8 || o.i == 11 || o.i == 80 || o.i == 800) ? C::many : C::other;
}
C swedish_ordinal(const PluralOperands& o) {
  return whole(o) && between(o.i % 10, 1, 2) && !between(o.i % 100, 11, 12) ? C::one : C::other;
}
C ukrainian_ordinal(const PluralOperands& o) {
  return whole(o) && o.i % 10 == 3 && o.i % 100 != 13 ? C::few : C::other;
}

constexpr C kOther[] = {C::other};
constexpr C kOneOther[] = {C::one, C::other};
constexpr C kFewOther[] = {C::few, C::other};
constexpr C kManyOther[] = {C::many, C::other};
constexpr C kOneFewOther[] = {C::one, C::few, C::other};
constexpr C kOneFewMany[] = {C::one, C::few, C::many};
constexpr C kOneTwoFewOther[] = {C::one, C::two, C::few, C::other};
constexpr C kAll[] = {C::zero, C::one, C::two, C::few, C::many, C::other};

struct Row {
  std::string_view language;
  Rule cardinal;
  std::span<const C> cardinals;
  Rule ordinal;
  std::span<const C> ordinals;
};

constexpr Row kRows[] = {
    {"en", germanic, kOneOther, english_ordinal, kOneTwoFewOther},
    {"ar", arabic, kAll, never, kOther},
    {"cs", czech, kOneFewOther, never, kOther},
    {"de", germanic, kOneOther, never, kOther},
    {"es", spanish, kOneOther, never, kOther},
    {"fr", french, kOneOther, one_is_1, kOneOther},
    {"it", italian, kOneOther, italian_ordinal, kManyOther},
    {"ja", never, kOther, never, kOther},
    {"ko", never, kOther, never, kOther},
    {"nl", germanic, kOneOther, never, kOther},
    {"pl", polish, kOneFewMany, never, kOther},
    {"pt", french, kOneOther, never, kOther},
    {"ru", east_slavic, kOneFewMany, never, kOther},
    {"sv", germanic, kOneOther, swedish_ordinal, kOneOther},
    {"tr", one_is_1, kOneOther, never, kOther},
    {"uk", east_slavic, kOneFewMany, ukrainian_ordinal, kFewOther},
    {"zh", never, kOther, never, kOther},
};
// In Portugal 0 is plural.
constexpr Row kPortugal = {"pt-pt", italian, kOneOther, never, kOther};

const Row* row_of(std::string_view locale) {
  const std::string wanted = ascii_lower(locale);
  if (wanted == kPortugal.language) return &kPortugal;
  const std::string_view language = std::string_view(wanted).substr(0, wanted.find_first_of("-_"));
  for (const Row& row : kRows) {
    if (row.language == language) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view name(PluralCategory category) {
  return kNames[static_cast<std::size_t>(category)];
}

std::optional<PluralCategory> plural_category(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<PluralCategory>(i);
  }
  return std::nullopt;
}

std::optional<PluralOperands> plural_operands(const Value& number) {
  std::string digits;
  if (number.is_string()) {
    digits = number.as_string();
  } else if (number.is_number() && std::isfinite(number.to_double())) {
    append_json(digits, number);
  }
  if (digits.starts_with('-')) digits.erase(0, 1);
  PluralOperands o;
  const auto value = parse_double(digits);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  o.n = *value;
  const std::size_t mark = digits.find('.');
  if (mark == std::string::npos || digits.contains('e') || digits.contains('E')) {
    o.i = o.n < 1e18 ? static_cast<std::uint64_t>(o.n) : 0;
    return o;
  }
  o.i = o.n < 1e18 ? static_cast<std::uint64_t>(o.n) : 0;
  std::string fraction = digits.substr(mark + 1);
  o.v = static_cast<std::uint32_t>(fraction.size());
  while (fraction.ends_with('0')) fraction.pop_back();
  fraction.resize(std::min<std::size_t>(fraction.size(), 18));
  for (const char digit : fraction) o.t = o.t * 10 + static_cast<std::uint64_t>(digit - '0');
  return o;
}

PluralCategory plural_category(std::string_view locale, PluralKind kind, const PluralOperands& number) {
  const Row* row = row_of(locale);
  if (row == nullptr) row = &kRows[0];
  return kind == PluralKind::cardinal ? row->cardinal(number) : row->ordinal(number);
}

std::span<const PluralCategory> plural_categories(std::string_view locale, PluralKind kind) {
  const Row* row = row_of(locale);
  if (row == nullptr) return {};
  return kind == PluralKind::cardinal ? row->cardinals : row->ordinals;
}

}  // namespace parley::expr
