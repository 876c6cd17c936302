#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/regex/syntax.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

constexpr std::size_t kMaxNesting = 200;
constexpr std::uint32_t kMaxRepeatRe2 = 1'000;
constexpr std::uint32_t kMaxRepeatEcma = 10'000;

struct PosixClass {
  std::string_view name;
  std::string_view ranges;  // pairs of first and last
};

constexpr std::array<PosixClass, 14> kPosixClasses{{
    {"alnum", "09AZaz"},
    {"alpha", "AZaz"},
    {"ascii", std::string_view("\0\x7F", 2)},
    {"blank", "\t\t  "},
    {"cntrl", std::string_view("\0\x1F\x7F\x7F", 4)},
    {"digit", "09"},
    {"graph", "!~"},
    {"lower", "az"},
    {"print", " ~"},
    {"punct", "!/:@[`{~"},
    {"space", "\t\r  "},
    {"upper", "AZ"},
    {"word", "09AZaz__"},
    {"xdigit", "09AFaf"},
}};

bool is_ascii_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

CodePointSet set_of(std::string_view pairs) {
  CodePointSet set;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    set.add(static_cast<unsigned char>(pairs[i]), static_cast<unsigned char>(pairs[i + 1]));
  }
  set.normalise();
  return set;
}

struct Flags {
  bool ignore_case = false;
  bool dot_matches_newline = false;
  bool multi_line = false;
  bool swap_greed = false;
};

class RegexParser {
 public:
  RegexParser(std::string_view pattern, const RegexOptions& options)
      : pattern_(pattern), ecma_(options.dialect == RegexDialect::ecma) {
    flags_.ignore_case = options.ignore_case;
  }

  Result<RegexTree> run() {
    if (!is_utf8(pattern_)) {
      refuse("The pattern is not valid UTF-8.", "Write it in UTF-8.");
      return std::unexpected(std::move(error_));
    }
    std::uint32_t root = parse_alternatives();
    if (!failed_ && !at_end()) refuse("There is a ')' without its '('.", "Remove it or write \\).");
    if (failed_) return std::unexpected(std::move(error_));
    tree_.root = root;
    return std::move(tree_);
  }

 private:
  // --- reading ---

  bool at_end() const { return failed_ || at_ >= pattern_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  bool next_is(std::string_view text) const { return !failed_ && pattern_.substr(at_).starts_with(text); }

  bool take(std::string_view text) {
    if (!next_is(text)) return false;
    at_ += text.size();
    return true;
  }

  char32_t take_code_point() {
    DecodedCodePoint decoded = decode_utf8(pattern_, at_);
    at_ += decoded.length;
    return decoded.code_point;
  }

  std::uint32_t refuse(std::string message, std::string hint, ErrorCode code = ErrorCode::invalid_input) {
    if (failed_) return 0;
    failed_ = true;
    std::size_t column = 1 + count_code_points(pattern_.substr(0, at_));
    error_ = Error{code, std::move(message), std::to_string(column), std::move(hint)};
    return 0;
  }

  // --- tree ---

  std::uint32_t add(RegexNode node) {
    tree_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
  }

  std::uint32_t add_set(CodePointSet set, bool may_fold = true) {
    if (may_fold && flags_.ignore_case) set.fold_case();
    set.normalise();
    auto known = std::find(tree_.sets.begin(), tree_.sets.end(), set);
    auto index = static_cast<std::uint32_t>(known - tree_.sets.begin());
    if (known == tree_.sets.end()) tree_.sets.push_back(std::move(set));
    return add({.kind = RegexNode::Kind::set, .index = index, .children = {}});
  }

  std::uint32_t add_literal(char32_t code_point) {
    CodePointSet set;
    set.add(code_point, code_point);
    return add_set(std::move(set));
  }

  std::uint32_t add_assertion(RegexAssertion assertion) {
    return add({.kind = RegexNode::Kind::assertion, .assertion = assertion, .children = {}});
  }

  std::uint32_t add_list(RegexNode::Kind kind, std::vector<std::uint32_t> children) {
    if (children.empty()) return add({});
    if (children.size() == 1) return children[0];
    return add({.kind = kind, .children = std::move(children)});
  }

  // --- grammar ---

  std::uint32_t parse_alternatives() {
    if (++nesting_ > kMaxNesting) {
      return refuse("The groups are nested too deeply.", "Use fewer than 200 levels.", ErrorCode::too_large);
    }
    std::vector<std::uint32_t> alternatives{parse_sequence()};
    while (take("|")) alternatives.push_back(parse_sequence());
    --nesting_;
    return add_list(RegexNode::Kind::alternate, std::move(alternatives));
  }

  std::uint32_t parse_sequence() {
    std::vector<std::uint32_t> items;
    while (!at_end() && peek() != '|' && peek() != ')') {
      if (!ecma_ && take("\\Q")) {
        std::size_t before = items.size();
        while (!at_end() && !next_is("\\E")) items.push_back(add_literal(take_code_point()));
        take("\\E");
        if (items.size() > before) items.back() = parse_repeats(items.back());
        continue;
      }
      std::optional<std::uint32_t> atom = parse_atom();
      if (atom) items.push_back(parse_repeats(*atom));
    }
    return add_list(RegexNode::Kind::concat, std::move(items));
  }

  // Nothing for a flag setting such as (?i).
  std::optional<std::uint32_t> parse_atom() {
    switch (peek()) {
      case '(':
        return parse_group();
      case '[':
        return parse_class();
      case '\\':
        return parse_escape();
      case '.':
        ++at_;
        return parse_dot();
      case '^':
        ++at_;
        return add_assertion(flags_.multi_line ? RegexAssertion::line_begin : RegexAssertion::text_begin);
      case '$':
        ++at_;
        return add_assertion(flags_.multi_line ? RegexAssertion::line_end : RegexAssertion::text_end);
      case '*':
      case '+':
      case '?':
        return refuse("There is nothing to repeat here.", "Put something before the sign, or escape it.");
      default:
        return add_literal(take_code_point());
    }
  }

  std::uint32_t parse_dot() {
    CodePointSet set;
    if (!flags_.dot_matches_newline) {
      set.add('\n', '\n');
      if (ecma_) {
        set.add('\r', '\r');
        set.add(0x2028, 0x2029);
      }
    }
    set.normalise();
    set.negate();
    return add_set(std::move(set), false);
  }

  // --- repeats ---

  struct Bounds {
    std::uint32_t min;
    std::uint32_t max;
  };

  std::uint32_t parse_repeats(std::uint32_t atom) {
    bool repeated = false;
    for (;;) {
      std::size_t start = at_;
      std::optional<Bounds> bounds = take_bounds();
      if (!bounds || failed_) return atom;
      if (repeated) {
        at_ = start;
        return refuse("A repeat cannot be repeated.", "Put a group around the first one.");
      }
      repeated = true;
      bool greedy = take("?") ? flags_.swap_greed : !flags_.swap_greed;
      atom = add(
          {.kind = RegexNode::Kind::repeat,
           .greedy = greedy,
           .min = bounds->min,
           .max = bounds->max,
           .children = {atom}}
      );
    }
  }

  std::optional<Bounds> take_bounds() {
    if (take("*")) return Bounds{0, RegexNode::kUnbounded};
    if (take("+")) return Bounds{1, RegexNode::kUnbounded};
    if (take("?")) return Bounds{0, 1};
    if (peek() != '{' || at_end()) return std::nullopt;
    // A brace that does not hold a repeat is a plain character.
    std::size_t start = at_++;
    std::optional<std::uint32_t> min = take_number();
    if (!min) return at_ = start, std::nullopt;
    std::uint32_t max = *min;
    if (take(",")) max = take_number().value_or(RegexNode::kUnbounded);
    if (!take("}")) return at_ = start, std::nullopt;
    std::uint32_t limit = ecma_ ? kMaxRepeatEcma : kMaxRepeatRe2;
    if (*min > limit || (max != RegexNode::kUnbounded && max > limit)) {
      refuse(
          "The repeat count is too large.", "Use at most " + std::to_string(limit) + ".", ErrorCode::too_large
      );
    } else if (*min > max) {
      refuse("The repeat's limits are the wrong way round.", "Write the smaller one first.");
    }
    return Bounds{*min, max};
  }

  std::optional<std::uint32_t> take_number() {
    if (!is_digit(static_cast<unsigned char>(peek()))) return std::nullopt;
    std::uint32_t number = 0;
    for (; is_digit(static_cast<unsigned char>(peek())); ++at_) {
      number = std::min<std::uint32_t>(number * 10 + static_cast<std::uint32_t>(peek() - '0'), 1'000'000);
    }
    return number;
  }

  // --- groups ---

  std::optional<std::uint32_t> parse_group() {
    if (next_is("(?=") || next_is("(?!") || next_is("(?<=") || next_is("(?<!")) {
      return refuse(
          "Look-ahead and look-behind are not supported.",
          "They cannot be matched in linear time; describe the text without them.",
          ErrorCode::unsupported
      );
    }
    if (take("(?:")) return close_group(parse_with_flags(flags_));
    if (take("(?P<") || take("(?<")) return parse_capture(take_group_name());
    if (take("(?")) return parse_flag_group();
    ++at_;
    return parse_capture({});
  }

  std::uint32_t parse_with_flags(Flags inner) {
    Flags outer = std::exchange(flags_, inner);
    std::uint32_t node = parse_alternatives();
    flags_ = outer;
    return node;
  }

  std::uint32_t close_group(std::uint32_t node) {
    if (!take(")")) return refuse("A '(' is never closed.", "Add ')' or write \\(.");
    return node;
  }

  std::uint32_t parse_capture(std::string name) {
    std::uint32_t index = ++tree_.group_count;
    if (!name.empty()) tree_.group_names.emplace_back(std::move(name), index);
    std::uint32_t inner = close_group(parse_with_flags(flags_));
    return add({.kind = RegexNode::Kind::capture, .index = index, .children = {inner}});
  }

  std::string take_group_name() {
    std::size_t start = at_;
    auto is_name = [](char c) {
      return is_ascii_letter(static_cast<unsigned char>(c)) || is_digit(static_cast<unsigned char>(c)) ||
             c == '_';
    };
    while (is_name(peek())) ++at_;
    std::string name(pattern_.substr(start, at_ - start));
    bool known = std::any_of(tree_.group_names.begin(), tree_.group_names.end(), [&](const auto& entry) {
      return entry.first == name;
    });
    if (name.empty() || known || !take(">")) {
      refuse(
          "The group's name is empty, repeated or not closed by '>'.", "Use letters, digits and '_' once."
      );
    }
    return name;
  }

  std::optional<std::uint32_t> parse_flag_group() {
    Flags inner = flags_;
    bool value = true;
    for (;;) {
      char flag = peek();
      ++at_;
      if (flag == ')' && !ecma_) {
        flags_ = inner;
        return std::nullopt;
      }
      if (flag == ':') return close_group(parse_with_flags(inner));
      if (flag == '-' && value) {
        value = false;
      } else if (flag == 'i') {
        inner.ignore_case = value;
      } else if (flag == 's') {
        inner.dot_matches_newline = value;
      } else if (flag == 'm') {
        inner.multi_line = value;
      } else if (flag == 'U' && !ecma_) {
        inner.swap_greed = value;
      } else {
        --at_;
        return refuse(
            "This kind of group is not known.",
            "Use (…), (?:…), (?<name>…) or (?i:…).",
            ErrorCode::unsupported
        );
      }
    }
  }

  // --- escapes ---

  std::uint32_t parse_escape() {
    char kind = peek(1);
    if (kind == 'b' || kind == 'B') {
      at_ += 2;
      return add_assertion(kind == 'b' ? RegexAssertion::word_boundary : RegexAssertion::no_word_boundary);
    }
    if (!ecma_ && (kind == 'A' || kind == 'z')) {
      at_ += 2;
      return add_assertion(kind == 'A' ? RegexAssertion::text_begin : RegexAssertion::text_end);
    }
    CodePointSet set;
    if (take_class_escape(set)) return add_set(std::move(set));
    if (is_back_reference(kind)) {
      return refuse(
          "Back-references are not supported.",
          "They cannot be matched in linear time; write the text out or check it in an expression.",
          ErrorCode::unsupported
      );
    }
    return add_literal(take_character_escape());
  }

  bool is_back_reference(char kind) const {
    if (ecma_) return kind == 'k' || (kind >= '1' && kind <= '9');
    bool octal = is_digit(static_cast<unsigned char>(peek(2))) && kind <= '7';
    return kind >= '1' && kind <= '9' && !octal;
  }

  // \d \w \s \p{…} and their negations.
  bool take_class_escape(CodePointSet& set) {
    char kind = peek(1);
    switch (kind) {
      case 'd':
      case 'D':
        set = set_of("09");
        break;
      case 'w':
      case 'W':
        set = set_of("09AZaz__");
        break;
      case 's':
      case 'S':
        set = space_set();
        break;
      case 'p':
      case 'P':
        return take_property(set);
      default:
        return false;
    }
    at_ += 2;
    if (kind < 'a') set.negate();
    return true;
  }

  CodePointSet space_set() const {
    if (!ecma_) return set_of("\t\n\f\r  ");
    CodePointSet set;
    set.add_property(unicode_property("White_Space"));
    set.add(0xFEFF, 0xFEFF);
    set.normalise();
    // U+0085 is white space to Unicode but not to ECMA-262.
    set.negate();
    set.add(0x85, 0x85);
    set.normalise();
    set.negate();
    return set;
  }

  bool take_property(CodePointSet& set) {
    bool negated = peek(1) == 'P';
    std::size_t start = at_;
    at_ += 2;
    std::string_view name;
    if (take("{")) {
      std::size_t close = pattern_.find('}', at_);
      if (close == std::string_view::npos) return refuse("A \\p{ is never closed.", "Add '}'."), true;
      name = pattern_.substr(at_, close - at_);
      at_ = close + 1;
    } else {
      name = pattern_.substr(at_, 1);
      if (!at_end()) take_code_point();
    }
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    for (std::string_view prefix : {"General_Category=", "gc="}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    if (name == "Any") {
      set.add(0, kLastCodePoint);
    } else if (name == "ASCII") {
      set.add(0, 0x7F);
    } else if (std::span<const CodePointRange> ranges = unicode_property(name); !ranges.empty()) {
      set.add_property(ranges);
    } else {
      std::string message = "The Unicode class \"" + std::string(name) + "\" is not known.";
      at_ = start;
      refuse(
          std::move(message),
          "Use L, Lu, Ll, M, N, Nd, P, S, Z, White_Space, ASCII or Any.",
          ErrorCode::unsupported
      );
    }
    set.normalise();
    if (negated) set.negate();
    return true;
  }

  // One code point written as an escape; at_ is on the backslash.
  char32_t take_character_escape() {
    ++at_;
    if (at_end()) return refuse("The pattern ends with a backslash.", "Write \\\\ for a backslash.");
    char32_t c = take_code_point();
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'x':
        return take_hex_escape(2);
      default:
        break;
    }
    if (ecma_) {
      if (c == 'u') return take_utf16_escape();
      if (c == 'c' && is_ascii_letter(static_cast<unsigned char>(peek()))) return take_code_point() & 31;
      if (c == '0' && !is_digit(static_cast<unsigned char>(peek()))) return 0;
    } else {
      if (c == 'a') return '\a';
      if (c >= '0' && c <= '7') return take_octal(c);
    }
    if (is_ascii_letter(c) || is_digit(c)) {
      return refuse("This escape is not known.", "Escape only signs, or use a known class such as \\d.");
    }
    return c;
  }

  char32_t take_octal(char32_t first) {
    char32_t number = first - '0';
    for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7'; ++i)
      number = number * 8 + (take_code_point() - '0');
    return number;
  }

  std::optional<char32_t> take_hex(std::size_t min_digits, std::size_t max_digits) {
    char32_t number = 0;
    std::size_t count = 0;
    for (; count < max_digits; ++count, ++at_) {
      char c = ascii_lower(peek());
      if (is_digit(static_cast<unsigned char>(c))) {
        number = number * 16 + static_cast<char32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        number = number * 16 + static_cast<char32_t>(c - 'a' + 10);
      } else {
        break;
      }
    }
    if (count < min_digits || number > kLastCodePoint) return std::nullopt;
    return number;
  }

  // After \x or \u: two or four digits, or up to six in braces.
  char32_t take_hex_escape(std::size_t digits) {
    std::optional<char32_t> number;
    if (take("{")) {
      number = take_hex(1, 8);
      if (!take("}")) number.reset();
    } else {
      number = take_hex(digits, digits);
    }
    if (!number) return refuse("The hexadecimal escape is wrong.", "Write \\x41, or \\x{1F600} with braces.");
    return *number;
  }

  char32_t take_utf16_escape() {
    char32_t unit = take_hex_escape(4);
    if (unit < 0xD800 || unit > 0xDBFF || !next_is("\\u")) return unit;
    std::size_t start = at_;
    at_ += 2;
    char32_t low = take_hex_escape(4);
    if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    at_ = start;
    return unit;
  }

  // --- classes ---

  std::uint32_t parse_class() {
    std::size_t start = at_++;
    bool negated = take("^");
    CodePointSet set;
    bool first = true;
    while (!at_end() && (peek() != ']' || (first && !ecma_))) {
      first = false;
      parse_class_item(set);
    }
    if (!take("]")) {
      at_ = start;
      return refuse("A '[' is never closed.", "Add ']' or write \\[.");
    }
    if (flags_.ignore_case) set.fold_case();
    set.normalise();
    if (negated) set.negate();
    return add_set(std::move(set), false);
  }

  void parse_class_item(CodePointSet& set) {
    if (!ecma_ && next_is("[:") && take_posix_class(set)) return;
    CodePointSet escaped;
    if (peek() == '\\' && take_class_escape(escaped)) return set.add(escaped);
    std::size_t start = at_;
    char32_t low = take_class_character();
    if (peek() != '-' || peek(1) == ']' || at_ + 1 >= pattern_.size()) return set.add(low, low);
    std::size_t dash = at_++;
    if (peek() == '\\' && take_class_escape(escaped)) {
      // [a-\d]: the dash stands for itself.
      at_ = dash + 1;
      set.add(low, low);
      return set.add('-', '-');
    }
    char32_t high = take_class_character();
    if (high < low) {
      at_ = start;
      refuse("The range is the wrong way round.", "Write the smaller character first.");
    }
    set.add(low, high);
  }

  char32_t take_class_character() {
    if (peek() != '\\') return take_code_point();
    if (ecma_ && take("\\b")) return '\b';
    return take_character_escape();
  }

  bool take_posix_class(CodePointSet& set) {
    std::size_t close = pattern_.find(":]", at_ + 2);
    if (close == std::string_view::npos) return false;
    std::string_view name = pattern_.substr(at_ + 2, close - at_ - 2);
    bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    auto known = std::find_if(kPosixClasses.begin(), kPosixClasses.end(), [&](const PosixClass& c) {
      return c.name == name;
    });
    if (known == kPosixClasses.end()) {
      refuse(
          "The class \"[:" + std::string(name) + ":]\" is not known.",
          "Use one such as [:alpha:] or [:digit:]."
      );
      return true;
    }
    at_ = close + 2;
    CodePointSet named = set_of(known->ranges);
    if (negated) named.negate();
    set.add(named);
    return true;
  }

  std::string_view pattern_;
  bool ecma_;
  Flags flags_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  bool failed_ = false;
  Error error_;
  RegexTree tree_;
};

}  // namespace

Result<RegexTree> parse_regex(std::string_view pattern, const RegexOptions& options) {
  return RegexParser(pattern, options).run();
}

}  // namespace parley
