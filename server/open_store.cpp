#include "server/open_store.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/sqlite/sqlite_store.hpp"

namespace parley {

namespace {

Result<void> make_data_folder(const std::string& directory) {
  std::error_code problem;
  if (std::filesystem::create_directories(directory, problem))
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, problem);
  if (!problem) return {};
  return fail(
      ErrorCode::unavailable,
      "the data folder " + directory + " cannot be made: " + problem.message(),
      "server.data_dir",
      "check its path and owner"
  );
}

}  // namespace

bool is_postgres_url(std::string_view url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

Result<std::unique_ptr<turns::Store>> open_store(const ops::Config& config) {
  const std::string& url = config.text("store.url");
  const auto batch = static_cast<std::size_t>(config.integer("store.batch"));
  if (url.empty()) {
    auto store = stores::SqliteStore::open(
        {.directory = config.assistant().data_dir, .batch_max = batch, .one_transaction_per_turn = batch == 1}
    );
    if (!store) return std::unexpected(std::move(store.error()));
    return std::unique_ptr<turns::Store>(std::move(*store));
  }
  if (!is_postgres_url(url)) {
    // The value may hold a password, so it is not repeated.
    return fail(
        ErrorCode::invalid_input,
        "store.url does not name a PostgreSQL database",
        config.source("store.url").where,
        "write postgres://user@host/database, or leave it empty for SQLite"
    );
  }
  if (auto made = make_data_folder(config.assistant().data_dir); !made) return std::unexpected(made.error());
  auto store = stores::PostgresStore::open({.url = url, .batch_max = batch});
  if (!store) return std::unexpected(std::move(store.error()));
  return std::unique_ptr<turns::Store>(std::move(*store));
}

}  // namespace parley
