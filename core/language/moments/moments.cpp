// Times of day, what they make together with a day, and intervals of both.
#include <algorithm>

#include "language/moments/periods.hpp"
#include "language/moments/words.hpp"

namespace parley::language {
namespace {

constexpr LocalSeconds kHour = 3600;
constexpr LocalSeconds kDay = 86'400;

// A time of day without its day.
struct Clock {
  LocalSeconds seconds = 0;
  Grain grain = Grain::hour;
  bool half_known = true;
  std::optional<std::int32_t> zone;  // minutes east of UTC
};

struct Hours {
  std::int32_t from = 0;
  std::int32_t to = 0;
  bool today = false;
};

class MomentReader {
 public:
  MomentReader(const Reading& reading, bool latent)
      : reading_(reading), periods_(reading), now_(periods_.now()), latent_(latent) {}

  [[nodiscard]] Maybe<Moment> read(std::size_t at) const {
    Maybe<Moment> best;
    const auto consider = [&](const Maybe<Moment>& moment) {
      if (moment && (!best || moment->next > best->next)) best = moment;
    };
    consider(read_day_range(at));
    consider(read_clock_range(at));
    consider(read_date_range(at));
    consider(read_limit(at));
    consider(read_soon(at));
    if (const auto point = read_point(at, latent_); point && (latent_ || !point->value.latent)) {
      consider(Match<Moment>{to_moment(point->value), point->next});
    }
    return best;
  }

 private:
  static Moment to_moment(const Piece& piece) {
    return {
        piece.start, piece.grain, piece.interval ? std::optional(piece.end) : std::nullopt, OpenEnd::none
    };
  }

  static Moment interval(LocalSeconds start, LocalSeconds end, Grain grain) {
    return {start, grain, end, OpenEnd::none};
  }

  // --- times of day

  [[nodiscard]] bool has_token(std::size_t from, std::size_t to, std::string_view text) const {
    for (std::size_t i = from; i < to; ++i) {
      if (reading_.is(i, text)) return true;
    }
    return false;
  }

  [[nodiscard]] Grain grain_of(const ClockTime& time, std::size_t from, std::size_t to) const {
    std::size_t colons = 0;
    bool four_digits = false;
    for (std::size_t i = from; i < to; ++i) {
      if (reading_.is(i, ":")) ++colons;
      if (reading_.is_digits(i) && reading_.tokens[i].text.size() == 4) four_digits = true;
    }
    if (time.second != 0 || colons > 1) return Grain::second;
    return time.minute != 0 || colons > 0 || four_digits || has_token(from, to, "h") ? Grain::minute
                                                                                     : Grain::hour;
  }

  // "half three" is half past three; `bare` takes an hour without anything that says so.
  [[nodiscard]] Maybe<Clock> read_clock(std::size_t at, bool bare) const {
    if (reading_.is(at, "half") && reading_.has(at + 1) && !reading_.words.half_means_before) {
      const auto hour = read_words_below_hundred(reading_, at + 1);
      if (hour && hour->value >= 1 && hour->value <= 12) {
        return Match<Clock>{{hour->value * kHour + 1800, Grain::minute, false, {}}, hour->next};
      }
    }
    if (const auto digits = read_digits_with_half(at)) return digits;
    // "7.30 pm"
    const bool point =
        reading_.is_digits(at) && reading_.is(at + 1, ".") && reading_.is_digits(at + 2) &&
        std::max(reading_.longest(at + 3, reading_.words.pm), reading_.longest(at + 3, reading_.words.am)) >
            0;
    const auto time = read_time(reading_, at, bare || point);
    if (!time) return std::nullopt;
    Clock clock;
    clock.seconds = time->value.hour * kHour + time->value.minute * 60 + time->value.second;
    clock.grain = grain_of(time->value, at, time->next);
    clock.half_known = time->value.half_day_known;
    std::size_t next = time->next;
    if (reading_.is(next, "(")) ++next;
    const Zone* zone = reading_.has(next) ? kZones.find_word(reading_.tokens[next].text) : nullptr;
    if (zone != nullptr && !(zone->word == "z" && reading_.tokens[next].spaced)) {
      clock.zone = zone->minutes;
      return Match<Clock>{clock, next + (reading_.is(next + 1, ")") ? 2 : 1)};
    }
    return Match<Clock>{clock, time->next};
  }

  // "330 p.m."
  [[nodiscard]] Maybe<Clock> read_digits_with_half(std::size_t at) const {
    if (!reading_.is_digits(at)) return std::nullopt;
    const std::string_view text = reading_.tokens[at].text;
    if (text.size() != 3 && text.size() != 4) return std::nullopt;
    const std::int64_t number = Number::of_digits(text).digits;
    const std::size_t pm = reading_.longest(at + 1, reading_.words.pm);
    const std::size_t am = reading_.longest(at + 1, reading_.words.am);
    const std::size_t taken = std::max(pm, am);
    const bool letter = taken == 1 && reading_.tokens[at + 1].text.size() == 1;
    if (taken == 0 || letter || number / 100 < 1 || number / 100 > 12 || number % 100 > 59)
      return std::nullopt;
    const std::int64_t hour = number / 100 % 12 + (pm > 0 ? 12 : 0);
    return Match<Clock>{{hour * kHour + number % 100 * 60, Grain::minute, true, {}}, at + 1 + taken};
  }

  [[nodiscard]] Maybe<Hours> read_hours(std::size_t at) const {
    Maybe<Hours> best;
    const auto consider = [&](const DayPart& row, std::size_t from, bool today) {
      const std::size_t taken = match_phrase(reading_.tokens, from, row.words);
      if (taken > 0 && (!best || from + taken > best->next)) best = {{row.from, row.to, today}, from + taken};
    };
    for (const DayPart& row : reading_.rows_at(at, kToday)) consider(row, at, true);
    for (const DayPart& row : reading_.rows_at(at, kParts)) consider(row, at, false);
    const bool in = reading_.is(at, "in") || reading_.is(at, "during");
    const std::size_t name = in && reading_.is(at + 1, "the") ? at + 2
                             : in                             ? at + 1
                             : reading_.is(at, "the")         ? at + 1
                                                              : at;
    if (name > at) {
      for (const DayPart& row : reading_.rows_at(name, kParts)) consider(row, name, false);
    }
    // "early this evening"
    const bool this_early =
        (reading_.is(at, "early") || reading_.is(at, "late")) && reading_.is(at + 1, "this");
    for (const DayPart& row : this_early ? reading_.rows_at(at, kParts) : std::span<const DayPart>()) {
      const std::string_view part = row.words.substr(row.words.find(' ') + 1);
      if (row.words.starts_with(reading_.tokens[at].text) && reading_.is(at + 2, part) &&
          (!best || at + 3 > best->next)) {
        best = {{row.from, row.to, true}, at + 3};
      }
    }
    const bool this_one = reading_.is(at, "this") || reading_.is(at, "late") || reading_.is(at, "later");
    if (this_one) {
      for (const DayPart& row : reading_.rows_at(at + 1, kParts))
        consider(row, at + 1, reading_.is(at, "this"));
    }
    return best;
  }

  // "last night"
  [[nodiscard]] Maybe<Piece> read_last_night(std::size_t at) const {
    const bool late = reading_.is(at, "late");
    const std::size_t begin = late ? at + 1 : at;
    if (!reading_.is(begin, "last") || !reading_.is(begin + 1, "night")) return std::nullopt;
    const LocalSeconds day = floor_to(now_, Grain::day) - kDay;
    return Match<Piece>{{day + (late ? 21 : 18) * kHour, day + kDay, Grain::hour, true}, begin + 2};
  }

  // --- a day and a time of it

  struct Parts {
    std::optional<Piece> period;
    std::optional<Hours> hours;
    std::optional<Clock> clock;
    std::size_t next = 0;
  };

  // In any order, each at most once, with "at", "on" and the like between them. A bare number is an hour only
  // behind a word that says so.
  [[nodiscard]] Parts gather(std::size_t at, bool bare) const {
    Parts parts;
    parts.next = at;
    for (int step = 0; step < 3; ++step) {
      std::size_t from = parts.next;
      if (take_one(parts, from, bare)) continue;
      const bool iso = reading_.is(from, "t") && reading_.is_glued(from);  // of ISO 8601
      const std::size_t link = iso ? 1 : reading_.longest(from, kLinkWords);
      if (link == 0 || !take_one(parts, from + link, bare || asks_for_hour(from, link))) break;
    }
    return parts;
  }

  [[nodiscard]] bool asks_for_hour(std::size_t at, std::size_t link) const {
    const std::size_t last = at + link - 1;
    return reading_.is(last, "at") || reading_.is(last, "@") || reading_.is(last, "around") ||
           reading_.is(last, "about");
  }

  // The longest of what is still missing.
  [[nodiscard]] bool take_one(Parts& parts, std::size_t at, bool bare) const {
    const bool said = parts.clock || parts.period || parts.hours;
    const auto period = parts.period ? Maybe<Piece>() : read_period(at, said);
    const auto hours = parts.hours ? Maybe<Hours>() : read_hours(at);
    const auto clock = parts.clock ? Maybe<Clock>() : read_clock(at, bare);
    const auto end_of = [](const auto& match) { return match ? match->next : 0; };
    const std::size_t most = std::max({end_of(period), end_of(hours), end_of(clock)});
    if (most == 0) return false;
    if (end_of(hours) == most) {
      parts.hours = hours->value;
    } else if (end_of(period) == most) {
      parts.period = period->value;
    } else {
      parts.clock = clock->value;
    }
    parts.next = most;
    return true;
  }

  // Behind a time of day a bare number is no day: "at 3 4".
  [[nodiscard]] Maybe<Piece> read_period(std::size_t at, bool latent) const {
    auto night = read_last_night(at);
    auto period = periods_.read(at);
    if (night && (!period || night->next >= period->next)) return night;
    if (period && period->value.latent && !(latent || latent_)) return std::nullopt;
    return period;
  }

  [[nodiscard]] Maybe<Piece> read_point(std::size_t at, bool bare) const {
    std::size_t begin = at;
    bool introduced = false;
    for (std::size_t taken = reading_.longest(begin, kRoughlyWords); taken > 0 && reading_.has(begin + taken);
         taken = reading_.longest(begin, kRoughlyWords)) {
      begin += taken;
      introduced = true;
    }
    const std::size_t link = reading_.longest(begin, kLinkWords);
    Parts parts = gather(begin, bare || introduced);
    if (link > 0 && reading_.has(begin + link)) {
      Parts after = gather(begin + link, bare || introduced || asks_for_hour(begin, link));
      if (after.next > parts.next && after.next > begin + link) parts = after;
    }
    if (parts.next <= begin) return std::nullopt;
    const auto piece = combine(parts);
    if (!piece) return std::nullopt;
    return Match<Piece>{*piece, parts.next};
  }

  [[nodiscard]] std::optional<Piece> combine(const Parts& parts) const {
    if (parts.clock) return with_clock(parts);
    if (parts.hours) {
      const LocalSeconds today = floor_to(now_, Grain::day);
      if (!parts.period) {
        // "in the morning" is a part of today; a "dinner" alone is a meal.
        Piece piece{today + parts.hours->from * kHour, today + parts.hours->to * kHour, Grain::hour, true};
        piece.latent = !parts.hours->today;
        return piece;
      }
      if (parts.period->grain != Grain::day || parts.period->interval) return std::nullopt;
      const LocalSeconds day = parts.period->start;
      return Piece{day + parts.hours->from * kHour, day + parts.hours->to * kHour, Grain::hour, true};
    }
    return parts.period;
  }

  [[nodiscard]] std::optional<Piece> with_clock(const Parts& parts) const {
    const Clock& clock = *parts.clock;
    LocalSeconds seconds = clock.seconds;
    bool known = clock.half_known;
    if (!known && parts.hours) {
      known = true;
      const LocalSeconds from = parts.hours->from * kHour;
      if (parts.hours->to > 12 && seconds + 12 * kHour >= from && seconds < 12 * kHour) seconds += 12 * kHour;
      if (parts.hours->to <= 12 && seconds >= 12 * kHour) seconds -= 12 * kHour;
    }
    const LocalSeconds today = floor_to(now_, Grain::day);
    LocalSeconds start = 0;
    if (!parts.period) {
      start = next_at(seconds, known, today);
    } else {
      if (parts.period->grain < Grain::hour) return std::nullopt;
      const LocalSeconds day = floor_to(parts.period->start, Grain::day);
      start = day + seconds;
      if (!known && day == today) start = next_at(seconds, false, today);
      if (start < day) start += kDay;
    }
    return point_at(in_zone(start, clock), clock.grain);
  }

  // Today, or tomorrow when it is over; in either half of the day while that is not known.
  [[nodiscard]] LocalSeconds next_at(LocalSeconds seconds, bool known, LocalSeconds today) const {
    const LocalSeconds half = 12 * kHour;
    if (!known && seconds < half && today + seconds < now_) seconds += half;
    if (!known && seconds >= half && seconds < half + kHour && today + seconds - half >= now_) seconds -= 0;
    return today + seconds < now_ ? today + kDay + seconds : today + seconds;
  }

  [[nodiscard]] LocalSeconds in_zone(LocalSeconds start, const Clock& clock) const {
    if (!clock.zone) return start;
    return start - *clock.zone * 60 + reading_.circumstances.utc_offset_seconds;
  }

  // --- intervals

  // The words in front of one: "from", "between". How many tokens.
  [[nodiscard]] std::size_t opening(std::size_t at) const {
    for (const std::string_view word : {"between", "from", "later than", "on from"}) {
      if (const std::size_t taken = match_phrase(reading_.tokens, at, word)) return taken;
    }
    return 0;
  }

  // "july 13 to 15", "from the 13th to the 15th of july 2015".
  [[nodiscard]] Maybe<Moment> read_day_range(std::size_t at) const {
    std::size_t next = at + opening(at);
    const NamedNumber* month = periods_.month_at(next);
    if (month != nullptr) next += reading_.is(next + 1, ".") ? 2 : 1;
    const auto first = periods_.read_day_number(next);
    if (!first) return std::nullopt;
    const std::size_t till = reading_.longest(first->next, kTillWords);
    if (till == 0) return std::nullopt;
    const auto second = periods_.read_day_number(first->next + till);
    if (!second || second->value <= first->value) return std::nullopt;
    next = second->next;
    if (month == nullptr) {
      std::size_t name = next;
      if (reading_.is(name, "of") || reading_.is(name, "-")) ++name;
      month = periods_.month_at(name);
      if (month == nullptr) return std::nullopt;
      next = name + 1;
    } else if (reading_.is(next, ":") ||
               (reading_.is_glued(next) && reading_.has(next) && reading_.tokens[next].is_word())) {
      return std::nullopt;
    }
    LocalSeconds start = periods_.upcoming_month(month->value);
    const std::size_t year_at = reading_.is(next, ",") ? next + 1 : next;
    if (const auto year = periods_.read_year(year_at)) {
      start = at_day(year->value, month->value);
      next = year->next;
    }
    if (plus(start, Grain::day, second->value - 1) >= plus(start, Grain::month, 1)) return std::nullopt;
    const LocalSeconds begin = plus(start, Grain::day, first->value - 1);
    return Match<Moment>{interval(begin, plus(start, Grain::day, second->value), Grain::day), next};
  }

  struct ClockRange {
    Clock first;
    Clock second;
    bool exclusive = false;  // "but before"
  };

  // "9:30 - 11", "from 3 to 4 in the pm".
  [[nodiscard]] Maybe<ClockRange> read_clocks(std::size_t at) const {
    const std::size_t open = opening(at);
    std::size_t begin = at + open;
    if (reading_.is(begin, "at")) ++begin;
    Maybe<ClockRange> best;
    for (const auto& first : {read_clock(begin, true), read_bare_hour(begin)}) {
      if (!first) continue;
      const auto range = read_till_clock(*first, begin, open > 0);
      if (range && (!best || range->next > best->next)) best = range;
    }
    return best;
  }

  // "3" of "from 3 to 4", which is no "3 to 4".
  [[nodiscard]] Maybe<Clock> read_bare_hour(std::size_t at) const {
    if (!reading_.is_digits(at) || reading_.tokens[at].text.size() > 2) return std::nullopt;
    const std::int64_t hour = Number::of_digits(reading_.tokens[at].text).digits;
    if (hour < 1 || hour > 23) return std::nullopt;
    return Match<Clock>{{hour * kHour, Grain::hour, hour > 12, {}}, at + 1};
  }

  [[nodiscard]] Maybe<ClockRange> read_till_clock(const Match<Clock>& first, std::size_t begin, bool opened)
      const {
    std::size_t till = reading_.longest(first.next, kTillWords);
    const bool exclusive = match_phrase(reading_.tokens, first.next, "but before") > 0;
    if (exclusive) till = 2;
    if (till == 0 || (reading_.is(first.next, "and") && !opened)) return std::nullopt;
    std::size_t after = first.next + till;
    if (reading_.is(after, "before") || reading_.is(after, "at")) ++after;
    const auto second = read_clock(after, true);
    if (!second) return std::nullopt;
    // Two plain numbers are no times: "3 - 4". With "from" they may be.
    const bool plain = first.next == begin + 1 && second->next == after + 1;
    if (plain && !(opened && stands_alone(second->next))) return std::nullopt;
    return Match<ClockRange>{{first.value, second->value, exclusive}, second->next};
  }

  // Nothing follows, or a day.
  [[nodiscard]] bool stands_alone(std::size_t at) const {
    if (!reading_.has(at)) return true;
    return gather_days(at).next > at || gather_days(at + 1).next > at + 1;
  }

  [[nodiscard]] Maybe<Moment> read_clock_range(std::size_t at) const {
    std::optional<Piece> period;
    std::optional<Hours> hours;
    auto range = read_clocks(at);
    if (!range) {
      Parts day = gather_days(at);
      if (day.next == at) return std::nullopt;
      const auto behind = [&](std::size_t place) {
        return read_clocks(reading_.is(place, ",") || reading_.is(place, "at") ? place + 1 : place);
      };
      range = behind(day.next);
      if (!range) {  // "thursday 5-7pm" is no fifth of july
        const auto weekday = periods_.read_weekday_name(at);
        if (!weekday) return std::nullopt;
        day = {weekday->value, std::nullopt, std::nullopt, weekday->next};
        range = behind(day.next);
      }
      if (!range) return std::nullopt;
      period = day.period;
      hours = day.hours;
    }
    std::size_t next = range->next;
    if (!period && !hours) {
      const std::size_t link = reading_.longest(next, kLinkWords);
      const Parts day = gather_days(next + link);
      if (day.next > next + link) {
        period = day.period;
        hours = day.hours;
        next = day.next;
      }
    }
    if (period && period->grain != Grain::day) return std::nullopt;
    const auto moment = range_of(range->value, period, hours);
    return moment ? Maybe<Moment>({*moment, next}) : std::nullopt;
  }

  // A day, a part of it, or both.
  [[nodiscard]] Parts gather_days(std::size_t at) const {
    Parts parts;
    parts.next = at;
    for (int step = 0; step < 2; ++step) {
      const auto period = parts.period ? Maybe<Piece>() : periods_.read(parts.next);
      const auto hours = parts.hours ? Maybe<Hours>() : read_hours(parts.next);
      if (period && period->value.grain == Grain::day && !period->value.interval) {
        parts.period = period->value;
        parts.next = period->next;
      } else if (hours) {
        parts.hours = hours->value;
        parts.next = hours->next;
      }
    }
    return parts;
  }

  [[nodiscard]] std::optional<Moment> range_of(
      const ClockRange& range, const std::optional<Piece>& period, const std::optional<Hours>& hours
  ) const {
    const LocalSeconds half = 12 * kHour;
    LocalSeconds first = range.first.seconds;
    LocalSeconds second = range.second.seconds;
    if (hours && hours->to > 12) {
      if (!range.first.half_known && first < half) first += half;
      if (!range.second.half_known && second < half) second += half;
    } else if (!hours) {
      // "3:30-6 p.m.": the first in the same half when that is before the second.
      if (!range.first.half_known && range.second.half_known && first < half && first + half < second)
        first += half;
      if (range.first.half_known && !range.second.half_known && second < first) second += half;
      const LocalSeconds today = floor_to(now_, Grain::day);
      const bool now_matters = !period || period->start == today;
      const bool both_open = !range.first.half_known && !range.second.half_known;
      if (both_open && second < first) second += half;
      if (both_open && now_matters && today + first < now_ && second + half <= kDay) {
        first += half;
        second += half;
      }
    }
    const LocalSeconds today = floor_to(now_, Grain::day);
    LocalSeconds day = period ? period->start : today;
    if (!period && today + first < now_) day += kDay;
    if (second < first) second += kDay;
    const Grain grain = std::min(range.first.grain, range.second.grain);
    Clock zone = range.second;
    if (!zone.zone) zone = range.first;
    const LocalSeconds end = range.exclusive ? day + second : plus(day + second, grain, 1);
    return interval(in_zone(day + first, zone), in_zone(end, zone), grain);
  }

  // "monday to wednesday", "from may 2 until the end of june".
  [[nodiscard]] Maybe<Moment> read_date_range(std::size_t at) const {
    const std::size_t open = opening(at);
    const auto first = read_point(at + open, false);
    if (!first || first->value.latent) return std::nullopt;
    const std::size_t till = reading_.longest(first->next, kTillWords);
    if (till == 0 || (reading_.is(first->next, "and") && open == 0)) return std::nullopt;
    auto second = read_point(first->next + till, false);
    if (!second || second->value.latent) return std::nullopt;
    const bool days = first->value.grain == Grain::day && second->value.grain == Grain::day;
    const LocalSeconds behind = first->value.start - second->value.start;
    if (days && behind >= 0 && behind < 7 * kDay) {  // "monday to friday": the friday behind that monday
      second->value.start += 7 * kDay;
      second->value.end += 7 * kDay;
    }
    const bool months = first->value.grain == Grain::month && second->value.grain == Grain::month;
    if (months && behind > 0)
      second->value = point_at(plus(second->value.start, Grain::year, 1), Grain::month);
    if (second->value.start <= first->value.start) return std::nullopt;
    const Grain grain = std::min(first->value.grain, second->value.grain);
    LocalSeconds end = second->value.interval ? second->value.end : plus(second->value.start, grain, 1);
    if (grain < second->value.grain) end = second->value.start;
    return Match<Moment>{interval(first->value.start, end, grain), second->next};
  }

  // "by friday", "within 2 weeks", "after 2pm", "until the end of may".
  [[nodiscard]] Maybe<Moment> read_limit(std::size_t at) const {
    if (reading_.is(at, "within")) {
      std::size_t place = at + 1;
      if (reading_.is(place, "the")) ++place;
      const auto few = periods_.read_many_from_now(place);
      if (few) return until(few->value, few->next);
    }
    if (reading_.is(at, "by") || match_phrase(reading_.tokens, at, "no later than") > 0) {
      const std::size_t taken = reading_.is(at, "by") ? 1 : 3;
      const auto point = read_point(at + taken, true);
      if (point && !point->value.latent) {
        return until(point->value.interval ? point->value.end : point->value.start, point->next);
      }
    }
    const std::size_t after = reading_.longest(at, kAfterWords);
    const std::size_t before = reading_.longest(at, kBeforeWords);
    const std::size_t taken = std::max(after, before);
    if (taken == 0) return std::nullopt;
    auto point = read_point(at + taken, false);
    if (!point || point->value.latent) {
      if (reading_.is(at, "after")) point = periods_.read_later(at + 1);
      if (const auto year = periods_.read_year(at + taken); year && year->value < 2200) {
        point = {point_at(at_day(year->value, 1), Grain::year), year->next};
      }
    }
    if (!point || point->value.latent) return std::nullopt;
    Moment moment = to_moment(point->value);
    const bool is_after = after >= before;
    if (moment.end && is_after && !reading_.is(at, "from") && !reading_.is(at, "since"))
      moment.start = *moment.end;
    const bool until = reading_.is(at, "until") || reading_.is(at, "till");
    if (moment.end && until) moment.start = *moment.end;
    moment.end.reset();
    moment.open = is_after ? OpenEnd::after : OpenEnd::before;
    return Match<Moment>{moment, point->next};
  }

  [[nodiscard]] Maybe<Moment> until(LocalSeconds end, std::size_t next) const {
    if (end <= now_) return std::nullopt;
    return Match<Moment>{interval(now_, end, Grain::second), next};
  }

  [[nodiscard]] Maybe<Moment> read_soon(std::size_t at) const {
    if (const std::size_t soon = reading_.longest(at, kSoonWords)) {
      return Match<Moment>{{now_, Grain::second, std::nullopt, OpenEnd::after}, at + soon};
    }
    std::size_t now = reading_.longest(at, reading_.words.now);
    for (const std::string_view words :
         {"at the moment", "at this moment", "at this time", "at once", "atm"}) {
      now = std::max(now, match_phrase(reading_.tokens, at, words));
    }
    if (now == 0) return std::nullopt;
    return Match<Moment>{{now_, Grain::second, std::nullopt, OpenEnd::none}, at + now};
  }

  const Reading& reading_;
  PeriodReader periods_;
  LocalSeconds now_;
  bool latent_;
};

// Digits glued to a word or another number before them belong to something else: "A4", "650-650-6500".
bool is_part_of_something(const Reading& reading, std::size_t at) {
  if (!reading.is_glued(at)) return false;
  const Token& before = reading.tokens[at - 1];
  if (reading.is_digits(at) && before.is_word()) return true;
  return !before.is_word() && !before.is_digits() && at > 1 && reading.is_glued(at - 1) &&
         reading.is_digits(at - 2) && reading.is_digits(at);
}

}  // namespace

std::vector<FoundMoment> find_moments(
    std::string_view text, const Circumstances& circumstances, bool latent
) {
  const Reading reading(text, circumstances);
  const MomentReader reader(reading, latent);
  std::vector<FoundMoment> found;
  for (std::size_t at = 0; at < reading.size();) {
    const auto match = is_part_of_something(reading, at) ? Maybe<Moment>() : reader.read(at);
    if (!match || match->next <= at) {
      ++at;
      continue;
    }
    found.push_back({match->value, reading.tokens[at].begin, reading.tokens[match->next - 1].end});
    at = match->next;
  }
  return found;
}

}  // namespace parley::language
