#include "server/stores/copy_to_postgres.hpp"

#include <utility>

#include "server/stores/archive/postgres_rows.hpp"
#include "server/stores/archive/sqlite_rows.hpp"

namespace parley::stores {

Result<std::vector<TableCount>> copy_to_postgres(
    const std::string& sqlite_file, const std::string& url, const std::string& tenant
) {
  auto from = SqliteSource::open(sqlite_file);
  if (!from) return std::unexpected(std::move(from.error()));
  auto to = PostgresSink::open(url, tenant);
  if (!to) return std::unexpected(std::move(to.error()));
  return transfer(**from, **to);
}

}  // namespace parley::stores
