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

Maybe<Quantity> read_simple(const Reading& reading, std::size_t at) {
  const auto count = read_count(reading, at);
  if (!count) return std::nullopt;
  std::size_t next = count->next;
  if (reading.is(next, "-") && reading.is_glued(next) && reading.is_glued(next + 1)) ++next;
  if (reading.is_one_of(next, reading.words.of)) ++next;
  if (!count->value.is_integer() && reading.is_one_of(next, reading.words.articles)) ++next;
  const auto unit = read_unit(reading, next);
  if (!unit) return std::nullopt;
  const Number amount = count->value.times(unit->row->numerator).divided_by(unit->row->denominator);
  return Match<Quantity>{{amount, unit->row->base, unit->row->measure, {}}, unit->next};
}

}  // namespace

Maybe<Quantity> read_quantity(const Reading& reading, std::size_t at) {
  auto quantity = read_simple(reading, at);
  if (!quantity) return std::nullopt;
  // "7 feet 10 inches": parts that count in the same base unit add up.
  for (;;) {
    std::size_t more = quantity->next;
    if (reading.is(more, ",")) ++more;
    if (reading.is_one_of(more, reading.words.conjunctions)) ++more;
    const auto part = read_simple(reading, more);
    if (!part || part->value.unit != quantity->value.unit || quantity->value.measure != Measure::distance)
      break;
    quantity->value.amount = quantity->value.amount.plus(part->value.amount);
    quantity->next = part->next;
  }
  if (reading.is_one_of(quantity->next, reading.words.of) && reading.has(quantity->next + 1) &&
      reading.tokens[quantity->next + 1].is_word()) {
    quantity->value.product = reading.tokens[quantity->next + 1].text;
    quantity->next += 2;
  }
  return quantity;
}

}  // namespace parley::language
