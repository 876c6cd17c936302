// Inside of the regular expression engine: code point sets, the syntax tree and its parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/regex.hpp"
#include "base/regex/unicode_tables.hpp"

namespace parley {

inline constexpr char32_t kLastCodePoint = 0x10FFFF;

// A set of code points as sorted, disjoint, non-adjacent ranges (after normalise()).
class CodePointSet {
 public:
  void add(char32_t first, char32_t last) { ranges_.push_back({first, last}); }
  void add(const CodePointSet& other);
  void add_property(std::span<const CodePointRange> ranges);
  // Adds the other letter case of every member.
  void fold_case();
  void normalise();
  void negate();

  [[nodiscard]] const std::vector<CodePointRange>& ranges() const { return ranges_; }
  bool operator==(const CodePointSet&) const = default;

 private:
  std::vector<CodePointRange> ranges_;
};

enum class RegexAssertion : std::uint8_t {
  text_begin,
  text_end,
  line_begin,
  line_end,
  word_boundary,
  no_word_boundary
};

struct RegexNode {
  enum class Kind : std::uint8_t { empty, set, concat, alternate, repeat, capture, assertion };
  static constexpr std::uint32_t kUnbounded = UINT32_MAX;

  Kind kind = Kind::empty;
  RegexAssertion assertion = RegexAssertion::text_begin;
  bool greedy = true;
  std::uint32_t index = 0;  // of the set, or of the capture group
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::vector<std::uint32_t> children;  // indices into RegexTree::nodes
};

struct RegexTree {
  std::vector<RegexNode> nodes;
  std::vector<CodePointSet> sets;
  std::uint32_t root = 0;
  std::uint32_t group_count = 0;
  std::vector<std::pair<std::string, std::size_t>> group_names;
};

[[nodiscard]] Result<RegexTree> parse_regex(std::string_view pattern, const RegexOptions& options);

}  // namespace parley
