// Why an answer cannot be taken, in the languages that Parley ships.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::language {

enum class Refused : std::uint8_t {
  no_number,
  no_whole_number,
  not_whole,  // a number, with a fraction
  no_whole_numbers,
  no_amount,
  no_date,
  no_time,
  no_datetime,
  no_clock_time,  // a day, but no time
  no_duration,
  no_email,
  no_phone,
  no_url,
  no_choice,     // what there is
  no_such_item,  // what was said; what there is
  no_item,
  one_item,
  no_parts,
  ambiguous,  // what it may be
  range,
  too_small,  // the least
  too_big,    // the most
  too_short,  // the least
  too_long,   // the most
  too_few,    // the least
  too_many,   // the most
  pattern,
  no_yes_or_no,
  no_object,
  empty,
};

// Code and values of a refusal; words are made of them once a language is known. `names` are listed at the
// end.
struct RefusedAnswer {
  Refused why = Refused::empty;
  std::string value = {};
  std::vector<std::string> names = {};
  bool more_names = false;
};

// Stable, for programs: "not_a_number".
[[nodiscard]] std::string_view reason_of(Refused why);
// A sentence that says what is expected; in English for languages without their own.
[[nodiscard]] std::string sentence_of(const RefusedAnswer& refused, std::string_view locale);

}  // namespace parley::language
