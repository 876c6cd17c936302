// Whose data a command takes out of a store or brings into one, and the ways there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/db/stored_at.hpp"
#include "server/stores/archive/tables.hpp"
#include "server/stores/sqlite/tenant_files.hpp"

namespace parley::cli {

inline constexpr Option kTenantOption{
    "--tenant", "NAME...", "Only these; all of a data folder, `default` of a database when left out."
};
inline constexpr Option kAllTenantsOption{
    "--all-tenants", "", "All of a database; its role must be one that may bypass row-level security."
};

// Not empty; every one of them is there, as far as can be known without reading.
[[nodiscard]] Result<std::vector<std::string>> tenants_of(const StoredAt& place, const Arguments& arguments);

[[nodiscard]] Result<std::vector<stores::TenantSummary>> write_archive(
    const StoredAt& place, const std::vector<std::string>& tenants, const std::string& path
);
[[nodiscard]] Result<std::unique_ptr<stores::TenantSource>> open_archive(
    const std::string& path, const std::string& tenant
);
// Where a tenant's data is brought to; `files` are those of place.data_dir.
[[nodiscard]] Result<std::unique_ptr<stores::TenantSink>> sink_at(
    const StoredAt& place, stores::TenantFiles& files, const std::string& tenant
);

// As a table, or with --json as a list.
void show_tenants(const std::vector<stores::TenantSummary>& tenants, const Arguments& arguments);

}  // namespace parley::cli
