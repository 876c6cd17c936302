#include "server/tools/vector_graph.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <span>
#include <vector>

#include "language/retrieval/vector_index.hpp"

using namespace parley;
using namespace parley::tools;

namespace {

constexpr std::size_t kDimensions = 48;

std::vector<float> around(std::mt19937& dice, std::size_t centre) {
  std::normal_distribution<float> normal;
  std::vector<float> out(kDimensions);
  for (float& each : out) each = 0.4F * normal(dice);
  out[centre % kDimensions] += 2;
  out[(centre * 7) % kDimensions] += 1;
  return out;
}

}  // namespace

TEST_CASE("a graph finds nearly all of the nearest that comparing all of them finds") {
  std::mt19937 dice(5);
  language::VectorIndex exact(kDimensions);
  auto graph = VectorGraph::make(kDimensions, 3'000);
  REQUIRE(graph.has_value());
  for (std::uint32_t id = 0; id < 3'000; ++id) {
    const auto vector = around(dice, id);
    exact.add(vector);
    REQUIRE((*graph)->add(id, exact.at(id)).has_value());
  }
  std::size_t right = 0;
  for (std::size_t round = 0; round < 50; ++round) {
    const auto question = around(dice, round);
    std::set<std::uint32_t> wanted;
    for (const auto& each : exact.nearest(question, 10)) wanted.insert(each.id);
    const auto found = (*graph)->nearest(language::byte_vector(question), 10);
    REQUIRE(found.size() == 10);
    for (const std::uint32_t id : found) right += wanted.contains(id) ? 1 : 0;
  }
  CHECK(right >= 475);  // of 500
  CHECK((*graph)->bytes() > 3'000 * 2 * kDimensions);
}

TEST_CASE("edges: nothing stored, nothing asked, zeros, too many") {
  auto graph = VectorGraph::make(3, 2);
  REQUIRE(graph.has_value());
  const auto one = language::byte_vector(std::vector<float>{1, 0, 0});
  CHECK((*graph)->nearest(one, 3).empty());
  REQUIRE((*graph)->add(7, one).has_value());
  REQUIRE((*graph)->add(8, language::byte_vector(std::vector<float>{0, 0, 0})).has_value());
  REQUIRE((*graph)->add(9, language::byte_vector(std::vector<float>{0, 1, 0})).has_value());
  CHECK_FALSE((*graph)->add(10, one).has_value());
  CHECK((*graph)->nearest(one, 0).empty());
  CHECK((*graph)->nearest(language::byte_vector(std::vector<float>{0, 0, 0}), 3).empty());
  CHECK((*graph)->nearest(one, 5) == std::vector<std::uint32_t>{7, 9});
}
