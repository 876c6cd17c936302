// How long a database takes for the nearest of many vectors, asked as the server asks it: the nearest 200,
// 200 more by their keys and a sample of the rest in one round trip. Prints one JSON object, for
// scripts/bench_recall. What is in the database already is not made again.
// usage: vector_search_bench OWNER_URL URL VECTORS.f32 DIMENSIONS QUERIES; the last QUERIES rows are asked.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/vectors/vector_search.hpp"

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kNearest = 10;

boost::asio::io_context& loop() {
  static boost::asio::io_context one;
  return one;
}

template <typename T>
T get(turns::Awaitable<Result<T>> work) {
  std::optional<Result<T>> outcome;
  loop().restart();
  boost::asio::co_spawn(
      loop(),
      [](turns::Awaitable<Result<T>> inner, std::optional<Result<T>>& out) -> turns::Awaitable<void> {
        out = co_await std::move(inner);
      }(std::move(work), outcome),
      boost::asio::detached
  );
  loop().run();
  if (!outcome || !*outcome) {
    std::fprintf(stderr, "%s\n", outcome ? outcome->error().message.c_str() : "no answer");
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(**outcome);
}

struct Rows {
  std::size_t dimensions = 0;
  std::vector<float> numbers;
  [[nodiscard]] std::size_t count() const { return numbers.size() / dimensions; }
  [[nodiscard]] std::vector<float> row(std::size_t i) const {
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(i * dimensions);
    return {first, first + static_cast<std::ptrdiff_t>(dimensions)};
  }
  [[nodiscard]] std::string bytes(std::size_t i) const {
    return {reinterpret_cast<const char*>(numbers.data() + i * dimensions), dimensions * sizeof(float)};
  }
};

Rows read(const char* path, std::size_t dimensions) {
  Rows rows{.dimensions = dimensions, .numbers = {}};
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  rows.numbers.resize(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(
      reinterpret_cast<char*>(rows.numbers.data()),
      static_cast<std::streamsize>(rows.numbers.size() * sizeof(float))
  );
  return rows;
}

// Digests in a server, so in no order.
std::string key_of(std::size_t i) {
  char text[32];
  std::snprintf(text, sizeof text, "%016zx", i * 0x9E3779B97F4A7C15U);
  return text;
}

std::set<std::string> truly_nearest(const Rows& rows, std::size_t stored, std::size_t question) {
  std::vector<std::pair<float, std::size_t>> all;
  const std::vector<float> asked = rows.row(question);
  for (std::size_t i = 0; i < stored; ++i) {
    const float* row = rows.numbers.data() + i * rows.dimensions;
    all.emplace_back(-std::inner_product(asked.begin(), asked.end(), row, 0.0F), i);
  }
  std::partial_sort(all.begin(), all.begin() + kNearest, all.end());
  std::set<std::string> keys;
  for (std::size_t i = 0; i < kNearest; ++i) keys.insert(key_of(all[i].second));
  return keys;
}

struct Measured {
  double p50 = 0;
  double p99 = 0;
  double recall = 0;
};

// The rows are of length 1, so their dot products order them.
Measured measure(
    const std::string& url, const turns::Collection& of, const Rows& rows, std::size_t stored, bool with_graph
) {
  auto support = *stores::postgres::vector_support(url);
  if (!with_graph) support.graphs.clear();
  stores::PostgresVectorSearch search(url, support);
  std::vector<double> took;
  std::size_t right = 0;
  std::vector<std::string> also;
  for (std::size_t i = 0; i < turns::VectorSearch::kNearest; ++i) also.push_back(key_of(i * 7 % stored));
  (void)get(search.nearest(of, rows.row(stored), also));
  for (std::size_t question = stored; question < rows.count(); ++question) {
    const auto begin = Clock::now();
    auto found = get(search.nearest(of, rows.row(question), also));
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    std::ranges::sort(found.near, std::ranges::greater{}, &turns::NearVectors::Near::cosine);
    std::set<std::string> best;
    for (const auto& near : found.near) {
      if (best.size() < kNearest) best.insert(near.key);
    }
    for (const std::string& key : truly_nearest(rows, stored, question)) right += best.count(key);
  }
  std::ranges::sort(took);
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(static_cast<double>(took.size() - 1) * share)];
  };
  return {at(0.5), at(0.99), static_cast<double>(right) / static_cast<double>(took.size() * kNearest)};
}

double fill(const std::string& url, const turns::Collection& of, const Rows& rows, std::size_t stored) {
  constexpr std::size_t kTogether = 500;
  const auto store = stores::PostgresStore::open({.url = url});
  if (!store) std::exit(1);
  stores::PostgresVectorSearch search(url, *stores::postgres::vector_support(url));
  const auto begin = Clock::now();
  if (get(search.missing(of, {key_of(0), key_of(stored - 1)})).empty()) return 0;
  for (std::size_t first = 0; first < stored; first += kTogether) {
    std::vector<turns::StoredVector> vectors;
    for (std::size_t i = first; i < std::min(first + kTogether, stored); ++i)
      vectors.push_back({key_of(i), rows.bytes(i)});
    get((*store)->put_vectors(of.tenant, of.user_id, vectors, Timestamp{}));
    get(search.add(of, std::move(vectors)));
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) return 2;
  const std::string owner = words[1];
  const std::string url = words[2];
  const Rows rows = read(words[3], static_cast<std::size_t>(std::atoi(words[4])));
  const std::size_t stored = rows.count() - static_cast<std::size_t>(std::atoi(words[5]));
  turns::Collection of{
      .tenant = "default", .user_id = {}, .what = "knowledge.bench", .maker = "m", .texts = stored
  };
  const double filled = fill(url, of, rows, stored);
  stores::postgres::Connection(owner).plain("SET ROLE parley_owner; ANALYZE parley.embedding");
  const auto begin = Clock::now();
  if (auto made = stores::postgres::make_vector_graph(owner, static_cast<int>(rows.dimensions)); !made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  const double built = std::chrono::duration<double>(Clock::now() - begin).count();
  of.texts = std::max(stored, stores::postgres::VectorTable::kExactUpTo + 1);
  const Measured exact = measure(url, of, rows, stored, false);
  const Measured graph = measure(url, of, rows, stored, true);
  std::printf(
      "{\"vectors\": %zu, \"fill_s\": %.1f, \"exact_us_p50\": %.0f, \"exact_us_p99\": %.0f, "
      "\"exact_recall_at_10\": %.4f, \"graph_s\": %.1f, \"graph_us_p50\": %.0f, \"graph_us_p99\": %.0f, "
      "\"graph_recall_at_10\": %.4f}\n",
      stored,
      filled,
      exact.p50,
      exact.p99,
      exact.recall,
      built,
      graph.p50,
      graph.p99,
      graph.recall
  );
  return 0;
}
