// Text: CEL's own functions and its string extension, and ours: lower, upper, quote, base64, hex.
// Positions count code points.
#include <optional>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "base/regex.hpp"
#include "base/utf8.hpp"
#include "expr/functions.hpp"
#include "expr/functions/format.hpp"
#include "expr/functions/spaces.hpp"

namespace parley::expr {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool all_strings(const Call& call) {
  for (std::size_t i = 0; i < call.count(); ++i) {
    if (!call[i].is_string()) return false;
  }
  return true;
}

// The byte offset of a code point position; npos when the text is shorter.
std::size_t offset_of(std::string_view text, std::int64_t position) {
  if (position < 0) return kNone;
  std::size_t at = 0;
  for (; position > 0 && at < text.size(); --position) at += decode_utf8(text, at).length;
  return position == 0 ? at : kNone;
}

std::int64_t position_of(std::string_view text, std::size_t offset) {
  return static_cast<std::int64_t>(count_code_points(text.substr(0, offset)));
}

Outcome size(Call& call) {
  const Value& value = call[0];
  if (value.is_string()) {
    if (!call.afford(value.size())) return Outcome::failed;
    return call.give(static_cast<std::int64_t>(count_code_points(value.as_string())));
  }
  if (!value.is_bytes() && !value.is_list() && !value.is_map()) return Outcome::no_overload;
  return call.give(static_cast<std::int64_t>(value.size()));
}

Outcome contains(Call& call) {
  if (call[0].is_list()) return Outcome::no_overload;
  if (!all_strings(call)) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  return call.give(call[0].as_string().find(call[1].as_string()) != kNone);
}

Outcome starts_with(Call& call) {
  if (!all_strings(call)) return Outcome::no_overload;
  return call.give(call[0].as_string().starts_with(call[1].as_string()));
}

Outcome ends_with(Call& call) {
  if (!all_strings(call)) return Outcome::no_overload;
  return call.give(call[0].as_string().ends_with(call[1].as_string()));
}

// A constant pattern was compiled with the expression; this is for the others.
Outcome matches(Call& call) {
  if (!all_strings(call)) return Outcome::no_overload;
  if (!call.afford(call[0].size() + 64 * call[1].size())) return Outcome::failed;
  auto pattern = Regex::compile(call[1].as_string());
  if (!pattern) return call.fail(pattern.error().message);
  return call.give(pattern->search(call[0].as_string()));
}

Outcome char_at(Call& call) {
  if (!call[0].is_string() || !call[1].is_int()) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::size_t at = offset_of(text, call[1].as_int());
  if (at == kNone) return call.fail("the index is out of range");
  if (at == text.size()) return call.give("");
  return call.give(text.substr(at, decode_utf8(text, at).length));
}

Outcome index_of(Call& call) {
  if (!call[0].is_string() || !call[1].is_string()) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::size_t from = 0;
  if (call.count() == 3) {
    if (!call[2].is_int()) return Outcome::no_overload;
    from = offset_of(text, call[2].as_int());
    if (from == kNone) return call.fail("the index is out of range");
  }
  std::size_t found = text.find(call[1].as_string(), from);
  return call.give(found == kNone ? std::int64_t{-1} : position_of(text, found));
}

Outcome last_index_of(Call& call) {
  if (!call[0].is_string() || !call[1].is_string()) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::size_t from = kNone;
  if (call.count() == 3) {
    if (!call[2].is_int()) return Outcome::no_overload;
    from = offset_of(text, call[2].as_int());
    if (from == kNone) return call.fail("the index is out of range");
  }
  std::size_t found = text.rfind(call[1].as_string(), from);
  return call.give(found == kNone ? std::int64_t{-1} : position_of(text, found));
}

Outcome change_case(Call& call, char first, char last, int shift) {
  if (!call[0].is_string()) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  std::string text(call[0].as_string());
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return call.give(text);
}

Outcome lower_ascii(Call& call) {
  return change_case(call, 'A', 'Z', 32);
}
Outcome upper_ascii(Call& call) {
  return change_case(call, 'a', 'z', -32);
}

Outcome lower(Call& call) {
  if (!call[0].is_string()) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  return call.give(to_lower(call[0].as_string()));
}

Outcome upper(Call& call) {
  if (!call[0].is_string()) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  return call.give(to_upper(call[0].as_string()));
}

// The optional count of replace() and split(): nothing and negative numbers mean all.
std::optional<std::size_t> limit_of(const Call& call, std::size_t index) {
  if (call.count() <= index) return kNone;
  if (!call[index].is_int()) return std::nullopt;
  std::int64_t limit = call[index].as_int();
  return limit < 0 ? kNone : static_cast<std::size_t>(limit);
}

Outcome replace(Call& call) {
  std::optional<std::size_t> limit = limit_of(call, 3);
  bool fits = limit.has_value() && call[0].is_string() && call[1].is_string() && call[2].is_string();
  if (!fits) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  std::string_view old = call[1].as_string();
  std::string_view with = call[2].as_string();
  std::string out;
  std::size_t at = 0;
  for (std::size_t done = 0; done < *limit; ++done) {
    std::size_t found = text.find(old, at);
    // An empty pattern stands before every character and at the end.
    if (old.empty() && done > 0) found = at < text.size() ? at + decode_utf8(text, at).length : kNone;
    if (found == kNone) break;
    if (!call.afford(found - at + with.size() + 16)) return Outcome::failed;
    out.append(text.substr(at, found - at)).append(with);
    at = found + old.size();
  }
  out.append(text.substr(at));
  if (!call.afford(out.size())) return Outcome::failed;
  return call.give(out);
}

Outcome split(Call& call) {
  std::optional<std::size_t> limit = limit_of(call, 2);
  if (!limit || !call[0].is_string() || !call[1].is_string()) return Outcome::no_overload;
  if (*limit == 0) return call.give(Value::list());
  std::string_view text = call[0].as_string();
  std::string_view separator = call[1].as_string();
  std::vector<Value> parts;
  std::size_t at = 0;
  while (parts.size() + 1 < *limit) {
    std::size_t found = text.find(separator, at);
    if (separator.empty()) {
      std::size_t next = at < text.size() ? at + decode_utf8(text, at).length : text.size();
      found = next < text.size() ? next : kNone;
    }
    if (found == kNone) break;
    if (!call.afford(found - at + 16)) return Outcome::failed;
    parts.emplace_back(text.substr(at, found - at));
    at = found + separator.size();
  }
  if (!separator.empty() || !text.empty()) parts.emplace_back(text.substr(at));
  return call.give(Value::adopt_list(parts));
}

Outcome substring(Call& call) {
  bool fits = call[0].is_string() && call[1].is_int() && (call.count() == 2 || call[2].is_int());
  if (!fits) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::size_t begin = offset_of(text, call[1].as_int());
  std::size_t end = call.count() == 2 ? text.size() : offset_of(text, call[2].as_int());
  if (begin == kNone || end == kNone || begin > end) return call.fail("the range is outside the text");
  return call.give(text.substr(begin, end - begin));
}

Outcome trim(Call& call) {
  if (!call[0].is_string()) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (begin < end) {
    DecodedCodePoint decoded = decode_utf8(text, begin);
    if (!is_space(decoded.code_point)) break;
    begin += decoded.length;
  }
  while (end > begin) {
    DecodedCodePoint decoded = decode_utf8_before(text, end);
    if (!is_space(decoded.code_point)) break;
    end -= decoded.length;
  }
  return call.give(text.substr(begin, end - begin));
}

Outcome quote(Call& call) {
  if (!call[0].is_string()) return Outcome::no_overload;
  constexpr std::string_view kSpecial = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  if (!call.afford(2 * call[0].size())) return Outcome::failed;
  std::string out = "\"";
  for (char c : call[0].as_string()) {
    std::size_t special = kSpecial.find(c);
    if (special == kNone) {
      out += c;
    } else {
      out += '\\';
      out += kLetters[special];
    }
  }
  return call.give(out + '"');
}

Outcome format(Call& call) {
  if (!call[0].is_string() || !call[1].is_list()) return Outcome::no_overload;
  std::string out;
  std::string problem;
  if (!format_text(call[0].as_string(), call[1].as_list(), call.budget(), out, problem)) {
    return call.fail(problem);
  }
  return call.give(out);
}

Outcome base64_encode_bytes(Call& call) {
  if (!call[0].is_bytes()) return Outcome::no_overload;
  if (!call.afford(2 * call[0].size())) return Outcome::failed;
  return call.give(base64_encode(call[0].as_bytes()));
}

Outcome base64_decode_text(Call& call) {
  if (!call[0].is_string()) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  Result<std::string> octets = base64_decode(call[0].as_string());
  if (!octets) return call.fail("the text is not base64");
  return call.give(Value::bytes(*octets));
}

constexpr Function kFunctions[] = {
    {"size",
     Style::either,
     "string -> int; bytes -> int; list(A) -> int; map(A, B) -> int",
     size,
     "size(text, list or map)",
     "How many characters, bytes, elements or entries.",
     "size('añb') + size([1, 2]) → 5"},
    {"contains",
     Style::method,
     "string, string -> bool",
     contains,
     "text.contains(part); for a list write x in list",
     "Does the text contain this part?",
     "'parley'.contains('arl') → true"},
    {"startsWith",
     Style::method,
     "string, string -> bool",
     starts_with,
     "text.startsWith(prefix)",
     "Does the text begin with this?",
     "'parley'.startsWith('par') → true"},
    {"endsWith",
     Style::method,
     "string, string -> bool",
     ends_with,
     "text.endsWith(suffix)",
     "Does the text end with this?",
     "'parley'.endsWith('ley') → true"},
    {"matches",
     Style::either,
     "string, string -> bool",
     matches,
     "text.matches(pattern)",
     "Is the pattern (RE2 syntax) found in the text? ^ and $ tie it to the ends.",
     "'AB-12'.matches('^[A-Z]+-[0-9]+$') → true"},
    {"charAt",
     Style::method,
     "string, int -> string",
     char_at,
     "text.charAt(index)",
     "One character; the first is 0.",
     "'abc'.charAt(1) → 'b'"},
    {"indexOf",
     Style::method,
     "string, string -> int; string, string, int -> int",
     index_of,
     "text.indexOf(part) or text.indexOf(part, from)",
     "Where a part begins first; -1 when it does not occur.",
     "'banana'.indexOf('an') → 1"},
    {"lastIndexOf",
     Style::method,
     "string, string -> int; string, string, int -> int",
     last_index_of,
     "text.lastIndexOf(part) or text.lastIndexOf(part, from)",
     "Where a part begins last; -1 when it does not occur.",
     "'banana'.lastIndexOf('an') → 3"},
    {"lowerAscii",
     Style::method,
     "string -> string",
     lower_ascii,
     "text.lowerAscii()",
     "A to Z in lower case, other letters as they are.",
     "'ÄB'.lowerAscii() → 'Äb'"},
    {"upperAscii",
     Style::method,
     "string -> string",
     upper_ascii,
     "text.upperAscii()",
     "a to z in upper case, other letters as they are.",
     "'äb'.upperAscii() → 'äB'"},
    {"lower",
     Style::either,
     "string -> string",
     lower,
     "text.lower()",
     "In lower case.",
     "'ÄB'.lower() → 'äb'"},
    {"upper",
     Style::either,
     "string -> string",
     upper,
     "text.upper()",
     "In upper case.",
     "'äb'.upper() → 'ÄB'"},
    {"replace",
     Style::method,
     "string, string, string -> string; string, string, string, int -> string",
     replace,
     "text.replace(old, new) or text.replace(old, new, count)",
     "The text with a part replaced, everywhere or so many times.",
     "'aaa'.replace('a', 'b', 2) → 'bba'"},
    {"split",
     Style::method,
     "string, string -> list(string); string, string, int -> list(string)",
     split,
     "text.split(separator) or text.split(separator, count)",
     "The parts between separators.",
     "'a,b,c'.split(',') → ['a', 'b', 'c']"},
    {"substring",
     Style::method,
     "string, int -> string; string, int, int -> string",
     substring,
     "text.substring(begin) or text.substring(begin, end)",
     "The characters from an index on, or up to another.",
     "'parley'.substring(0, 3) → 'par'"},
    {"trim",
     Style::either,
     "string -> string",
     trim,
     "text.trim()",
     "Without white space at both ends.",
     "'  a '.trim() → 'a'"},
    {"strings.quote",
     Style::global,
     "string -> string",
     quote,
     "strings.quote(text)",
     "In double quotes, with special characters escaped.",
     "strings.quote('a\"b') → '\"a\\\\\"b\"'"},
    {"format",
     Style::method,
     "string, list(A) -> string",
     format,
     "'%s costs %.2f'.format([name, price])",
     "A text with placeholders filled: %s %d %f %e %b %o %x %X.",
     "'%s: %.2f'.format(['total', 2.5]) → 'total: 2.50'"},
    {"base64.encode",
     Style::global,
     "bytes -> string",
     base64_encode_bytes,
     "base64.encode(bytes)",
     "Bytes as base64 text.",
     "base64.encode(b'abc') → 'YWJj'"},
    {"base64.decode",
     Style::global,
     "string -> bytes",
     base64_decode_text,
     "base64.decode(text)",
     "The bytes of a base64 text.",
     "base64.decode('YWJj') → b'abc'"},
};

}  // namespace

std::span<const Function> string_functions() {
  return kFunctions;
}

}  // namespace parley::expr
