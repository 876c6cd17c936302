#include "server/stores/postgres/connection.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace parley::stores::postgres {

namespace {

constexpr std::uint32_t kBytea = 17;  // the types' numbers in pg_type
constexpr std::uint32_t kBigint = 20;
constexpr std::uint32_t kReal = 700;

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFFU);
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8U | static_cast<unsigned char>(c);
  return number;
}

// Dimensions, whether there are NULLs, the elements' type; then the one dimension's length and first index.
std::string array_head(std::size_t size, std::uint32_t type) {
  std::string out;
  append_big_endian(out, size == 0 ? 0 : 1, 4);
  append_big_endian(out, 1, 4);
  append_big_endian(out, type, 4);
  if (size == 0) return out;
  append_big_endian(out, size, 4);
  append_big_endian(out, 1, 4);
  return out;
}

constexpr std::uint32_t kNull = 0xFFFFFFFF;  // as an element's length

constexpr const char* kUsualPatience = "lock_timeout = '1s'";
constexpr const char* kLittlePatience = "lock_timeout = '100ms'";

std::string text_of(const char* text) {
  std::string out = text == nullptr ? "" : text;
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

namespace {

std::string_view hint_of(const PostgresFailure& failure) {
  if (failure.state() == kReadOnly)
    return "It is a replica, or was made read-only. Once another server is the primary, let store.url lead "
           "there.";
  if (failure.state() == kLocked)
    return "A session holds a lock for long: pg_stat_activity shows who, VACUUM FULL or an open transaction "
           "perhaps.";
  if (failure.lost())
    return "Check that PostgreSQL runs and can be reached; the server reconnects by itself.";
  return "PostgreSQL's log says more.";
}

}  // namespace

Error to_error(const PostgresFailure& failure) {
  return {
      ErrorCode::unavailable,
      std::string("The database failed: ") + failure.what(),
      {},
      std::string(hint_of(failure))
  };
}

// ---- values

void Parameters::add_owned(std::string bytes) {
  owned_.push_back(std::move(bytes));
  values_.push_back(owned_.back().data());
  lengths_.push_back(static_cast<int>(owned_.back().size()));
}

Parameters& Parameters::add(std::string_view text) {
  // No data means NULL to libpq, which an empty text is not.
  values_.push_back(text.empty() ? "" : text.data());
  lengths_.push_back(static_cast<int>(text.size()));
  return *this;
}

Parameters& Parameters::add(std::int64_t number) {
  std::string bytes;
  append_big_endian(bytes, static_cast<std::uint64_t>(number), 8);
  add_owned(std::move(bytes));
  return *this;
}

Parameters& Parameters::add(bool value) {
  add_owned(std::string(1, value ? '\1' : '\0'));
  return *this;
}

Parameters& Parameters::add(const Texts& texts) {
  std::string bytes = array_head(texts.size(), kBytea);
  for (const auto& text : texts) {
    append_big_endian(bytes, text ? text->size() : kNull, 4);
    if (text) bytes += *text;
  }
  add_owned(std::move(bytes));
  return *this;
}

Parameters& Parameters::add(const Numbers& numbers) {
  std::string bytes = array_head(numbers.size(), kBigint);
  for (const auto& number : numbers) {
    append_big_endian(bytes, number ? 8 : kNull, 4);
    if (number) append_big_endian(bytes, static_cast<std::uint64_t>(*number), 8);
  }
  add_owned(std::move(bytes));
  return *this;
}

Parameters& Parameters::add(std::span<const float> numbers) {
  std::string bytes = array_head(numbers.size(), kReal);
  for (const float number : numbers) {
    append_big_endian(bytes, 4, 4);
    append_big_endian(bytes, std::bit_cast<std::uint32_t>(number), 4);
  }
  add_owned(std::move(bytes));
  return *this;
}

Parameters& Parameters::add_null() {
  values_.push_back(nullptr);
  lengths_.push_back(0);
  return *this;
}

Parameters& Parameters::add_copy(std::string_view text) {
  add_owned(std::string(text));
  return *this;
}

std::string_view Rows::bytes(int row, int column) const {
  return {
      PQgetvalue(result_.get(), row, column),
      static_cast<std::size_t>(PQgetlength(result_.get(), row, column))
  };
}

std::int64_t Rows::number(int row, int column) const {
  return static_cast<std::int64_t>(read_big_endian(bytes(row, column)));
}

double Rows::real(int row, int column) const {
  return std::bit_cast<double>(read_big_endian(bytes(row, column)));
}

std::vector<std::string> Rows::texts(int row, int column) const {
  constexpr std::size_t kHead = 20;
  std::vector<std::string> out;
  std::string_view rest = bytes(row, column);
  if (rest.size() < kHead) return out;  // no dimensions: an empty array
  rest.remove_prefix(kHead);
  while (rest.size() >= 4) {
    const auto size = static_cast<std::size_t>(read_big_endian(rest.substr(0, 4)));
    out.emplace_back(rest.substr(4, size));
    rest.remove_prefix(std::min(rest.size(), 4 + size));
  }
  return out;
}

// ---- the connection

namespace {

// What the URL says itself comes later and wins, but for the name. Without limits a database that is gone is
// waited for for minutes.
PGconn* connect(const std::string& url, const std::string& name) {
  const char* const keys[] = {
      "connect_timeout", "keepalives_idle", "tcp_user_timeout", "dbname", "application_name", nullptr
  };
  const char* const values[] = {"5", "30", "15000", url.c_str(), name.c_str(), nullptr};
  constexpr int kExpandUrl = 1;
  return PQconnectdbParams(keys, values, kExpandUrl);
}

}  // namespace

Connection::Connection(const std::string& url, const std::string& name)
    : db_(connect(url, name)), name_(name) {
  if (!is_alive()) throw PostgresFailure({}, text_of(PQerrorMessage(db_.get())), true);
  PQsetNoticeProcessor(db_.get(), [](void*, const char*) {}, nullptr);
  // A pooler has numbers of its own for its clients.
  pooled_ = plain("SELECT pg_backend_pid()").at(0).at(0) != std::to_string(PQbackendPID(db_.get()));
}

bool Connection::is_alive() const {
  // Once for its last words, once for its end.
  return PQconsumeInput(db_.get()) == 1 && PQconsumeInput(db_.get()) == 1 &&
         PQstatus(db_.get()) == CONNECTION_OK;
}

void Connection::raise(const PGresult* result) const {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // 57P01 to 57P03: the server stops. It closes the connection after it has said so. One that takes no writes
  // any more does not, and another connection may lead to the one that does.
  const bool stops = state != nullptr &&
                     (std::string_view(state).starts_with("57P") || std::string_view(state) == kReadOnly);
  throw PostgresFailure(
      state == nullptr ? "" : state,
      text_of(text == nullptr ? PQerrorMessage(db_.get()) : text),
      stops || PQstatus(db_.get()) != CONNECTION_OK
  );
}

void Connection::prepare(const Statement& statement) {
  if (pooled_ || prepared_.contains(statement.name)) return;
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(
      PQprepare(db_.get(), statement.name, statement.sql, 0, nullptr), &PQclear
  );
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) raise(result.get());
  prepared_.insert(statement.name);
}

void Connection::send(const char* sql) {
  if (PQsendQueryParams(db_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 1) == 0) raise(nullptr);
}

void Connection::send(const Request& request, const char* name) {
  const Parameters& given = request.parameters;
  const std::vector<int> binary(given.values_.size(), 1);
  const int sent = PQsendQueryPrepared(
      db_.get(),
      name,
      static_cast<int>(given.values_.size()),
      given.values_.data(),
      given.lengths_.data(),
      binary.data(),
      1
  );
  if (sent == 0) raise(nullptr);
}

// A name that is prepared in one session is unknown, or somebody else's, in the next one that a pooler gives.
// The statement without a name lives until another one takes its place, and a transaction stays in one
// session.
std::vector<std::size_t> Connection::send_all(std::span<const Request> requests, std::size_t before) {
  std::vector<std::size_t> places;
  places.reserve(requests.size());
  const Statement* unnamed = nullptr;
  for (const Request& request : requests) {
    if (pooled_ && request.statement != unnamed) {
      unnamed = request.statement;
      if (PQsendPrepare(db_.get(), "", unnamed->sql, 0, nullptr) == 0) raise(nullptr);
      ++before;
    }
    send(request, pooled_ ? "" : request.statement->name);
    places.push_back(before++);
  }
  return places;
}

// Reads the answers of everything sent up to the sync, whatever they are; then complains about the first that
// is no success.
std::vector<Rows> Connection::collect(std::size_t expected) {
  std::vector<Rows> answers;
  std::optional<PostgresFailure> failure;
  bool between = false;  // the answers of two statements
  for (bool synced = false; !synced;) {
    PGresult* const result = PQgetResult(db_.get());
    if (result == nullptr) {
      // Twice nothing: no answer will come any more.
      if (between)
        throw PostgresFailure(
            failure ? failure->state() : "", failure ? failure->what() : "the connection was closed", true
        );
      between = true;
      continue;
    }
    between = false;
    Rows rows(result);
    switch (PQresultStatus(result)) {
      case PGRES_PIPELINE_SYNC:
        synced = true;
        break;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        answers.push_back(std::move(rows));
        break;
      case PGRES_PIPELINE_ABORTED:
        break;
      default:
        if (failure) break;
        try {
          raise(result);
        } catch (const PostgresFailure& first) {
          failure = first;
        }
        if (failure->lost()) throw *failure;
    }
  }
  if (failure) throw *failure;
  INVARIANT(answers.size() == expected, "every statement is answered");
  return answers;
}

std::vector<Rows> Connection::finish(std::span<const std::size_t> places, std::size_t expected) {
  if (PQpipelineSync(db_.get()) == 0) raise(nullptr);
  std::vector<Rows> all = collect(expected);
  PQexitPipelineMode(db_.get());
  std::vector<Rows> answers;
  answers.reserve(places.size());
  for (const std::size_t place : places) answers.push_back(std::move(all[place]));
  return answers;
}

std::size_t Connection::open(std::string_view tenant, Access access, Patience patience) {
  std::size_t sent = 0;
  const auto say = [&](const std::string& sql) {
    send(sql.c_str());
    ++sent;
  };
  say(access == Access::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
  // A name of letters, digits, _ and - only; SET takes no parameters.
  say("SET LOCAL parley.tenant = '" + std::string(tenant) + "'");
  // The database's connection is whose transaction it is in: it is found by that when its server has died.
  if (pooled_) say("SET LOCAL application_name = '" + name_ + "'");
  if (patience == Patience::little) {
    say(std::string("SET LOCAL ") + kLittlePatience);
  } else if (!patient_) {
    say(std::string("SET LOCAL ") + kUsualPatience);
  }
  return sent;
}

std::vector<Rows> Connection::transaction(
    std::string_view tenant, Access access, std::span<const Request> requests, Patience patience
) {
  // Once for the session where that is this client's own; a pooler would hand it on with the connection.
  // First, as to prepare a statement waits for locks as well.
  if (!pooled_ && !patient_) {
    plain(std::string("SET ") + kUsualPatience);
    patient_ = true;
  }
  for (const Request& request : requests) prepare(*request.statement);
  if (PQenterPipelineMode(db_.get()) == 0) raise(nullptr);
  try {
    const std::size_t before = open(tenant, access, patience);
    const auto places = send_all(requests, before);
    send("COMMIT");
    return finish(places, (requests.empty() ? before : places.back() + 1) + 1);
  } catch (const PostgresFailure& failure) {
    PQexitPipelineMode(db_.get());
    // The COMMIT was skipped with the rest.
    if (!failure.lost()) plain("ROLLBACK");
    throw;
  }
}

std::vector<Rows> Connection::run(std::span<const Request> requests) {
  for (const Request& request : requests) prepare(*request.statement);
  if (PQenterPipelineMode(db_.get()) == 0) raise(nullptr);
  try {
    const auto places = send_all(requests, 0);
    return finish(places, requests.empty() ? 0 : places.back() + 1);
  } catch (const PostgresFailure&) {
    PQexitPipelineMode(db_.get());
    throw;
  }
}

std::vector<std::vector<std::string>> Connection::plain(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(db_.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) raise(result.get());
  std::vector<std::vector<std::string>> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column)
      rows.back().emplace_back(PQgetvalue(result.get(), row, column));
  }
  return rows;
}

std::vector<Notice> Connection::notices() {
  if (PQconsumeInput(db_.get()) == 0) throw PostgresFailure({}, text_of(PQerrorMessage(db_.get())), true);
  std::vector<Notice> all;
  while (PGnotify* const notice = PQnotifies(db_.get())) {
    all.push_back({notice->be_pid == PQbackendPID(db_.get()) ? -1 : notice->be_pid, notice->extra});
    PQfreemem(notice);
  }
  return all;
}

Rows Connection::ask(const std::string& sql) {
  constexpr int kBinary = 1;
  PGresult* const result =
      PQexecParams(db_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kBinary);
  Rows rows(result);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) raise(result);
  return rows;
}

}  // namespace parley::stores::postgres
