// Each sentence becomes a vector of its content words, weighted by how often they occur in all texts and
// damped for words that stand everywhere. A sentence scores by its closeness to the sum of all vectors (the
// centroid), a little more at the start of its text, less when it is very short; the best are taken one by
// one, skipping those that overlap with a taken one.
#include "language/summarise.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/utf8.hpp"
#include "language/stop_words.hpp"
#include "language/tokens.hpp"

namespace parley::language {
namespace {

constexpr std::string_view kAbbreviations[] = {
    "mr",  "mrs", "ms",   "dr",  "prof", "sr",     "jr",   "st",   "vs",  "etc", "inc",
    "ltd", "co",  "corp", "no",  "nr",   "approx", "dept", "est",  "fig", "al",  "e.g",
    "i.e", "a.m", "p.m",  "cf",  "resp", "bzw",    "z.b",  "d.h",  "usw", "ca",  "jan",
    "feb", "mar", "apr",  "jun", "jul",  "aug",    "sep",  "sept", "oct", "nov", "dec",
};

template <std::size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The word that ends just before the full stop at `dot`, dots inside it included.
std::string word_before(std::string_view text, std::size_t dot) {
  std::size_t begin = dot;
  constexpr std::size_t kLongest = 24;
  while (begin > 0 && dot - begin < kLongest && !is_space(text[begin - 1]) && text[begin - 1] != '(') --begin;
  return ascii_lower(text.substr(begin, dot - begin));
}

bool is_sentence_end(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '!' || c == '?')
    return at + 1 == text.size() || is_space(text[at + 1]) || text[at + 1] == '"' || text[at + 1] == ')';
  if (c != '.') return false;
  if (at + 1 < text.size() && !is_space(text[at + 1]) && text[at + 1] != '"' && text[at + 1] != ')')
    return false;  // 3.14, a.b
  std::size_t next = at + 1;
  while (next < text.size() && (is_space(text[next]) || text[next] == '"' || text[next] == ')')) ++next;
  if (next == text.size()) return true;
  if (is_lower(text[next])) return false;
  const std::string word = word_before(text, at);
  if (is_one_of(kAbbreviations, word)) return false;
  const bool initial = word.size() == 1 && !is_digit(word[0]) && at > 0 &&
                       !is_lower(text[at - 1]);  // "J. Smith", "U.S. firms"
  return !initial && !(word.size() == 3 && word[1] == '.');
}

struct Sentence {
  std::string_view text;
  std::size_t place = 0;  // in its text
  std::map<std::string, double, std::less<>> words;
  double norm = 0;
  double score = 0;
};

// Enough of a stem for counting: plurals and the like fall together.
std::string stem(std::string word) {
  constexpr std::size_t kShortest = 4;
  if (word.ends_with("'s")) word.resize(word.size() - 2);
  for (const std::string_view ending : {"ing", "ed", "es", "s"}) {
    if (word.size() >= kShortest + ending.size() && word.ends_with(ending) && !word.ends_with("ss")) {
      word.resize(word.size() - ending.size());
      break;
    }
  }
  if (word.size() > kShortest && word.ends_with('e')) word.pop_back();
  return word;
}

std::vector<Sentence> read_sentences(std::span<const std::string> texts) {
  std::vector<Sentence> sentences;
  for (const std::string& text : texts) {
    std::size_t place = 0;
    for (const std::string_view part : split_sentences(text)) {
      Sentence sentence;
      sentence.text = part;
      sentence.place = place++;
      for (Token& token : tokenise(part)) {
        if (token.kind == Token::Kind::symbol || is_stop_word(token.text)) continue;
        sentence.words[stem(std::move(token.text))] += 1;
      }
      sentences.push_back(std::move(sentence));
    }
  }
  return sentences;
}

double norm_of(const std::map<std::string, double, std::less<>>& words) {
  double sum = 0;
  for (const auto& [word, weight] : words) sum += weight * weight;
  return std::sqrt(sum);
}

double similarity(const Sentence& a, const Sentence& b) {
  if (a.norm == 0 || b.norm == 0) return 0;
  double product = 0;
  for (const auto& [word, weight] : a.words) {
    const auto other = b.words.find(word);
    if (other != b.words.end()) product += weight * other->second;
  }
  return product / (a.norm * b.norm);
}

void score_all(std::vector<Sentence>& sentences) {
  std::map<std::string, double, std::less<>> in_sentences;
  for (const Sentence& sentence : sentences) {
    for (const auto& [word, count] : sentence.words) in_sentences[word] += 1;
  }
  const auto total = static_cast<double>(sentences.size());
  Sentence centroid;
  for (Sentence& sentence : sentences) {
    for (auto& [word, weight] : sentence.words) {
      weight *= std::log(1 + total / in_sentences[word]);
      centroid.words[word] += weight;
    }
    sentence.norm = norm_of(sentence.words);
  }
  centroid.norm = norm_of(centroid.words);

  constexpr double kFirstBonus = 0.25;  // news and tickets alike say the main thing first
  constexpr double kFewestWords = 4;    // content words of a sentence that can stand alone
  for (Sentence& sentence : sentences) {
    const double length = std::min(1.0, static_cast<double>(sentence.words.size()) / kFewestWords);
    const double position = 1 + kFirstBonus / (1 + static_cast<double>(sentence.place));
    const double question = sentence.text.ends_with('?') ? 0.8 : 1.0;
    sentence.score = similarity(sentence, centroid) * length * position * question;
  }
}

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t end) {
    const std::string_view sentence = trimmed(text.substr(begin, end - begin));
    if (!sentence.empty()) sentences.push_back(sentence);
    begin = end;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      cut(at);
    } else if (is_sentence_end(text, at)) {
      std::size_t end = at + 1;
      while (end < text.size() &&
             (text[end] == '"' || text[end] == ')' || text[end] == '!' || text[end] == '?'))
        ++end;
      cut(end);
      at = end - 1;
    }
  }
  cut(text.size());
  return sentences;
}

std::string summarise(std::span<const std::string> texts, std::size_t sentences) {
  constexpr double kSame = 0.6;
  std::vector<Sentence> all = read_sentences(texts);
  score_all(all);
  std::vector<std::size_t> order(all.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return all[a].score > all[b].score || (all[a].score == all[b].score && a < b);
  });

  std::vector<std::size_t> chosen;
  for (const std::size_t candidate : order) {
    if (chosen.size() >= sentences) break;
    const bool repeats = std::any_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return all[other].text == all[candidate].text || similarity(all[other], all[candidate]) > kSame;
    });
    if (!repeats) chosen.push_back(candidate);
  }
  std::sort(chosen.begin(), chosen.end());
  std::string summary;
  for (const std::size_t index : chosen) {
    if (!summary.empty()) summary += ' ';
    summary += all[index].text;
  }
  return summary;
}

}  // namespace parley::language
