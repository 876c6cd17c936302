#include "language/sentiment/sentiment.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "language/sentiment/lexicon.hpp"
#include "language/tokens.hpp"

namespace parley::language {
namespace {

constexpr double kNegated = -0.7;   // "not good" is less bad than "bad"
constexpr double kCapitals = 0.25;  // of the grade
constexpr std::size_t kReach = 4;   // words between a negation and what it turns round
constexpr double kNeutral = 0.2;

struct Feeling {
  std::size_t at = 0;  // token
  double grade = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), tokens_(tokenise(text)) {
    shouts_ = std::any_of(tokens_.begin(), tokens_.end(), [&](const Token& token) {
      return token.is_word() && !is_capitals(token);
    });
  }

  Sentiment read() {
    for (std::size_t at = 0; at < tokens_.size();) at = read_one(at);
    weigh_turn();
    double sum = 0;
    for (const Feeling& each : feelings_) sum += each.grade;
    sum += (sum > 0 ? 1 : sum < 0 ? -1 : 0) * emphasis();
    constexpr double kSpread = 15;
    const double score = sum / std::sqrt(sum * sum + kSpread);
    const Mood mood = score > kNeutral ? Mood::positive : score < -kNeutral ? Mood::negative : Mood::neutral;
    return {mood, score};
  }

 private:
  std::size_t read_one(std::size_t at) {
    const GradedWord* phrase = nullptr;
    std::size_t taken = 0;
    for (const GradedWord& row : sentiment_words().phrases.beginning_with(tokens_[at].text)) {
      const std::size_t size = match_phrase(tokens_, at, row.word);
      if (size > taken) {
        taken = size;
        phrase = &row;
      }
    }
    double grade = phrase != nullptr ? phrase->grade : 0;
    if (phrase == nullptr && tokens_[at].is_word()) grade = grade_of(tokens_[at].text);
    if (grade != 0 && (taken > 1 || !only_strengthens(at))) {
      grade = modified(at, grade);
      feelings_.push_back({at, grade});
    }
    return at + std::max<std::size_t>(taken, 1);
  }

  // "terribly good" is good; "no" before a word negates and grades nothing.
  [[nodiscard]] bool only_strengthens(std::size_t at) const {
    if (at + 1 >= tokens_.size() || !tokens_[at + 1].is_word()) return false;
    const bool role = modifier_of(tokens_[at].text) != nullptr ||
                      sentiment_words().negations.find_word(tokens_[at].text) != nullptr;
    return role && grade_of(tokens_[at + 1].text) != 0;
  }

  static const GradedWord* modifier_of(std::string_view word) {
    return sentiment_words().modifiers.find_word(word);
  }

  [[nodiscard]] bool is_capitals(const Token& token) const {
    const std::string_view written = text_.substr(token.begin, token.end - token.begin);
    return written.size() > 1 &&
           std::none_of(written.begin(), written.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  }

  // What stands before a word changes it, the less the farther away.
  [[nodiscard]] double modified(std::size_t at, double grade) const {
    double factor = 1;
    if (shouts_ && is_capitals(tokens_[at])) factor += kCapitals;
    bool negated = false;
    std::size_t words = 0;
    for (std::size_t before = at; before > 0 && words < kReach; ++words) {
      --before;
      const Token& token = tokens_[before];
      if (!token.is_word()) {
        if (token.is(",") || token.is(".") || token.is("!") || token.is(";") || token.is("?")) break;
        continue;
      }
      if (sentiment_words().turns.find_word(token.text) != nullptr) break;
      if (sentiment_words().negations.find_word(token.text) != nullptr) negated = !negated;
      const GradedWord* modifier = modifier_of(token.text);
      const bool a_bit = before > 0 && (token.is("bit") || token.is("little")) && tokens_[before - 1].is("a");
      if (a_bit) factor -= 0.35;
      if (modifier != nullptr && words < 3) factor += modifier->grade * (words == 0 ? 1 : 0.8);
    }
    return grade * factor * (negated ? kNegated : 1);
  }

  // "… but …": the second half is what is meant.
  void weigh_turn() {
    std::size_t turn = tokens_.size();
    for (std::size_t i = 1; i + 1 < tokens_.size(); ++i) {
      if (tokens_[i].is("but") || tokens_[i].is("however")) turn = i;
    }
    if (turn == tokens_.size()) return;
    for (Feeling& each : feelings_) each.grade *= each.at < turn ? 0.5 : 1.5;
  }

  [[nodiscard]] double emphasis() const {
    const auto marks =
        std::count_if(tokens_.begin(), tokens_.end(), [](const Token& token) { return token.is("!"); });
    return 0.3 * static_cast<double>(std::min<std::ptrdiff_t>(marks, 4));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  bool shouts_ = false;  // some words are not in capitals, so that capitals say something
  std::vector<Feeling> feelings_;
};

}  // namespace

std::string_view name(Mood mood) {
  switch (mood) {
    case Mood::negative:
      return "negative";
    case Mood::positive:
      return "positive";
    case Mood::neutral:
      break;
  }
  return "neutral";
}

Sentiment sentiment_of(std::string_view text) {
  return Reader(text).read();
}

}  // namespace parley::language
