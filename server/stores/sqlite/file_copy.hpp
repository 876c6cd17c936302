// Copies a tenant's SQLite file page by page while a server may be writing to it: the copy is the file as of
// one moment, when the copying began, with everything acknowledged until then.
#pragma once

#include <string>

#include "base/result.hpp"
#include "server/stores/archive/tables.hpp"

namespace parley::stores {

// `to` must not exist; it is there when all of it is, synced, and 0600. What the write-ahead log holds is
// part of the copy, which needs no log of its own.
[[nodiscard]] Result<void> copy_sqlite_file(const std::string& from, const std::string& to);

// SQLite's own check of the whole file: pages, indexes, foreign keys.
[[nodiscard]] Result<void> check_sqlite_file(const std::string& path);

// How many rows each table has, whatever the schema's version.
[[nodiscard]] Result<TenantSummary> summary_of_sqlite_file(
    const std::string& path, const std::string& tenant
);

}  // namespace parley::stores
