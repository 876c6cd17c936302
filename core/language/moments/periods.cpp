#include "language/moments/periods.hpp"

#include <algorithm>

#include "language/moments/words.hpp"

namespace parley::language {
namespace {

constexpr LocalSeconds kDay = 86'400;

template <typename Row>
const Row* longest_row(const Reading& reading, std::size_t at, const Table<Row>& table, std::size_t& taken) {
  const Row* best = nullptr;
  taken = 0;
  for (const Row& row : reading.rows_at(at, table)) {
    const std::size_t size = match_phrase(reading.tokens, at, phrase_of(row));
    if (size > taken) {
      taken = size;
      best = &row;
    }
  }
  return best;
}

}  // namespace

PeriodReader::PeriodReader(const Reading& reading)
    : reading_(reading), now_(reading.circumstances.now.seconds + reading.circumstances.utc_offset_seconds) {}

Maybe<Piece> PeriodReader::read(std::size_t at) const {
  if (!reading_.has(at)) return std::nullopt;
  constexpr Reader kReaders[] = {
      &PeriodReader::read_cycle,
      &PeriodReader::read_counted_ahead,
      &PeriodReader::read_distance,
      &PeriodReader::read_distance_from,
      &PeriodReader::read_spaced_date,
      &PeriodReader::read_whole_week,
      &PeriodReader::read_quarter,
      &PeriodReader::read_year_alone,
      &PeriodReader::read_month,
      &PeriodReader::read_edge,
      &PeriodReader::read_edge_name,
      &PeriodReader::read_nth,
      &PeriodReader::read_weekday_in_week,
      &PeriodReader::read_weekday_after_next,
      &PeriodReader::read_counted_weekdays,
      &PeriodReader::read_closest,
      &PeriodReader::read_week_of,
      &PeriodReader::read_day_of_period,
      &PeriodReader::read_weekday_and_date,
      &PeriodReader::read_date_short_year,
      &PeriodReader::read_plain_date,
  };
  Maybe<Piece> best;
  for (const Reader reader : kReaders) {
    auto piece = (this->*reader)(at);
    if (piece && (!best || piece->next > best->next)) best = piece;
  }
  return best;
}

std::size_t PeriodReader::read_direction(std::size_t at, int& direction) const {
  const std::size_t ahead = reading_.longest(at, kAheadWords);
  const std::size_t now = reading_.longest(at, kNowWords);
  const std::size_t behind = reading_.longest(at, kBehindWords);
  const std::size_t most = std::max({ahead, now, behind});
  direction = most == 0 ? 0 : most == behind ? -1 : most == ahead ? 1 : 0;
  return most;
}

Maybe<Grain> PeriodReader::read_unit(std::size_t at) const {
  std::size_t taken = 0;
  const UnitWord* row = longest_row(reading_, at, kUnits, taken);
  if (row == nullptr) return std::nullopt;
  const bool letter = row->word.size() == 1;
  if (letter && (at == 0 || !reading_.is_digits(at - 1) || reading_.tokens[at].spaced)) return std::nullopt;
  return Match<Grain>{row->grain, at + taken};
}

// "3", "three", "a few", "a couple of".
Maybe<std::int64_t> PeriodReader::read_few(std::size_t at) const {
  for (const std::string_view few : {"a few", "few", "several"}) {
    if (const std::size_t taken = match_phrase(reading_.tokens, at, few)) {
      return Match<std::int64_t>{3, at + taken};
    }
  }
  const auto count = read_count(reading_, at);
  if (!count || !count->value.is_integer() || count->value.digits < 0) return std::nullopt;
  std::size_t next = count->next;
  if (reading_.is(next, "of")) ++next;
  while (reading_.is(next, "more") || reading_.is(next, "full") || reading_.is(next, "additional")) ++next;
  return Match<std::int64_t>{count->value.digits, next};
}

const NamedNumber* PeriodReader::month_at(std::size_t at) const {
  return reading_.has(at) ? reading_.words.months.find_word(reading_.tokens[at].text) : nullptr;
}

const NamedNumber* PeriodReader::weekday_at(std::size_t at) const {
  if (!reading_.has(at)) return nullptr;
  std::string_view word = reading_.tokens[at].text;
  if (const NamedNumber* row = reading_.words.weekdays.find_word(word)) return row;
  if (!word.ends_with('s')) return nullptr;
  word.remove_suffix(1);
  return reading_.words.weekdays.find_word(word);
}

Maybe<std::int64_t> PeriodReader::read_year(std::size_t at) const {
  const bool marked = reading_.is(at, "'");
  const std::size_t digits = marked ? at + 1 : at;
  if (!reading_.is_digits(digits)) return std::nullopt;
  const std::string_view text = reading_.tokens[digits].text;
  if (text.size() != 4 && !(marked && text.size() == 2)) return std::nullopt;
  if (reading_.is_glued(digits + 1) &&
      (reading_.is(digits + 1, ":") || reading_.tokens[digits + 1].is_word()))
    return std::nullopt;
  const std::int64_t year = Number::of_digits(text).digits;
  if (text.size() == 2) return Match<std::int64_t>{year < 70 ? 2000 + year : 1900 + year, digits + 1};
  return year >= 1000 ? Maybe<std::int64_t>({year, digits + 1}) : std::nullopt;
}

LocalSeconds PeriodReader::upcoming_month(std::int64_t month) const {
  const CalendarDay today = day_of(now_);
  return at_day(month >= today.month ? today.year : today.year + 1, month);
}

Piece PeriodReader::weekend(std::int64_t weeks) const {
  const LocalSeconds monday = plus(floor_to(now_, Grain::week), Grain::week, weeks + 1);
  return {monday - 3 * kDay + 18 * 3600, monday, Grain::hour, true};
}

// The weekend, season or month with such a name: the one that is on, next or last.
Maybe<Piece> PeriodReader::read_named_cycle(std::size_t at, int direction, bool said) const {
  for (const std::string_view word : {"weekend", "week end", "week - end", "weekends"}) {
    if (const std::size_t taken = match_phrase(reading_.tokens, at, word)) {
      const bool coming = at > 0 && (reading_.is(at - 1, "coming") || reading_.is(at - 1, "upcoming"));
      return Match<Piece>{weekend(coming ? 0 : direction), at + taken};
    }
  }
  std::size_t taken = 0;
  if (const Season* season = longest_row(reading_, at, kSeasons, taken)) {
    std::size_t year_at = at + taken;
    if (reading_.is(year_at, "of") || reading_.is(year_at, ",")) ++year_at;
    const auto of_year = read_year(year_at);
    if (!said && !of_year) return std::nullopt;
    std::int32_t year = day_of(now_).year;
    const auto end_of = [&](std::int32_t of) {
      return at_day(of + (season->end_month < season->month ? 1 : 0), season->end_month, season->end_day);
    };
    if (of_year) {
      year = static_cast<std::int32_t>(of_year->value);
      return Match<Piece>{
          {at_day(year, season->month, season->day), end_of(year), Grain::day, true}, of_year->next
      };
    }
    if (end_of(year - 1) > now_) --year;  // a winter that began last year
    const bool is_on = at_day(year, season->month, season->day) <= now_;
    year += direction < 0 ? -1 : direction > 0 && is_on ? 1 : 0;
    return Match<Piece>{
        {at_day(year, season->month, season->day), end_of(year), Grain::day, true}, at + taken
    };
  }
  const NamedNumber* month = month_at(at);
  if (month == nullptr || !said) return std::nullopt;
  const CalendarDay today = day_of(now_);
  std::int32_t year = month->value >= today.month ? today.year : today.year + 1;
  if (direction < 0) year = month->value < today.month ? today.year : today.year - 1;
  if (direction > 0 && month->value == today.month) ++year;
  return Match<Piece>{point_at(at_day(year, month->value), Grain::month), at + 1};
}

// "the next three weeks", "last two minutes"; "upcoming 2 months" is the second one.
Maybe<Piece> PeriodReader::read_many(std::size_t at, int direction) const {
  const auto count = reading_.is_one_of(at, reading_.words.articles) ? Maybe<std::int64_t>() : read_few(at);
  if (!count || direction == 0 || count->value < 1) return std::nullopt;
  const auto unit = read_unit(count->next);
  if (!unit) return std::nullopt;
  const LocalSeconds floor = floor_to(now_, unit->value);
  const bool upcoming = reading_.is(at - 1, "upcoming") || reading_.is(at - 1, "coming");
  if (upcoming) {
    return Match<Piece>{point_at(plus(floor, unit->value, count->value), unit->value), unit->next};
  }
  const LocalSeconds start =
      direction > 0 ? plus(floor, unit->value, 1) : plus(floor, unit->value, -count->value);
  return Match<Piece>{{start, plus(start, unit->value, count->value), unit->value, true}, unit->next};
}

// "this week", "next quarter", "last summer", "this past weekend".
Maybe<Piece> PeriodReader::read_cycle(std::size_t at) const {
  int direction = 0;
  const std::size_t said = read_direction(at, direction);
  if (said == 0) return read_named_cycle(skip_the(at), 0, false);
  std::size_t next = at + said;
  if (const auto many = read_many(next, direction)) return many;
  if (auto named = read_named_cycle(next, direction, true)) return named;
  const auto unit = read_unit(next);
  if (!unit || reading_.tokens[next].text.size() == 1) return std::nullopt;
  const LocalSeconds start = plus(floor_to(now_, unit->value), unit->value, direction);
  return Match<Piece>{point_at(start, unit->value), unit->next};
}

// "2 upcoming weeks".
Maybe<Piece> PeriodReader::read_counted_ahead(std::size_t at) const {
  const auto count = read_few(at);
  if (!count || !(reading_.is(count->next, "upcoming") || reading_.is(count->next, "coming")))
    return std::nullopt;
  const auto unit = read_unit(count->next + 1);
  if (!unit) return std::nullopt;
  const LocalSeconds start = plus(floor_to(now_, unit->value), unit->value, count->value);
  return Match<Piece>{point_at(start, unit->value), unit->next};
}

// "all week", "rest of the week".
Maybe<Piece> PeriodReader::read_whole_week(std::size_t at) const {
  const LocalSeconds monday = floor_to(now_, Grain::week);
  const LocalSeconds sunday = monday + 6 * kDay;
  for (const std::string_view all : {"all week", "all of this week", "all this week", "the whole week"}) {
    if (const std::size_t taken = match_phrase(reading_.tokens, at, all)) {
      return Match<Piece>{{monday, sunday, Grain::day, true}, at + taken};
    }
  }
  for (const std::string_view rest :
       {"rest of the week", "the rest of the week", "the week", "rest of this week"}) {
    if (const std::size_t taken = match_phrase(reading_.tokens, at, rest)) {
      return Match<Piece>{
          {floor_to(now_, Grain::day), sunday, Grain::day, true, rest == "the week"}, at + taken
      };
    }
  }
  return std::nullopt;
}

// "3rd quarter", "4th qtr 2018", "18q4", "q3 of 2018".
Maybe<Piece> PeriodReader::read_quarter(std::size_t at) const {
  const auto in_year = [&](std::int64_t quarter, std::int64_t year, std::size_t next) {
    return Match<Piece>{point_at(at_day(year, quarter * 3 - 2), Grain::quarter), next};
  };
  const auto number_at = [&](std::size_t place) -> std::int64_t {
    if (!reading_.is_digits(place) || reading_.tokens[place].text.size() != 1) return 0;
    const std::int64_t number = reading_.tokens[place].text[0] - '0';
    return number <= 4 ? number : 0;
  };
  const auto with_year = [&](std::int64_t quarter, std::size_t next) {
    std::size_t year_at = next;
    if (reading_.is(year_at, "of") || reading_.is(year_at, "in") || reading_.is(year_at, ",")) ++year_at;
    if (const auto year = read_year(year_at)) return in_year(quarter, year->value, year->next);
    return in_year(quarter, day_of(now_).year, next);
  };
  if (reading_.is_digits(at) && reading_.is(at + 1, "q") && reading_.is_glued(at + 1) &&
      number_at(at + 2) > 0) {
    const std::int64_t year = Number::of_digits(reading_.tokens[at].text).digits;
    return in_year(number_at(at + 2), year < 100 ? 2000 + year : year, at + 3);
  }
  if (reading_.is(at, "q") && reading_.is_glued(at + 1) && number_at(at + 1) > 0) {
    return with_year(number_at(at + 1), at + 2);
  }
  const auto nth = read_ordinal(reading_, skip_the(at));
  if (!nth || nth->value < 1 || nth->value > 4) return std::nullopt;
  const auto unit = read_unit(nth->next);
  if (!unit || unit->value != Grain::quarter) return std::nullopt;
  return with_year(nth->value, unit->next);
}

// "in 2014", "2014 AD", "in 14 a.d.".
Maybe<Piece> PeriodReader::read_year_alone(std::size_t at) const {
  const bool in = reading_.is(at, "in") || reading_.is(at, "during");
  const std::size_t digits = in ? at + 1 : at;
  if (!reading_.is_digits(digits) || reading_.tokens[digits].text.size() > 4) return std::nullopt;
  std::int64_t year = Number::of_digits(reading_.tokens[digits].text).digits;
  for (const auto& [era, sign] : {
           std::pair<std::string_view, int>{"ad", 1},
           {"a . d .", 1},
           {"a . d", 1},
           {"bc", -1},
           {"b . c .", -1},
           {"b . c", -1},
       }) {
    const std::size_t taken = match_phrase(reading_.tokens, digits + 1, era);
    if (taken == 0) continue;
    year *= sign;
    return Match<Piece>{point_at(at_day(year, 1), Grain::year), digits + 1 + taken};
  }
  const auto plain = in ? read_year(digits) : Maybe<std::int64_t>();
  if (!plain) return std::nullopt;
  return Match<Piece>{point_at(at_day(year, 1), Grain::year), plain->next};
}

// "march", "in march 2015", "2014/10".
Maybe<Piece> PeriodReader::read_month(std::size_t at) const {
  const bool in = reading_.is(at, "in") || reading_.is(at, "during") || reading_.is(at, "of");
  const std::size_t name = in ? at + 1 : at;
  if (const NamedNumber* month = month_at(name)) {
    // "may", "march" and "sun" are words of their own as well.
    const bool word = month->word == "may" || month->word == "march" || month->word == "mar";
    std::size_t next = reading_.is(name + 1, ".") ? name + 2 : name + 1;
    std::size_t year_at = next;
    if (reading_.is(year_at, ",") || reading_.is(year_at, "of")) ++year_at;
    if (const auto year = read_year(year_at)) {
      return Match<Piece>{point_at(at_day(year->value, month->value), Grain::month), year->next};
    }
    const bool alone = !in && word && reading_.size() > 1;
    return Match<Piece>{
        {upcoming_month(month->value),
         plus(upcoming_month(month->value), Grain::month, 1),
         Grain::month,
         false,
         alone},
        month->word.size() == reading_.tokens[name].text.size() ? next : next
    };
  }
  const auto year = read_year(at);
  const bool slash = year && (reading_.is(year->next, "/") || reading_.is(year->next, "-"));
  if (!slash || !reading_.is_digits(year->next + 1) || reading_.tokens[year->next + 1].text.size() > 2)
    return std::nullopt;
  if (reading_.is(year->next + 2, "/") || reading_.is(year->next + 2, "-")) return std::nullopt;
  const std::int64_t month = Number::of_digits(reading_.tokens[year->next + 1].text).digits;
  if (month < 1 || month > 12) return std::nullopt;
  return Match<Piece>{point_at(at_day(year->value, month), Grain::month), year->next + 2};
}

Maybe<Piece> PeriodReader::read_container(std::size_t at) const {
  while (reading_.is_one_of(at, kRoughlyWords)) ++at;
  Maybe<Piece> best = read_cycle(at);
  for (const Reader reader :
       {&PeriodReader::read_month, &PeriodReader::read_quarter, &PeriodReader::read_year_alone}) {
    auto piece = (this->*reader)(at);
    if (piece && (!best || piece->next > best->next)) best = piece;
  }
  if (const auto year = read_year(at); year && !best)
    best = {point_at(at_day(year->value, 1), Grain::year), year->next};
  if (auto day = read_day_only(at); day && (!best || day->next > best->next)) best = day;
  if (best) return best;
  const auto unit = read_unit(skip_the(at));  // "the month" is this one
  if (!unit || unit->value < Grain::day) return std::nullopt;
  return Match<Piece>{point_at(floor_to(now_, unit->value), unit->value), unit->next};
}

namespace {

// The first or last third of a month or quarter of a year, three days of a week.
std::optional<Piece> edge_of(const Piece& whole, int which) {
  const auto part = [&](Grain grain, std::int64_t from, std::int64_t to) {
    return Piece{plus(whole.start, grain, from), plus(whole.start, grain, to), grain, true};
  };
  switch (whole.grain) {
    case Grain::day:
      if (which == 0) return std::nullopt;
      return which < 0 ? part(Grain::hour, 0, 12) : part(Grain::hour, 12, 24);
    case Grain::week:
      return which < 0 ? part(Grain::day, 0, 3) : which > 0 ? part(Grain::day, 4, 7) : part(Grain::day, 2, 5);
    case Grain::month: {
      if (which < 0) return part(Grain::day, 0, 10);
      if (which == 0) return part(Grain::day, 10, 20);
      return Piece{plus(whole.start, Grain::day, 20), whole.end, Grain::day, true};
    }
    case Grain::year:
      return which < 0   ? part(Grain::month, 0, 3)
             : which > 0 ? part(Grain::month, 8, 12)
                         : part(Grain::month, 5, 8);
    default:
      return std::nullopt;
  }
}

}  // namespace

// "beginning of january", "at the end of next week", "mid march".
Maybe<Piece> PeriodReader::read_edge(std::size_t at) const {
  std::size_t begin = at;
  if (reading_.is(begin, "at") || reading_.is(begin, "in") || reading_.is(begin, "by")) ++begin;
  struct Edge {
    const Table<std::string_view>& words;
    int which;
  };
  for (const Edge& edge : {Edge{kBeginningWords, -1}, Edge{kEndWords, 1}, Edge{kMiddleWords, 0}}) {
    const std::size_t taken = reading_.longest(begin, edge.words);
    if (taken == 0) continue;
    const auto whole = read_container(begin + taken);
    if (!whole || whole->value.interval) continue;
    if (const auto part = edge_of(whole->value, edge.which)) return Match<Piece>{*part, whole->next};
  }
  return std::nullopt;
}

// "EOM", "the BOM", "EOY".
Maybe<Piece> PeriodReader::read_edge_name(std::size_t at) const {
  std::size_t word = at;
  if (reading_.is(word, "at")) ++word;
  word = skip_the(word);
  struct Row {
    std::string_view name;
    Grain grain;
    int which;
  };
  constexpr Row kRows[] = {
      {"eom", Grain::month, 1},
      {"bom", Grain::month, -1},
      {"eoy", Grain::year, 1},
      {"boy", Grain::year, -1},
      {"eod", Grain::day, 1},
      {"eow", Grain::week, 1},
  };
  for (const Row& row : kRows) {
    // "the boy" is none.
    if (!reading_.is(word, row.name) || (row.name == "boy" && reading_.size() > 3)) continue;
    Piece whole = point_at(floor_to(now_, row.grain), row.grain);
    std::size_t next = word + 1;
    if (row.grain == Grain::day) {
      const std::size_t day_at = reading_.is(next, "of") || reading_.is(next, "on") ? next + 1 : next;
      if (const auto day = read_day_only(day_at)) {
        whole = day->value;
        next = day->next;
      }
    }
    if (const auto part = edge_of(whole, row.which)) return Match<Piece>{*part, next};
  }
  return std::nullopt;
}

// "first tuesday of october", "the third last week of 2018", "last day in october 2015".
Maybe<Piece> PeriodReader::read_nth(std::size_t at) const {
  std::size_t next = skip_the(at);
  std::int64_t nth = 0;
  if (reading_.is(next, "last")) {
    nth = -1;
    ++next;
  } else if (const auto ordinal = read_ordinal(reading_, next)) {
    nth = ordinal->value;
    next = ordinal->next;
    if (reading_.is(next, "to")) ++next;
    if (reading_.is(next, "last")) {
      nth = -nth;
      ++next;
    }
  }
  if (nth == 0) return std::nullopt;
  const NamedNumber* weekday = weekday_at(next);
  const auto weekend_word = read_named_cycle(next, 0, false);
  const auto unit = read_unit(next);
  std::size_t after = weekday != nullptr ? next + 1
                      : weekend_word     ? weekend_word->next
                      : unit             ? unit->next
                                         : 0;
  if (after == 0) return std::nullopt;
  if (reading_.is(after, "'") || reading_.is(after, ",")) ++after;
  const std::size_t of = reading_.longest(after, kOfWords);
  if (of == 0) return std::nullopt;
  std::size_t whole_at = after + of;
  if (const auto the = read_container(after + 1); the && !read_container(whole_at)) whole_at = after + 1;
  const auto whole = read_container(whole_at);
  if (!whole || whole->value.interval) return std::nullopt;
  const Grain grain = weekday != nullptr || weekend_word ? Grain::week : unit->value;
  if (grain >= whole->value.grain) return std::nullopt;
  // The first such thing that begins inside, and as many more as were said.
  LocalSeconds first = floor_to(whole->value.start, grain);
  LocalSeconds offset = weekday != nullptr ? (weekday->value + 6) % 7 * kDay : weekend_word ? 4 * kDay : 0;
  if (first + offset < whole->value.start) first = plus(first, grain, 1);
  LocalSeconds found = first + offset;
  if (nth > 0) {
    found = plus(found, grain, nth - 1);
  } else {
    LocalSeconds last = floor_to(whole->value.end - 1, grain) + offset;
    const LocalSeconds length = weekday != nullptr ? kDay
                                : weekend_word     ? 3 * kDay
                                                   : plus(last, grain, 1) - last;
    if (last + length > whole->value.end) last = plus(last, grain, -1);
    found = plus(last, grain, nth + 1);
  }
  if (found < whole->value.start || found >= whole->value.end) return std::nullopt;
  if (weekday != nullptr) return Match<Piece>{point_at(found, Grain::day), whole->next};
  if (weekend_word) {
    return Match<Piece>{{found + 18 * 3600, found + 3 * kDay, Grain::hour, true}, whole->next};
  }
  return Match<Piece>{point_at(found, grain), whole->next};
}

// "tuesday of this week", "last week's sunday", "friday next week".
Maybe<Piece> PeriodReader::read_weekday_in_week(std::size_t at) const {
  const NamedNumber* weekday = weekday_at(at);
  std::size_t next = at;
  LocalSeconds monday = 0;
  if (weekday != nullptr) {
    ++next;
    next += reading_.longest(next, kOfWords);
    const auto week = read_cycle(next);
    if (!week || week->value.grain != Grain::week || week->value.interval) return std::nullopt;
    monday = week->value.start;
    next = week->next;
  } else {
    int direction = 0;
    const std::size_t said = read_direction(at, direction);
    if (said == 0 || !reading_.is(at + said, "week's")) return std::nullopt;
    weekday = weekday_at(at + said + 1);
    if (weekday == nullptr) return std::nullopt;
    monday = plus(floor_to(now_, Grain::week), Grain::week, direction);
    next = at + said + 2;
  }
  return Match<Piece>{point_at(monday + (weekday->value + 6) % 7 * kDay, Grain::day), next};
}

namespace {

// The nth such weekday after today; before it for a negative one.
LocalSeconds nth_weekday(LocalSeconds now, std::int32_t weekday, std::int64_t nth) {
  const LocalSeconds today = floor_to(now, Grain::day);
  const std::int64_t ahead = (weekday - day_of(now).weekday + 7) % 7;
  const std::int64_t first = ahead == 0 ? 7 : ahead;
  return today + (nth > 0 ? first + 7 * (nth - 1) : first + 7 * nth - (ahead == 0 ? 7 : 0)) * kDay;
}

}  // namespace

Maybe<Piece> PeriodReader::read_weekday_name(std::size_t at) const {
  const NamedNumber* weekday = weekday_at(at);
  if (weekday == nullptr) return std::nullopt;
  return Match<Piece>{point_at(nth_weekday(now_, weekday->value, 1), Grain::day), at + 1};
}

// "friday after next".
Maybe<Piece> PeriodReader::read_weekday_after_next(std::size_t at) const {
  const std::size_t name = skip_the(at);
  const NamedNumber* weekday = weekday_at(name);
  if (weekday == nullptr || !reading_.is(name + 1, "after") || !reading_.is(name + 2, "next"))
    return std::nullopt;
  return Match<Piece>{point_at(nth_weekday(now_, weekday->value, 2), Grain::day), name + 3};
}

// "three fridays from now", "2 thursdays ago".
Maybe<Piece> PeriodReader::read_counted_weekdays(std::size_t at) const {
  const auto count = read_few(at);
  if (!count || count->value < 1 || count->value > 500) return std::nullopt;
  const NamedNumber* weekday = weekday_at(count->next);
  if (weekday == nullptr) return std::nullopt;
  const std::size_t next = count->next + 1;
  if (const std::size_t ago = reading_.longest(next, kAgoWords)) {
    return Match<Piece>{point_at(nth_weekday(now_, weekday->value, -count->value), Grain::day), next + ago};
  }
  if (const std::size_t later = reading_.longest(next, kLaterWords)) {
    return Match<Piece>{point_at(nth_weekday(now_, weekday->value, count->value), Grain::day), next + later};
  }
  return std::nullopt;
}

// "the closest monday to oct 5th".
Maybe<Piece> PeriodReader::read_closest(std::size_t at) const {
  std::size_t next = skip_the(at);
  std::int64_t nth = 1;
  if (const auto ordinal = read_ordinal(reading_, next)) {
    nth = ordinal->value;
    next = ordinal->next;
  }
  if (!reading_.is(next, "closest") && !reading_.is(next, "nearest")) return std::nullopt;
  const NamedNumber* weekday = weekday_at(next + 1);
  if (weekday == nullptr || !reading_.is(next + 2, "to") || nth > 20) return std::nullopt;
  const auto date = read_plain_date(next + 3);
  if (!date) return std::nullopt;
  const LocalSeconds day = date->value.start;
  const std::int64_t ahead = (weekday->value - day_of(day).weekday + 7) % 7;
  std::vector<LocalSeconds> days;
  for (std::int64_t weeks = -nth; weeks <= nth; ++weeks) days.push_back(day + (ahead + 7 * weeks) * kDay);
  std::sort(days.begin(), days.end(), [&](LocalSeconds a, LocalSeconds b) {
    const LocalSeconds to_a = a < day ? day - a : a - day;
    const LocalSeconds to_b = b < day ? day - b : b - day;
    return to_a != to_b ? to_a < to_b : a < b;
  });
  return Match<Piece>{point_at(days[static_cast<std::size_t>(nth - 1)], Grain::day), date->next};
}

// "the week of october 6th": the one that begins next.
Maybe<Piece> PeriodReader::read_week_of(std::size_t at) const {
  const std::size_t word = skip_the(at);
  if (!reading_.is(word, "week") || !(reading_.is(word + 1, "of") || reading_.is(word + 1, "starting")))
    return std::nullopt;
  const auto date = read_plain_date(word + 2);
  if (!date) return std::nullopt;
  LocalSeconds monday = floor_to(date->value.start, Grain::week);
  if (day_of(date->value.start).weekday == 0) monday = plus(monday, Grain::week, 1);
  return Match<Piece>{point_at(monday, Grain::week), date->next};
}

Maybe<std::int64_t> PeriodReader::read_day_number(std::size_t at) const {
  at = skip_the(at);
  Maybe<std::int64_t> day = read_ordinal(reading_, at);
  if (!day && reading_.is_digits(at) && reading_.tokens[at].text.size() <= 2 &&
      !(reading_.is(at + 1, ":") && reading_.is_glued(at + 1))) {
    day = Match<std::int64_t>{Number::of_digits(reading_.tokens[at].text).digits, at + 1};
  }
  if (!day || day->value < 1 || day->value > 31) return std::nullopt;
  return day;
}

// "20th of the next month".
Maybe<Piece> PeriodReader::read_day_of_period(std::size_t at) const {
  const auto day = read_day_number(at);
  if (!day || !reading_.is(day->next, "of")) return std::nullopt;
  auto month = read_cycle(day->next + 1);
  if (!month) {
    const auto unit = read_unit(skip_the(day->next + 1));
    if (unit) month = {point_at(floor_to(now_, unit->value), unit->value), unit->next};
  }
  if (!month || month->value.grain != Grain::month || month->value.interval) return std::nullopt;
  const LocalSeconds start = plus(month->value.start, Grain::day, day->value - 1);
  if (start >= month->value.end) return std::nullopt;
  return Match<Piece>{point_at(start, Grain::day), month->next};
}

// "Fri, Jul 18", "tuesday the 19th": the next such day that falls on the weekday.
Maybe<Piece> PeriodReader::read_weekday_and_date(std::size_t at) const {
  const NamedNumber* weekday = weekday_at(at);
  if (weekday == nullptr) return std::nullopt;
  std::size_t next = at + 1;
  if (reading_.is(next, ".")) ++next;
  if (reading_.is(next, ",")) ++next;
  if (reading_.is(next, "the") || reading_.is(next, "on")) next = skip_the(next);
  const LocalSeconds today = floor_to(now_, Grain::day);
  const NamedNumber* month = month_at(next);
  auto day = read_day_number(month != nullptr ? next + 1 : next);
  if (!day) return std::nullopt;
  std::size_t end = day->next;
  if (month == nullptr) {
    std::size_t name = end;
    if (reading_.is(name, "of")) ++name;
    month = month_at(name);
    if (month != nullptr) end = name + 1;
    if (month == nullptr && reading_.is_digits(day->next - 1))
      return std::nullopt;  // "monday 3" may be a time
  }
  if (read_year(reading_.is(end, ",") ? end + 1 : end)) return std::nullopt;
  constexpr int kMostMonths = 12 * 28;  // after 28 years the calendar repeats
  for (int months = 0; months < kMostMonths; ++months) {
    const LocalSeconds first = plus(floor_to(today, Grain::month), Grain::month, months);
    const CalendarDay here = day_of(first);
    if ((month != nullptr && here.month != month->value) || day->value > days_of_month(here.year, here.month))
      continue;
    const LocalSeconds found = first + (day->value - 1) * kDay;
    if (found >= today && day_of(found).weekday == weekday->value) {
      return Match<Piece>{point_at(found, Grain::day), end};
    }
  }
  return std::nullopt;
}

// "14th april 15".
Maybe<Piece> PeriodReader::read_date_short_year(std::size_t at) const {
  const auto day = read_day_number(at);
  if (!day) return std::nullopt;
  const std::size_t name = reading_.is(day->next, "of") ? day->next + 1 : day->next;
  const NamedNumber* month = month_at(name);
  if (month == nullptr || !reading_.is_digits(name + 1) || reading_.tokens[name + 1].text.size() != 2 ||
      name + 2 != reading_.size())
    return std::nullopt;
  const std::int64_t year = 2000 + Number::of_digits(reading_.tokens[name + 1].text).digits;
  if (day->value > days_of_month(year, month->value)) return std::nullopt;
  return Match<Piece>{point_at(at_day(year, month->value, day->value), Grain::day), name + 2};
}

// Everything that is one day for slots as well.
Maybe<Piece> PeriodReader::read_plain_date(std::size_t at) const {
  const auto date = read_date(reading_, at);
  if (!date) return std::nullopt;
  if (reading_.is_digits(at) && read_unit(date->next)) return std::nullopt;  // "10 - 15 minutes"
  const LocalSeconds start = at_day(date->value.year, date->value.month, date->value.day);
  return Match<Piece>{point_at(start, Grain::day), date->next};
}

Maybe<Piece> PeriodReader::read_distance(std::size_t at) const {
  const bool in = reading_.is(at, "in");
  std::size_t begin = in ? at + 1 : at;
  while (in && reading_.is_one_of(begin, kRoughlyWords)) ++begin;
  Grain grain = Grain::second;
  LocalSeconds ahead = 0;
  LocalSeconds behind = 0;
  std::size_t next = 0;
  const auto count = read_few(begin);
  const auto unit = count ? read_unit(count->next) : Maybe<Grain>();
  if (unit) {
    grain = finer(unit->value);
    ahead = plus(now_, unit->value, count->value);
    behind = plus(now_, unit->value, -count->value);
    next = unit->next;
  } else if (in && count && count->next == reading_.size() && reading_.is_digits(begin) &&
             reading_.tokens[begin].text.size() < 4) {
    ahead = now_ + count->value * 60;  // "in 15"
    next = count->next;
  }
  if (const auto longer = read_duration(reading_, begin); longer && longer->next > next) {
    grain = longer->value.seconds % kDay == 0 ? Grain::hour : Grain::second;
    ahead = now_ + longer->value.seconds;
    behind = now_ - longer->value.seconds;
    next = longer->next;
  }
  if (next == 0) return std::nullopt;
  if (in) return Match<Piece>{point_at(floor_to(ahead, grain), grain), next};
  if (const std::size_t ago = reading_.longest(next, kAgoWords)) {
    return Match<Piece>{point_at(floor_to(behind, grain), grain), next + ago};
  }
  if (const std::size_t later = reading_.longest(next, kLaterWords)) {
    if (reading_.is(next + 1, "right")) grain = Grain::second;
    return Match<Piece>{point_at(floor_to(ahead, grain), grain), next + later};
  }
  return std::nullopt;
}

// "two days after tomorrow", "a week from friday", "the day after monday".
Maybe<Piece> PeriodReader::read_distance_from(std::size_t at) const {
  std::size_t begin = skip_the(at);
  const auto count = read_few(begin);
  if (count) begin = count->next;
  const auto unit = read_unit(begin);
  if (!unit || unit->value < Grain::day) return std::nullopt;
  const std::size_t next = unit->next;
  const bool after = reading_.is(next, "after") || reading_.is(next, "from");
  if (!after && !reading_.is(next, "before")) return std::nullopt;
  const auto base = read_day_only(next + 1);
  if (!base) return std::nullopt;
  const std::int64_t many = count ? count->value : 1;
  return Match<Piece>{
      point_at(plus(base->value.start, unit->value, after ? many : -many), Grain::day), base->next
  };
}

Maybe<Piece> PeriodReader::read_day_only(std::size_t at) const {
  Maybe<Piece> best = read_plain_date(at);
  for (const Reader reader : {&PeriodReader::read_weekday_and_date, &PeriodReader::read_weekday_in_week}) {
    auto piece = (this->*reader)(at);
    if (piece && (!best || piece->next > best->next)) best = piece;
  }
  return best;
}

// "10 31 1974": only where the month comes first.
Maybe<Piece> PeriodReader::read_spaced_date(std::size_t at) const {
  const auto number = [&](std::size_t place, std::size_t digits) -> std::int64_t {
    if (!reading_.is_digits(place) || reading_.tokens[place].text.size() > digits) return 0;
    return Number::of_digits(reading_.tokens[place].text).digits;
  };
  const std::int64_t month = number(at, 2);
  const std::int64_t day = number(at + 1, 2);
  const auto year = read_year(at + 2);
  if (month < 1 || month > 12 || day < 1 || !year || reading_.is_glued(at + 1) || reading_.is_glued(at + 2))
    return std::nullopt;
  if (year->value < 1900 || year->value > 2100 || day > days_of_month(year->value, month))
    return std::nullopt;
  return Match<Piece>{point_at(at_day(year->value, month, day), Grain::day), year->next};
}

Maybe<LocalSeconds> PeriodReader::read_many_from_now(std::size_t at) const {
  const auto later = read_later(at);
  if (!later) return std::nullopt;
  return Match<LocalSeconds>{later->value.start, later->next};
}

Maybe<Piece> PeriodReader::read_later(std::size_t at) const {
  const auto count = read_few(at);
  const auto unit = count ? read_unit(count->next) : Maybe<Grain>();
  if (!unit) return std::nullopt;
  const Grain grain = finer(unit->value);
  return Match<Piece>{point_at(floor_to(plus(now_, unit->value, count->value), grain), grain), unit->next};
}

}  // namespace parley::language
