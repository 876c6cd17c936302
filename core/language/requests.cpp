#include "language/requests.hpp"

#include <algorithm>
#include <array>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

bool same_word(std::string_view word, std::string_view meant, bool typos, std::uint32_t& mistakes) {
  if (word == meant) return true;
  if (!typos || !mistyped(word, meant)) return false;
  ++mistakes;
  return true;
}

// The words that a language's commands are made of, for mistyped ones. Made once a language.
class CommandWords {
 public:
  explicit CommandWords(const Vocabulary& vocabulary) {
    for (const PhraseCommand& row : vocabulary.commands) {
      std::string_view rest = row.pattern;
      while (!rest.empty()) {
        const std::size_t end = rest.find_first_of(" |?");
        const std::string_view word = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (word.empty() || word == kAnyWords) continue;
        all_.push_back(word);
        if (row.command == CommandKind::chitchat || word.size() < kShortest) continue;
        auto& meant = by_letter_[letter(word)];
        if (std::ranges::find(meant, word) == meant.end()) meant.push_back(word);
      }
    }
    std::ranges::sort(all_);
    const auto repeated = std::ranges::unique(all_);
    all_.erase(repeated.begin(), repeated.end());
  }

  // The command word that a mistyped word stands for, or nothing.
  [[nodiscard]] std::optional<std::string_view> spelled_right(std::string_view word) const {
    if (word.size() < kShortest || std::ranges::binary_search(all_, word)) return std::nullopt;
    // A mistyped word begins like what is meant, or with its first two letters swapped.
    for (const std::string_view start : {word.substr(0, 1), word.substr(1, 1)}) {
      for (const std::string_view meant : by_letter_[letter(start)]) {
        if (mistyped(word, meant)) return meant;
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kShortest = 5;
  static constexpr std::size_t kLetters = 32;
  static std::size_t letter(std::string_view word) { return static_cast<unsigned char>(word[0]) % kLetters; }

  std::vector<std::string_view> all_;  // sorted
  std::array<std::vector<std::string_view>, kLetters> by_letter_;
};

const CommandWords& command_words(const Vocabulary& vocabulary) {
  static const std::vector<CommandWords> all = [] {
    std::vector<CommandWords> made;
    for (const Vocabulary* each : vocabularies()) made.emplace_back(*each);
    return made;
  }();
  return all[vocabulary_index(vocabulary)];
}

// Takes the first phrase of the table off that stands at either end.
bool take_edge(std::string_view& text, const Words& edges) {
  for (const std::string_view edge : edges.beginning_with(first_word(text))) {
    if (edge.size() < text.size() && text.starts_with(edge) && text[edge.size()] == ' ') {
      text.remove_prefix(edge.size() + 1);
      return true;
    }
  }
  if (!edges.may_end_with(last_word(text))) return false;
  for (const std::string_view edge : edges) {
    if (edge.size() < text.size() && text.ends_with(edge) && text[text.size() - edge.size() - 1] == ' ') {
      text.remove_suffix(edge.size() + 1);
      return true;
    }
  }
  return false;
}

std::string_view without_edges(std::string_view text, const Vocabulary& words) {
  while (take_edge(text, words.command_edges) || take_edge(text, words.politeness)) {
  }
  return text;
}

}  // namespace

PlainWords plain_words(const std::vector<Token>& tokens, std::string_view locale) {
  const Vocabulary& vocabulary = vocabulary_for(locale);
  PlainWords words;
  words.reserve(tokens.size() + 2);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::symbol) continue;
    if (contains(vocabulary.articles, token.text) || token.is("the") || token.is("some")) continue;
    const Pair* contraction = vocabulary.contractions.find_word(token.text);
    if (contraction == nullptr) {
      words.push_back({token.text, i});
      continue;
    }
    std::string_view rest = contraction->to;
    while (!rest.empty()) {
      const std::string_view word = first_word(rest);
      words.push_back({std::string(word), i});
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
  }
  return words;
}

std::vector<std::string> plain_phrase(std::string_view phrase, std::string_view locale) {
  std::vector<std::string> words;
  for (PlainWord& word : plain_words(tokenise(phrase), locale)) words.push_back(std::move(word.text));
  return words;
}

bool mistyped(std::string_view word, std::string_view meant) {
  const std::size_t shorter = std::min(word.size(), meant.size());
  const std::size_t longer = std::max(word.size(), meant.size());
  if (shorter < 3 || longer < 4 || longer - shorter > 2) return false;
  // The first letter is rarely the wrong one, and looking at it first makes most comparisons cheap.
  const bool swapped = word[0] == meant[1] && word[1] == meant[0];
  if (word[0] != meant[0] && !swapped) return false;
  const std::size_t allowed = shorter >= 8 ? 2 : 1;
  return edit_distance(word, meant, allowed) <= allowed;
}

std::optional<PhrasePlace> find_phrase(
    const PlainWords& words, std::span<const std::string> phrase, bool typos
) {
  std::optional<PhrasePlace> best;
  if (phrase.empty()) return best;
  for (std::size_t at = 0; at + phrase.size() <= words.size(); ++at) {
    std::uint32_t mistakes = 0;
    bool fits = true;
    for (std::size_t i = 0; fits && i < phrase.size(); ++i)
      fits = same_word(words[at + i].text, phrase[i], typos, mistakes);
    if (!fits || 2 * mistakes > phrase.size()) continue;
    if (!best || mistakes < best->typos) best = PhrasePlace{at, at + phrase.size(), mistakes};
  }
  return best;
}

std::size_t longest_phrase(const PlainWords& words, std::size_t at, const Table<std::string_view>& phrases) {
  if (at >= words.size()) return 0;
  std::size_t most = 0;
  for (std::string_view phrase : phrases.beginning_with(words[at].text)) {
    std::size_t taken = 0;
    bool fits = true;
    while (fits && !phrase.empty()) {
      const std::string_view word = first_word(phrase);
      fits = at + taken < words.size() && words[at + taken].text == word;
      ++taken;
      phrase.remove_prefix(std::min(phrase.size(), word.size() + 1));
    }
    if (fits) most = std::max(most, taken);
  }
  return most;
}

std::optional<BuiltinCommand> builtin_command_inside(const Utterance& said, bool typos) {
  const std::string_view core = without_edges(said.normal, said.words);
  if (core.size() < said.normal.size()) {
    if (auto found = builtin_command(Utterance(core, said.words.language))) return found;
  }
  if (!typos) return std::nullopt;
  const CommandWords& known = command_words(said.words);
  std::string spelled;
  bool changed = false;
  for (std::string_view rest = core; !rest.empty();) {
    const std::string_view word = first_word(rest);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const auto right = changed ? std::nullopt : known.spelled_right(word);
    changed = changed || right.has_value();
    if (!spelled.empty()) spelled += ' ';
    spelled += right.value_or(word);
  }
  if (!changed) return std::nullopt;
  return builtin_command(Utterance(spelled, said.words.language));
}

std::vector<std::string_view> clauses(const Utterance& said) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    if (begin >= end) return;
    const std::size_t from = said.tokens[begin].begin;
    parts.push_back(said.text.substr(from, said.tokens[end - 1].end - from));
  };
  for (std::size_t i = 0; i < said.tokens.size(); ++i) {
    const Token& token = said.tokens[i];
    // A burst of messages has a line for each.
    const std::size_t gap = i > 0 ? said.tokens[i - 1].end : 0;
    if (said.text.substr(gap, token.begin - gap).find('\n') != std::string_view::npos) {
      add(i);
      begin = i;
    }
    const bool mark = token.is(",") || token.is(".") || token.is("!") || token.is("?") || token.is(";") ||
                      (token.is("-") && token.spaced);
    if (token.kind != Token::Kind::symbol || !mark) continue;
    const bool inside = i + 1 < said.tokens.size() && !said.tokens[i + 1].spaced && !token.spaced &&
                        !token.is("!") && !token.is("?");
    if (inside) continue;
    add(i);
    begin = i + 1;
  }
  add(said.tokens.size());
  return parts;
}

bool bare_answer(const Utterance& said) {
  const Vocabulary& words = said.words;
  return contains(words.yes, said.normal) || contains(words.no, said.normal) ||
         contains(words.yes_alone, said.normal) || contains(words.no_alone, said.normal) ||
         contains(words.neither, said.normal);
}

}  // namespace parley::language
