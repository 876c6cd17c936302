#include "cli/db/database_url.hpp"

#include "cli/project.hpp"
#include "server/open_store.hpp"

namespace parley::cli {

Result<std::string> database_url(const Arguments& arguments) {
  std::string url = arguments.text("--to");
  if (url.empty()) {
    const auto config = read_configuration(".", {});
    if (!config) return std::unexpected(config.error());
    url = config->text("store.url");
  }
  if (is_postgres_url(url)) return url;
  // It may hold a password, so it is not repeated.
  return fail(
      ErrorCode::invalid_input,
      "no PostgreSQL database is named",
      {},
      "give --to postgres://user@host/database, or set PARLEY_STORE__URL"
  );
}

}  // namespace parley::cli
