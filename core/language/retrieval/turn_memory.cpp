#include "language/retrieval/turn_memory.hpp"

#include <algorithm>
#include <utility>

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

// On top of what the words gave. Where they found something, only the most promising turns are looked at
// again; all vectors are read when the words found nothing much.
void TurnMemory::add_similarities(std::string_view question) {
  constexpr float kFound = 0.35F;
  constexpr std::size_t kPromising = 2000;
  const std::vector<float> vector = hashed_vector(question, locale_);
  const auto found = std::ranges::max_element(scores_);
  if (found == scores_.end()) return;
  if (*found < kFound) {
    const std::span<const float> similar = vectors_.similarities(vector);
    for (std::size_t i = 0; i < scores_.size(); ++i)
      scores_[i] = fused(scores_[i], similar[i], kShareOfWords);
    return;
  }
  std::vector<std::uint32_t> promising;
  for (std::uint32_t i = 0; i < scores_.size(); ++i) {
    if (scores_[i] > 0) promising.push_back(i);
  }
  if (promising.size() > kPromising) {
    const auto middle = promising.begin() + static_cast<std::ptrdiff_t>(kPromising);
    std::nth_element(promising.begin(), middle, promising.end(), [&](std::uint32_t a, std::uint32_t b) {
      return scores_[a] != scores_[b] ? scores_[a] > scores_[b] : a > b;
    });
    promising.erase(middle, promising.end());
  }
  const std::vector<float> similar = vectors_.similarities(vector, promising);
  std::vector<float> both(scores_.size(), 0.0F);
  for (std::size_t i = 0; i < promising.size(); ++i)
    both[promising[i]] = fused(scores_[promising[i]], similar[i], kShareOfWords);
  scores_ = std::move(both);
}

// With a model's vectors other words find a turn, too, so all are looked at.
void TurnMemory::add_meanings(const Question& question) {
  const std::span<const float> near = meanings_.nearness(question.vector, scores_.size());
  std::vector<std::uint32_t> others;
  for (std::uint32_t i = 0; i < scores_.size(); ++i) {
    if (near[i] < 0) {
      others.push_back(i);
    } else {
      scores_[i] = fused(scores_[i], near[i], Meanings::kShareOfWords);
    }
  }
  if (others.empty()) return;
  const std::vector<float> similar = vectors_.similarities(hashed_vector(question.text, locale_), others);
  for (std::size_t i = 0; i < others.size(); ++i)
    scores_[others[i]] = fused(scores_[others[i]], similar[i], kShareOfWords);
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

std::vector<Match> TurnMemory::recall(const Question& question) {
  const std::span<const float> by_words = words_.scores(terms_of(question.text, locale_));
  const About whose = about(question.text);
  // The boost only orders: a score stays within 1.
  const float user_share = whose == About::assistant ? 1 / kSpeakerBoost : 1.0F;
  const float assistant_share = whose == About::user ? 1 / kSpeakerBoost : 1.0F;
  scores_.resize(turns_.size());
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    const Weights& weights = weights_[i];
    scores_[i] = std::max(
        by_words[2 * i] * user_share * weights.user, by_words[2 * i + 1] * assistant_share * weights.assistant
    );
  }
  if (meanings_.fits(question.vector)) {
    add_meanings(question);
  } else {
    add_similarities(question.text);
  }
  return best_of(scores_, question.k, std::max(question.min_score, kNoise), [&](std::uint32_t index) {
    const RememberedTurn& turn = turns_[index];
    if (turn.at < question.since) return false;
    return turn.conversation != question.conversation || turn.turn < question.before_turn;
  });
}

}  // namespace parley::language
