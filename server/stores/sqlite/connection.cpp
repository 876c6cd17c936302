#include "server/stores/sqlite/connection.hpp"

namespace parley::stores {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kWriterCacheKib = 8192;
constexpr int kReaderCacheKib = 2048;

[[noreturn]] void raise(sqlite3* db) {
  throw SqliteFailure(sqlite3_extended_errcode(db), sqlite3_errmsg(db));
}

int authorize(void*, int action, const char*, const char*, const char*, const char*) {
  // A tenant's file is the boundary between tenants: no statement may reach into another file.
  return action == SQLITE_ATTACH || action == SQLITE_DETACH ? SQLITE_DENY : SQLITE_OK;
}

}  // namespace

Error to_error(const SqliteFailure& failure) {
  const std::string detail = std::string(" (SQLite: ") + failure.what() + ")";
  switch (failure.code() & 0xFF) {
    case SQLITE_FULL:
      return {
          ErrorCode::unavailable,
          "The disk is full: nothing can be saved." + detail,
          {},
          "Free some space on the disk of the data folder; saving resumes by itself."
      };
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorCode::internal,
          "The database file is damaged." + detail,
          {},
          "Stop the server, check the disk and restore the data folder from a backup."
      };
    case SQLITE_IOERR:
      return {
          ErrorCode::unavailable,
          "The disk failed." + detail,
          {},
          "Check the disk of the data folder, then restart the server."
      };
    default:
      return {
          ErrorCode::unavailable,
          "The database cannot be used now." + detail,
          {},
          "Check that the data folder is there and writable, then try again."
      };
  }
}

Error to_error(const DamagedRow& damage) {
  return {
      ErrorCode::internal,
      damage.what(),
      {},
      "The disk may be failing: check it and restore the data folder from a backup."
  };
}

bool leaves_disk_in_doubt(const SqliteFailure& failure) {
  switch (failure.code()) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_WRITE:
      return true;
    default:
      return (failure.code() & 0xFF) == SQLITE_CORRUPT || (failure.code() & 0xFF) == SQLITE_NOTADB;
  }
}

Connection::Connection(const std::string& path, Mode mode) {
  sqlite3* db = nullptr;
  const int access = mode == Mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) {
    throw SqliteFailure(code, db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
  }
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  sqlite3_set_authorizer(db, authorize, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  execute("PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
  execute("PRAGMA cache_size = -" + std::to_string(mode == Mode::write ? kWriterCacheKib : kReaderCacheKib));
  if (mode == Mode::write) {
    set_up_writing();
  } else {
    execute("PRAGMA query_only = ON");
  }
}

void Connection::set_up_writing() {
  if (text("PRAGMA journal_mode = WAL") != "wal") {
    throw SqliteFailure(
        SQLITE_CANTOPEN, "the file system of the data folder does not support a write-ahead log"
    );
  }
  // FULL, not NORMAL: a power cut must not lose what was acknowledged. Batching makes it affordable.
  execute("PRAGMA synchronous = FULL");
  INVARIANT(integer("PRAGMA synchronous") == 2, "commits must be synced");
  // What is deleted or replaced is overwritten: nothing of it is left in the file.
  execute("PRAGMA secure_delete = ON");
  // Checkpoints are the business of Checkpointer and the writer, never of whoever commits.
  execute("PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216");
}

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) raise(db_.get());
}

std::int64_t Connection::integer(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.query();
  return rows.next() ? rows.integer(0) : 0;
}

std::string Connection::text(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.query();
  return rows.next() ? std::string(rows.text(0)) : std::string();
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  raise(sqlite3_db_handle(statement_));
}

std::string_view Rows::text(int column) const {
  // Text first, size second: the other order could measure another encoding.
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Statement::Statement(const Connection& connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(
      connection.handle(),
      sql.data(),
      static_cast<int>(sql.size()),
      SQLITE_PREPARE_PERSISTENT,
      &statement,
      nullptr
  );
  statement_.reset(statement);
  if (code != SQLITE_OK) raise(connection.handle());
}

void Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL; the empty text is meant.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  const int code =
      sqlite3_bind_text64(statement_.get(), index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) raise(sqlite3_db_handle(statement_.get()));
}

void Statement::bind_integer(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), index, value);
  if (code != SQLITE_OK) raise(sqlite3_db_handle(statement_.get()));
}

}  // namespace parley::stores
