#include "language/retrieval/vector_index.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "language/retrieval/hashed_vector.hpp"

using namespace parley::language;

namespace {

std::vector<float> random_vector(std::mt19937& dice, std::size_t dimensions) {
  std::normal_distribution<float> normal;
  std::vector<float> out(dimensions);
  for (float& each : out) each = normal(dice);
  return out;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, left = 0, right = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i];
    left += a[i] * a[i];
    right += b[i] * b[i];
  }
  return product / std::sqrt(left * right);
}

}  // namespace

TEST_CASE("the nearest vectors are the exact ones, in the exact order") {
  std::mt19937 dice(11);
  for (const std::size_t dimensions : {3, 64, 100, 384}) {
    CAPTURE(dimensions);
    VectorIndex index(dimensions);
    std::vector<std::vector<float>> all;
    for (int i = 0; i < 500; ++i) {
      all.push_back(random_vector(dice, dimensions));
      index.add(all.back());
    }
    for (int round = 0; round < 10; ++round) {
      const auto query = random_vector(dice, dimensions);
      std::vector<std::uint32_t> expected(all.size());
      std::iota(expected.begin(), expected.end(), 0);
      std::sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) {
        return cosine(all[a], query) > cosine(all[b], query);
      });
      const auto found = index.nearest(query, 10);
      REQUIRE(found.size() == 10);
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].similarity == doctest::Approx(cosine(all[expected[i]], query)).epsilon(0.001));
      }
    }
  }
}

TEST_CASE("similarities by bytes alone are close") {
  std::mt19937 dice(3);
  VectorIndex index(384, VectorIndex::Keep::bytes);
  std::vector<std::vector<float>> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back(random_vector(dice, 384));
    index.add(all.back());
  }
  const auto query = random_vector(dice, 384);
  const auto found = index.similarities(query);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(std::abs(found[i] - cosine(all[i], query)) < 0.01);
}

TEST_CASE("no similarity exceeds its bound, and bounds are close") {
  std::mt19937 dice(5);
  for (const std::size_t dimensions : {3, 64, 100, 384}) {
    CAPTURE(dimensions);
    VectorIndex index(dimensions, VectorIndex::Keep::bytes);
    for (int i = 0; i < 2'000; ++i) {
      auto vector = random_vector(dice, dimensions);
      if (i % 3 == 0) vector[dice() % dimensions] *= 20;  // one number may be all that there is
      if (i % 7 == 0) std::fill(vector.begin(), vector.end(), 0.0F);
      index.add(vector);
    }
    float farthest = 0;
    for (int round = 0; round < 5; ++round) {
      const auto query = random_vector(dice, dimensions);
      const auto bounds = index.similarity_bounds(query);
      const std::vector<float> above(bounds.begin(), bounds.end());
      const auto exact = index.similarities(query);
      for (std::size_t i = 0; i < above.size(); ++i) {
        CHECK(above[i] >= exact[i]);
        if (i % 3 != 0 && i % 7 != 0) farthest = std::max(farthest, above[i] - exact[i]);
      }
    }
    CHECK(farthest < 0.4F);
    CHECK(farthest > 0.01F);
  }
}

TEST_CASE("edges: nothing stored, nothing asked, zeros") {
  VectorIndex index(4);
  CHECK(index.nearest(std::vector<float>{1, 0, 0, 0}, 3).empty());
  index.add(std::vector<float>{0, 0, 0, 0});
  index.add(std::vector<float>{0, 2, 0, 0});
  CHECK(index.nearest(std::vector<float>{0, 1, 0, 0}, 0).empty());
  const auto found = index.nearest(std::vector<float>{0, 1, 0, 0}, 5);
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == 1);
  CHECK(found[0].similarity == doctest::Approx(1));
  CHECK(found[1].similarity == 0);
  CHECK(index.nearest(std::vector<float>{0, 0, 0, 0}, 1)[0].similarity == 0);
}

TEST_CASE("hashed vectors: texts with the same words are near, also with typing mistakes") {
  const auto similarity = [](std::string_view a, std::string_view b) {
    return cosine(hashed_vector(a), hashed_vector(b));
  };
  const double same = similarity("my parcel is late", "the parcel was late again");
  CHECK(same > similarity("my parcel is late", "I would like two pizzas"));
  CHECK(
      similarity("delivery address", "delivrey adress") > similarity("delivery address", "two pizzas") + 0.2
  );
  const auto nothing = hashed_vector("...");
  CHECK(std::all_of(nothing.begin(), nothing.end(), [](float each) { return each == 0; }));
}
