#include "language/retrieval/turn_memory.hpp"

#include <algorithm>
#include <utility>

#include "language/retrieval/bounded_best.hpp"
#include "language/retrieval/hashed_vector.hpp"
#include "language/tokens.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

constexpr WindowOptions kWindow{.reach = 2, .own_weight = 3};
constexpr float kSpeakerBoost = 1.3F;
constexpr float kQuestionShare = 0.6F;
constexpr float kUnaskedShare = 0.6F;

// Whose words a question is about.
enum class About : std::uint8_t { anybody, user, assistant };

About about(std::string_view question) {
  bool user = false;
  bool assistant = false;
  for (const Token& token : tokenise(question)) {
    const auto is_one_of = [&](auto... words) { return (token.is(words) || ...); };
    user |=
        is_one_of("i", "my", "me", "mine", "we", "our", "i've", "i'd", "ich", "mein", "meine", "wir", "user");
    assistant |= is_one_of("you", "your", "you've", "you'd", "sie", "du", "dein", "ihr", "assistant", "bot");
  }
  if (user == assistant) return About::anybody;
  return user ? About::user : About::assistant;
}

bool is_question(std::string_view text, const Vocabulary& words) {
  const std::vector<Token> tokens = tokenise(text);
  return !tokens.empty() && (tokens.back().is("?") || contains(words.question_words, tokens.front().text));
}

}  // namespace

TurnMemory::TurnMemory(std::string locale)
    : locale_(std::move(locale)), words_(kWindow), vectors_(kHashedDimensions, VectorIndex::Keep::bytes) {}

std::uint64_t TurnMemory::last_turn(std::string_view conversation) const {
  const auto found = last_.find(std::string(conversation));
  return found == last_.end() ? 0 : found->second.turn;
}

void TurnMemory::add(RememberedTurn turn) {
  Last& last = last_[turn.conversation];
  if (last.text != TextIndex::kNone && turn.turn <= last.turn) return;
  const TextIndex::Id asked = words_.add(terms_of(turn.user, locale_), last.text);
  last.text = words_.add(terms_of(turn.assistant, locale_), asked);
  vectors_.add(hashed_vector(turn.user + "\n" + turn.assistant, locale_));
  last.turn = turn.turn;
  weights_.push_back(
      {.user = is_question(turn.user, vocabulary_for(locale_)) ? kQuestionShare : 1.0F,
       .assistant = turn.user.empty() ? kUnaskedShare : 1.0F}
  );
  turns_.push_back(std::move(turn));
}

template <typename Closer, typename Exact>
std::vector<Match> TurnMemory::best(const Question& question, const Closer& closer, const Exact& exact) {
  const auto allowed = [&](std::uint32_t index) {
    const RememberedTurn& turn = turns_[index];
    if (turn.at < question.since) return false;
    return turn.conversation != question.conversation || turn.turn < question.before_turn;
  };
  const float least = std::max(question.min_score, kNoise);
  if (!question.compare_all) return bounded_best(bounds_, question.k, least, allowed, closer, exact);
  std::ranges::fill(bounds_, 2.0F);
  return bounded_best(bounds_, question.k, least, allowed, exact);
}

// Where words found something, turns without any of them are left out, and the words alone say of most others
// that they are not among the best; else all vectors are looked at.
std::vector<Match> TurnMemory::best_by_pieces(const Question& question) {
  constexpr float kFound = 0.35F;
  const std::vector<float> vector = hashed_vector(question.text, locale_);
  bool found = false;
  for_each_above(by_words_, kFound, [&](std::uint32_t) { found = true; });
  const auto both = [&](std::uint32_t turn, float similarity) {
    const float words = by_words_[turn];
    return found && !(words > 0) ? 0 : fused(words, similarity, kShareOfWords);
  };
  const auto with_words = [&](std::vector<float> similarities, std::span<const std::uint32_t> turns) {
    for (std::size_t i = 0; i < turns.size(); ++i) similarities[i] = both(turns[i], similarities[i]);
    return similarities;
  };
  if (found) {
    for (std::uint32_t i = 0; i < bounds_.size(); ++i) bounds_[i] = both(i, 1);
  } else {
    const std::span<const float> similar = vectors_.similarity_bounds(vector);
    for (std::uint32_t i = 0; i < bounds_.size(); ++i) bounds_[i] = both(i, similar[i]);
  }
  return best(
      question,
      [&](std::span<const std::uint32_t> turns) {
        return found ? with_words(vectors_.similarity_bounds(vector, turns), turns) : std::vector<float>();
      },
      [&](std::span<const std::uint32_t> turns) {
        return with_words(vectors_.similarities(vector, turns), turns);
      }
  );
}

// Other words find a turn, too, so all are looked at; turns that have no vector yet, by their pieces.
std::vector<Match> TurnMemory::best_by_meaning(const Question& question) {
  const Meanings::Asked asked = meanings_.asked(question.vector);
  const std::vector<float> pieces = hashed_vector(question.text, locale_);
  const std::span<const float> near = meanings_.nearness_bounds(asked, turns_.size());
  for (std::size_t i = 0; i < bounds_.size(); ++i)
    bounds_[i] = fused(by_words_[i], near[i], Meanings::kShareOfWords);
  if (meanings_.size() < turns_.size()) {
    const std::span<const float> similar = vectors_.similarity_bounds(pieces);
    for (std::size_t i = 0; i < bounds_.size(); ++i) {
      if (near[i] < 0) bounds_[i] = fused(by_words_[i], similar[i], kShareOfWords);
    }
  }
  const auto exact = [&](std::span<const std::uint32_t> turns) {
    std::vector<float> scores = meanings_.nearness(asked, turns);
    std::vector<std::uint32_t> others;
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (scores[i] < 0) others.push_back(turns[i]);
    }
    const std::vector<float> like = vectors_.similarities(pieces, others);
    auto other = like.begin();
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const float words = by_words_[turns[i]];
      scores[i] = scores[i] < 0 ? fused(words, *other++, kShareOfWords)
                                : fused(words, scores[i], Meanings::kShareOfWords);
    }
    return scores;
  };
  return best(question, [](std::span<const std::uint32_t>) { return std::vector<float>(); }, exact);
}

// The same when somebody else has said how near the turns are.
std::vector<Match> TurnMemory::best_by_nearness(const Question& question) {
  const auto near = [&](std::size_t turn) {
    return turn < question.nearness.size() ? question.nearness[turn] : -1.0F;
  };
  const std::vector<float> pieces = hashed_vector(question.text, locale_);
  const std::span<const float> similar = vectors_.similarity_bounds(pieces);
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    bounds_[i] = near(i) < 0 ? fused(by_words_[i], similar[i], kShareOfWords)
                             : fused(by_words_[i], near(i), Meanings::kShareOfWords);
  }
  const auto exact = [&](std::span<const std::uint32_t> turns) {
    std::vector<float> scores = vectors_.similarities(pieces, turns);
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const float words = by_words_[turns[i]];
      scores[i] = near(turns[i]) < 0 ? fused(words, scores[i], kShareOfWords)
                                     : fused(words, near(turns[i]), Meanings::kShareOfWords);
    }
    return scores;
  };
  return best(question, [](std::span<const std::uint32_t>) { return std::vector<float>(); }, exact);
}

void TurnMemory::set_vector(std::size_t index, std::span<const float> vector) {
  if (index < turns_.size()) meanings_.set(static_cast<std::uint32_t>(index), vector);
}

std::vector<std::size_t> TurnMemory::without_vector(std::size_t most, Timestamp since) const {
  std::vector<std::size_t> found;
  for (std::size_t i = turns_.size(); i-- > 0 && found.size() < most;) {
    if (turns_[i].at >= since && !meanings_.has(static_cast<std::uint32_t>(i))) found.push_back(i);
  }
  return found;
}

void TurnMemory::forget_vectors() {
  meanings_ = Meanings();
}

void TurnMemory::score_words(std::string_view question) {
  const std::span<const float> by_words = words_.scores(terms_of(question, locale_));
  const About whose = about(question);
  // The boost only orders: a score stays within 1.
  const float user_share = whose == About::assistant ? 1 / kSpeakerBoost : 1.0F;
  const float assistant_share = whose == About::user ? 1 / kSpeakerBoost : 1.0F;
  by_words_.resize(turns_.size());
  bounds_.resize(turns_.size());
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    const Weights& weights = weights_[i];
    by_words_[i] = std::max(
        by_words[2 * i] * user_share * weights.user, by_words[2 * i + 1] * assistant_share * weights.assistant
    );
  }
}

std::vector<std::uint32_t> TurnMemory::promising(std::string_view text, std::size_t k) {
  score_words(text);
  return places_of_highest(by_words_, k);
}

std::vector<Match> TurnMemory::recall(const Question& question) {
  score_words(question.text);
  if (!question.nearness.empty()) return best_by_nearness(question);
  return meanings_.fits(question.vector) ? best_by_meaning(question) : best_by_pieces(question);
}

}  // namespace parley::language
