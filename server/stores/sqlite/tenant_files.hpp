// The data folder: who may use it, and each tenant's database file brought to the current schema.
//
//   <folder>/lock                  held by the one server that uses the folder; contains its process id
//   <folder>/tenants/<name>.db     created with the tenant's first write
//
// Folders are created 0700 and files 0600. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::stores {

// Of a file that this program has brought up to date.
[[nodiscard]] std::int64_t known_schema_version();
// The names of the tenants that have a file in the data folder, sorted.
[[nodiscard]] std::vector<std::string> tenants_in(const std::string& directory);

class TenantFiles {
 public:
  static Result<std::unique_ptr<TenantFiles>> open(std::string directory);
  ~TenantFiles();
  TenantFiles(const TenantFiles&) = delete;
  TenantFiles& operator=(const TenantFiles&) = delete;

  // The path of a tenant's database, its schema up to date. Empty if there is none and `create` is false.
  // An unusable file stays refused until the folder is opened again.
  Result<std::optional<std::string>> database(const std::string& tenant, bool create);
  // Those that have a file.
  [[nodiscard]] std::vector<std::string> tenants() const { return tenants_in(directory_); }

 private:
  TenantFiles(std::string directory, int lock) : directory_(std::move(directory)), lock_(lock) {}
  Result<void> prepare(const std::string& tenant, const std::string& path);

  const std::string directory_;
  const int lock_;
  std::mutex mutex_;
  std::map<std::string, Result<void>, std::less<>> prepared_;  // guarded by mutex_
};

}  // namespace parley::stores
