// parley backup verify: whether a backup could be restored.
#include <utility>

#include "cli/backup/manifest.hpp"
#include "cli/backup/secret_key.hpp"
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/db/tenants.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

// From the backup itself: it has the layout of a data folder.
Result<std::size_t> replay_all(const std::string& folder) {
  auto data = DataFolder::open_at(folder);
  if (!data) return std::unexpected(std::move(data.error()));
  const auto replayed = replay_everything(*data);
  if (!replayed) return std::unexpected(replayed.error());
  note(
      "replayed " + counted(replayed->conversations, "conversation") + ", " +
      counted(replayed->differences, "difference")
  );
  return replayed->differences;
}

int run(const Arguments& arguments) {
  const std::string folder = arguments.text("FOLDER");
  const auto manifest = verify_backup(folder);
  if (!manifest) return report(manifest.error(), kExitFindings);
  if (arguments.has("--key")) {
    const auto key = fingerprint_of(arguments.text("--key"));
    if (!key) return report(key.error(), kExitConfiguration);
    for (const auto& tenant : manifest->tenants) {
      if (tenant.secret_key.empty() || tenant.secret_key == *key) continue;
      return report(
          {ErrorCode::conflict,
           "the key's fingerprint is " + *key + "; tenant " + tenant.name + " needs " + tenant.secret_key},
          kExitFindings
      );
    }
  }
  show_tenants(manifest->tenants, arguments);
  if (!arguments.has("--replay")) return kExitOk;
  if (manifest->has(kArchiveName)) {
    return report(
        {ErrorCode::unsupported,
         "only a backup of SQLite can be replayed where it lies",
         {},
         "restore it, then run: parley replay --all"},
        kExitUsage
    );
  }
  const auto differences = replay_all(folder);
  if (!differences) return report(differences.error(), kExitFindings);
  return *differences == 0 ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    {"FOLDER", "", "The backup.", true},
    {"--key", "FILE", "Also whether this secret key belongs to it."},
    {"--replay", "", "Also replay every conversation of the tenant `default`."},
    kJsonOption,
};

}  // namespace

constinit const Command kBackupVerify{
    "backup verify",
    "Check that a backup is whole and as it was written",
    "Sizes, checksums, counts, SQLite's own check, the checksum of every row. Exit code 1 when anything\n"
    "is wrong.",
    kOptions,
    "parley backup verify /backups/2026-11-28\n"
    "parley backup verify /backups/2026-11-28 --replay --key /safe/secret.key",
    run,
};

}  // namespace parley::cli
