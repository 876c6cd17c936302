// One PostgreSQL connection in pipeline mode: a whole transaction goes out in one piece and comes back in
// one.
//
// All values travel in binary, never inside of a statement's text. Nothing is kept in the session: a pooler
// may give each transaction to another one. Anything that goes wrong is thrown as PostgresFailure and turned
// into an Error where a batch is written or a read ends. One thread.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::stores::postgres {

class PostgresFailure : public std::runtime_error {
 public:
  PostgresFailure(std::string state, const std::string& text, bool lost)
      : std::runtime_error(text), state_(std::move(state)), lost_(lost) {}
  [[nodiscard]] const std::string& state() const { return state_; }  // SQLSTATE; may be empty
  // The connection is gone: whether the transaction was made is unknown.
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  std::string state_;
  bool lost_;
};

// SQLSTATEs: a lock that was waited for in vain; a server that takes no writes.
inline constexpr std::string_view kLocked = "55P03";
inline constexpr std::string_view kReadOnly = "25006";

[[nodiscard]] Error to_error(const PostgresFailure& failure);

// A statement that is prepared under its name, once a connection; behind a pooler without a name, once a
// transaction.
struct Statement {
  const char* name;
  const char* sql;
};

// The values of a statement's $1, $2 … Texts that are given must live until the transaction ends.
class Parameters {
 public:
  using Texts = std::vector<std::optional<std::string_view>>;
  using Numbers = std::vector<std::optional<std::int64_t>>;

  Parameters() = default;
  Parameters(Parameters&&) = default;
  Parameters& operator=(Parameters&&) = default;

  Parameters& add(std::string_view text);
  Parameters& add(std::int64_t number);
  Parameters& add(bool value);
  Parameters& add(const Texts& texts);      // bytea[]
  Parameters& add(const Numbers& numbers);  // bigint[]
  Parameters& add_null();
  Parameters& add(std::span<const float> numbers);  // real[]
  Parameters& add_copy(std::string_view text);      // one that does not live that long

 private:
  friend class Connection;
  void add_owned(std::string bytes);

  std::deque<std::string> owned_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
};

// The rows of one statement.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result) {}
  [[nodiscard]] int count() const { return PQntuples(result_.get()); }
  [[nodiscard]] bool is_null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) != 0;
  }
  [[nodiscard]] std::string_view bytes(int row, int column) const;
  [[nodiscard]] std::string text(int row, int column) const { return std::string(bytes(row, column)); }
  [[nodiscard]] std::int64_t number(int row, int column) const;  // of a bigint
  [[nodiscard]] double real(int row, int column) const;          // of a double precision
  [[nodiscard]] bool truth(int row, int column) const { return bytes(row, column) == "\1"; }
  [[nodiscard]] std::vector<std::string> texts(int row, int column) const;  // of a bytea[]

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// What came to a connection that listens.
struct Notice {
  int process = -1;  // of the database, that serves whose word it is; -1: this connection's own
  std::string text;
};

struct Request {
  const Statement* statement = nullptr;
  Parameters parameters;
};

enum class Access : std::uint8_t { read, write };

// How long a transaction waits for locks of others, of a table also when it only reads: nobody waits without
// an end.
enum class Patience : std::uint8_t { usual, little };  // a second, a tenth of one

class Connection {
 public:
  // `name` is what the database shows the connection as: letters, digits and spaces.
  explicit Connection(const std::string& url, const std::string& name = "parley");

  // All requests as one transaction of this tenant (a valid name); the rows of each, in order.
  std::vector<Rows> transaction(
      std::string_view tenant,
      Access access,
      std::span<const Request> requests,
      Patience patience = Patience::usual
  );
  // The same within a transaction that is open already.
  std::vector<Rows> run(std::span<const Request> requests);
  // A statement without values, by itself, with texts as answers: for the catalogue and for migrations.
  std::vector<std::vector<std::string>> plain(const std::string& sql);
  // The same with the rows as they travel otherwise, in binary: for what is read piece by piece.
  Rows ask(const std::string& sql);

  // For one that listens: what has come by now, and what to wait for more on.
  std::vector<Notice> notices();
  [[nodiscard]] int socket() const { return PQsocket(db_.get()); }

  // Also notices, without waiting, that the other side has closed it meanwhile.
  [[nodiscard]] bool is_alive() const;
  // Something stands in between that shares the database's connections among its clients, such as PgBouncer.
  [[nodiscard]] bool pooled() const { return pooled_; }

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  void prepare(const Statement& statement);
  void send(const char* sql);
  // What comes before a transaction's requests; how many statements that is.
  std::size_t open(std::string_view tenant, Access access, Patience patience);
  void send(const Request& request, const char* name);
  // Which of the answers are theirs, when `before` others come first.
  std::vector<std::size_t> send_all(std::span<const Request> requests, std::size_t before);
  [[noreturn]] void raise(const PGresult* result) const;
  std::vector<Rows> collect(std::size_t expected);
  // Ends the pipeline; of the answers expected those at these places.
  std::vector<Rows> finish(std::span<const std::size_t> places, std::size_t expected);

  std::unique_ptr<PGconn, Close> db_;
  std::string name_;
  std::set<std::string_view> prepared_;
  bool pooled_ = false;
  bool patient_ = false;  // the session has the usual patience
};

}  // namespace parley::stores::postgres
