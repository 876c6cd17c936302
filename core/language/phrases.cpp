#include "language/phrases.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "language/requests.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

// Punctuation separates words and means nothing in a phrase; signs and pictures do mean something.
bool is_meaningful(const Token& token, bool between_digits) {
  if (token.kind != Token::Kind::symbol) return true;
  if (between_digits && (token.is(".") || token.is(","))) return true;
  const char32_t c = decode_utf8(token.text, 0).code_point;
  if (c < 0x80) return std::string_view("$%+#@&=/").find(static_cast<char>(c)) != std::string_view::npos;
  if (c >= 0xFE00 && c <= 0xFE0F) return false;
  if (c >= 0x1F3FB && c <= 0x1F3FF) return false;  // skin tones: the same gesture
  return c >= 0x20A0;
}

std::string_view expand(const Vocabulary& words, std::string_view word) {
  const Pair* row = words.contractions.find_word(word);
  return row == nullptr ? word : row->to;
}

bool starts_with_words(std::string_view text, std::string_view phrase) {
  return text.starts_with(phrase) && (text.size() == phrase.size() || text[phrase.size()] == ' ');
}

bool ends_with_words(std::string_view text, std::string_view phrase) {
  return text.ends_with(phrase) &&
         (text.size() == phrase.size() || text[text.size() - phrase.size() - 1] == ' ');
}

// A text of nothing but politeness stays as it is.
std::string_view without_politeness(std::string_view text, const Vocabulary& words) {
  for (bool changed = true; changed && !contains(words.politeness, text);) {
    changed = false;
    const bool may_begin = !words.politeness.beginning_with(first_word(text)).empty();
    if (!may_begin && !words.politeness.may_end_with(last_word(text))) break;
    for (const std::string_view phrase : words.politeness) {
      if (phrase.size() >= text.size()) continue;
      if (starts_with_words(text, phrase)) {
        text.remove_prefix(phrase.size() + 1);
        changed = true;
      } else if (ends_with_words(text, phrase)) {
        text.remove_suffix(phrase.size() + 1);
        changed = true;
      }
    }
  }
  return text;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(first_word(text));
    text.remove_prefix(std::min(text.size(), parts.back().size() + 1));
  }
  return parts;
}

bool is_alternative(std::string_view alternatives, std::string_view word) {
  while (!alternatives.empty()) {
    const std::size_t end = alternatives.find('|');
    if (alternatives.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    alternatives.remove_prefix(end + 1);
  }
  return false;
}

constexpr std::size_t kAnyWordsMax = 3;

// Backtracking is harmless here: patterns have at most a dozen optional words, and only those that may begin
// and end as the text does are tried.
bool matches_pattern(std::string_view pattern, std::span<const std::string_view> text) {
  if (pattern.empty()) return text.empty();
  std::string_view step = first_word(pattern);
  const std::string_view rest = pattern.substr(std::min(pattern.size(), step.size() + 1));
  if (step == kAnyWords) {
    for (std::size_t words = 1; words <= std::min(kAnyWordsMax, text.size()); ++words) {
      if (matches_pattern(rest, text.subspan(words))) return true;
    }
    return false;
  }
  const bool optional = step.ends_with('?');
  if (optional) step.remove_suffix(1);
  if (!text.empty() && is_alternative(step, text.front()) && matches_pattern(rest, text.subspan(1)))
    return true;
  return optional && matches_pattern(rest, text);
}

bool is_pause(const Token& token) {
  return token.kind == Token::Kind::symbol &&
         (token.is(",") || token.is(".") || token.is("!") || token.is("-") || token.is(":") ||
          token.is(";") || token.is("?") || token.is("…"));
}

class CorrectionReader {
 public:
  explicit CorrectionReader(const Utterance& said)
      : text_(said.text), words_(said.words), tokens_(said.tokens) {
    end_ = tokens_.size();
  }

  std::optional<CorrectionPhrase> read() {
    CorrectionPhrase phrase;
    bool announced = false;
    while (at_ < end_) {
      if (is_pause(tokens_[at_])) {
        ++at_;
      } else if (const std::size_t no = longest_phrase(tokens_, at_, words_.noes)) {
        phrase.negated = announced = true;
        at_ += no;
      } else if (const std::size_t lead_in = longest_phrase(tokens_, at_, words_.correction_lead_ins)) {
        announced = true;
        at_ += lead_in;
      } else {
        break;
      }
    }
    if (const std::size_t verb = longest_phrase(tokens_, at_, words_.change_verbs); verb > 0 && at_ < end_) {
      at_ += verb;
      return read_change(std::move(phrase));
    }
    if (end_ > at_ + 1) announced = announced || contains(words_.correction_tails, last_word());
    announced = announced || names_old_value();
    if (!announced) return std::nullopt;
    while (at_ < end_) {
      const std::size_t filler =
          is_pause(tokens_[at_]) ? 1 : longest_phrase(tokens_, at_, words_.correction_fillers);
      if (filler == 0) break;
      at_ += filler;
    }
    trim_end();
    if (at_ >= end_) return std::nullopt;
    cut_old_value(phrase);
    phrase.rest = rest(at_, end_);
    return phrase;
  }

 private:
  // "… the address to 5 Main St": what to change, then what to.
  std::optional<CorrectionPhrase> read_change(CorrectionPhrase phrase) {
    trim_end();
    std::size_t link = at_;
    while (link < end_ && !contains(words_.change_links, tokens_[link].text)) ++link;
    std::size_t from = at_;
    while (from < link && contains(words_.the, tokens_[from].text)) ++from;
    phrase.target = rest(from, link);
    if (is_pronoun(phrase.target)) phrase.target.clear();
    if (link + 1 < end_) phrase.rest = rest(link + 1, end_);
    if (phrase.target.empty() && phrase.rest.empty()) return std::nullopt;
    return phrase;
  }

  // "8 instead of 7" announces a change by itself; "8 not 7" may be anything.
  [[nodiscard]] bool names_old_value() const {
    for (std::size_t i = at_ + 1; i + 1 < end_; ++i) {
      const bool no = contains(words_.no, tokens_[i].text) || contains(words_.no_alone, tokens_[i].text);
      if (!no && longest_phrase(tokens_, i, words_.not_but) > 0) return true;
    }
    return false;
  }

  // "8 instead of 7", "8 not 7": what stands behind is what it was.
  void cut_old_value(CorrectionPhrase& phrase) {
    for (std::size_t i = at_ + 1; i + 1 < end_; ++i) {
      const std::size_t link = longest_phrase(tokens_, i, words_.not_but);
      if (link == 0 || i + link >= end_) continue;
      phrase.old = rest(i + link, end_);
      end_ = i;
      while (end_ > at_ + 1 && is_pause(tokens_[end_ - 1])) --end_;
      return;
    }
  }

  [[nodiscard]] std::string_view last_word() const {
    std::size_t last = end_ - 1;
    while (last > at_ && is_pause(tokens_[last])) --last;
    return tokens_[last].text;
  }

  [[nodiscard]] static bool is_pronoun(std::string_view target) {
    return target == "it" || target == "that" || target == "this" || target == "es" || target == "das";
  }

  void trim_end() {
    for (bool changed = true; changed && end_ > at_ + 1;) {
      changed = false;
      if (is_pause(tokens_[end_ - 1])) {
        --end_;
        changed = true;
        continue;
      }
      if (!may_end(tokens_[end_ - 1].text)) return;
      for (const std::string_view tail : words_.politeness) {
        const std::size_t size = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), ' ')) + 1;
        if (end_ > at_ + size && match_phrase(tokens_, end_ - size, tail) == size) {
          end_ -= size;
          changed = true;
        }
      }
      for (const std::string_view tail : words_.correction_lead_ins) {
        if (tail.find(' ') == std::string_view::npos && end_ > at_ + 1 && tokens_[end_ - 1].is(tail)) {
          --end_;
          changed = true;
        }
      }
    }
  }

  [[nodiscard]] bool may_end(std::string_view word) const {
    return words_.politeness.may_end_with(word) || contains(words_.correction_lead_ins, word);
  }

  [[nodiscard]] std::string rest(std::size_t from, std::size_t to) const {
    if (from >= to) return {};
    return std::string(text_.substr(tokens_[from].begin, tokens_[to - 1].end - tokens_[from].begin));
  }

  std::string_view text_;
  const Vocabulary& words_;
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

Utterance::Utterance(std::string_view said, std::string_view locale)
    : text(said), words(vocabulary_for(locale)), tokens(tokenise(said)), normal(normal_form(tokens, words)) {}

std::string Utterance::normal_in(std::string_view locale) const {
  const Vocabulary& others = vocabulary_for(locale);
  return &others == &words ? normal : normal_form(tokens, others);
}

std::string normal_form(const std::vector<Token>& tokens, const Vocabulary& words) {
  std::string out;
  if (!tokens.empty()) out.reserve(tokens.back().end - tokens.front().begin + 16);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const bool between_digits = i > 0 && i + 1 < tokens.size() && tokens[i - 1].is_digits() &&
                                tokens[i + 1].is_digits() && !token.spaced && !tokens[i + 1].spaced;
    if (!is_meaningful(token, between_digits)) continue;
    const bool glued_number =
        between_digits ||
        (i > 0 && token.is_digits() && !token.spaced && !out.empty() &&
         (tokens[i - 1].is(".") || tokens[i - 1].is(",")) && (out.back() == '.' || out.back() == ','));
    if (!out.empty() && !glued_number) out += ' ';
    out += expand(words, token.text);
  }
  const std::string_view kept = without_politeness(out, words);
  if (kept.size() == out.size()) return out;
  return std::string(kept);
}

std::string normalise(std::string_view text, std::string_view locale) {
  return normal_form(tokenise(text), vocabulary_for(locale));
}

std::optional<BuiltinCommand> builtin_command(const Utterance& said) {
  constexpr std::size_t kLongestPhrase = 200;  // bytes; longer messages say more than one of these
  if (said.text.size() > kLongestPhrase || said.normal.empty()) return std::nullopt;
  const std::uint64_t begins = hash_bit(first_word(said.normal));
  const std::uint64_t ends = hash_bit(last_word(said.normal));
  std::vector<std::string_view> words;
  for (const PhraseCommand& row : said.words.commands) {
    if ((row.first_words & begins) == 0 || (row.last_words & ends) == 0) continue;
    if (words.empty()) words = words_of(said.normal);
    if (matches_pattern(row.pattern, words)) return BuiltinCommand{row.command, row.topic};
  }
  return std::nullopt;
}

std::optional<CommandKind> builtin_phrase(const Utterance& said) {
  const auto found = builtin_command(said);
  if (!found || found->kind == CommandKind::chitchat) return std::nullopt;
  return found->kind;
}

std::optional<CommandKind> builtin_phrase(std::string_view text, std::string_view locale) {
  return builtin_phrase(Utterance(text, locale));
}

std::optional<CorrectionPhrase> correction_phrase(const Utterance& said) {
  auto phrase = CorrectionReader(said).read();
  if (!phrase) return std::nullopt;
  // "no thanks" and "no problem" begin with a no as well, but are answers and not corrections.
  if (bare_answer(said) || builtin_phrase(said)) return std::nullopt;
  if (phrase->target.empty() && bare_answer(Utterance(phrase->rest, said.words.language)))
    return std::nullopt;
  return phrase;
}

std::optional<CorrectionPhrase> correction_phrase(std::string_view text, std::string_view locale) {
  return correction_phrase(Utterance(text, locale));
}

}  // namespace parley::language
