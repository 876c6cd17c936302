// A "model" of three things that texts may be about, so that other words for the same are near.
#include "language/retrieval/meanings.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "language/retrieval/hybrid_index.hpp"
#include "language/retrieval/turn_memory.hpp"

using namespace parley;
using namespace parley::language;

namespace {

using Vector = std::vector<float>;
const Vector kFood{1, 0.1F, 0.1F};
const Vector kTravel{0.1F, 1, 0.1F};
const Vector kMoney{0.1F, 0.1F, 1};

}  // namespace

TEST_CASE("a text counts by how far it stands out from what is usual") {
  struct {
    std::string name;
    Vector base;  // added to every vector: what a model's texts have in common
  } models[] = {{"unlike texts are unlike", {0, 0, 0}}, {"all texts are alike", {2, 2, 2}}};
  for (const auto& model : models) {
    CAPTURE(model.name);
    const auto with_base = [&](Vector vector) {
      for (std::size_t i = 0; i < vector.size(); ++i) vector[i] += model.base[i];
      return vector;
    };
    Meanings meanings;
    for (std::uint32_t text = 0; text < 30; ++text)
      meanings.set(text, with_base(text % 10 == 0 ? kFood : text % 2 == 0 ? kTravel : kMoney));
    const Vector question = with_base(kFood);
    const Meanings::Asked asked = meanings.asked(question);
    const auto near = meanings.nearness(asked, 31);
    CHECK(near[0] > 0.9F);
    CHECK(near[1] < 0.35F);
    CHECK(near[2] < 0.35F);
    CHECK(near[30] == -1);
    const std::vector<float> exact(near.begin(), near.end());
    const auto bounds = meanings.nearness_bounds(asked, 31);
    for (std::size_t text = 0; text < exact.size(); ++text) CHECK(bounds[text] >= exact[text]);
  }
}

TEST_CASE("vectors of another length are not taken, and do not fit") {
  Meanings meanings;
  CHECK_FALSE(meanings.fits(kFood));
  meanings.set(3, kFood);
  meanings.set(4, Vector{1, 2});
  meanings.set(3, kTravel);
  CHECK(meanings.size() == 1);
  CHECK(meanings.has(3));
  CHECK_FALSE(meanings.has(4));
  CHECK(meanings.fits(kMoney));
  CHECK_FALSE(meanings.fits(Vector{1, 2}));
  CHECK(meanings.nearness(meanings.asked(kFood), 5)[3] > 0.9F);
  const Vector shorter{1, 2};
  CHECK(meanings.nearness(meanings.asked(shorter), 5)[3] == -1);
}

TEST_CASE("with a model's vectors a turn is found by other words, without them by its own") {
  TurnMemory memory;
  memory.add({"c_1", 1, {}, "I could eat sushi every day", "Noted."});
  memory.add({"c_2", 1, {}, "my train was late again", "Sorry to hear that."});
  memory.add({"c_3", 1, {}, "the invoice is wrong", "Let me see."});
  CHECK(memory.without_vector(2) == std::vector<std::size_t>{2, 1});
  memory.set_vector(0, kFood);
  memory.set_vector(1, kTravel);
  CHECK(memory.without_vector(5) == std::vector<std::size_t>{2});
  const auto found = memory.recall({.text = "favourite dishes", .vector = kFood, .k = 3});
  REQUIRE(found.size() == 1);
  CHECK(found[0].text == 0);
  // One without a vector, by its words.
  const auto by_words = memory.recall({.text = "the wrong invoice", .vector = kMoney, .k = 1});
  REQUIRE(by_words.size() == 1);
  CHECK(by_words[0].text == 2);
  CHECK(memory.recall({.text = "favourite dishes", .k = 3}).empty());
  memory.forget_vectors();
  CHECK(memory.recall({.text = "favourite dishes", .vector = kFood, .k = 3}).empty());
}

TEST_CASE("documents are found by a model's vectors once every one of them has one") {
  HybridIndex index({});
  index.add("Send things back within thirty days.");
  index.add("We deliver to France.");
  index.set_vector(0, kMoney);
  CHECK_FALSE(index.has_vectors());
  CHECK(index.scores("reimbursement", kMoney)[0] < 0.1F);
  index.set_vector(1, kTravel);
  CHECK(index.has_vectors());
  const auto scores = index.scores("reimbursement", kMoney);
  CHECK(scores[0] > 0.3F);
  CHECK(scores[1] < 0.1F);
  const auto best = index.best("reimbursement", kMoney, 5, 0.3F);
  REQUIRE(best.size() == 1);
  CHECK(best[0].text == 0);
}

TEST_CASE("the best documents are those with the best scores of all") {
  HybridIndex index({});
  const std::vector<std::string> subjects{"parcels", "refunds", "invoices", "gift cards", "opening hours"};
  for (std::size_t i = 0; i < 400; ++i)
    index.add("All about " + subjects[i % 5] + " in part " + std::to_string(i / 5) + " of the handbook");
  for (const std::string question : {"refund part 7", "gift card", "handbok", "nothing of that"}) {
    CAPTURE(question);
    const auto scores = index.scores(question);
    const auto expected = best_of(scores, 5, kNoise, [](std::uint32_t) { return true; });
    const auto found = index.best(question, {}, 5, kNoise);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].text == expected[i].text);
      CHECK(found[i].score == expected[i].score);
    }
  }
}
