#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace parley {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

template <typename Integer>
void append_integer(std::string& out, Integer integer) {
  char buffer[24];
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), integer).ptr;
  out.append(buffer, end);
}

// Offset of the first byte at or after `at` that must be escaped.
std::size_t skip_unescaped(std::string_view text, std::size_t at) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    std::uint64_t quote = word ^ (ones * '"');
    std::uint64_t backslash = word ^ (ones * '\\');
    std::uint64_t hits =
        (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * 0x20) & ~word)) &
        (ones * 0x80);
    if (hits != 0) return at + static_cast<std::size_t>(__builtin_ctzll(hits)) / 8;
    at += 8;
  }
  for (; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '"' || byte == '\\' || byte < 0x20) break;
  }
  return at;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHexDigits[static_cast<unsigned char>(c) >> 4];
      out += kHexDigits[c & 15];
  }
}

// Everything that is neither list nor map. Types that JSON lacks become strings.
void append_scalar(std::string& out, const Value& value) {
  switch (value.type()) {
    case ValueType::boolean:
      out += value.as_bool() ? "true" : "false";
      return;
    case ValueType::integer:
      append_integer(out, value.as_int());
      return;
    case ValueType::unsigned_integer:
      append_integer(out, value.as_uint());
      return;
    case ValueType::real:
      append_json_number(out, value.as_double());
      return;
    case ValueType::string:
    case ValueType::type:
      append_json_string(out, value.as_string());
      return;
    case ValueType::bytes:
      out += '"';
      append_base64(out, value.as_bytes());
      out += '"';
      return;
    case ValueType::timestamp:
      append_json_string(out, format_timestamp(value.as_timestamp()));
      return;
    case ValueType::duration:
      append_json_string(out, format_duration(value.as_duration()));
      return;
    default:
      out += "null";
      return;
  }
}

std::string key_text(const Value& key) {
  std::string text;
  append_scalar(text, key);
  return text;
}

void append_key(std::string& out, const Value& key) {
  if (key.is_string()) {
    append_json_string(out, key.as_string());
  } else {
    append_json_string(out, key_text(key));
  }
}

// Line breaks and indents of the pretty form; with kCompact none.
constexpr int kCompact = -1;

void append_break(std::string& out, int indent) {
  if (indent == kCompact) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * 2, ' ');
}

void append_indented(std::string& out, const Value& value, int indent) {
  int inner = indent == kCompact ? kCompact : indent + 1;
  if (value.type() == ValueType::optional) {
    const Value* held = value.optional_value();
    append_indented(out, held == nullptr ? Value() : *held, indent);
  } else if (value.is_list()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.as_list()) {
      if (!first) out += ',';
      first = false;
      append_break(out, inner);
      append_indented(out, item, inner);
    }
    if (!first) append_break(out, indent);
    out += ']';
  } else if (value.is_map()) {
    out += '{';
    bool first = true;
    for (const Value::Entry& entry : value.entries()) {
      if (!first) out += ',';
      first = false;
      append_break(out, inner);
      append_key(out, entry.key);
      out += indent == kCompact ? ":" : ": ";
      append_indented(out, entry.value, inner);
    }
    if (!first) append_break(out, indent);
    out += '}';
  } else {
    append_scalar(out, value);
  }
}

// UTF-16 order differs from UTF-8 order only between U+E000…U+FFFF (lead bytes EE, EF) and what lies above
// (lead bytes F0…F4, surrogate pairs in UTF-16, which sort before U+E000). Lead bytes meet lead bytes at the
// first difference, so ranking F0…F4 just below EE is enough.
int utf16_rank(unsigned char byte) {
  if (byte == 0xEE || byte == 0xEF) return byte + 0x20;
  return byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
  auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
  return utf16_rank(static_cast<unsigned char>(*left)) < utf16_rank(static_cast<unsigned char>(*right));
}

class CanonicalWriter {
 public:
  explicit CanonicalWriter(std::string& out) : out_(out) {}

  void write(const Value& value) {
    if (value.type() == ValueType::optional) {
      const Value* held = value.optional_value();
      write(held == nullptr ? Value() : *held);
    } else if (value.is_list()) {
      char separator = '[';
      for (const Value& item : value.as_list()) {
        out_ += separator;
        separator = ',';
        write(item);
      }
      out_ += separator == '[' ? "[]" : "]";
    } else if (value.is_map()) {
      write_map(value);
    } else {
      append_scalar(out_, value);
    }
  }

 private:
  struct Member {
    std::string_view key;
    const Value* value;
  };

  void write_map(const Value& map) {
    std::size_t first = members_.size();
    for (const Value::Entry& entry : map.entries()) {
      std::string_view key =
          entry.key.is_string() ? entry.key.as_string() : rendered_keys_.emplace_back(key_text(entry.key));
      members_.push_back({key, &entry.value});
    }
    auto by_key = [](const Member& a, const Member& b) {
      if (a.key == b.key) return a.value < b.value;  // 1 and "1": members of one block, so in insertion order
      return utf16_less(a.key, b.key);
    };
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(first), members_.end(), by_key);
    out_ += '{';
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (i > 0) out_ += ',';
      Member member = members_[first + i];  // a copy: the nested map below grows the stack
      append_json_string(out_, member.key);
      out_ += ':';
      write(*member.value);
    }
    out_ += '}';
    members_.resize(first);
  }

  std::string& out_;
  std::vector<Member> members_;  // of all maps on the way down, so that sorting needs no allocation per map
  std::deque<std::string> rendered_keys_;
};

}  // namespace

// ECMAScript's Number::toString, which RFC 8785 adopts: the shortest digits that read back as the same
// double, as an integer up to 21 digits, as a fraction down to 10^-6, with an exponent beyond.
void append_json_number(std::string& out, double real) {
  if (!std::isfinite(real)) {
    out += "null";
    return;
  }
  if (real == std::trunc(real) && std::fabs(real) < 1e15) {
    append_integer(out, static_cast<std::int64_t>(real));
    return;
  }
  char buffer[32];
  char* end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(real), std::chars_format::scientific).ptr;
  char* exponent_mark = std::find(buffer, end, 'e');
  int exponent = 0;
  std::from_chars(exponent_mark + (exponent_mark[1] == '+' ? 2 : 1), end, exponent);
  char digits[24];
  std::size_t count = 0;
  for (char* c = buffer; c != exponent_mark; ++c) {
    if (*c != '.') digits[count++] = *c;
  }

  if (real < 0) out += '-';
  int point = exponent + 1;  // digits before the decimal point
  if (point > 0 && point <= 21) {
    auto whole = static_cast<std::size_t>(point);
    out.append(digits, std::min(count, whole));
    if (count <= whole) {
      out.append(whole - count, '0');
    } else {
      out += '.';
      out.append(digits + whole, count - whole);
    }
  } else if (point > -6 && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out.append(digits, count);
  } else {
    out += digits[0];
    if (count > 1) {
      out += '.';
      out.append(digits + 1, count - 1);
    }
    out += exponent < 0 ? "e-" : "e+";
    append_integer(out, std::abs(exponent));
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;
  for (;;) {
    std::size_t at = skip_unescaped(text, run);
    out.append(text, run, at - run);
    if (at == text.size()) break;
    append_escape(out, text[at]);
    run = at + 1;
  }
  out += '"';
}

void append_json(std::string& out, const Value& value) {
  append_indented(out, value, kCompact);
}

std::string write_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string write_json_pretty(const Value& value) {
  std::string out;
  append_indented(out, value, 0);
  return out;
}

void append_canonical(std::string& out, const Value& value) {
  CanonicalWriter(out).write(value);
}

std::string write_canonical(const Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace parley
