// The database that a command is about: --to, or the configured store.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace parley::cli {

inline constexpr Option kDatabaseOption{
    "--to", "URL", "The database, postgres://…; PARLEY_STORE__URL when left out."
};

[[nodiscard]] Result<std::string> database_url(const Arguments& arguments);

}  // namespace parley::cli
