// Inside of the regular expression engine: the compiled program and its automaton.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/regex/syntax.hpp"

namespace parley {

// What lies next to a position, as far as assertions care.
enum class RegexContext : std::uint8_t { edge, newline, word, other };

struct RegexInstruction {
  enum class Op : std::uint8_t { set, split, save, assertion, match };

  Op op = Op::match;
  std::uint32_t first = 0;   // set: its number; split: preferred target; save: slot; assertion: its kind
  std::uint32_t second = 0;  // split: other target
};

// A deterministic automaton over the classes of code points below. Row = state; column = class, the last one
// being the end of the text. Built when the pattern is compiled, if it is small enough; immutable, so threads
// share it.
struct RegexAutomaton {
  static constexpr std::uint16_t kDead = 0;
  static constexpr std::uint16_t kMatched = 1;
  static constexpr std::uint16_t kFirstState = 2;

  std::vector<std::uint16_t> next;  // empty = too large, use the program instead
  std::uint16_t start = kDead;
};

struct RegexProgram {
  std::string pattern;
  std::vector<RegexInstruction> code;
  std::uint32_t group_count = 0;
  std::vector<std::pair<std::string, std::size_t>> group_names;

  // Code points that no set of the program tells apart form one class.
  std::array<std::uint16_t, 128> ascii_class{};
  std::vector<char32_t> class_begin;  // sorted starts of intervals, the first is 0
  std::vector<std::uint16_t> interval_class;
  std::uint32_t class_count = 0;
  std::vector<RegexContext> class_context;
  std::vector<std::uint64_t> set_members;  // a row of bits per set, one bit per class
  std::uint32_t words_per_set = 0;

  bool has_assertions = false;
  bool anchored = false;       // every match begins at the text's begin
  std::string prefix;          // every match begins with these bytes
  bool prefix_is_all = false;  // and they are the whole match

  RegexAutomaton search;
  RegexAutomaton full;

  [[nodiscard]] std::uint16_t class_of(char32_t code_point) const;
  [[nodiscard]] bool set_has(std::uint32_t set, std::uint32_t code_class) const {
    return (set_members[set * words_per_set + code_class / 64] >> (code_class % 64) & 1) != 0;
  }
};

[[nodiscard]] Result<RegexProgram> compile_regex(const RegexTree& tree, std::size_t max_program_size);

[[nodiscard]] bool assertion_holds(RegexAssertion assertion, RegexContext before, RegexContext after);

// Leaves `next` empty when the automaton would be too large. `full`: must match from begin to end.
[[nodiscard]] RegexAutomaton build_automaton(const RegexProgram& program, bool full);

}  // namespace parley
