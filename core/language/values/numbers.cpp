// Numbers in digits and words, ordinals.
#include <algorithm>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

const NumberWord* number_word(const Reading& reading, std::size_t at) {
  if (!reading.has(at) || !reading.tokens[at].is_word()) return nullptr;
  return reading.words.numbers.find_word(reading.tokens[at].text);
}

const FractionWord* fraction_word(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return nullptr;
  static constexpr FractionWord kSigns[] = {
      {"½", 1, 2, false}, {"¼", 1, 4, false}, {"¾", 3, 4, false}, {"⅓", 1, 3, false}
  };
  if (!reading.tokens[at].is_word()) {
    for (const FractionWord& row : kSigns) {
      if (reading.is(at, row.word)) return &row;
    }
  }
  return reading.words.fractions.find_word(reading.tokens[at].text);
}

Number fraction_of(const Number& count, const FractionWord& fraction) {
  return count.times(fraction.numerator).divided_by(fraction.denominator);
}

// Groups of three digits between separators; Indian notation ("1,00,000") has groups of two before the last.
bool is_grouping(const std::vector<std::string_view>& groups) {
  if (groups.size() < 2 || groups.front().empty() || groups.front().size() > 3 || groups.back().size() != 3)
    return false;
  if (groups.front() == "0") return false;
  return std::all_of(groups.begin() + 1, groups.end() - 1, [](std::string_view group) {
    return group.size() == 3 || group.size() == 2;
  });
}

std::string concatenated(const std::vector<std::string_view>& groups) {
  std::string all;
  for (const std::string_view group : groups) all += group;
  return all;
}

// "1,299.00", "1.299,00", ".77", "100000": one run of digits and separators without spaces.
class DigitsReader {
 public:
  DigitsReader(const Reading& reading, std::size_t at) : reading_(reading), at_(at) {}

  Maybe<Number> read() {
    if (reading_.is(at_, ".") && reading_.is_digits(at_ + 1) && reading_.is_glued(at_ + 1)) {
      const bool after_digits = reading_.is_glued(at_) && reading_.is_digits(at_ - 1);
      if (after_digits || reading_.words.decimal_mark != '.') return std::nullopt;
      return Match<Number>{Number::of_digits("", digits(at_ + 1)), at_ + 2};
    }
    if (!reading_.is_digits(at_)) return std::nullopt;
    collect();
    return interpret();
  }

 private:
  [[nodiscard]] std::string_view digits(std::size_t at) const { return reading_.tokens[at].text; }

  void collect() {
    groups_.push_back(digits(at_));
    next_ = at_ + 1;
    constexpr std::size_t kMostGroups = 8;  // more is no number, and reading on would cost
    while (groups_.size() <= kMostGroups && reading_.is_glued(next_) &&
           (reading_.is(next_, ".") || reading_.is(next_, ",") || reading_.is(next_, "'")) &&
           reading_.is_digits(next_ + 1) && reading_.is_glued(next_ + 1)) {
      marks_ += reading_.tokens[next_].text.front();
      groups_.push_back(digits(next_ + 1));
      next_ += 2;
    }
  }

  [[nodiscard]] Maybe<Number> first_only() const {
    return Match<Number>{Number::of_digits(groups_.front()), at_ + 1};
  }

  [[nodiscard]] Maybe<Number> interpret() const {
    if (marks_.empty()) return Match<Number>{Number::of_digits(groups_.front()), next_};
    const char last = marks_.back();
    const bool one_kind = marks_.find_first_not_of(last) == std::string::npos;
    if (one_kind && (marks_.size() > 1 || last != reading_.words.decimal_mark)) {
      if (is_grouping(groups_)) return Match<Number>{Number::of_digits(concatenated(groups_)), next_};
      if (marks_.size() > 1 && last == '.') return std::nullopt;  // "1.2.3", "23.11.2026"
      if (marks_.size() > 1) return first_only();                 // "1,2,3"
      // A decimal in the other notation, or two numbers without a space.
      const bool after_comma = reading_.is_glued(at_) && reading_.is(at_ - 1, ",");
      if (groups_.back().size() != 2 || last != ',' || after_comma) return first_only();
      return Match<Number>{Number::of_digits(groups_.front(), groups_.back()), next_};
    }
    if (one_kind) return Match<Number>{Number::of_digits(groups_.front(), groups_.back()), next_};
    const std::vector<std::string_view> whole(groups_.begin(), groups_.end() - 1);
    if (std::count(marks_.begin(), marks_.end(), last) != 1 || !is_grouping(whole)) return std::nullopt;
    return Match<Number>{Number::of_digits(concatenated(whole), groups_.back()), next_};
  }

  const Reading& reading_;
  std::size_t at_;
  std::size_t next_ = 0;
  std::vector<std::string_view> groups_;
  std::string marks_;
};

// "k" and its like directly after digits.
std::int64_t suffix_factor(const Reading& reading, std::size_t at) {
  if (!reading.is_glued(at) || reading.is_digits(at + 1)) return 1;
  if (reading.is(at, "k")) return 1'000;
  if (reading.is(at, "m") || reading.is(at, "mn")) return 1'000'000;
  if (reading.is(at, "g") || reading.is(at, "b") || reading.is(at, "bn")) return 1'000'000'000;
  return 1;
}

// Adds up a run of number words: "seven hundred twenty-one thousand and twelve". A leading value in digits
// may take scales
// ("3 million") and groups ("200 dozens").
class WordsReader {
 public:
  WordsReader(const Reading& reading, std::size_t at) : reading_(reading), at_(at) {}

  void start_with(const Number& number, std::size_t next) {
    group_ = number;
    has_group_ = from_digits_ = true;
    at_ = next;
  }

  Maybe<Number> read() {
    constexpr std::size_t kMostWords = 40;
    for (std::size_t words = 0; words < kMostWords && take(); ++words) {
    }
    if (!taken_ && !from_digits_) return std::nullopt;
    Number sum = has_group_ ? total_.plus(group_) : total_;
    sum.written_as_word = !from_digits_;
    return Match<Number>{sum, at_};
  }

 private:
  bool take() {
    std::size_t next = at_;
    if (taken_ || from_digits_) {
      const bool hyphens = last_ == NumberRole::ten || (reading_.words.vigesimal && taken_);
      if (reading_.is(next, "-") && reading_.is_glued(next) && reading_.is_glued(next + 1) && hyphens) ++next;
      if (reading_.is_one_of(next, reading_.words.conjunctions) && may_join_) ++next;
    }
    const NumberWord* word = number_word(reading_, next);
    static constexpr NumberWord kOne{"", 1, NumberRole::unit};
    const bool after_ten = next != at_ && last_ == NumberRole::ten && reading_.words.and_after_tens;
    if (word == nullptr && after_ten && reading_.is_one_of(next, reading_.words.articles)) word = &kOne;
    if (word == nullptr || !accept(*word, next != at_)) return false;
    at_ = next + 1;
    taken_ = true;
    last_ = word->role;
    may_join_ = word->role == NumberRole::hundred || word->role == NumberRole::scale ||
                (word->role == NumberRole::ten && reading_.words.and_after_tens);
    return true;
  }

  bool accept(const NumberWord& word, bool joined) {
    switch (word.role) {
      case NumberRole::hundred:
        return multiply_group(word.value, !joined && last_ != NumberRole::hundred);
      case NumberRole::scale:
        return !joined && take_scale(word.value);
      case NumberRole::group:
        if (joined || closed_) return false;
        closed_ = true;
        return multiply_group(word.value, true);
      default:
        return take_small(word);
    }
  }

  bool multiply_group(std::int64_t factor, bool allowed) {
    if (!allowed || closed_once_) return false;
    group_ = has_group_ ? group_.times(factor) : Number::of(factor);
    has_group_ = true;
    closed_once_ = closed_;
    return true;
  }

  bool take_scale(std::int64_t value) {
    if (closed_) return false;
    if (!has_group_ && taken_) {  // "three thousand millions"
      total_ = total_.times(value);
    } else {
      if (value >= least_scale_) return false;
      total_ = total_.plus((has_group_ ? group_ : Number::of(1)).times(value));
    }
    least_scale_ = value;
    group_ = Number();
    has_group_ = false;
    return true;
  }

  bool take_small(const NumberWord& word) {
    if (closed_ || (from_digits_ && !taken_)) return false;
    if (!has_group_ || last_ == NumberRole::hundred) {
      group_ = group_.plus(Number::of(word.value));
    } else if (last_ == NumberRole::ten && word.role == NumberRole::unit && word.value > 0) {
      group_ = group_.plus(Number::of(word.value));
    } else if (reading_.words.vigesimal && joins_twenties(word)) {
      group_ = word.role == NumberRole::ten && word.value == 20 ? Number::of(80)
                                                                : group_.plus(Number::of(word.value));
    } else if (last_ == NumberRole::unit && word.role == NumberRole::ten && group_.digits < 10 &&
               group_.digits > 0 && !reading_.words.vigesimal) {
      group_ = group_.times(100).plus(Number::of(word.value));  // "one twenty two"
    } else {
      return false;
    }
    has_group_ = true;
    return true;
  }

  // "quatre-vingts"; "soixante-dix", "quatre-vingt-douze".
  [[nodiscard]] bool joins_twenties(const NumberWord& word) const {
    if (word.value == 20) return last_ == NumberRole::unit && group_.digits == 4;
    const std::int64_t tens = group_.digits % 100;
    return last_ == NumberRole::ten && (tens == 60 || tens == 80) && word.value >= 10 && word.value < 20;
  }

  const Reading& reading_;
  std::size_t at_;
  Number total_;
  Number group_;
  bool has_group_ = false;
  bool from_digits_ = false;
  bool taken_ = false;
  bool may_join_ = false;
  bool closed_ = false;  // nothing follows a dozen
  bool closed_once_ = false;
  NumberRole last_ = NumberRole::group;
  std::int64_t least_scale_ = INT64_MAX;
};

// "1 point 1", "two point five six".
Match<Number> with_point(const Reading& reading, Match<Number> number) {
  if (!number.value.is_integer() || !reading.is_one_of(number.next, reading.words.points)) return number;
  std::string fraction;
  std::size_t at = number.next + 1;
  for (; reading.has(at); ++at) {
    const NumberWord* word = number_word(reading, at);
    if (word != nullptr && word->role == NumberRole::unit) {
      fraction += static_cast<char>('0' + word->value);
    } else if (reading.is_digits(at) && fraction.empty()) {
      fraction = reading.tokens[at].text;
    } else {
      break;
    }
  }
  if (fraction.empty()) return number;
  Number sum = number.value.plus(Number::of_digits("", fraction));
  return {sum, at};
}

// "1/5", "3 1/2".
Match<Number> with_slash(const Reading& reading, Match<Number> number) {
  const auto simple_fraction = [&](std::size_t at) -> Maybe<Number> {
    if (!reading.is_digits(at) || !reading.is(at + 1, "/") || !reading.is_glued(at + 1) ||
        !reading.is_digits(at + 2) || !reading.is_glued(at + 2) ||
        (reading.is(at + 3, "/") && reading.is_glued(at + 3))) {
      return std::nullopt;
    }
    const Number denominator = Number::of_digits(reading.tokens[at + 2].text);
    if (!denominator.is_integer() || denominator.digits == 0 || denominator.digits > 1000)
      return std::nullopt;
    return Match<Number>{Number::of_digits(reading.tokens[at].text).divided_by(denominator.digits), at + 3};
  };
  if (!number.value.is_integer()) return number;
  if (const auto mixed = simple_fraction(number.next); mixed && mixed->value.real < 1) {
    return {number.value.plus(mixed->value), mixed->next};
  }
  if (const auto whole = simple_fraction(number.next - 1)) return *whole;
  return number;
}

// "two and a half", "one and three quarters", "3½".
Match<Number> with_fraction_word(const Reading& reading, Match<Number> number) {
  const FractionWord* direct = fraction_word(reading, number.next);
  if (direct != nullptr && number.value.is_integer()) {
    const bool is_sign = !reading.tokens[number.next].is_word();
    const Number part =
        is_sign ? number.value.plus(fraction_of(Number::of(1), *direct)) : fraction_of(number.value, *direct);
    // "two fifths", but not the ordinal in "twenty fifth" nor the coin in "four quarters of milk".
    if (is_sign || (number.value.digits < 20 && direct->word.ends_with('s')) || number.value.digits == 1) {
      return {part, number.next + 1};
    }
    return number;
  }
  if (!reading.is_one_of(number.next, reading.words.conjunctions)) return number;
  std::size_t at = number.next + 1;
  Number count = Number::of(1);
  if (reading.is_one_of(at, reading.words.articles)) {
    ++at;
  } else if (const NumberWord* word = number_word(reading, at);
             word != nullptr && word->role == NumberRole::unit) {
    count = Number::of(word->value);
    ++at;
  }
  const FractionWord* fraction = fraction_word(reading, at);
  if (fraction == nullptr) return number;
  return {number.value.plus(fraction_of(count, *fraction)), at + 1};
}

// "forty-five (45)".
Match<Number> with_repetition(const Reading& reading, Match<Number> number) {
  if (!reading.is(number.next, "(")) return number;
  auto again = DigitsReader(reading, number.next + 1).read();
  if (!again) again = WordsReader(reading, number.next + 1).read();
  if (!again || !reading.is(again->next, ")") || again->value.real != number.value.real) return number;
  return {number.value, again->next + 1};
}

Maybe<Number> read_unsigned(const Reading& reading, std::size_t at, bool suffixes) {
  if (auto digits = DigitsReader(reading, at).read()) {
    Match<Number> number = with_point(reading, with_slash(reading, *digits));
    if (suffixes) {
      const std::int64_t factor = suffix_factor(reading, number.next);
      if (factor != 1) return Match<Number>{number.value.times(factor), number.next + 1};
    }
    WordsReader scales(reading, number.next);
    scales.start_with(number.value, number.next);
    if (auto scaled = scales.read()) number = *scaled;
    return with_repetition(reading, with_fraction_word(reading, number));
  }
  if (auto words = WordsReader(reading, at).read()) {
    Match<Number> number = with_fraction_word(reading, with_point(reading, *words));
    number.value.written_as_word = true;
    return with_repetition(reading, number);
  }
  const FractionWord* fraction = fraction_word(reading, at);
  if (fraction == nullptr || fraction->needs_count) return std::nullopt;
  Number value = fraction_of(Number::of(1), *fraction);
  value.written_as_word = true;
  std::size_t next = at + 1;
  std::size_t group = next;  // "half a dozen"
  if (reading.is_one_of(group, reading.words.articles)) ++group;
  if (const NumberWord* word = number_word(reading, group);
      word != nullptr && word->role >= NumberRole::hundred) {
    return Match<Number>{value.times(word->value), group + 1};
  }
  return Match<Number>{value, next};
}

// "a dozen", "a couple of", "a half", "a third".
Maybe<Number> read_after_article(const Reading& reading, std::size_t at) {
  if (!reading.is_one_of(at, reading.words.articles)) return std::nullopt;
  if (const FractionWord* fraction = fraction_word(reading, at + 1)) {
    const NumberWord* group = number_word(reading, at + 2);
    const Number part = fraction_of(Number::of(1), *fraction);
    if (group != nullptr && group->role >= NumberRole::hundred)
      return Match<Number>{part.times(group->value), at + 3};
    return Match<Number>{part, at + 2};
  }
  const NumberWord* word = number_word(reading, at + 1);
  if (word == nullptr || word->role < NumberRole::hundred) return std::nullopt;
  return WordsReader(reading, at + 1).read();
}

}  // namespace

Maybe<std::int64_t> read_words_below_hundred(const Reading& reading, std::size_t at) {
  const NumberWord* word = number_word(reading, at);
  if (word == nullptr || word->role > NumberRole::ten) return std::nullopt;
  if (word->role != NumberRole::ten) return Match<std::int64_t>{word->value, at + 1};
  const std::size_t next = reading.is(at + 1, "-") && reading.is_glued(at + 1) ? at + 2 : at + 1;
  const NumberWord* unit = number_word(reading, next);
  if (unit == nullptr || unit->role != NumberRole::unit || unit->value == 0)
    return Match<std::int64_t>{word->value, at + 1};
  return Match<std::int64_t>{word->value + unit->value, next + 1};
}

Maybe<Number> read_number(const Reading& reading, std::size_t at, bool suffixes) {
  if (!reading.has(at)) return std::nullopt;
  const bool sign =
      (reading.is(at, "-") && (reading.tokens[at].spaced)) || reading.is_one_of(at, reading.words.negatives);
  if (sign || (reading.is(at, "+") && reading.tokens[at].spaced)) {
    auto number = read_unsigned(reading, at + 1, suffixes);
    if (!number) return std::nullopt;
    if (sign) number->value = number->value.negated();
    return number;
  }
  auto number = read_unsigned(reading, at, suffixes);
  if (!number) number = read_after_article(reading, at);
  if (!number) return std::nullopt;
  if (number->value.exact && number->next > 0) {
    // "a couple of beers": the "of" belongs to the count.
    const NumberWord* last = number_word(reading, number->next - 1);
    if (last != nullptr && last->role == NumberRole::group &&
        reading.is_one_of(number->next, reading.words.of))
      ++number->next;
  }
  return number;
}

Maybe<Number> read_count(const Reading& reading, std::size_t at, bool suffixes) {
  if (auto number = read_number(reading, at, suffixes)) return number;
  if (!reading.is_one_of(at, reading.words.articles)) return std::nullopt;
  Number one = Number::of(1);
  one.written_as_word = true;
  return Match<Number>{one, at + 1};
}

Maybe<std::int64_t> read_ordinal(const Reading& reading, std::size_t at) {
  if (reading.is_digits(at) && reading.is_glued(at + 1) &&
      reading.is_one_of(at + 1, reading.words.ordinal_suffixes)) {
    const Number number = Number::of_digits(reading.tokens[at].text);
    if (!number.is_integer()) return std::nullopt;
    return Match<std::int64_t>{number.digits, at + 2};
  }
  const auto simple = [&](std::size_t place) -> const NamedNumber* {
    return reading.has(place) ? reading.words.ordinals.find_word(reading.tokens[place].text) : nullptr;
  };
  if (const NamedNumber* row = simple(at)) return Match<std::int64_t>{row->value, at + 1};
  const NumberWord* ten = number_word(reading, at);
  if (ten == nullptr || ten->role != NumberRole::ten) return std::nullopt;
  const std::size_t next = reading.is(at + 1, "-") ? at + 2 : at + 1;
  const NamedNumber* row = simple(next);
  if (row == nullptr || row->value > 9) return std::nullopt;
  return Match<std::int64_t>{ten->value + row->value, next + 1};
}

}  // namespace parley::language
