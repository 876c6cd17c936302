// A backup is a folder; its manifest says what must be in it:
//
//   manifest.json            written last
//   tenants/<name>.db        of SQLite: the tenant's file as of one moment
//   data.archive             of PostgreSQL: the archive of its tenants, see docs/reference/archive.md
//   secret.key               only when it was asked for
//
// Errors are for the person who typed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/stores/archive/tables.hpp"

namespace parley::cli {

inline constexpr const char* kArchiveName = "data.archive";

struct BackupFile {
  std::string name;  // within the folder
  std::int64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  std::string made_at;
  std::string program;  // version that made it
  std::vector<BackupFile> files;
  std::vector<stores::TenantSummary> tenants;

  [[nodiscard]] bool has(const std::string& file) const;
};

// Notes sizes and sums of the files that are in the folder, and syncs everything.
[[nodiscard]] Result<void> write_manifest(
    const std::string& folder, Manifest manifest, const std::vector<std::string>& files
);

// The manifest as it was written, and files of the sizes and sums that it names. Nothing of what is in them.
[[nodiscard]] Result<Manifest> read_manifest(const std::string& folder);

// Everything: the files, their rows against the counts, every checksum of a row. What the backup has.
[[nodiscard]] Result<Manifest> verify_backup(const std::string& folder);

[[nodiscard]] std::string tenant_file(const std::string& folder, const std::string& tenant);
[[nodiscard]] Value to_value(const stores::TenantSummary& tenant);

}  // namespace parley::cli
