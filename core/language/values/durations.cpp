// Spans of time. Months count as 30 days and years as 365, since a Duration is a number of seconds.
#include <cmath>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

constexpr std::int64_t kMonthSeconds = 30 * 86'400;
constexpr std::int64_t kYearSeconds = 365 * 86'400;

std::int64_t seconds_of(const DurationWord& unit) {
  if (!unit.months) return unit.seconds;
  return unit.seconds % 12 == 0 ? unit.seconds / 12 * kYearSeconds : unit.seconds * kMonthSeconds;
}

const DurationWord* unit_at(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return nullptr;
  for (const DurationWord& row : reading.rows_at(at, reading.words.durations)) {
    if (reading.is(at, row.word)) return &row;
  }
  return nullptr;
}

struct Part {
  Number count;
  const DurationWord* unit;
  std::size_t next;
};

// "two additional minutes", "half an hour", "one and three quarters of hours", "2h".
std::optional<Part> read_part(const Reading& reading, std::size_t at) {
  const auto count = read_count(reading, at);
  if (!count || count->value.real < 0) return std::nullopt;
  std::size_t next = count->next;
  if (reading.is(next, "-") && reading.is_glued(next) && reading.is_glued(next + 1)) ++next;  // "30-minute"
  if (reading.is_one_of(next, reading.words.of)) ++next;
  const bool is_fraction = !count->value.is_integer();
  if (is_fraction && reading.is_one_of(next, reading.words.articles)) ++next;
  while (reading.is_one_of(next, reading.words.extra_words) && unit_at(reading, next) == nullptr) ++next;
  const DurationWord* unit = unit_at(reading, next);
  if (unit == nullptr) return std::nullopt;
  const bool is_mark = !reading.tokens[next].is_word();
  if (is_mark && (!reading.is_digits(next - 1) || reading.tokens[next].spaced)) return std::nullopt;
  if (unit->word.size() == 1 && reading.is_one_of(next - 1, reading.words.articles))
    return std::nullopt;  // "a s"
  return Part{count->value, unit, next + 1};
}

std::int64_t total_seconds(const Number& count, const DurationWord& unit) {
  const Number product = count.times(seconds_of(unit));
  constexpr double kMost = 315'576'000'000.0;  // of Duration
  if (product.real > kMost || product.real < -kMost) return -1;
  return product.is_integer() ? product.digits : static_cast<std::int64_t>(std::llround(product.real));
}

// What "fifteen" means after "1 hour": the next smaller unit.
std::int64_t next_smaller(std::int64_t unit_seconds) {
  if (unit_seconds == 3600) return 60;
  if (unit_seconds == 60) return 1;
  return 0;
}

}  // namespace

Maybe<Duration> read_duration(const Reading& reading, std::size_t at) {
  auto part = read_part(reading, at);
  if (!part) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next = 0;
  std::int64_t smallest = INT64_MAX;
  while (part) {
    const std::int64_t unit = seconds_of(*part->unit);
    if (unit >= smallest) break;
    const std::int64_t seconds = total_seconds(part->count, *part->unit);
    if (seconds < 0) return std::nullopt;
    total += seconds;
    next = part->next;
    smallest = unit;

    std::size_t more = next;
    if (reading.is(more, ",")) ++more;
    if (reading.is_one_of(more, reading.words.conjunctions)) ++more;
    // "an hour and a half": half of the unit just named.
    const auto fraction = more > next ? read_count(reading, more) : Maybe<Number>();
    if (fraction && fraction->value.real < 1 && fraction->value.real > 0 &&
        unit_at(reading, fraction->next) == nullptr &&
        !reading.is_one_of(fraction->next, reading.words.articles) &&
        !reading.is_one_of(fraction->next, reading.words.of)) {
      total += total_seconds(fraction->value, *part->unit);
      return Match<Duration>{Duration{total, 0}, fraction->next};
    }
    part = read_part(reading, more);
    if (!part && next_smaller(unit) > 0) {
      const auto bare = read_number(reading, more, false);
      if (bare && bare->value.is_integer() && bare->value.digits >= 0 && bare->value.digits < 60 &&
          bare->next == reading.size()) {
        return Match<Duration>{Duration{total + bare->value.digits * next_smaller(unit), 0}, bare->next};
      }
    }
  }
  return Match<Duration>{Duration{total, 0}, next};
}

}  // namespace parley::language
