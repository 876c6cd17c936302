// parley backup create: everything that is stored, as of one moment, while the server serves.
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/time.hpp"
#include "cli/backup/manifest.hpp"
#include "cli/backup/secret_key.hpp"
#include "cli/command_files.hpp"
#include "cli/db/stored_at.hpp"
#include "cli/db/tenants.hpp"
#include "cli/terminal.hpp"
#include "server/stores/archive/archive_file.hpp"
#include "server/stores/sqlite/file_copy.hpp"

namespace parley::cli {
namespace {

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST)
    return fail(ErrorCode::conflict, "there is something at " + path + " already", {}, "name a new folder");
  return fail(ErrorCode::unavailable, "the folder " + path + " cannot be made: " + std::strerror(errno));
}

std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return format_timestamp({std::chrono::duration_cast<std::chrono::seconds>(since).count(), 0});
}

// One step of a backup after the other; what it has so far.
struct Backup {
  std::string folder;
  Manifest manifest;
  std::vector<std::string> files;

  Result<void> copy_files(const std::string& data_dir, const std::vector<std::string>& tenants) {
    if (auto made = make_folder(folder + "/tenants"); !made) return made;
    for (const std::string& tenant : tenants) {
      const std::string to = tenant_file(folder, tenant);
      if (auto copied = stores::copy_sqlite_file(tenant_file(data_dir, tenant), to); !copied) return copied;
      auto summary = stores::summary_of_sqlite_file(to, tenant);
      if (!summary) return std::unexpected(std::move(summary.error()));
      manifest.tenants.push_back(*std::move(summary));
      files.push_back("tenants/" + tenant + ".db");
    }
    return {};
  }

  Result<void> archive(const StoredAt& place, const std::vector<std::string>& tenants) {
    auto summaries = write_archive(place, tenants, folder + "/" + kArchiveName);
    if (!summaries) return std::unexpected(std::move(summaries.error()));
    manifest.tenants = *std::move(summaries);
    files.emplace_back(kArchiveName);
    return {};
  }

  // The one that the data was made with: a restore wants no other.
  Result<void> take_key(const std::string& data_dir) {
    const std::string key = data_dir + "/secret.key";
    for (const stores::TenantSummary& tenant : manifest.tenants) {
      if (auto belongs = check_secret_key(key, tenant.secret_key); !belongs) return belongs;
    }
    files.emplace_back("secret.key");
    return copy_secret_key(key, folder + "/secret.key");
  }
};

Result<Backup> create(const Arguments& arguments) {
  const auto place = stored_at(arguments);
  if (!place) return std::unexpected(place.error());
  const auto tenants = tenants_of(*place, arguments);
  if (!tenants) return std::unexpected(tenants.error());
  Backup backup{
      .folder = arguments.text("FOLDER"),
      .manifest = {.made_at = now(), .program = PARLEY_VERSION},
      .files = {}
  };
  if (auto made = make_folder(backup.folder); !made) return std::unexpected(std::move(made.error()));
  auto done =
      place->url.empty() ? backup.copy_files(place->data_dir, *tenants) : backup.archive(*place, *tenants);
  if (done && arguments.has("--with-key")) done = backup.take_key(place->data_dir);
  if (done) done = write_manifest(backup.folder, backup.manifest, backup.files);
  if (done) return backup;
  // What has no manifest is no backup, and would be in the way of the next try.
  std::error_code ignored;
  std::filesystem::remove_all(backup.folder, ignored);
  return std::unexpected(std::move(done.error()));
}

int run(const Arguments& arguments) {
  const auto backup = create(arguments);
  if (!backup) return report(backup.error(), kExitConfiguration);
  show_tenants(backup->manifest.tenants, arguments);
  if (!arguments.has("--with-key"))
    note("the secret key is not in it: keep secret.key of the data folder elsewhere, a restore needs it");
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"FOLDER", "", "A new folder.", true},
    kDbOption,
    kDataDirOption,
    kTenantOption,
    kAllTenantsOption,
    {"--with-key", "", "Put the secret key into the backup; who has it can act as every visitor."},
    kJsonOption,
};

}  // namespace

constinit const Command kBackupCreate{
    "backup create",
    "Make a backup while the server serves",
    "SQLite's files as of the moment when it begins, or an archive of a snapshot of the PostgreSQL\n"
    "database; with a manifest of sizes, checksums and counts. Every turn that was acknowledged before\n"
    "it begins is in it.",
    kOptions,
    "parley backup create /backups/2026-11-28\n"
    "parley backup create /backups/2026-11-28 --data-dir /var/lib/parley --with-key",
    run,
};

}  // namespace parley::cli
