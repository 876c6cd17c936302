#include "language/vocabulary.hpp"

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace parley::language {
namespace {

struct LanguageRow {
  std::string_view tag;
  const Vocabulary& (*vocabulary)();
};

constexpr LanguageRow kLanguages[] = {
    {"en", english},
    {"de", german},
    {"fr", french},
    {"es", spanish},
};

}  // namespace

const Vocabulary& vocabulary_for(std::string_view locale) {
  const std::string_view tag = locale.substr(0, locale.find_first_of("-_"));
  for (const LanguageRow& row : kLanguages) {
    const bool same = std::equal(tag.begin(), tag.end(), row.tag.begin(), row.tag.end(), [](char a, char b) {
      return ascii_lower(a) == b;
    });
    if (same) return row.vocabulary();
  }
  return english();
}

std::span<const Vocabulary* const> vocabularies() {
  static const auto all = [] {
    std::array<const Vocabulary*, std::size(kLanguages)> made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = &kLanguages[i].vocabulary();
    return made;
  }();
  return all;
}

std::size_t vocabulary_index(const Vocabulary& vocabulary) {
  const auto all = vocabularies();
  const auto found = std::ranges::find(all, &vocabulary);
  INVARIANT(found != all.end(), "every vocabulary has a row in the table of languages");
  return static_cast<std::size_t>(found - all.begin());
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace parley::language
