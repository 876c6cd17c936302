#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/decimal.hpp"
#include "base/json.hpp"
#include "base/json_tags.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

// Every map in the typed form may cost three levels of nesting.
constexpr std::size_t kTypedDepth = 512;

constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Offset of the first byte at or after `at` that ends a run of plain string characters: quote, backslash,
// control character or non-ASCII. Eight bytes a step; the classic "has a zero byte" trick is exact for the
// first hit.
std::size_t skip_plain(std::string_view text, std::size_t at) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    std::uint64_t quote = word ^ (ones * '"');
    std::uint64_t backslash = word ^ (ones * '\\');
    std::uint64_t hits = (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                          ((word - ones * 0x20) & ~word) | word) &
                         (ones * 0x80);
    if (hits != 0) return at + static_cast<std::size_t>(std::countr_zero(hits)) / 8;
    at += 8;
  }
  while (at < text.size()) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '"' || byte == '\\' || byte < 0x20 || byte >= 0x80) break;
    ++at;
  }
  return at;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  Parser(std::string_view text, const JsonLimits& limits, bool typed)
      : text_(text), limits_(limits), typed_(typed) {}

  Result<Value> run() {
    constexpr std::size_t usual_members = 16;
    items_.reserve(usual_members);
    entries_.reserve(usual_members);
    key_offsets_.reserve(usual_members);
    Value value;
    skip_space();
    if (parse_value(value)) {
      skip_space();
      if (at_ == text_.size()) return value;
      refuse("Expected the end of the text after the value" + found());
    }
    return std::unexpected(std::move(error_));
  }

 private:
  // --- errors ---

  bool refuse_at(std::size_t offset, std::string message, ErrorCode code = ErrorCode::invalid_input) {
    std::size_t line = 1;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < offset && i < text_.size(); ++i) {
      if (text_[i] == '\n') {
        ++line;
        line_start = i + 1;
      }
    }
    std::size_t column = 1 + count_code_points(text_.substr(line_start, offset - line_start));
    error_ = Error{
        code,
        std::move(message),
        std::to_string(line) + ":" + std::to_string(column),
        code == ErrorCode::too_large ? "Send a smaller or flatter document."
                                     : "Correct the JSON at this place."
    };
    return false;
  }

  bool refuse(std::string message) { return refuse_at(at_, std::move(message)); }

  std::string found() const {
    if (at_ >= text_.size()) return ", found the end of the text.";
    DecodedCodePoint next = decode_utf8(text_, at_);
    if (next.length == 0) return ", found a byte that is not UTF-8.";
    if (next.code_point < 0x20) return ", found a control character.";
    return ", found '" + std::string(text_.substr(at_, next.length)) + "'.";
  }

  bool unexpected(std::string_view wanted) { return refuse("Expected " + std::string(wanted) + found()); }

  // --- pieces ---

  void skip_space() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      ++at_;
    }
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool parse_value(Value& out) {
    if (at_ >= text_.size()) return unexpected("a value");
    switch (text_[at_]) {
      case '{':
        return parse_object(out);
      case '[':
        return parse_array(out);
      case '"': {
        std::string_view text;
        if (!parse_string(text)) return false;
        out = Value(text);
        return true;
      }
      case 't':
        return parse_word("true", Value(true), out);
      case 'f':
        return parse_word("false", Value(false), out);
      case 'n':
        return parse_word("null", Value(), out);
      default:
        return parse_number(out);
    }
  }

  bool parse_word(std::string_view word, Value value, Value& out) {
    if (text_.substr(at_, word.size()) != word) return unexpected("a value");
    at_ += word.size();
    out = std::move(value);
    return true;
  }

  bool enter() {
    if (++depth_ <= limits_.max_depth) return true;
    return refuse_at(
        at_,
        "The JSON is nested deeper than " + std::to_string(limits_.max_depth) + " levels.",
        ErrorCode::too_large
    );
  }

  bool count_member() {
    if (++members_ <= limits_.max_members) return true;
    return refuse_at(
        at_,
        "The JSON has more than " + std::to_string(limits_.max_members) + " members.",
        ErrorCode::too_large
    );
  }

  bool parse_array(Value& out) {
    if (!enter()) return false;
    ++at_;
    std::size_t first = items_.size();
    skip_space();
    if (next_is(']')) {
      ++at_;
    } else {
      for (;;) {
        Value item;
        if (!count_member() || !parse_value(item)) return false;
        items_.push_back(std::move(item));
        skip_space();
        if (next_is(']')) break;
        if (!next_is(',')) return unexpected("',' or ']' after an item");
        ++at_;
        skip_space();
      }
      ++at_;
    }
    out = Value::adopt_list(std::span(items_).subspan(first));
    items_.resize(first);
    --depth_;
    return true;
  }

  bool parse_object(Value& out) {
    if (!enter()) return false;
    std::size_t opened_at = at_;
    ++at_;
    std::size_t first = entries_.size();
    skip_space();
    if (next_is('}')) {
      ++at_;
    } else {
      for (;;) {
        if (!count_member() || !parse_member()) return false;
        skip_space();
        if (next_is('}')) break;
        if (!next_is(',')) return unexpected("',' or '}' after a member");
        ++at_;
        skip_space();
      }
      ++at_;
    }
    if (!close_object(first, opened_at, out)) return false;
    entries_.resize(first);
    key_offsets_.resize(first);
    --depth_;
    return true;
  }

  bool parse_member() {
    if (!next_is('"')) return unexpected("a key in quotes");
    std::size_t key_at = at_;
    std::string_view text;
    if (!parse_string(text)) return false;
    Value key(text);
    skip_space();
    if (!next_is(':')) return unexpected("':' after the key");
    ++at_;
    skip_space();
    Value value;
    if (!parse_value(value)) return false;
    entries_.push_back({std::move(key), std::move(value)});
    key_offsets_.push_back(key_at);
    return true;
  }

  bool close_object(std::size_t first, std::size_t opened_at, Value& out) {
    std::span<Value::Entry> members = std::span(entries_).subspan(first);
    if (typed_ && !members.empty() && members[0].key.as_string().starts_with('@')) {
      if (members.size() != 1) return refuse_at(opened_at, "A typed value has exactly one key.");
      auto tagged = value_of_tag(members[0].key.as_string(), members[0].value);
      if (!tagged) return refuse_at(opened_at, std::move(tagged.error().message));
      out = std::move(*tagged);
      return true;
    }
    if (!limits_.reject_duplicate_keys) {
      out = Value::map({std::make_move_iterator(members.begin()), std::make_move_iterator(members.end())});
      return true;
    }
    std::size_t duplicate = Value::kNoDuplicate;
    out = Value::adopt_map(members, duplicate);
    if (duplicate == Value::kNoDuplicate) return true;
    return refuse_at(
        key_offsets_[first + duplicate],
        "The key \"" + std::string(utf8_prefix(members[duplicate].key.as_string(), 80)) +
            "\" appears twice in one object."
    );
  }

  // --- strings ---

  // The text between the quotes: a piece of the input when it has no escapes, else of scratch_.
  bool parse_string(std::string_view& out) {
    std::size_t run = ++at_;
    bool escaped = false;
    for (;;) {
      at_ = skip_plain(text_, at_);
      if (at_ >= text_.size()) return refuse_at(run - 1, "The string that starts here is not closed.");
      auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '"') break;
      if (byte >= 0x80) {
        std::uint32_t length = decode_utf8(text_, at_).length;
        if (length == 0) return refuse("The text is not valid UTF-8.");
        at_ += length;
        continue;
      }
      if (byte < 0x20) return refuse("A control character inside a string must be written as an escape.");
      if (!escaped) scratch_.clear();
      escaped = true;
      scratch_.append(text_, run, at_ - run);
      if (!parse_escape()) return false;
      run = at_;
    }
    out = text_.substr(run, at_ - run);
    ++at_;
    if (escaped) {
      scratch_.append(out);
      out = scratch_;
    }
    return true;
  }

  bool parse_escape() {
    char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    switch (kind) {
      case '"':
      case '\\':
      case '/':
        scratch_ += kind;
        break;
      case 'b':
        scratch_ += '\b';
        break;
      case 'f':
        scratch_ += '\f';
        break;
      case 'n':
        scratch_ += '\n';
        break;
      case 'r':
        scratch_ += '\r';
        break;
      case 't':
        scratch_ += '\t';
        break;
      case 'u':
        return parse_unicode_escape();
      default:
        return refuse("This is not an escape of JSON.");
    }
    at_ += 2;
    return true;
  }

  // Four hexadecimal digits at `at`, or -1.
  std::int32_t hex4(std::size_t at) const {
    if (at + 4 > text_.size()) return -1;
    std::uint32_t number = 0;
    auto [end, problem] = std::from_chars(text_.data() + at, text_.data() + at + 4, number, 16);
    return problem == std::errc() && end == text_.data() + at + 4 ? static_cast<std::int32_t>(number) : -1;
  }

  bool parse_unicode_escape() {
    std::int32_t unit = hex4(at_ + 2);
    if (unit < 0) return refuse("Expected four hexadecimal digits after \\u.");
    auto code_point = static_cast<char32_t>(unit);
    std::size_t length = 6;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
      std::int32_t low = text_.substr(at_ + 6, 2) == "\\u" ? hex4(at_ + 8) : -1;
      if (unit >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) {
        return refuse("A surrogate escape needs its other half.");
      }
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (static_cast<char32_t>(low) - 0xDC00);
      length = 12;
    }
    append_utf8(scratch_, code_point);
    at_ += length;
    return true;
  }

  // --- numbers ---

  struct Number {
    std::uint64_t digits = 0;   // the first 19 significant digits
    int significant = 0;        // how many digits there are, leading zeros not counted
    std::int64_t exponent = 0;  // of ten, to multiply `digits` by
    bool negative = false;
    bool integral = true;  // neither fraction nor exponent
  };

  void take_digit(Number& number, char c) const {
    if (number.significant < 19) number.digits = number.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (number.significant > 0 || c != '0') ++number.significant;
  }

  bool scan_number(Number& number) {
    number.negative = next_is('-');
    if (number.negative) ++at_;
    if (at_ >= text_.size() || !is_digit(text_[at_])) {
      return unexpected(number.negative ? "a digit after '-'" : "a value");
    }
    if (text_[at_] == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
      return refuse("A number must not start with a zero.");
    }
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      if (number.significant >= 19) ++number.exponent;
      take_digit(number, text_[at_]);
    }
    if (next_is('.')) {
      number.integral = false;
      ++at_;
      if (at_ >= text_.size() || !is_digit(text_[at_])) return unexpected("a digit after '.'");
      for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
        if (number.significant < 19) --number.exponent;
        take_digit(number, text_[at_]);
      }
    }
    return !(next_is('e') || next_is('E')) || scan_exponent(number);
  }

  bool scan_exponent(Number& number) {
    number.integral = false;
    ++at_;
    bool negative = next_is('-');
    if (negative || next_is('+')) ++at_;
    if (at_ >= text_.size() || !is_digit(text_[at_])) return unexpected("a digit in the exponent");
    std::int64_t exponent = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      if (exponent < 1'000'000'000) exponent = exponent * 10 + (text_[at_] - '0');
    }
    number.exponent += negative ? -exponent : exponent;
    return true;
  }

  bool parse_number(Value& out) {
    std::size_t start = at_;
    Number number;
    if (!scan_number(number)) return false;
    if (number.integral && take_integer(number, start, out)) return true;
    if (typed_ && number.integral) return refuse_at(start, "The integer does not fit 64 bits.");

    double real = 0;
    if (number.significant <= 19 && number.digits <= (1ULL << 53) && number.exponent >= -22 &&
        number.exponent <= 22) {
      // Both factors are exact, so one rounding gives the correct result.
      real = static_cast<double>(number.digits);
      real =
          number.exponent < 0 ? real / kExactPowers[-number.exponent] : real * kExactPowers[number.exponent];
      if (number.negative) real = -real;
    } else {
      real = round_decimal(text_.substr(start, at_ - start));
    }
    if (std::isinf(real)) return refuse_at(start, "The number is too large for a double.");
    out = Value(real);
    return true;
  }

  // int64, or uint64 when it needs the 64th bit; false when it fits neither.
  bool take_integer(const Number& number, std::size_t start, Value& out) const {
    std::uint64_t magnitude = number.digits;
    if (number.significant > 19) {
      std::string_view digits = text_.substr(start, at_ - start);
      if (number.negative) return false;
      auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
      if (problem != std::errc()) return false;
    }
    constexpr std::uint64_t limit = 1ULL << 63;
    if (number.negative) {
      if (magnitude > limit) return false;
      out = Value(static_cast<std::int64_t>(0 - magnitude));
    } else if (magnitude < limit) {
      out = Value(static_cast<std::int64_t>(magnitude));
    } else {
      if (typed_) return false;
      out = Value(magnitude);
    }
    return true;
  }

  std::string_view text_;
  const JsonLimits& limits_;
  bool typed_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t members_ = 0;
  // Stacks of the items and members read so far of all open lists and maps: one growing buffer each instead
  // of one per container.
  std::vector<Value> items_;
  std::vector<Value::Entry> entries_;
  std::vector<std::size_t> key_offsets_;
  std::string scratch_;
  Error error_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const JsonLimits& limits) {
  return Parser(text, limits, false).run();
}

Result<Value> parse_typed(std::string_view text) {
  JsonLimits limits;
  limits.max_depth = kTypedDepth;
  return Parser(text, limits, true).run();
}

}  // namespace parley
