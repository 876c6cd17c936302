// How long a question takes: the nearest of many vectors, and what one user said and was told. Prints one
// JSON object, for scripts/bench and scripts/bench_recall, which measures others beside it on the same
// vectors: usage: retrieval_bench [VECTORS.f32 DIMENSIONS QUERIES], a file of little-endian floats of which
// the last QUERIES rows are asked.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <ranges>
#include <set>
#include <string>
#include <vector>

#include "language/retrieval/dot_product.hpp"
#include "language/retrieval/turn_memory.hpp"
#include "language/retrieval/vector_index.hpp"

namespace {

using namespace parley::language;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kNearest = 10;

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

struct Rows {
  std::size_t dimensions = 384;
  std::vector<float> numbers;
  [[nodiscard]] std::size_t count() const { return numbers.size() / dimensions; }
  [[nodiscard]] std::span<const float> row(std::size_t i) const {
    return std::span(numbers).subspan(i * dimensions, dimensions);
  }
};

// Vectors around common centres, as texts about a few subjects have them; or, with so much noise that the
// centres do not matter, any.
Rows clustered(std::size_t count, float noise = 0.6F) {
  Rows rows;
  std::mt19937 dice(1);
  std::normal_distribution<float> normal;
  constexpr std::size_t kCentres = 100;
  std::vector<float> centres(kCentres * rows.dimensions);
  for (float& each : centres) each = normal(dice);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t centre = dice() % kCentres;
    for (std::size_t d = 0; d < rows.dimensions; ++d)
      rows.numbers.push_back(centres[centre * rows.dimensions + d] + noise * normal(dice));
  }
  return rows;
}

std::set<std::uint32_t> exact_nearest(const Rows& rows, std::size_t stored, std::span<const float> query) {
  std::vector<std::pair<double, std::uint32_t>> all;
  for (std::uint32_t i = 0; i < stored; ++i) {
    double product = 0, length = 0;
    const auto row = rows.row(i);
    for (std::size_t d = 0; d < rows.dimensions; ++d) {
      product += static_cast<double>(row[d]) * query[d];
      length += static_cast<double>(row[d]) * row[d];
    }
    all.emplace_back(-product / std::sqrt(length), i);
  }
  std::partial_sort(all.begin(), all.begin() + kNearest, all.end());
  std::set<std::uint32_t> out;
  for (std::size_t i = 0; i < kNearest; ++i) out.insert(all[i].second);
  return out;
}

void measure_vectors(const Rows& rows, std::size_t queries) {
  const std::size_t stored = rows.count() - queries;
  VectorIndex index(rows.dimensions);
  for (std::size_t i = 0; i < stored; ++i) index.add(rows.row(i));
  std::vector<double> took;
  std::size_t right = 0;
  for (std::size_t q = 0; q < queries; ++q) {
    const auto query = rows.row(stored + q);
    std::vector<Neighbour> found;
    for (int round = 0; round < 5; ++round)
      took.push_back(microseconds([&] { found = index.nearest(query, kNearest); }));
    const auto expected = exact_nearest(rows, stored, query);
    for (const Neighbour& each : found) right += expected.contains(each.id) ? 1 : 0;
  }
  std::printf(
      "\"variant\": \"%s\", \"vectors\": %zu, \"dimensions\": %zu, \"nearest_us_p50\": %.1f, "
      "\"nearest_us_p99\": %.1f, \"recall_at_10\": %.4f",
      std::string(dot_rows_variant()).c_str(),
      stored,
      rows.dimensions,
      at(took, 0.5),
      at(took, 0.99),
      static_cast<double>(right) / static_cast<double>(queries * kNearest)
  );
}

// Sentences of a vocabulary in which few words are frequent, as in talk.
std::string sentence(std::mt19937& dice, std::size_t words) {
  std::string out;
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::size_t i = 0; i < words; ++i) {
    // The most frequent hundred words say nothing and are left out of the index anyway.
    const auto rank = static_cast<int>(100 * std::pow(200.0, uniform(dice)));
    out += "word" + std::string(1, static_cast<char>('a' + rank % 26)) + std::to_string(rank) + " ";
  }
  return out;
}

// Questions with some words of a turn, as people ask them, and with words that meet nowhere. With vectors, as
// of a model, every turn is compared.
void measure_memory(std::size_t turns, const Rows* vectors = nullptr, const char* with = "") {
  std::mt19937 dice(2);
  TurnMemory memory;
  for (std::size_t i = 0; i < turns; ++i)
    memory.add({"c_" + std::to_string(i / 20), i % 20 + 1, {}, sentence(dice, 10), sentence(dice, 14)});
  if (vectors != nullptr) {
    for (std::size_t i = 0; i < turns; ++i) memory.set_vector(i, vectors->row(i));
  }
  std::vector<double> took;
  std::vector<double> took_in_vain;
  std::size_t found = 0;
  constexpr std::size_t kQuestions = 500;
  std::vector<std::string> texts;
  std::vector<TurnMemory::Question> questions;  // views of texts
  for (std::size_t q = 0; q < kQuestions; ++q) {
    const std::size_t wanted = dice() % turns;
    const std::string& said = memory.turn(wanted).user;
    texts.push_back(said.substr(0, said.find(' ', said.size() / 2)) + " " + sentence(dice, 2));
    texts.push_back(sentence(dice, 8));
    // The turn's own vector, as a model would make a near one of the question.
    const auto vector = vectors == nullptr ? std::span<const float>() : vectors->row(wanted);
    questions.insert(questions.end(), 2, {.vector = vector, .k = kNearest});
    std::vector<Match> matches;
    for (std::size_t i : {2 * q, 2 * q + 1}) {
      questions[i].text = texts[i];
      auto& times = i % 2 == 0 ? took : took_in_vain;
      times.push_back(microseconds([&] { matches = memory.recall(questions[i]); }));
      if (i % 2 != 0) continue;
      const auto is_wanted = [&](const Match& match) { return match.text == wanted; };
      found += static_cast<std::size_t>(std::ranges::any_of(matches | std::views::take(3), is_wanted));
    }
  }
  // Beside comparing every turn.
  std::size_t best = 0;
  std::size_t same = 0;
  for (std::size_t i = 0; i < questions.size(); i += 5) {
    questions[i].text = texts[i];
    const std::vector<Match> matches = memory.recall(questions[i]);
    questions[i].compare_all = true;
    for (const Match& match : memory.recall(questions[i])) {
      const auto is_it = [&](const Match& each) {
        return each.text == match.text && each.score == match.score;
      };
      ++best;
      same += static_cast<std::size_t>(std::ranges::any_of(matches, is_it));
    }
  }
  std::printf(
      ", \"%sturns\": %zu, \"%srecall_us_p50\": %.1f, \"%srecall_us_p99\": %.1f, \"%sfound_in_3\": %.3f, "
      "\"%srecall_in_vain_us_p50\": %.1f, \"%srecall_in_vain_us_p99\": %.1f, \"%ssame_as_all\": %.4f",
      with,
      turns,
      with,
      at(took, 0.5),
      with,
      at(took, 0.99),
      with,
      static_cast<double>(found) / kQuestions,
      with,
      at(took_in_vain, 0.5),
      with,
      at(took_in_vain, 0.99),
      with,
      static_cast<double>(same) / static_cast<double>(std::max<std::size_t>(best, 1))
  );
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("{");
  if (argc == 4) {
    Rows rows{.dimensions = static_cast<std::size_t>(std::atoi(argv[2]))};
    std::ifstream file(argv[1], std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    rows.numbers.resize(bytes.size() / sizeof(float));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(rows.numbers.data()));
    measure_vectors(rows, static_cast<std::size_t>(std::atoi(argv[3])));
  } else {
    measure_vectors(clustered(10'100), 100);
    constexpr std::size_t kTurns = 100'000;
    measure_memory(kTurns);
    {
      const Rows vectors = clustered(kTurns);
      measure_memory(kTurns, &vectors, "with_vectors_");
    }
    // The hardest: every vector is as far from every other.
    constexpr float kNothingElse = 1'000;
    const Rows vectors = clustered(kTurns, kNothingElse);
    measure_memory(kTurns, &vectors, "with_any_vectors_");
  }
  std::printf("}\n");
  return 0;
}
