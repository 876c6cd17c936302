// Vectors compared in memory, as a database that can would do. Tests only.
#pragma once

#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/vectors/vector_search.hpp"

namespace parley::turns::testing {

class MemorySearch : public VectorSearch {
 public:
  using Rows = std::map<std::string, std::vector<float>>;  // by key

  Awaitable<Result<std::vector<std::string>>> missing(Collection of, std::vector<std::string> keys) override {
    looked_for += keys.size();
    if (fails) co_return fail(ErrorCode::unavailable, "the database is away");
    std::erase_if(keys, [&](const std::string& key) { return rows(of).contains(key); });
    co_return keys;
  }
  Awaitable<Result<void>> add(Collection of, std::vector<StoredVector> vectors) override {
    if (fails) co_return fail(ErrorCode::unavailable, "the database is away");
    for (const StoredVector& vector : vectors) {
      std::vector<float> numbers(vector.bytes.size() / sizeof(float));
      std::memcpy(numbers.data(), vector.bytes.data(), vector.bytes.size());
      rows(of).try_emplace(vector.key, std::move(numbers));
    }
    co_return Result<void>();
  }
  Awaitable<Result<void>> keep_only(Collection of, std::vector<std::string> keys) override {
    const std::set<std::string> kept(keys.begin(), keys.end());
    std::erase_if(rows(of), [&](const auto& row) { return !kept.contains(row.first); });
    co_return Result<void>();
  }
  Awaitable<Result<NearVectors>> nearest(
      Collection of, std::vector<float> question, std::vector<std::string> /*also*/
  ) override {
    ++searches;
    if (fails) co_return fail(ErrorCode::unavailable, "the database is away");
    NearVectors found;
    for (const auto& [key, numbers] : rows(of)) {
      found.near.push_back({key, cosine(question, numbers)});
      found.sampled_sum += found.near.back().cosine;
      ++found.sampled;
    }
    co_return found;
  }

  Rows& rows(const Collection& of) { return rows_[{of.tenant, of.user_id, of.what, of.maker}]; }
  bool fails = false;
  std::size_t looked_for = 0;  // keys
  int searches = 0;

 private:
  static float cosine(const std::vector<float>& a, const std::vector<float>& b) {
    float dot = 0;
    float of_a = 0;
    float of_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      dot += a[i] * b[i];
      of_a += a[i] * a[i];
      of_b += b[i] * b[i];
    }
    return dot / std::sqrt(of_a * of_b);
  }
  std::map<std::vector<std::string>, Rows> rows_;
};

}  // namespace parley::turns::testing
