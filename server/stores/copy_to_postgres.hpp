// Copies a tenant from an SQLite file to a PostgreSQL database: every row of every table, in the order in
// which they were written, as one transaction. Checksums are verified on the way.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/stores/archive/tables.hpp"

namespace parley::stores {

// No server may use either. Errors: unsupported when the tenant has something in the database already,
// internal for damaged rows or counts that differ; nothing is written then.
[[nodiscard]] Result<std::vector<TableCount>> copy_to_postgres(
    const std::string& sqlite_file, const std::string& url, const std::string& tenant
);

}  // namespace parley::stores
