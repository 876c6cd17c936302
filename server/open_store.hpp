// The store that the configuration names: SQLite in the data folder, or a PostgreSQL database.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "server/ops/config.hpp"
#include "server/turns/ports.hpp"

namespace parley {

// Also makes the data folder, which keeps the secret key in any case.
[[nodiscard]] Result<std::unique_ptr<turns::Store>> open_store(const ops::Config& config);

[[nodiscard]] bool is_postgres_url(std::string_view url);

}  // namespace parley
