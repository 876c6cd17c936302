#include "expr/plural.hpp"

#include "base/utf8.hpp"

namespace parley::expr {
namespace {

struct Irregular {
  std::string_view ending;  // of the whole word: "woman" and "policewoman" end in "woman"
  std::string_view plural;
};

// The empty plural marks nouns that have none.
constexpr Irregular kIrregular[] = {
    {"woman", "women"},     {"person", "people"},   {"child", "children"}, {"foot", "feet"},
    {"tooth", "teeth"},     {"mouse", "mice"},      {"knife", "knives"},   {"loaf", "loaves"},
    {"leaf", "leaves"},     {"half", "halves"},     {"shelf", "shelves"},  {"scarf", "scarves"},
    {"tomato", "tomatoes"}, {"potato", "potatoes"}, {"mango", "mangoes"},  {"hero", "heroes"},
    {"sushi", ""},          {"rice", ""},           {"water", ""},         {"bread", ""},
    {"milk", ""},           {"sheep", ""},          {"fish", ""},          {"salmon", ""},
    {"beef", ""},           {"pork", ""},           {"furniture", ""},     {"equipment", ""},
    {"luggage", ""},
};

bool is_vowel(char c) {
  return std::string_view("aeiou").find(c) != std::string_view::npos;
}

// Where the head ends: "cup of tea" at 3.
std::size_t head_end(std::string_view lower) {
  std::size_t end = lower.size();
  for (std::string_view word :
       {" of ", " with ", " without ", " in ", " for ", " on ", " to ", " from ", " (", ","}) {
    std::size_t found = lower.find(word);
    if (found != std::string_view::npos && found > 0 && found < end) end = found;
  }
  return end;
}

std::string plural_of_word(std::string_view word, std::string_view lower) {
  std::string out(word);
  for (const Irregular& irregular : kIrregular) {
    bool whole = lower == irregular.ending || (irregular.ending == "woman" && lower.ends_with("woman"));
    if (!whole) continue;
    if (irregular.plural.empty()) return out;
    out.resize(word.size() - irregular.ending.size() + 1);  // keeps the case of the first letter
    return out.append(irregular.plural.substr(1));
  }
  char last = lower.back();
  char before = lower.size() > 1 ? lower[lower.size() - 2] : ' ';
  if (last == 's' && before != 's' && before != 'u') return out;  // "fries"
  if (last == 's' || last == 'x' || last == 'z' || lower.ends_with("ch") || lower.ends_with("sh")) {
    return out + "es";
  }
  if (last == 'y' && !is_vowel(before)) {
    out.pop_back();
    return out + "ies";
  }
  bool is_letter = (last >= 'a' && last <= 'z') || static_cast<unsigned char>(last) >= 0x80;
  return is_letter ? out + "s" : out;
}

}  // namespace

std::size_t article_length(std::string_view item) {
  std::string lower = ascii_lower(item.substr(0, 5));
  for (std::string_view article : {"a ", "an ", "the ", "some ", "one "}) {
    if (lower.starts_with(article) && item.size() > article.size()) return article.size();
  }
  return 0;
}

std::string english_plural(std::string_view item) {
  std::string lower = ascii_lower(item);
  std::size_t end = head_end(lower);
  std::size_t space = std::string_view(lower).substr(0, end).find_last_of(" -");
  std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
  if (begin == end) return std::string(item);
  std::string plural =
      plural_of_word(item.substr(begin, end - begin), std::string_view(lower).substr(begin, end - begin));
  return std::string(item.substr(0, begin)) + plural + std::string(item.substr(end));
}

}  // namespace parley::expr
