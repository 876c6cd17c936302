#include "server/stores/postgres/vectors/vector_search.hpp"

#include <utility>

namespace parley::stores {

namespace {

constexpr std::size_t kThreads = 2;

}  // namespace

PostgresVectorSearch::PostgresVectorSearch(const std::string& url, const postgres::VectorSupport& support)
    : threads_(kThreads, [url, support] { return std::make_unique<Tables>(url, support); }) {}

turns::Awaitable<Result<std::vector<std::string>>> PostgresVectorSearch::missing(
    turns::Collection collection, std::vector<std::string> keys
) {
  std::string tenant = collection.tenant;
  return threads_.read<std::vector<std::string>>(
      std::move(tenant),
      [of = std::move(collection), wanted = std::move(keys)](postgres::VectorTable& table) {
        return table.missing(of, wanted);
      }
  );
}

turns::Awaitable<Result<void>> PostgresVectorSearch::add(
    turns::Collection collection, std::vector<turns::StoredVector> vectors
) {
  std::string tenant = collection.tenant;
  return threads_.read<void>(
      std::move(tenant),
      [of = std::move(collection), fresh = std::move(vectors)](postgres::VectorTable& table) {
        return table.add(of, fresh);
      }
  );
}

turns::Awaitable<Result<void>> PostgresVectorSearch::keep_only(
    turns::Collection collection, std::vector<std::string> keys
) {
  std::string tenant = collection.tenant;
  return threads_.read<void>(
      std::move(tenant),
      [of = std::move(collection), kept = std::move(keys)](postgres::VectorTable& table) {
        return table.keep_only(of, kept);
      }
  );
}

turns::Awaitable<Result<turns::NearVectors>> PostgresVectorSearch::nearest(
    turns::Collection collection, std::vector<float> question, std::vector<std::string> also
) {
  std::string tenant = collection.tenant;
  return threads_.read<turns::NearVectors>(
      std::move(tenant),
      [of = std::move(collection),
       q = std::move(question),
       keys = std::move(also)](postgres::VectorTable& table) { return table.nearest(of, q, keys); }
  );
}

}  // namespace parley::stores
