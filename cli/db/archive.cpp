// parley db export, parley db import: everything of a tenant as one file that every store can take.
#include <utility>

#include "cli/backup/secret_key.hpp"
#include "cli/command_files.hpp"
#include "cli/db/tenants.hpp"
#include "cli/terminal.hpp"
#include "server/stores/archive/archive_file.hpp"

namespace parley::cli {
namespace {

int run_export(const Arguments& arguments) {
  const auto place = stored_at(arguments);
  if (!place) return report(place.error(), kExitUsage);
  const auto tenants = tenants_of(*place, arguments);
  if (!tenants) return report(tenants.error(), kExitConfiguration);
  const auto written = write_archive(*place, *tenants, arguments.text("FILE"));
  if (!written) return report(written.error(), kExitConfiguration);
  show_tenants(*written, arguments);
  return kExitOk;
}

Result<void> bring(
    const std::string& archive,
    const stores::TenantSummary& tenant,
    const StoredAt& place,
    stores::TenantFiles& files
) {
  const auto from = open_archive(archive, tenant.name);
  if (!from) return std::unexpected(from.error());
  const auto to = sink_at(place, files, tenant.name);
  if (!to) return std::unexpected(to.error());
  const auto counts = stores::transfer(**from, **to);
  if (!counts) return std::unexpected(counts.error());
  return {};
}

int run_import(const Arguments& arguments) {
  const auto place = stored_at(arguments, "--to");
  if (!place) return report(place.error(), kExitUsage);
  const std::string archive = arguments.text("FILE");
  const auto tenants = stores::check_archive(archive);
  if (!tenants) return report(tenants.error(), kExitFindings);
  // The lock of the folder: no server uses it meanwhile.
  auto files = stores::TenantFiles::open(place->data_dir);
  if (!files) return report(files.error(), kExitConfiguration);
  for (const auto& tenant : *tenants) {
    auto brought = bring_secret_key(place->data_dir, tenant.secret_key, arguments.text("--key"));
    if (brought) brought = bring(archive, tenant, *place, **files);
    if (!brought) return report(brought.error(), kExitConfiguration);
  }
  show_tenants(*tenants, arguments);
  return kExitOk;
}

constexpr Option kExportOptions[] = {
    {"FILE", "", "The archive to write; it must not be there.", true},
    kDbOption,
    kDataDirOption,
    kTenantOption,
    kAllTenantsOption,
    kJsonOption,
};
constexpr Option kImportOptions[] = {
    {"FILE", "", "The archive.", true},
    {"--to", "URL", "A PostgreSQL database with the schema and no data; PARLEY_STORE__URL when left out."},
    kDataDirOption,
    {"--key", "FILE", "The secret key that the data was made with, when the data folder has none."},
    kJsonOption,
};

}  // namespace

constinit const Command kDbExport{
    "db export",
    "Write everything of a tenant to one file",
    "One moment of the data, while the server serves: the same file from SQLite and from PostgreSQL.\n"
    "docs/reference/archive.md describes it. It holds what users said: keep it as you keep the database.",
    kExportOptions,
    "parley db export everything.archive\n"
    "parley db export everything.archive --db postgres://parley@db.example.org/parley",
    run_export,
};

constinit const Command kDbImport{
    "db import",
    "Bring what was exported into an empty store",
    "The file is read through first: one that was cut short or altered is refused. Then each tenant is one\n"
    "transaction. No server may use the store, and the tenant must have nothing there.",
    kImportOptions,
    "parley db import everything.archive --data-dir /var/lib/parley --key secret.key\n"
    "parley db import everything.archive --to postgres://parley@db.example.org/parley",
    run_import,
};

}  // namespace parley::cli
