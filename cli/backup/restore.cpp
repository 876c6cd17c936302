// parley backup restore: a backup into an empty data folder or database.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "cli/backup/manifest.hpp"
#include "cli/backup/secret_key.hpp"
#include "cli/command_files.hpp"
#include "cli/db/stored_at.hpp"
#include "cli/db/tenants.hpp"
#include "cli/terminal.hpp"
#include "server/stores/archive/archive_file.hpp"
#include "server/stores/archive/sqlite_rows.hpp"
#include "server/stores/sqlite/file_copy.hpp"
#include "server/stores/sqlite/tenant_files.hpp"

namespace parley::cli {
namespace {

Result<std::unique_ptr<stores::TenantSource>> source_of(
    const std::string& folder, const Manifest& manifest, const std::string& tenant
) {
  if (manifest.has(kArchiveName)) return open_archive(folder + "/" + kArchiveName, tenant);
  auto source = stores::SqliteSource::open(tenant_file(folder, tenant));
  if (!source) return std::unexpected(std::move(source.error()));
  return std::unique_ptr<stores::TenantSource>(std::move(*source));
}

Result<void> nothing_there(const std::string& data_dir, const Manifest& manifest) {
  for (const auto& tenant : manifest.tenants) {
    std::error_code problem;
    if (!std::filesystem::exists(tenant_file(data_dir, tenant.name), problem)) continue;
    return fail(
        ErrorCode::conflict,
        "there is data of tenant " + tenant.name + " in " + data_dir + " already",
        {},
        "restore into an empty folder; nothing is overwritten"
    );
  }
  return {};
}

Result<void> restore(
    const std::string& folder, const Manifest& manifest, const StoredAt& place, const std::string& key
) {
  // The lock of the folder: no server uses it meanwhile.
  auto files = stores::TenantFiles::open(place.data_dir);
  if (!files) return std::unexpected(std::move(files.error()));
  if (place.url.empty()) {
    if (auto free = nothing_there(place.data_dir, manifest); !free) return free;
  }
  for (const auto& tenant : manifest.tenants) {
    if (auto brought = bring_secret_key(place.data_dir, tenant.secret_key, key); !brought) return brought;
  }
  for (const auto& tenant : manifest.tenants) {
    if (place.url.empty() && !manifest.has(kArchiveName)) {
      auto copied = stores::copy_sqlite_file(
          tenant_file(folder, tenant.name), tenant_file(place.data_dir, tenant.name)
      );
      if (!copied) return copied;
      continue;
    }
    const auto from = source_of(folder, manifest, tenant.name);
    if (!from) return std::unexpected(from.error());
    const auto to = sink_at(place, **files, tenant.name);
    if (!to) return std::unexpected(to.error());
    if (auto done = stores::transfer(**from, **to); !done) return std::unexpected(std::move(done.error()));
  }
  return {};
}

int run(const Arguments& arguments) {
  const std::string folder = arguments.text("FOLDER");
  const auto place = stored_at(arguments, "--to");
  if (!place) return report(place.error(), kExitUsage);
  const auto manifest = verify_backup(folder);
  if (!manifest) return report(manifest.error(), kExitFindings);
  std::string key = arguments.text("--key");
  if (key.empty() && manifest->has("secret.key")) key = folder + "/secret.key";
  if (auto done = restore(folder, *manifest, *place, key); !done)
    return report(done.error(), kExitConfiguration);
  show_tenants(manifest->tenants, arguments);
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"FOLDER", "", "The backup.", true},
    {"--to", "URL", "A PostgreSQL database with the schema and no data; PARLEY_STORE__URL when left out."},
    kDataDirOption,
    {"--key",
     "FILE",
     "The secret key that the data was made with, when it is not there and not in the backup."},
    kJsonOption,
};

}  // namespace

constinit const Command kBackupRestore{
    "backup restore",
    "Restore a backup where nothing is yet",
    "The backup is verified first. Nothing is overwritten: the data folder, or the tenants' part of the\n"
    "database, must be empty, and no server may use it. Without the secret key that the data was made\n"
    "with nothing is restored. A backup of either store can be restored to either.",
    kOptions,
    "parley backup restore /backups/2026-11-28 --data-dir /var/lib/parley --key /safe/secret.key\n"
    "parley backup restore /backups/2026-11-28 --to postgres://parley@db.example.org/parley",
    run,
};

}  // namespace parley::cli
