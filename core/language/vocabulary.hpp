// The words of one language, as tables. A language is one file vocabulary_<tag>.cpp and one row in
// vocabulary.cpp. All words are in lower case; phrases have single spaces between the words as tokenise()
// cuts them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "language/command.hpp"
#include "language/word_table.hpp"

namespace parley::language {

enum class NumberRole : std::uint8_t {
  unit,  // 0–9
  teen,  // 10–19
  ten,   // 20, 30 … 90
  hundred,
  scale,  // thousand, million…
  group,  // dozen, pair, couple: counts of their own
};

struct NumberWord {
  std::string_view word;
  std::int64_t value;
  NumberRole role;
};

// "half" = 1/2. `needs_count`: only with a count or article before it, because the word means something else
// alone.
struct FractionWord {
  std::string_view word;
  std::int32_t numerator;
  std::int32_t denominator;
  bool needs_count;
};

struct NamedNumber {
  std::string_view word;
  std::int32_t value;
};

// `cents` > 0: a coin or minor unit of the currency, worth that many hundredths. An empty code is the user's
// own currency.
struct CurrencyWord {
  std::string_view words;
  std::string_view code;
  std::int32_t cents = 0;
};

struct DurationWord {
  std::string_view word;
  std::int64_t seconds;
  bool months = false;  // `seconds` counts calendar months instead (12 for a year)
};

enum class Measure : std::uint8_t { mass, cooking, distance, volume, temperature };

// One of the unit is factor_numerator / factor_denominator of `base`.
struct MeasureWord {
  std::string_view words;
  Measure measure;
  std::string_view base;
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

inline constexpr std::string_view kAnyWords = "*";

// Words of the normal form; "talk|speak" = either, a "?" after a word = it may be missing, "*" = a name of
// one to three words.
struct PhraseCommand {
  std::string_view pattern;
  CommandKind command;
  std::string_view topic;     // of chitchat, as in Command; of a cancel "forget": it may mean that instead
  std::uint64_t first_words;  // hash_bit() of every word that the pattern may begin with
  std::uint64_t last_words;   // and end with

  consteval PhraseCommand(std::string_view words, CommandKind means, std::string_view about = {})
      : pattern(words),
        command(means),
        topic(about),
        first_words(edge_words(words, true)),
        last_words(edge_words(words, false)) {}

 private:
  static consteval std::uint64_t edge_words(std::string_view pattern, bool from_start) {
    std::uint64_t bits = 0;
    for (bool optional = true; optional && !pattern.empty();) {
      std::string_view step = from_start ? first_word(pattern) : last_word(pattern);
      const std::size_t taken = std::min(pattern.size(), step.size() + 1);
      from_start ? pattern.remove_prefix(taken) : pattern.remove_suffix(taken);
      if (step == kAnyWords) return ~std::uint64_t{0};
      optional = step.ends_with('?');
      if (optional) step.remove_suffix(1);
      while (!step.empty()) {
        const std::string_view word = step.substr(0, step.find('|'));
        bits |= hash_bit(word);
        step.remove_prefix(std::min(step.size(), word.size() + 1));
      }
    }
    return bits;
  }
};

enum class Meridiem : std::uint8_t { am, pm };

struct PartOfDay {
  std::string_view words;
  Meridiem meridiem;
};

struct Pair {
  std::string_view from;
  std::string_view to;
};

constexpr std::string_view phrase_of(const NumberWord& row) {
  return row.word;
}
constexpr std::string_view phrase_of(const FractionWord& row) {
  return row.word;
}
constexpr std::string_view phrase_of(const NamedNumber& row) {
  return row.word;
}
constexpr std::string_view phrase_of(const CurrencyWord& row) {
  return row.words;
}
constexpr std::string_view phrase_of(const DurationWord& row) {
  return row.word;
}
constexpr std::string_view phrase_of(const MeasureWord& row) {
  return row.words;
}
constexpr std::string_view phrase_of(const PartOfDay& row) {
  return row.words;
}
constexpr std::string_view phrase_of(const Pair& row) {
  return row.from;
}

using Words = Table<std::string_view>;

struct Vocabulary {
  std::string_view language;
  char decimal_mark = '.';
  bool month_first = false;     // 11/23/2026
  bool and_after_tens = false;  // "vingt et un", "treinta y uno"
  bool vigesimal = false;       // "soixante-dix", "quatre-vingts"

  // Numbers.
  Table<NumberWord> numbers;
  Table<FractionWord> fractions;
  Table<NamedNumber> ordinals;
  Words ordinal_suffixes;
  Words articles;  // count as one: "a pizza"
  Words the;       // say nothing about a number: "the pizza"
  Words conjunctions;
  Words negatives;                // "minus"
  Words points;                   // "point" in "two point five"
  Table<NamedNumber> last_words;  // "last" = -1

  // Ranges: "between A and B", "from A to B", "less than A", "at least A", "about A".
  Words between;
  Words from;
  Words to;
  Words under;
  Words above;
  Words about;

  // Units.
  Table<CurrencyWord> currencies;
  Table<DurationWord> durations;
  Table<MeasureWord> measures;
  Words extra_words;  // between a count and its unit: "two additional minutes"
  Words of;

  // Calendar.
  Table<NamedNumber> months;
  Table<NamedNumber> weekdays;  // 0 = Sunday
  Table<NamedNumber> days;      // "tomorrow" = 1, phrases allowed
  Words next;
  Words this_one;
  Words previous;
  Words in;        // "in 3 days"
  Words ago;       // "3 days ago"
  Words from_now;  // "3 days from now"
  Table<PartOfDay> parts_of_day;
  Table<NamedNumber> clock_names;  // minutes since midnight: "noon" = 720
  Words am;
  Words pm;
  Words past;    // "half past six"
  Words before;  // "quarter to six"
  Words oclock;
  Words at;
  Words now;
  bool half_means_before = false;   // German "halb sechs" is 5:30
  bool minutes_after_hour = false;  // "dix heures et quart", "las cinco menos diez"

  // Whole phrases.
  Table<Pair> contractions;  // "i'd" → "i would"
  Words politeness;          // dropped at both ends when phrases are compared
  std::span<const PhraseCommand> commands;
  Words yes;
  Words no;
  Words yes_alone;  // a yes only as the whole answer ("i do", "good")
  Words no_alone;
  Words answer_words;  // begin a yes or no whatever follows: "yes, to my home address"
  Words intensifiers;  // of `yes`, and in "definitely no" not a yes
  Words neither;       // no answer although it contains a yes or a no ("not sure")
  Words hesitations;

  // Requests.
  Words request_lead_ins;  // before what is wanted: "can you tell me", "by the way"
  Words request_fillers;   // around it, saying nothing of their own: "for", "please"
  Words command_edges;     // around a command: "ok stop", "never mind then"

  // Answers with filler.
  Words lead_ins;        // "i would like"
  Words tails;           // "please", "for me"
  Words separators;      // between items, besides punctuation
  Words bound_pairs;     // one item in spite of "and" in it
  Words pronouns;        // "one" in "the second one"
  Words question_words;  // begin a question instead of an answer: "what pizzas do you have?"
  Words option_words;    // "number 2", "option b"

  // Corrections.
  Words correction_lead_ins;  // "actually", "i meant"
  Words correction_tails;     // "instead" at the end
  Words correction_fillers;   // "make it", "it should be"
  Words change_verbs;         // "change", "set"
  Words change_links;         // "to" in "change X to Y"
  Words noes;                 // a bare "no" before the new value
  Words not_but;              // between the new value and the old one: "8 instead of 7", "8 not 7"
  Words wrong_words;          // before the name of an answer: "wrong address"
  Words is_wrong;             // after it: "the address is wrong"
  Words is_now;               // between it and the new value: "the address should be"

  // How many of several choices.
  Words all;
  Words both;
  Words none;
  Words except;  // "all except the second"

  // The singular of a lower-case noun; nullptr when the language leaves nouns alone.
  std::string (*singular)(std::string_view noun) = nullptr;
};

// The best table for a BCP-47 tag ("en-GB" → English); English for languages without one.
[[nodiscard]] const Vocabulary& vocabulary_for(std::string_view locale);

// All of them, and the place of one among them.
[[nodiscard]] std::span<const Vocabulary* const> vocabularies();
[[nodiscard]] std::size_t vocabulary_index(const Vocabulary& vocabulary);

[[nodiscard]] const Vocabulary& english();
[[nodiscard]] const Vocabulary& german();
[[nodiscard]] const Vocabulary& french();
[[nodiscard]] const Vocabulary& spanish();

[[nodiscard]] inline bool contains(const Words& words, std::string_view phrase) {
  return words.find(phrase) != nullptr;
}
[[nodiscard]] bool contains(std::span<const std::string_view> words, std::string_view word);

}  // namespace parley::language
