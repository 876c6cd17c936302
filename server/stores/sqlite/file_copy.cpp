#include "server/stores/sqlite/file_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "server/stores/sqlite/connection.hpp"
#include "server/stores/sync_folder.hpp"

namespace parley::stores {
namespace {

std::unexpected<Error> disk(const std::string& path, const char* what) {
  return fail(
      ErrorCode::unavailable, "The file " + path + " cannot be " + what + ": " + std::strerror(errno) + "."
  );
}

struct CloseBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

void copy_pages(const Connection& from, const std::string& to) {
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(to.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> target(opened, &sqlite3_close_v2);
  if (code != SQLITE_OK) throw SqliteFailure(code, sqlite3_errstr(code));
  std::unique_ptr<sqlite3_backup, CloseBackup> backup(
      sqlite3_backup_init(opened, "main", from.handle(), "main")
  );
  if (backup == nullptr) throw SqliteFailure(sqlite3_errcode(opened), sqlite3_errmsg(opened));
  // In one go: a copy in pieces would begin anew with every commit of the server's.
  constexpr int kAllPages = -1;
  code = sqlite3_backup_step(backup.get(), kAllPages);
  if (code != SQLITE_DONE) throw SqliteFailure(code, sqlite3_errstr(code));
  backup.reset();
  // One file: whoever looks into it makes no log beside it. A server that opens it turns the log on again.
  code = sqlite3_exec(opened, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteFailure(code, sqlite3_errmsg(opened));
}

Result<void> make_partial(const std::string& from, const std::string& partial) {
  const int file = ::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return disk(partial, "made");
  const std::unique_ptr<const int, void (*)(const int*)> close(&file, [](const int* open) {
    ::close(*open);
  });
  try {
    copy_pages(Connection(from, Connection::Mode::read), partial);
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
  if (::fsync(file) != 0) return disk(partial, "synced");
  return {};
}

}  // namespace

Result<void> copy_sqlite_file(const std::string& from, const std::string& to) {
  std::error_code problem;
  if (std::filesystem::exists(to, problem)) {
    errno = EEXIST;
    return disk(to, "made");
  }
  const std::string partial = to + ".partial";
  // Of a copy that was broken off.
  for (const char* suffix : {"", "-journal"}) ::unlink((partial + suffix).c_str());
  auto copied = make_partial(from, partial);
  if (copied && ::rename(partial.c_str(), to.c_str()) != 0) copied = disk(to, "named");
  if (!copied) {
    for (const char* suffix : {"", "-journal"}) ::unlink((partial + suffix).c_str());
    return copied;
  }
  if (!sync_folder(std::filesystem::path(to).parent_path().string())) return disk(to, "synced");
  return {};
}

Result<void> check_sqlite_file(const std::string& path) {
  try {
    Connection db(path, Connection::Mode::read);
    const std::string said = db.text("PRAGMA integrity_check");
    if (said != "ok")
      return fail(ErrorCode::invalid_input, "The file " + path + " is damaged: " + said + ".");
    Statement foreign_keys(db, "PRAGMA foreign_key_check");
    Rows rows = foreign_keys.query();
    if (!rows.next()) return {};
    return fail(
        ErrorCode::invalid_input,
        "The file " + path + " is damaged: rows of " + std::string(rows.text(0)) + " belong to nothing."
    );
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<TenantSummary> summary_of_sqlite_file(const std::string& path, const std::string& tenant) {
  try {
    Connection db(path, Connection::Mode::read);
    TenantSummary summary{.name = tenant, .tables = {}, .secret_key = {}};
    Statement tables(
        db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    );
    Rows names = tables.query();
    while (names.next()) {
      const std::string name(names.text(0));
      summary.tables.push_back({name, db.integer(("SELECT count(*) FROM \"" + name + "\"").c_str())});
    }
    summary.secret_key = db.text("SELECT value FROM setting WHERE name = 'secret_key_fingerprint'");
    return summary;
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores
