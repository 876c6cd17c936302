// Days, weeks, months, quarters, years, seasons and weekends; everything that is not a time of day. Internal
// to this folder.
#pragma once

#include "language/moments/calendar.hpp"
#include "language/values/readers.hpp"

namespace parley::language {

// A stretch of time. `interval`: it was said as one ("the next three weeks"), else it is a point of its
// grain.
struct Piece {
  LocalSeconds start = 0;
  LocalSeconds end = 0;
  Grain grain = Grain::day;
  bool interval = false;
  bool latent = false;  // no time by itself, only where one is expected
};

class PeriodReader {
 public:
  explicit PeriodReader(const Reading& reading);

  // The longest period that begins at the token.
  [[nodiscard]] Maybe<Piece> read(std::size_t at) const;
  // "in 2 hours", "3 weeks ago".
  [[nodiscard]] Maybe<Piece> read_distance(std::size_t at) const;

  // A weekday and nothing behind it: the next one.
  [[nodiscard]] Maybe<Piece> read_weekday_name(std::size_t at) const;
  // "2 weeks", as a limit from now: the beginning of the day, hour… it ends in.
  [[nodiscard]] Maybe<LocalSeconds> read_many_from_now(std::size_t at) const;
  // "5 days" as in "after 5 days".
  [[nodiscard]] Maybe<Piece> read_later(std::size_t at) const;

  [[nodiscard]] LocalSeconds now() const { return now_; }
  [[nodiscard]] Maybe<std::int64_t> read_day_number(std::size_t at) const;
  [[nodiscard]] const NamedNumber* month_at(std::size_t at) const;
  [[nodiscard]] Maybe<std::int64_t> read_year(std::size_t at) const;
  // The first of such a month that is not over yet.
  [[nodiscard]] LocalSeconds upcoming_month(std::int64_t month) const;

 private:
  using Reader = Maybe<Piece> (PeriodReader::*)(std::size_t) const;

  [[nodiscard]] Maybe<Piece> read_cycle(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_many(std::size_t at, int direction) const;
  [[nodiscard]] Maybe<Piece> read_counted_ahead(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_whole_week(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_quarter(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_year_alone(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_month(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_edge(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_edge_name(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_nth(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_weekday_in_week(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_weekday_after_next(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_counted_weekdays(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_closest(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_week_of(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_day_of_period(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_weekday_and_date(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_date_short_year(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_plain_date(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_distance_from(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_spaced_date(std::size_t at) const;
  // A day and nothing else that is precise to a day.
  [[nodiscard]] Maybe<Piece> read_day_only(std::size_t at) const;

  // What an nth or an edge is of: "october", "this month", "the month", "2018".
  [[nodiscard]] Maybe<Piece> read_container(std::size_t at) const;
  [[nodiscard]] Maybe<Grain> read_unit(std::size_t at) const;
  [[nodiscard]] Maybe<std::int64_t> read_few(std::size_t at) const;
  [[nodiscard]] Maybe<Piece> read_named_cycle(std::size_t at, int direction, bool said) const;
  [[nodiscard]] Piece weekend(std::int64_t weeks) const;
  [[nodiscard]] std::size_t read_direction(std::size_t at, int& direction) const;
  [[nodiscard]] const NamedNumber* weekday_at(std::size_t at) const;
  [[nodiscard]] std::size_t skip_the(std::size_t at) const { return reading_.is(at, "the") ? at + 1 : at; }

  const Reading& reading_;
  LocalSeconds now_;
};

[[nodiscard]] inline Piece point_at(LocalSeconds start, Grain grain) {
  return {start, plus(start, grain, 1), grain};
}

}  // namespace parley::language
