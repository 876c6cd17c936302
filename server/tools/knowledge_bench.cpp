// How long a search in much knowledge takes: all passages compared, and with a graph of their vectors. Prints
// one JSON object, for scripts/bench_recall. usage: knowledge_bench PASSAGES
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "language/retrieval/hashed_vector.hpp"
#include "language/retrieval/hybrid_index.hpp"
#include "language/retrieval/vector_index.hpp"
#include "server/tools/vector_graph.hpp"

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kNearest = 10;
constexpr std::size_t kQuestions = 300;

double at(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(static_cast<double>(values.size() - 1) * share)];
}

template <typename Work>
double microseconds(const Work& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// Few words are frequent, as in texts; passages of one subject share some of their rare ones.
std::string passage(std::mt19937& dice, std::size_t words, std::size_t subject) {
  std::string out;
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::size_t i = 0; i < words; ++i) {
    auto rank = static_cast<std::size_t>(100 * std::pow(300.0, uniform(dice)));
    if (i % 3 == 0) rank = 30'000 + subject * 40 + dice() % 40;
    out += "word" + std::string(1, static_cast<char>('a' + rank % 26)) + std::to_string(rank) + " ";
  }
  return out;
}

void row(const char* name, const std::vector<double>& took) {
  std::printf(", \"%s_us_p50\": %.1f, \"%s_us_p99\": %.1f", name, at(took, 0.5), name, at(took, 0.99));
}

}  // namespace

// Unit vectors around common centres, as texts about a few subjects have them.
std::vector<float> around_a_centre(std::mt19937& dice, const std::vector<float>& centres) {
  std::normal_distribution<float> normal;
  const std::size_t centre = dice() % (centres.size() / language::kHashedDimensions);
  std::vector<float> out(language::kHashedDimensions);
  for (std::size_t d = 0; d < out.size(); ++d)
    out[d] = centres[centre * out.size() + d] + 0.6F * normal(dice);
  return out;
}

// The ten nearest alone, of vectors as a model makes them.
void measure_nearest(std::size_t count) {
  std::mt19937 dice(1);
  std::normal_distribution<float> normal;
  std::vector<float> centres(100 * language::kHashedDimensions);
  for (float& each : centres) each = normal(dice);
  language::VectorIndex vectors(language::kHashedDimensions, language::VectorIndex::Keep::full);
  auto graph = tools::VectorGraph::make(language::kHashedDimensions, count);
  for (std::size_t i = 0; i < count; ++i) vectors.add(around_a_centre(dice, centres));
  for (std::uint32_t id = 0; id < count; ++id) (void)(*graph)->add(id, vectors.at(id));
  std::vector<double> scan;
  std::vector<double> walk;
  std::size_t right = 0;
  std::size_t among = 0;
  for (std::size_t q = 0; q < kQuestions; ++q) {
    const auto vector = around_a_centre(dice, centres);
    std::vector<language::Neighbour> near;
    std::vector<std::uint32_t> linked;
    scan.push_back(microseconds([&] { near = vectors.nearest(vector, kNearest); }));
    walk.push_back(microseconds([&] { linked = (*graph)->nearest(language::byte_vector(vector), kNearest); })
    );
    const std::set<std::uint32_t> ids(linked.begin(), linked.end());
    for (const auto& each : near) right += ids.contains(each.id) ? 1 : 0;
    // As many as a search compares again.
    constexpr std::size_t kCandidates = 200;
    const auto many = (*graph)->nearest(language::byte_vector(vector), kCandidates);
    const std::set<std::uint32_t> candidates(many.begin(), many.end());
    for (const auto& each : near) among += candidates.contains(each.id) ? 1 : 0;
  }
  row("nearest_exact", scan);
  row("nearest_graph", walk);
  std::printf(
      ", \"nearest_recall_at_10\": %.4f, \"among_200_candidates\": %.4f",
      static_cast<double>(right) / static_cast<double>(kQuestions * kNearest),
      static_cast<double>(among) / static_cast<double>(kQuestions * kNearest)
  );
}

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 100'000;
  std::mt19937 dice(3);
  language::HybridIndex index({});
  const double index_s = microseconds([&] {
                           for (std::size_t i = 0; i < count; ++i) index.add(passage(dice, 40, i % 1'000));
                         }) *
                         1e-6;
  auto graph = tools::VectorGraph::make(index.dimensions(), count);
  if (!graph) return 1;
  const double graph_s = microseconds([&] {
                           for (std::uint32_t id = 0; id < count; ++id)
                             (void)(*graph)->add(id, index.vector_of(id));
                         }) *
                         1e-6;

  const language::HybridIndex::Nearest nearest = [&](const language::ByteVector& question, std::size_t k) {
    return (*graph)->nearest(question, k);
  };
  std::vector<double> exact, graphed;
  std::size_t same = 0, wanted = 0;
  for (std::size_t q = 0; q < kQuestions; ++q) {
    const std::string question = passage(dice, 8, dice() % 1'000);
    std::vector<language::Match> all, some;
    exact.push_back(microseconds([&] { all = index.best(question, {}, kNearest, language::kNoise); }));
    graphed.push_back(microseconds([&] {
      some = index.best(question, {}, kNearest, language::kNoise, nearest);
    }));
    wanted += all.size();
    std::set<std::uint32_t> found;
    for (const auto& match : some) found.insert(match.text);
    for (const auto& match : all) same += found.contains(match.text) ? 1 : 0;
  }
  std::printf(
      "{\"passages\": %zu, \"index_s\": %.1f, \"graph_s\": %.1f, \"graph_mb\": %.1f",
      count,
      index_s,
      graph_s,
      static_cast<double>((*graph)->bytes()) / 1e6
  );
  row("search_exact", exact);
  row("search_graph", graphed);
  std::printf(
      ", \"search_recall_at_10\": %.4f",
      static_cast<double>(same) / static_cast<double>(std::max<std::size_t>(wanted, 1))
  );
  measure_nearest(count);
  std::printf("}\n");
  return 0;
}
