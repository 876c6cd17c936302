#include "language/retrieval/bounded_best.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace parley::language;

namespace {

bool same(const std::vector<Match>& a, const std::vector<Match>& b) {
  const auto equal = [](const Match& x, const Match& y) { return x.text == y.text && x.score == y.score; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}

// `count` scores; with `steps` many are alike.
std::vector<float> some_scores(std::mt19937& dice, std::size_t count, std::uint32_t steps) {
  std::vector<float> scores(count);
  for (float& each : scores) each = static_cast<float>(dice() % steps) / static_cast<float>(steps);
  return scores;
}

}  // namespace

TEST_CASE("the best are those of all scores, however good the bounds are") {
  std::mt19937 dice(4);
  struct {
    std::string name;
    float most;  // that a bound is above its score
  } cases[] = {{"exact", 0}, {"close", 0.05F}, {"far", 0.5F}, {"saying nothing", 5}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (const std::size_t count : {0, 1, 15, 16, 100, 3'000}) {
      for (const std::uint32_t steps : {3U, 1'000'000U}) {
        for (const std::size_t k : {0, 1, 3, 50, 5'000}) {
          for (const float least : {0.0F, 0.3F, 2.0F}) {
            const std::vector<float> scores = some_scores(dice, count, steps);
            std::vector<float> bounds = scores;
            for (float& each : bounds) each += c.most * static_cast<float>(dice() % 100) / 100;
            const auto allowed = [](std::uint32_t id) { return id % 5 != 2; };
            std::size_t asked = 0;
            const auto exact = [&](std::span<const std::uint32_t> ids) {
              asked += ids.size();
              std::vector<float> out;
              for (const std::uint32_t id : ids) out.push_back(scores[id]);
              return out;
            };
            CHECK(same(bounded_best(bounds, k, least, allowed, exact), best_of(scores, k, least, allowed)));
            CHECK(asked <= count);
          }
        }
      }
    }
  }
}

TEST_CASE("where bounds leave many, closer ones are asked for first") {
  std::mt19937 dice(6);
  const std::vector<float> scores = some_scores(dice, 1'000, 1'000'000);
  const std::vector<float> bounds(scores.size(), 1.0F);
  const auto any = [](std::uint32_t) { return true; };
  std::size_t asked = 0;
  const auto scores_of = [&](std::span<const std::uint32_t> ids) {
    std::vector<float> out;
    for (const std::uint32_t id : ids) out.push_back(scores[id]);
    return out;
  };
  std::size_t worked_out = 0;
  const auto found = bounded_best(
      bounds,
      3,
      0,
      any,
      [&](std::span<const std::uint32_t> ids) {
        asked += ids.size();
        return scores_of(ids);
      },
      [&](std::span<const std::uint32_t> ids) {
        worked_out += ids.size();
        return scores_of(ids);
      }
  );
  CHECK(asked == 1'000 - 24);
  CHECK(worked_out < 300);
  CHECK(same(found, best_of(scores, 3, 0, any)));
}
