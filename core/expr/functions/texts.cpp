// text.title, text.truncate, text.mask…: what assistants do with texts. Everything counts in code points.
#include <algorithm>
#include <string>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "expr/functions.hpp"
#include "expr/functions/spaces.hpp"

namespace parley::expr {
namespace {

constexpr std::int64_t kMostCharacters = 10'000;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    DecodedCodePoint decoded = decode_utf8(text, at);
    if (is_space(decoded.code_point)) {
      if (at > begin) words.push_back(text.substr(begin, at - begin));
      begin = at + decoded.length;
    }
    at += decoded.length;
  }
  if (begin < text.size()) words.push_back(text.substr(begin));
  return words;
}

// With its first letter in upper case.
std::string capitalized(std::string_view text) {
  if (text.empty()) return {};
  DecodedCodePoint first = decode_utf8(text, 0);
  std::string out;
  append_utf8(out, to_upper(first.code_point));
  return out.append(text.substr(first.length));
}

// One text, and paid for.
bool is_paid_text(Call& call, Outcome& outcome) {
  outcome = Outcome::no_overload;
  if (!call[0].is_string()) return false;
  outcome = Outcome::failed;
  return call.afford(2 * call[0].size() + 16);
}

Outcome capitalize(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  return call.give(capitalized(call[0].as_string()));
}

Outcome title(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  std::string_view text = call[0].as_string();
  std::string out;
  std::size_t at = 0;
  for (std::string_view word : words_of(text)) {
    auto begin = static_cast<std::size_t>(word.data() - text.data());
    out.append(text.substr(at, begin - at)).append(capitalized(to_lower(word)));
    at = begin + word.size();
  }
  return call.give(out.append(text.substr(at)));
}

Outcome words(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  std::vector<Value> items;
  for (std::string_view word : words_of(call[0].as_string())) items.emplace_back(word);
  if (!call.budget().spend(items.size())) return Outcome::failed;
  return call.give(Value::adopt_list(items));
}

Outcome initials(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  std::string out;
  for (std::string_view word : words_of(call[0].as_string())) {
    append_utf8(out, to_upper(decode_utf8(word, 0).code_point));
  }
  return call.give(out);
}

Outcome is_blank(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  return call.give(words_of(call[0].as_string()).empty());
}

// The first `count` characters.
std::string_view head(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += decode_utf8(text, at).length;
  return text.substr(0, at);
}

Outcome truncate(Call& call) {
  bool fits = call[0].is_string() && call[1].is_int() && (call.count() == 2 || call[2].is_string());
  if (!fits) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  std::string_view mark = call.count() == 3 ? call[2].as_string() : "…";
  if (!call.afford(2 * text.size() + mark.size())) return Outcome::failed;
  auto mark_size = static_cast<std::int64_t>(count_code_points(mark));
  if (call[1].as_int() < mark_size) return call.fail("the length leaves no room for the mark");
  if (static_cast<std::int64_t>(count_code_points(text)) <= call[1].as_int()) return call.give(call[0]);
  std::string_view kept = head(text, static_cast<std::size_t>(call[1].as_int() - mark_size));
  while (!kept.empty() && is_space(decode_utf8_before(kept, kept.size()).code_point)) {
    kept.remove_suffix(decode_utf8_before(kept, kept.size()).length);
  }
  return call.give(std::string(kept).append(mark));
}

// Letters without their marks, for addresses of pages.
struct Folded {
  std::u32string_view letters;
  std::string_view plain;
};
constexpr Folded kFolded[] = {
    {U"àáâãäåāăą", "a"}, {U"çćĉċč", "c"}, {U"ďđð", "d"},        {U"èéêëēĕėęě", "e"}, {U"ĝğġģ", "g"},
    {U"ìíîïĩīĭįı", "i"}, {U"ĺļľŀł", "l"}, {U"ñńņň", "n"},       {U"òóôõöøōŏő", "o"}, {U"ŕŗř", "r"},
    {U"śŝşšș", "s"},     {U"ţťŧț", "t"},  {U"ùúûüũūŭůűų", "u"}, {U"ýÿŷ", "y"},       {U"źżž", "z"},
    {U"ß", "ss"},        {U"æ", "ae"},    {U"œ", "oe"},         {U"þ", "th"},
};

// Letters of other scripts stay; signs and spaces of any script do not.
bool stays_in_slug(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  bool sign = c < 0xC0 || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x2BFF) ||
              (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF00 && c <= 0xFF0F) || c >= 0x1F000;
  return !sign && !is_space(c);
}

Outcome slug(Call& call) {
  Outcome outcome;
  if (!is_paid_text(call, outcome)) return outcome;
  std::string lowered = to_lower(call[0].as_string());
  std::string out;
  bool gap = false;
  for (std::size_t at = 0; at < lowered.size();) {
    DecodedCodePoint decoded = decode_utf8(lowered, at);
    at += decoded.length;
    if (!stays_in_slug(decoded.code_point)) {
      // An apostrophe joins: "don't" is one word.
      gap = gap || (decoded.code_point != '\'' && decoded.code_point != 0x2019);
      continue;
    }
    if (gap && !out.empty()) out += '-';
    gap = false;
    const auto* folded = std::ranges::find_if(kFolded, [&](const Folded& row) {
      return row.letters.contains(decoded.code_point);
    });
    if (folded != std::end(kFolded)) {
      out += folded->plain;
    } else {
      append_utf8(out, decoded.code_point);
    }
  }
  return call.give(out);
}

Outcome mask(Call& call) {
  bool fits = call[0].is_string() && (call.count() == 1 || call[1].is_int());
  if (!fits) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(4 * text.size())) return Outcome::failed;
  std::int64_t shown = call.count() == 2 ? std::max<std::int64_t>(call[1].as_int(), 0) : 0;
  std::size_t from = text.size();  // where the shown end begins
  for (std::int64_t left = shown; left > 0 && from > 0;) {
    DecodedCodePoint decoded = decode_utf8_before(text, from);
    from -= decoded.length;
    if (!is_space(decoded.code_point)) --left;
  }
  std::string out;
  for (std::size_t at = 0; at < from;) {
    DecodedCodePoint decoded = decode_utf8(text, at);
    if (is_space(decoded.code_point)) {
      out += text.substr(at, decoded.length);
    } else {
      out += "•";
    }
    at += decoded.length;
  }
  return call.give(out.append(text.substr(from)));
}

Outcome similarity(Call& call) {
  if (!call[0].is_string() || !call[1].is_string()) return Outcome::no_overload;
  std::string a = to_lower(call[0].as_string());
  std::string b = to_lower(call[1].as_string());
  if (!call.budget().spend(a.size() * b.size() / 8 + 1)) return Outcome::failed;
  std::size_t longest = std::max(count_code_points(a), count_code_points(b));
  if (longest == 0) return call.give(1.0);
  auto distance = static_cast<double>(edit_distance(a, b, longest));
  return call.give(1.0 - distance / static_cast<double>(longest));
}

Outcome pad(Call& call, bool in_front) {
  bool fits = call[0].is_string() && call[1].is_int() && (call.count() == 2 || call[2].is_string());
  if (!fits) return Outcome::no_overload;
  std::string_view fill = call.count() == 3 ? call[2].as_string() : " ";
  if (count_code_points(fill) != 1) return call.fail("the filling is one character");
  if (call[1].as_int() > kMostCharacters) return call.fail("the length is at most 10000");
  std::string_view text = call[0].as_string();
  std::int64_t missing = call[1].as_int() - static_cast<std::int64_t>(count_code_points(text));
  if (missing <= 0) return call.give(call[0]);
  if (!call.afford(text.size() + static_cast<std::size_t>(missing) * fill.size())) return Outcome::failed;
  std::string filling;
  for (; missing > 0; --missing) filling += fill;
  return call.give(in_front ? filling.append(text) : std::string(text).append(filling));
}

Outcome pad_left(Call& call) {
  return pad(call, true);
}
Outcome pad_right(Call& call) {
  return pad(call, false);
}

constexpr Function kFunctions[] = {
    {"text.capitalize",
     Style::global,
     "string -> string",
     capitalize,
     "text.capitalize(text)",
     "With its first letter in upper case.",
     "text.capitalize('élan vital') → 'Élan vital'"},
    {"text.title",
     Style::global,
     "string -> string",
     title,
     "text.title(text)",
     "Each word with its first letter in upper case, the others in lower case.",
     "text.title('ada LOVELACE') → 'Ada Lovelace'"},
    {"text.words",
     Style::global,
     "string -> list(string)",
     words,
     "text.words(text)",
     "The words between white space.",
     "text.words('  to be  or not ') → ['to', 'be', 'or', 'not']"},
    {"text.initials",
     Style::global,
     "string -> string",
     initials,
     "text.initials(name)",
     "The first letter of each word, in upper case.",
     "text.initials('ada lovelace') → 'AL'"},
    {"text.isBlank",
     Style::global,
     "string -> bool",
     is_blank,
     "text.isBlank(text)",
     "Is there nothing but white space?",
     "text.isBlank(' ') → true"},
    {"text.truncate",
     Style::global,
     "string, int -> string; string, int, string -> string",
     truncate,
     "text.truncate(text, length) or text.truncate(text, length, '...')",
     "At most so many characters, the mark included that shows that there was more.",
     "text.truncate('a long story', 7) → 'a long…'"},
    {"text.slug",
     Style::global,
     "string -> string",
     slug,
     "text.slug(text)",
     "Fit for an address: lower case, letters without marks, words joined by hyphens.",
     "text.slug('Crème brûlée, 2 pieces!') → 'creme-brulee-2-pieces'"},
    {"text.mask",
     Style::global,
     "string -> string; string, int -> string",
     mask,
     "text.mask(text) or text.mask(text, shown)",
     "All characters hidden but the last ones.",
     "text.mask('4111 1111 1111 1234', 4) → '•••• •••• •••• 1234'"},
    {"text.similarity",
     Style::global,
     "string, string -> double",
     similarity,
     "text.similarity(a, b)",
     "From 0 (nothing alike) to 1 (the same, letter case aside), by the edits between both.",
     "text.similarity('pizza', 'Pizzas') > 0.8 → true"},
    {"text.padLeft",
     Style::global,
     "string, int -> string; string, int, string -> string",
     pad_left,
     "text.padLeft(text, length) or text.padLeft(text, length, '0')",
     "Filled up in front to a length.",
     "text.padLeft('7', 3, '0') → '007'"},
    {"text.padRight",
     Style::global,
     "string, int -> string; string, int, string -> string",
     pad_right,
     "text.padRight(text, length) or text.padRight(text, length, '.')",
     "Filled up behind to a length.",
     "text.padRight('ab', 4, '.') → 'ab..'"},
};

}  // namespace

std::span<const Function> text_functions() {
  return kFunctions;
}

}  // namespace parley::expr
