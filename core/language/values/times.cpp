// Times of day, and points in time.
#include <algorithm>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

constexpr std::int32_t kDayMinutes = 24 * 60;

std::optional<std::int32_t> small_number(const Reading& reading, std::size_t at, std::int32_t most) {
  if (!reading.is_digits(at) || reading.tokens[at].text.size() > 2) return std::nullopt;
  const auto value = static_cast<std::int32_t>(Number::of_digits(reading.tokens[at].text).digits);
  return value <= most ? std::optional(value) : std::nullopt;
}

// A worded or written number below `limit`, without what follows it.
Maybe<std::int32_t> read_small(const Reading& reading, std::size_t at, std::int32_t limit) {
  if (const auto digits = small_number(reading, at, limit - 1)) return Match<std::int32_t>{*digits, at + 1};
  const auto number = read_words_below_hundred(reading, at);
  if (!number || number->value >= limit) return std::nullopt;
  return Match<std::int32_t>{static_cast<std::int32_t>(number->value), number->next};
}

void set_meridiem(ClockTime& time, Meridiem meridiem) {
  if (meridiem == Meridiem::pm && time.hour < 12) time.hour += 12;
  if (meridiem == Meridiem::am && time.hour == 12) time.hour = 0;
  time.half_day_known = true;
}

// "am", "p.m.", "in the evening": behind the clock time. Returns how many tokens it takes.
std::size_t read_meridiem(const Reading& reading, std::size_t at, ClockTime& time) {
  if (time.hour > 12 || !reading.has(at)) return 0;
  const auto letter_must_be_glued = [&](std::size_t taken) {
    return taken == 1 && reading.tokens[at].text.size() == 1 && reading.tokens[at].spaced;
  };
  if (const std::size_t pm = reading.longest(at, reading.words.pm); pm > 0 && !letter_must_be_glued(pm)) {
    set_meridiem(time, Meridiem::pm);
    return pm;
  }
  if (const std::size_t am = reading.longest(at, reading.words.am); am > 0 && !letter_must_be_glued(am)) {
    set_meridiem(time, Meridiem::am);
    return am;
  }
  std::size_t most = 0;
  Meridiem meridiem = Meridiem::am;
  for (const PartOfDay& row : reading.rows_at(at, reading.words.parts_of_day)) {
    const std::size_t taken = match_phrase(reading.tokens, at, row.words);
    if (taken > most) {
      most = taken;
      meridiem = row.meridiem;
    }
  }
  if (most > 0) set_meridiem(time, meridiem);
  return most;
}

Match<ClockTime> with_meridiem(const Reading& reading, Match<ClockTime> time) {
  time.next += read_meridiem(reading, time.next, time.value);
  return time;
}

ClockTime clock(std::int32_t hour, std::int32_t minute = 0, std::int32_t second = 0) {
  return {hour == 24 ? 0 : hour, minute, second, hour == 0 || hour > 12};
}

// "18:30", "6:30:15 pm", "18h30", "18.30 uhr".
Maybe<ClockTime> read_digital(const Reading& reading, std::size_t at, bool bare) {
  const auto hour = small_number(reading, at, 24);
  if (!hour) return std::nullopt;
  const bool colon = reading.is(at + 1, ":") && reading.is_glued(at + 1);
  const bool letter = reading.is(at + 1, "h") && reading.is_glued(at + 1);
  const bool point = reading.is(at + 1, ".") && reading.is_glued(at + 1) &&
                     (bare || reading.longest(at + 3, reading.words.oclock) > 0);
  if (!colon && !letter && !point) return std::nullopt;
  const auto minute =
      reading.is_glued(at + 2) && reading.is_digits(at + 2) && reading.tokens[at + 2].text.size() == 2
          ? small_number(reading, at + 2, 59)
          : std::nullopt;
  if (!minute) {
    if (!letter) return std::nullopt;
    return Match<ClockTime>{{clock(*hour).hour, 0, 0, true}, at + 2};
  }
  Match<ClockTime> time{clock(*hour, *minute), at + 3};
  if (reading.tokens[at].text.size() == 2 && reading.tokens[at].text.front() == '0')
    time.value.half_day_known = true;
  if (reading.is(at + 3, ":") && reading.is_glued(at + 3) && reading.is_glued(at + 4)) {
    if (const auto second = small_number(reading, at + 4, 59)) {
      time.value.second = *second;
      time.next = at + 5;
    }
  }
  time.next += reading.longest(time.next, reading.words.oclock);
  return with_meridiem(reading, time);
}

Maybe<ClockTime> read_named(const Reading& reading, std::size_t at) {
  for (const NamedNumber& row : reading.rows_at(at, reading.words.clock_names)) {
    const std::size_t taken = match_phrase(reading.tokens, at, row.word);
    if (taken > 0) return Match<ClockTime>{{row.value / 60, row.value % 60, 0, true}, at + taken};
  }
  return std::nullopt;
}

// An hour as it is named in "half past six": a number, "noon", "3pm".
Maybe<ClockTime> read_hour(const Reading& reading, std::size_t at) {
  if (auto named = read_named(reading, at)) return named;
  const auto hour = read_small(reading, at, 25);
  if (!hour) return std::nullopt;
  Match<ClockTime> time{clock(hour->value), hour->next};
  if (reading.is(time.next, "h") && reading.is_glued(time.next)) ++time.next;
  time.next += reading.longest(time.next, reading.words.oclock);
  return with_meridiem(reading, time);
}

std::optional<ClockTime> shifted(ClockTime time, std::int32_t minutes) {
  const std::int32_t total = (time.hour * 60 + time.minute + minutes + kDayMinutes) % kDayMinutes;
  return ClockTime{total / 60, total % 60, 0, time.half_day_known};
}

bool is_minute_word(const Reading& reading, std::size_t at) {
  return std::any_of(
      reading.words.durations.begin(),
      reading.words.durations.end(),
      [&](const DurationWord& row) { return row.seconds == 60 && !row.months && reading.is(at, row.word); }
  );
}

// "dix heures et quart", "huit heures trente", "las cinco menos diez": what is told of the hour behind it.
Match<ClockTime> with_minutes_behind(const Reading& reading, Match<ClockTime> hour) {
  if (!reading.words.minutes_after_hour || hour.value.minute != 0) return hour;
  std::size_t next = hour.next;
  const bool less = reading.is_one_of(next, reading.words.negatives);
  const bool plus = !less && reading.is_one_of(next, reading.words.conjunctions);
  if (less || plus) ++next;
  if (reading.is_one_of(next, reading.words.the) || reading.is_one_of(next, reading.words.articles)) ++next;
  std::int32_t minutes = 0;
  const FractionWord* fraction =
      reading.has(next) ? reading.words.fractions.find_word(reading.tokens[next].text) : nullptr;
  if ((less || plus) && fraction != nullptr && (fraction->denominator == 2 || fraction->denominator == 4)) {
    minutes = 60 / fraction->denominator;
    ++next;
  } else if (const auto count = read_small(reading, next, 60); count && count->value > 0) {
    // "20 heures 4 personnes": minutes have two digits, or are a word.
    if (reading.is_digits(next) && reading.tokens[next].text.size() != 2) return hour;
    minutes = count->value;
    next = count->next;
  } else {
    return hour;
  }
  return {*shifted(hour.value, less ? -minutes : minutes), next};
}

// "half past six", "a quarter to 5", "20 minutes past 3pm", "half three", German "halb sechs".
Maybe<ClockTime> read_spoken(const Reading& reading, std::size_t at) {
  std::size_t next = at;
  std::int32_t minutes = 0;
  if (reading.is_one_of(next, reading.words.articles)) ++next;
  bool is_half = false;
  const auto fraction = std::find_if(
      reading.words.fractions.begin(),
      reading.words.fractions.end(),
      [&](const FractionWord& row) {
        return reading.is(next, row.word) && (row.denominator == 2 || row.denominator == 4);
      }
  );
  if (fraction != reading.words.fractions.end()) {
    is_half = fraction->denominator == 2;
    minutes = 60 / fraction->denominator;
    ++next;
  } else if (const auto count = read_small(reading, at, 60); count && next == at) {
    minutes = count->value;
    next = count->next;
    if (is_minute_word(reading, next)) ++next;
  } else {
    return std::nullopt;
  }
  const bool past = reading.is_one_of(next, reading.words.past);
  const bool before = !past && reading.is_one_of(next, reading.words.before);
  if (!past && !before && !is_half) return std::nullopt;
  const auto hour = read_hour(reading, past || before ? next + 1 : next);
  if (!hour || hour->value.minute != 0) return std::nullopt;
  const bool backwards = before || (!past && reading.words.half_means_before);
  return Match<ClockTime>{*shifted(hour->value, backwards ? -minutes : minutes), hour->next};
}

// "seven thirty", "twelve oh three", "6 15 pm".
Maybe<ClockTime> read_two_numbers(const Reading& reading, std::size_t at, bool bare) {
  const auto hour = read_small(reading, at, 25);
  if (!hour) return std::nullopt;
  std::size_t next = hour->next;
  const bool worded = reading.tokens[at].is_word();
  if (worded && reading.is(next, "-")) ++next;
  const bool zero = worded && (reading.is(next, "oh") || reading.is(next, "o"));
  if (zero) ++next;
  if (worded && zero && reading.is(next, "-")) ++next;
  const auto minute = read_small(reading, next, 60);
  if (!minute || (!zero && minute->value < 10) || (worded && !reading.tokens[next].is_word()))
    return std::nullopt;
  Match<ClockTime> time{clock(hour->value, minute->value), minute->next};
  const Match<ClockTime> finished = with_meridiem(reading, time);
  if (finished.next == time.next && !bare) return std::nullopt;
  return finished;
}

// "6pm", "3 in the morning", "8 o'clock", "at 7"; a bare hour only where a time is asked for.
Maybe<ClockTime> read_plain_hour(const Reading& reading, std::size_t at, bool bare) {
  const auto hour = read_small(reading, at, 25);
  if (!hour) return std::nullopt;
  Match<ClockTime> time{clock(hour->value), hour->next};
  const std::size_t oclock = reading.longest(time.next, reading.words.oclock);
  time.next += oclock;
  const bool told = at > 0 && (reading.is(at - 1, "las") || reading.is(at - 1, "la"));
  if (oclock > 0 || told || bare) time = with_minutes_behind(reading, time);
  const Match<ClockTime> finished = with_meridiem(reading, time);
  if (finished.next == time.next && oclock == 0 && time.value.minute == 0) {
    // "at 7", but neither "at 7 dollars" nor "at 650-650-6500".
    const bool ends_here =
        !reading.has(time.next) || (!reading.tokens[time.next].is_digits() && !reading.is_glued(time.next));
    const bool introduced = at > 0 && (told || reading.is(at - 1, "at") || reading.is(at - 1, "@") ||
                                       reading.is(at - 1, "um") || reading.is(at - 1, "à"));
    if (!ends_here || !(bare || introduced)) return std::nullopt;
  }
  return finished;
}

// "1030", "1830 hours": four digits where a time is asked for.
Maybe<ClockTime> read_military(const Reading& reading, std::size_t at, bool bare) {
  if (!bare || !reading.is_digits(at) || reading.tokens[at].text.size() != 4) return std::nullopt;
  const auto number = static_cast<std::int32_t>(Number::of_digits(reading.tokens[at].text).digits);
  if (number / 100 > 23 || number % 100 > 59) return std::nullopt;
  return with_meridiem(reading, {clock(number / 100, number % 100), at + 1});
}

std::string two_digits(std::int32_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<Timestamp> at_time(
    const Date& date, const ClockTime& time, const Circumstances& circumstances
) {
  CivilTime civil;
  civil.year = date.year;
  civil.month = date.month;
  civil.day = date.day;
  civil.hour = time.hour;
  civil.minute = time.minute;
  civil.second = time.second;
  const auto point = from_civil(civil, circumstances.utc_offset_seconds);
  if (!point) return std::nullopt;
  return *point;
}

std::size_t skip_links(const Reading& reading, std::size_t at) {
  // The "T" is that of ISO 8601.
  while (reading.is_one_of(at, reading.words.at) || (reading.is(at, "t") && reading.is_glued(at))) {
    ++at;
  }
  return at;
}

// A time whose half of the day was not said is the next one to come when the day is today.
ClockTime settle(ClockTime time, const Date& date, const Circumstances& circumstances) {
  if (time.half_day_known || !(date == today(circumstances)) || time.hour > 12) return time;
  const CivilTime now = to_civil(circumstances.now, circumstances.utc_offset_seconds);
  const std::int32_t hour = time.hour % 12;
  const std::int32_t minutes_now = now.hour * 60 + now.minute;
  if (time.hour == 12) return time;
  time.hour = hour * 60 + time.minute >= minutes_now ? hour : hour + 12;
  return time;
}

Maybe<Timestamp> read_date_then_time(const Reading& reading, std::size_t at) {
  const auto date = read_date(reading, at);
  if (!date) return std::nullopt;
  const std::size_t next = skip_links(reading, date->next);
  // "tomorrow evening at 8": the part of the day may come first.
  ClockTime part;
  part.hour = 1;
  const std::size_t part_size = read_meridiem(reading, next, part);
  auto time = read_time(reading, skip_links(reading, next + part_size), true);
  if (!time) return std::nullopt;
  const bool evening = (part_size > 0 && part.hour > 12) || reading.is(at, "tonight") ||
                       reading.is(at + 1, "afternoon") || reading.is(at + 1, "evening");
  if (evening && time->value.hour < 12 && !time->value.half_day_known)
    set_meridiem(time->value, Meridiem::pm);
  const auto point =
      at_time(date->value, settle(time->value, date->value, reading.circumstances), reading.circumstances);
  return point ? Maybe<Timestamp>({*point, time->next}) : std::nullopt;
}

Maybe<Timestamp> read_time_then_date(const Reading& reading, std::size_t at) {
  const bool four_digits =
      reading.is_digits(at) && reading.tokens[at].text.size() == 4;  // "… 555 0121 tomorrow"
  const auto time = read_time(reading, at, !four_digits);
  if (!time) return std::nullopt;
  const auto date = read_date(reading, skip_links(reading, time->next));
  if (!date) return std::nullopt;
  const auto point =
      at_time(date->value, settle(time->value, date->value, reading.circumstances), reading.circumstances);
  return point ? Maybe<Timestamp>({*point, date->next}) : std::nullopt;
}

// The next such time: today or, when it is over, tomorrow.
Maybe<Timestamp> read_time_alone(const Reading& reading, std::size_t at) {
  const auto time = read_time(reading, at);
  if (!time) return std::nullopt;
  Date date = today(reading.circumstances);
  auto point = at_time(date, settle(time->value, date, reading.circumstances), reading.circumstances);
  if (point && *point < reading.circumstances.now) {
    date = plus_days(date, 1);
    point = at_time(date, time->value, reading.circumstances);
  }
  return point ? Maybe<Timestamp>({*point, time->next}) : std::nullopt;
}

// "in 2 hours", "90 minutes from now", "20 minutes ago", "now".
Maybe<Timestamp> read_moment(const Reading& reading, std::size_t at) {
  if (const std::size_t now = reading.longest(at, reading.words.now))
    return Match<Timestamp>{reading.circumstances.now, at + now};
  const std::size_t in = reading.longest(at, reading.words.in);
  const auto duration = read_duration(reading, at + in);
  if (!duration) return std::nullopt;
  const std::size_t ago = reading.longest(duration->next, reading.words.ago);
  const std::size_t later = reading.longest(duration->next, reading.words.from_now);
  if (in == 0 && ago == 0 && later == 0) return std::nullopt;
  const bool past = in == 0 && ago > 0;
  const auto point = past ? subtract(reading.circumstances.now, duration->value)
                          : add(reading.circumstances.now, duration->value);
  if (!point) return std::nullopt;
  return Match<Timestamp>{*point, duration->next + (in > 0 ? 0 : past ? ago : later)};
}

// RFC 3339, which carries its own zone.
Maybe<Timestamp> read_rfc3339(const Reading& reading, std::size_t at) {
  if (!reading.is_digits(at) || reading.tokens[at].text.size() != 4) return std::nullopt;
  std::size_t next = at + 1;
  while (reading.is_glued(next)) ++next;
  const std::size_t begin = reading.tokens[at].begin;
  const auto point = parse_timestamp(reading.text.substr(begin, reading.tokens[next - 1].end - begin));
  if (!point) return std::nullopt;
  return Match<Timestamp>{*point, next};
}

}  // namespace

Maybe<ClockTime> read_time(const Reading& reading, std::size_t at, bool bare) {
  if (!reading.has(at)) return std::nullopt;
  Maybe<ClockTime> best;
  const auto consider = [&](const Maybe<ClockTime>& time) {
    if (time && (!best || time->next > best->next)) best = time;
  };
  if (auto named = read_named(reading, at)) consider(with_minutes_behind(reading, *named));
  consider(read_digital(reading, at, bare));
  consider(read_spoken(reading, at));
  consider(read_two_numbers(reading, at, bare));
  consider(read_plain_hour(reading, at, bare));
  consider(read_military(reading, at, bare));
  return best;
}

std::string to_string(const ClockTime& time) {
  std::string text = two_digits(time.hour) + ":" + two_digits(time.minute);
  if (time.second != 0) text += ":" + two_digits(time.second);
  return text;
}

Maybe<Timestamp> read_datetime(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return std::nullopt;
  Maybe<Timestamp> best;
  for (const auto reader :
       {read_rfc3339, read_date_then_time, read_time_then_date, read_moment, read_time_alone}) {
    const auto point = reader(reading, at);
    if (point && (!best || point->next > best->next)) best = point;
  }
  return best;
}

}  // namespace parley::language
