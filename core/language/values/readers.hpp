// Readers of one value each, from a place in a tokenised message. Internal to core/language.
//
// A reader returns the value that starts exactly at token `at`, as long as it can make it, and the index of
// the first token after it; or nothing. Readers never fail otherwise and never look before `at` except for
// the token that directly precedes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "language/extract.hpp"
#include "language/tokens.hpp"
#include "language/values/number.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {

struct Reading {
  std::string_view text;
  std::vector<Token> tokens;
  const Vocabulary& words;
  const Circumstances& circumstances;

  Reading(std::string_view message, const Circumstances& with)
      : text(message), tokens(tokenise(message)), words(vocabulary_for(with.locale)), circumstances(with) {}

  [[nodiscard]] std::size_t size() const { return tokens.size(); }
  [[nodiscard]] bool has(std::size_t at) const { return at < tokens.size(); }
  [[nodiscard]] bool is(std::size_t at, std::string_view word) const {
    return has(at) && tokens[at].is(word);
  }
  [[nodiscard]] bool is_one_of(std::size_t at, const Words& choices) const {
    return has(at) && choices.find_word(tokens[at].text) != nullptr;
  }
  [[nodiscard]] bool is_digits(std::size_t at) const { return has(at) && tokens[at].is_digits(); }
  // Token `at` follows its predecessor without white space.
  [[nodiscard]] bool is_glued(std::size_t at) const { return at > 0 && has(at) && !tokens[at].spaced; }
  // How many tokens the longest of the phrases takes at `at`; 0 for none.
  [[nodiscard]] std::size_t longest(std::size_t at, const Words& phrases) const {
    return longest_phrase(tokens, at, phrases);
  }
  // The rows of a table whose phrase may begin at `at`.
  template <typename Row>
  [[nodiscard]] std::span<const Row> rows_at(std::size_t at, const Table<Row>& table) const {
    return has(at) ? table.beginning_with(tokens[at].text) : std::span<const Row>();
  }
};

template <typename T>
struct Match {
  T value;
  std::size_t next = 0;
};
template <typename T>
using Maybe = std::optional<Match<T>>;

// Numbers. `suffixes` accepts "2k" and "3M", which readers of units switch off.
[[nodiscard]] Maybe<Number> read_number(const Reading& reading, std::size_t at, bool suffixes = true);
// The same, or an article ("a dollar" = 1).
[[nodiscard]] Maybe<Number> read_count(const Reading& reading, std::size_t at, bool suffixes = false);
// 0–99 in words ("twenty-one"), where what follows is a number of its own ("seven thirty").
[[nodiscard]] Maybe<std::int64_t> read_words_below_hundred(const Reading& reading, std::size_t at);
[[nodiscard]] Maybe<std::int64_t> read_ordinal(const Reading& reading, std::size_t at);

struct Money {
  Number amount;
  std::string currency;  // ISO 4217
};
[[nodiscard]] Maybe<Money> read_money(const Reading& reading, std::size_t at);
[[nodiscard]] Value money_value(const Number& amount, std::string_view currency);

struct Quantity {
  Number amount;  // of `unit`
  std::string_view unit;
  Measure measure = Measure::mass;
  std::string product;  // "strawberries" in "500 mg of strawberries"
};
[[nodiscard]] Maybe<Quantity> read_quantity(const Reading& reading, std::size_t at);

[[nodiscard]] Maybe<Duration> read_duration(const Reading& reading, std::size_t at);

struct Date {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;

  bool operator==(const Date&) const = default;
};
[[nodiscard]] Maybe<Date> read_date(const Reading& reading, std::size_t at);
[[nodiscard]] Date today(const Circumstances& circumstances);
[[nodiscard]] Date plus_days(const Date& date, std::int64_t days);
[[nodiscard]] std::string to_string(const Date& date);  // ISO

struct ClockTime {
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  std::int32_t second = 0;
  bool half_day_known = true;  // false: "six" may be 06:00 or 18:00
};
// `bare` accepts a plain hour ("7"), as an answer to a question for a time.
[[nodiscard]] Maybe<ClockTime> read_time(const Reading& reading, std::size_t at, bool bare = false);
[[nodiscard]] std::string to_string(const ClockTime& time);

[[nodiscard]] Maybe<Timestamp> read_datetime(const Reading& reading, std::size_t at);

// Addresses are read from the text; `begin` and `end` are bytes.
[[nodiscard]] std::vector<Found> find_emails(std::string_view text);
[[nodiscard]] std::vector<Found> find_phones(std::string_view text);
[[nodiscard]] std::vector<Found> find_urls(std::string_view text);
// Payment cards: 13 to 19 digits in the groups that are printed on them, with a right check digit.
[[nodiscard]] std::vector<Found> find_cards(std::string_view text);

// Which of the choices the whole text means.
struct ChoiceAnswer {
  std::optional<std::size_t> index;
  std::vector<std::size_t> rivals;  // equally good ones when ambiguous
};
[[nodiscard]] ChoiceAnswer read_choice(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
);
// All mentions inside a text.
[[nodiscard]] std::vector<Found> find_choices(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
);

struct Item {
  std::string name;
  Number quantity;
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
};
// "2 large pizzas and a coke" → items with names in the singular where that is safe.
// Names of `choices` stay whole even when they look like a list ("ham and pineapple") or a count ("4
// seasons").
[[nodiscard]] std::vector<Item> find_items(std::span<const flow::Choice> choices, const Reading& reading);

// The part of a message [begin, end) that is left when lead-ins ("I'd like"), tails ("please") and
// punctuation at both ends are cut off. May be empty.
struct TokenRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
[[nodiscard]] TokenRange without_filler(const Reading& reading, TokenRange range);

}  // namespace parley::language
