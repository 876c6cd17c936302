// What one user said and was told, found again by what it was about.
//
// A turn alone says little, so each is found by its own words and those of the turns around it in the same
// conversation; what the user said counts more when the question is about them ("what did I order?"), what
// the assistant said when it is about the assistant ("what did you tell me?"). A user's question counts less
// than what they stated: who asks again wants the answer; and so does what they were told without a word of
// theirs. Window and weights as measured on LoCoMo (Maharana
// et al., 2024), where words in windows found the right turn for 66 % of questions and single turns for 48 %.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "language/retrieval/hybrid_index.hpp"
#include "language/retrieval/meanings.hpp"

namespace parley::language {

struct RememberedTurn {
  std::string conversation;
  std::uint64_t turn = 0;  // in the conversation
  Timestamp at;
  std::string user;       // what they said
  std::string assistant;  // what they were told
};

class TurnMemory {
 public:
  explicit TurnMemory(std::string locale = "en");

  // Turns of a conversation come in their order; one that is there already is left as it is.
  void add(RememberedTurn turn);

  struct Question {
    std::string_view text;
    std::span<const float> vector = {
    };  // a model's, of the text; empty: the turns' words alone are looked at
    // Instead of it, for vectors that are somewhere else: how near each turn's meaning is, 0 to 1 as of
    // Meanings, or -1 of a turn without a vector.
    std::span<const float> nearness = {};
    std::size_t k = 3;
    float min_score = 0;  // less than kNoise is never found
    // Turns of this conversation from this one on are not memory yet.
    std::string_view conversation;
    std::uint64_t before_turn = 0;
    Timestamp since;  // what is older is left out
    // Every turn is compared exactly, also those of which is known that they cannot be among the best. What
    // is found is the same; for checks of just that.
    bool compare_all = false;
  };
  // What a model made of a turn; turns without it are compared by their words and pieces of words.
  void set_vector(std::size_t index, std::span<const float> vector);
  // At most so many turns since a time that have none, the last added first.
  [[nodiscard]] std::vector<std::size_t> without_vector(std::size_t most, Timestamp since = {}) const;
  void forget_vectors();
  // The turns whose words fit best, at most k, in no order.
  [[nodiscard]] std::vector<std::uint32_t> promising(std::string_view text, std::size_t k);

  // `text` of a match is an index for turn().
  [[nodiscard]] std::vector<Match> recall(const Question& question);

  [[nodiscard]] const RememberedTurn& turn(std::size_t index) const { return turns_[index]; }
  [[nodiscard]] std::size_t size() const { return turns_.size(); }
  // The last turn of a conversation that is remembered; 0 when none is.
  [[nodiscard]] std::uint64_t last_turn(std::string_view conversation) const;

 private:
  void score_words(std::string_view question);
  // The best by words and a model's vectors, here or somewhere else; by words and hashed vectors.
  std::vector<Match> best_by_meaning(const Question& question);
  std::vector<Match> best_by_nearness(const Question& question);
  std::vector<Match> best_by_pieces(const Question& question);
  template <typename Closer, typename Exact>
  std::vector<Match> best(const Question& question, const Closer& closer, const Exact& exact);
  struct Last {
    TextIndex::Id text = TextIndex::kNone;
    std::uint64_t turn = 0;
  };
  struct Weights {
    float user = 1;
    float assistant = 1;
  };

  std::string locale_;
  std::vector<RememberedTurn> turns_;
  TextIndex words_;               // two texts a turn: the user's, then the assistant's
  VectorIndex vectors_;           // one a turn
  Meanings meanings_;             // of turns
  std::vector<Weights> weights_;  // what the words of a turn count
  // Of the search that runs.
  std::vector<float> by_words_;  // of the turns
  std::vector<float> bounds_;    // what their scores do not exceed
  std::unordered_map<std::string, Last> last_;
};

}  // namespace parley::language
