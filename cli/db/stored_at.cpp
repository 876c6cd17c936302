#include "cli/db/stored_at.hpp"

#include "cli/project.hpp"
#include "server/open_store.hpp"

namespace parley::cli {

Result<StoredAt> stored_at(const Arguments& arguments, std::string_view option) {
  ops::Assignments flags;
  if (arguments.has("--data-dir")) flags.emplace_back("server.data_dir", arguments.text("--data-dir"));
  const auto config = read_configuration(".", flags);
  if (!config) return std::unexpected(config.error());
  StoredAt place{.url = arguments.text(option), .data_dir = config->assistant().data_dir};
  if (place.url.empty() && !arguments.has("--data-dir")) {
    place.url = config->text("store.url");
    if (is_postgres_url(place.url)) place.read_url = config->text("store.read_url");
  }
  if (place.url.empty() || is_postgres_url(place.url)) return place;
  // It may hold a password, so it is not repeated.
  return fail(
      ErrorCode::invalid_input,
      "the database is no PostgreSQL database",
      {},
      "write postgres://user@host/database"
  );
}

}  // namespace parley::cli
