// Amounts with a unit of mass, volume, length or of the kitchen: "500 mg of strawberries".
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

struct UnitMatch {
  const MeasureWord* row;
  std::size_t next;
};

std::optional<UnitMatch> read_unit(const Reading& reading, std::size_t at) {
  std::optional<UnitMatch> best;
  for (const MeasureWord& row : reading.rows_at(at, reading.words.measures)) {
    const std::size_t taken = match_phrase(reading.tokens, at, row.words);
    if (taken > 0 && (!best || at + taken > best->next)) best = UnitMatch{&row, at + taken};
  }
  return best;
}

// How many tenths of a millimetre, for parts that are said in two units.
std::int64_t length_of(std::string_view unit) {
  struct Row {
    std::string_view unit;
    std::int64_t length;
  };
  constexpr Row kLengths[] = {
      {"millimetre", 10},
      {"centimetre", 100},
      {"metre", 10'000},
      {"kilometre", 10'000'000},
      {"mile", 16'093'440},
      {"yard", 9'144},
      {"foot", 3'048},
      {"inch", 254},
  };
  for (const Row& row : kLengths) {
    if (row.unit == unit) return row.length;
  }
  return 0;
}

// The sum in the smaller of the two units.
void add(Quantity& sum, const Quantity& part) {
  const std::int64_t ours = length_of(sum.unit);
  const std::int64_t theirs = length_of(part.unit);
  const bool keep = ours <= theirs;
  const Number converted =
      keep ? part.amount.times(theirs).divided_by(ours) : sum.amount.times(ours).divided_by(theirs);
  sum.amount = converted.plus(keep ? sum.amount : part.amount);
  if (!keep) sum.unit = part.unit;
}

// "- 2 degrees", "2 degrees below zero".
void settle_temperature(const Reading& reading, std::size_t at, Match<Quantity>& quantity) {
  if (match_phrase(reading.tokens, quantity.next, "below zero") > 0) {
    quantity.next += 2;
    if (quantity.value.amount.real > 0) quantity.value.amount = quantity.value.amount.negated();
  } else if (at > 0 && reading.is(at - 1, "-") && reading.tokens[at - 1].spaced &&
             quantity.value.amount.real > 0 && (at < 2 || !reading.is_digits(at - 2))) {
    quantity.value.amount = quantity.value.amount.negated();
  }
}

// "quarter" in "quarter of a mile": fractions that elsewhere need a count.
Maybe<Number> read_part_of(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return std::nullopt;
  const FractionWord* row = reading.words.fractions.find_word(reading.tokens[at].text);
  if (row == nullptr) return std::nullopt;
  return Match<Number>{Number::of(row->numerator).divided_by(row->denominator), at + 1};
}

Maybe<Quantity> read_simple(const Reading& reading, std::size_t at) {
  std::size_t begin = at;
  if (reading.is(at, "-") && reading.is_digits(at + 1)) ++begin;  // of a temperature
  auto count = read_count(reading, begin);
  if (!count) count = read_part_of(reading, begin);
  if (!count) return std::nullopt;
  std::size_t next = count->next;
  if (reading.is(next, "-") && reading.is_glued(next) && reading.is_glued(next + 1)) ++next;
  if (reading.is_one_of(next, reading.words.of)) ++next;
  if (!count->value.is_integer() && reading.is_one_of(next, reading.words.articles)) ++next;
  const auto unit = read_unit(reading, next);
  if (!unit) return std::nullopt;
  const bool letter = unit->row->words.size() == 1;
  if (letter && !reading.is_digits(next - 1)) return std::nullopt;  // "a c", "five m"
  const Number amount = count->value.times(unit->row->numerator).divided_by(unit->row->denominator);
  Match<Quantity> quantity{{amount, unit->row->base, unit->row->measure, {}}, unit->next};
  if (quantity.value.measure == Measure::temperature) {
    settle_temperature(reading, begin, quantity);
  } else if (begin != at) {
    return std::nullopt;
  }
  return quantity;
}

}  // namespace

Maybe<Quantity> read_quantity(const Reading& reading, std::size_t at) {
  auto quantity = read_simple(reading, at);
  if (!quantity) return std::nullopt;
  // "7 feet 10 inches": lengths add up.
  for (;;) {
    std::size_t more = quantity->next;
    if (reading.is(more, ",")) ++more;
    if (reading.is_one_of(more, reading.words.conjunctions)) ++more;
    const auto part = read_simple(reading, more);
    if (!part || quantity->value.measure != Measure::distance || part->value.measure != Measure::distance)
      break;
    add(quantity->value, part->value);
    quantity->next = part->next;
  }
  const Measure measure = quantity->value.measure;
  if ((measure == Measure::mass || measure == Measure::cooking) &&
      reading.is_one_of(quantity->next, reading.words.of) && reading.has(quantity->next + 1) &&
      reading.tokens[quantity->next + 1].is_word()) {
    quantity->value.product = reading.tokens[quantity->next + 1].text;
    quantity->next += 2;
  }
  return quantity;
}

}  // namespace parley::language
