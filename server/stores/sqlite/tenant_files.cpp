#include "server/stores/sqlite/tenant_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "server/stores/sqlite/connection.hpp"
#include "server/stores/storable.hpp"
#include "server/stores/sync_folder.hpp"
#include "stores_migrations.hpp"

namespace parley::stores {
namespace {

constexpr std::int64_t kApplicationId = 0x50524C59;  // "PRLY"
constexpr std::int64_t kSchemaVersion = std::ssize(kMigrations);

std::unexpected<Error> system_failure(const std::string& sentence, int code) {
  return fail(
      ErrorCode::unavailable,
      sentence + ": " + std::strerror(code) + ".",
      {},
      "Check the folder's path, owner and free space."
  );
}

Result<void> make_folder(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(path.c_str(), 0700) == 0) {
    if (!sync_folder(parent.string()))
      return system_failure("The data folder " + path + " cannot be synced", errno);
  } else if (errno != EEXIST || !std::filesystem::is_directory(path, error)) {
    return system_failure("The data folder " + path + " cannot be made", errno);
  }
  return {};
}

Result<int> take_lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return system_failure("The lock file " + path + " cannot be opened", errno);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t size = ::pread(file, owner, sizeof owner - 1, 0);
    ::close(file);
    const std::string process = size > 0 ? std::string(owner, std::strcspn(owner, "\n")) : "unknown";
    return fail(
        ErrorCode::unavailable,
        "The data folder " + directory + " is in use by another server (process " + process + ").",
        {},
        "Stop that server, or give this one a folder of its own."
    );
  }
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, process.data(), process.size(), 0) < 0) {
    // The lock holds all the same; only the name in another server's message will be missing.
  }
  return file;
}

Error not_ours(const std::string& path) {
  return {
      ErrorCode::unsupported,
      "The file " + path + " is not a Parley database.",
      {},
      "Move it elsewhere, or choose another data folder."
  };
}

}  // namespace

std::int64_t known_schema_version() {
  return kSchemaVersion;
}

std::vector<std::string> tenants_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/tenants", problem)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".db" && valid_tenant_name(path.stem().string()))
      names.push_back(path.stem().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::unique_ptr<TenantFiles>> TenantFiles::open(std::string directory) {
  if (auto made = make_folder(directory); !made) return std::unexpected(made.error());
  auto lock = take_lock(directory);
  if (!lock) return std::unexpected(lock.error());
  std::unique_ptr<TenantFiles> files(new TenantFiles(std::move(directory), *lock));
  if (auto made = make_folder(files->directory_ + "/tenants"); !made) return std::unexpected(made.error());
  return files;
}

TenantFiles::~TenantFiles() {
  ::close(lock_);
}

Result<std::optional<std::string>> TenantFiles::database(const std::string& tenant, bool create) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  const std::string path = directory_ + "/tenants/" + tenant + ".db";
  const std::lock_guard lock(mutex_);
  if (const auto known = prepared_.find(tenant); known != prepared_.end()) {
    if (!known->second) return std::unexpected(known->second.error());
    return path;
  }
  if (create) {
    // SQLite would create it readable for all; an empty file is a valid database.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return system_failure("The database " + path + " cannot be made", errno);
    ::close(file);
  } else if (::access(path.c_str(), F_OK) != 0) {
    return std::nullopt;
  }
  const auto outcome = prepare(tenant, path);
  // A full disk passes; only what lasts is remembered.
  if (outcome || outcome.error().code != ErrorCode::unavailable) prepared_.emplace(tenant, outcome);
  if (!outcome) return std::unexpected(outcome.error());
  return path;
}

Result<void> TenantFiles::prepare(const std::string& tenant, const std::string& path) {
  try {
    Connection connection(path, Connection::Mode::write);
    std::int64_t version = connection.integer("PRAGMA user_version");
    const std::int64_t application = connection.integer("PRAGMA application_id");
    const bool empty = connection.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (application != kApplicationId && !empty) return std::unexpected(not_ours(path));
    if (version > kSchemaVersion) {
      return fail(
          ErrorCode::unsupported,
          "The database of tenant " + tenant + " was written by a newer Parley (schema " +
              std::to_string(version) + "; this one knows " + std::to_string(kSchemaVersion) + ").",
          {},
          "Install the newer version again, or restore a backup made with this one."
      );
    }
    for (; version < kSchemaVersion; ++version) {
      // One transaction each: killed in between, the next start goes on where this one was.
      connection.execute("BEGIN IMMEDIATE");
      connection.execute(kMigrations[version]);
      connection.execute(
          "PRAGMA application_id = " + std::to_string(kApplicationId) +
          "; PRAGMA user_version = " + std::to_string(version + 1) + "; COMMIT"
      );
    }
    return {};
  } catch (const SqliteFailure& failure) {
    if ((failure.code() & 0xFF) == SQLITE_NOTADB) return std::unexpected(not_ours(path));
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores
