// One SQLite connection and its prepared statements, as safe as they can be set up: no ATTACH, no trust in
// the schema, every commit synced.
//
// Anything that goes wrong below is thrown as SqliteFailure and turned into an Error in two places: where a
// batch is written and where a read job ends. A connection and its statements belong to one thread.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace parley::stores {

class SqliteFailure : public std::runtime_error {
 public:
  SqliteFailure(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] int code() const { return code_; }  // SQLite's extended result code

 private:
  int code_;
};

// A row whose checksum does not match, or records with a gap.
class DamagedRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[nodiscard]] Error to_error(const SqliteFailure& failure);
[[nodiscard]] Error to_error(const DamagedRow& damage);
// After such a failure what the disk holds is unknown; going on could acknowledge what is not there.
[[nodiscard]] bool leaves_disk_in_doubt(const SqliteFailure& failure);

class Connection {
 public:
  enum class Mode { read, write };

  // The file must exist.
  Connection(const std::string& path, Mode mode);

  void execute(const std::string& sql);
  [[nodiscard]] std::int64_t integer(const char* sql);
  [[nodiscard]] std::string text(const char* sql);
  [[nodiscard]] sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  void set_up_writing();

  std::unique_ptr<sqlite3, Close> db_;
};

// The rows of a running query; leaving its scope ends the query. Texts are valid until the next row.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { sqlite3_reset(statement_); }

  [[nodiscard]] bool next();
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string_view text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  Statement(const Connection& connection, std::string_view sql);

  // The values become ?1, ?2 … and must live until the call (the query) ends.
  template <typename... Values>
  void run(const Values&... values) {
    Rows rows = query(values...);
    while (rows.next()) {
    }
  }
  template <typename... Values>
  [[nodiscard]] Rows query(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return Rows(statement_.get());
  }

  void bind(int index, std::integral auto value) { bind_integer(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::string_view value);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void bind_integer(int index, std::int64_t value);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace parley::stores
