#include "server/stores/sqlite/erasure_tables.hpp"

#include <optional>
#include <utility>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"

namespace parley::stores {
namespace {

std::int64_t checksum_of(const turns::ErasureEntry& e, std::int64_t conversations, std::int64_t rows) {
  const std::int64_t finished = e.finished_at ? to_nanoseconds(*e.finished_at).value_or(0) : 0;
  const std::int64_t begun = to_nanoseconds(e.begun_at).value_or(0);
  return RowChecksum(e.erasure_id, e.cause, e.author, begun, finished, conversations, rows).value();
}

}  // namespace

ErasureWriter::ErasureWriter(Connection& db)
    : db_(db),
      number_by_id_(db, "SELECT number FROM conversation WHERE id = ?1"),
      last_at_(db, "SELECT at FROM record WHERE conversation = ?1 ORDER BY sequence DESC LIMIT 1"),
      delete_inbox_(db, "DELETE FROM inbox WHERE conversation = ?1"),
      delete_timers_(db, "DELETE FROM timer WHERE conversation = ?1"),
      delete_outbox_(db, "DELETE FROM outbox WHERE conversation = ?1"),
      delete_reviews_(db, "DELETE FROM review WHERE conversation = ?1"),
      delete_snapshot_(db, "DELETE FROM snapshot WHERE conversation = ?1"),
      delete_records_(db, "DELETE FROM record WHERE conversation = ?1"),
      delete_conversation_(db, "DELETE FROM conversation WHERE number = ?1"),
      delete_memory_(db, "DELETE FROM memory WHERE user_id = ?1"),
      delete_vectors_(db, "DELETE FROM vector WHERE user_id = ?1"),
      delete_setting_(db, "DELETE FROM setting WHERE name = ?1"),
      noted_(db, "SELECT conversations, row_count FROM erasure WHERE erasure_id = ?1"),
      note_(
          db,
          "INSERT INTO erasure (erasure_id, cause, author, begun_at, finished_at, conversations, row_count, "
          "checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (erasure_id) DO UPDATE SET "
          "finished_at = ?5, conversations = ?6, row_count = ?7, checksum = ?8"
      ),
      trace_(db, "SELECT of_user FROM trace"),
      put_trace_(
          db, "INSERT INTO trace VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET of_user = max(of_user, ?1)"
      ),
      delete_trace_(db, "DELETE FROM trace") {}

void ErasureWriter::write(const turns::Erase& piece) {
  std::int64_t conversations = 0;
  std::int64_t rows = 0;
  const auto before = piece.before ? to_nanoseconds(*piece.before) : std::nullopt;
  for (const std::string& id : piece.conversations) {
    const std::int64_t gone = erase_conversation(id, before);
    conversations += gone == 0 ? 0 : 1;
    rows += gone;
  }
  note(piece, conversations, rows + erase_user(piece));
  if (piece.entry.finished_at) put_trace_.run(piece.entry.cause == "user" ? 1 : 0);
}

std::optional<TracesLeft> ErasureWriter::traces() {
  Rows row = trace_.query();
  if (!row.next()) return std::nullopt;
  return TracesLeft{.of_user = row.integer(0) != 0};
}

std::int64_t ErasureWriter::erase_conversation(const std::string& id, std::optional<std::int64_t> before) {
  std::int64_t number = 0;
  {
    Rows row = number_by_id_.query(id);
    if (!row.next()) return 0;
    number = row.integer(0);
  }
  if (before) {
    Rows last = last_at_.query(number);
    if (last.next() && last.integer(0) >= *before) return 0;
  }
  std::int64_t rows = 0;
  const auto run = [&](Statement& statement, const auto& value) {
    statement.run(value);
    rows += sqlite3_changes(db_.handle());
  };
  run(delete_inbox_, id);
  // What belongs to a conversation goes before it.
  for (Statement* statement :
       {&delete_timers_,
        &delete_outbox_,
        &delete_reviews_,
        &delete_snapshot_,
        &delete_records_,
        &delete_conversation_})
    run(*statement, number);
  return rows;
}

std::int64_t ErasureWriter::erase_user(const turns::Erase& piece) {
  std::int64_t rows = 0;
  if (!piece.user_id.empty()) {
    for (Statement* statement : {&delete_memory_, &delete_vectors_}) {
      statement->run(piece.user_id);
      rows += sqlite3_changes(db_.handle());
    }
  }
  for (const std::string& name : piece.settings) {
    delete_setting_.run(name);
    rows += sqlite3_changes(db_.handle());
  }
  return rows;
}

void ErasureWriter::note(const turns::Erase& piece, std::int64_t conversations, std::int64_t rows) {
  const turns::ErasureEntry& entry = piece.entry;
  {
    Rows earlier = noted_.query(entry.erasure_id);
    if (earlier.next()) {
      conversations += earlier.integer(0);
      rows += earlier.integer(1);
    }
  }
  note_.run(
      entry.erasure_id,
      entry.cause,
      entry.author,
      to_nanoseconds(entry.begun_at).value_or(0),
      entry.finished_at ? to_nanoseconds(*entry.finished_at).value_or(0) : 0,
      conversations,
      rows,
      checksum_of(entry, conversations, rows)
  );
}

std::vector<turns::ErasureEntry> read_erasures(const Connection& db, std::uint32_t limit) {
  Statement statement(
      db,
      "SELECT erasure_id, cause, author, begun_at, finished_at, conversations, row_count, checksum FROM "
      "erasure "
      "ORDER BY number DESC LIMIT ?1"
  );
  std::vector<turns::ErasureEntry> entries;
  Rows rows = statement.query(limit);
  while (rows.next()) {
    turns::ErasureEntry entry{
        .erasure_id = std::string(rows.text(0)),
        .cause = std::string(rows.text(1)),
        .author = std::string(rows.text(2)),
        .begun_at = from_nanoseconds(rows.integer(3)),
        .finished_at = {},
        .conversations = static_cast<std::uint64_t>(rows.integer(5)),
        .rows = static_cast<std::uint64_t>(rows.integer(6)),
    };
    if (rows.integer(4) != 0) entry.finished_at = from_nanoseconds(rows.integer(4));
    if (checksum_of(entry, rows.integer(5), rows.integer(6)) != rows.integer(7))
      throw DamagedRow(
          "The stored erasure " + entry.erasure_id + " is damaged: its checksum does not match."
      );
    entries.push_back(std::move(entry));
  }
  return entries;
}

// In the order of creation, so whoever reads page by page may stop at the first that was made too late: it
// and all that follow are younger.
Result<turns::ExpiredPage> read_expired(
    const Connection& db, Timestamp before, std::uint64_t after, std::uint32_t limit
) {
  const auto until = to_nanoseconds(before);
  if (!until) return fail(ErrorCode::invalid_input, "The time lies outside of 1678 to 2262.", "before");
  Statement statement(
      db,
      "SELECT c.number, c.id, c.created_at, "
      "(SELECT r.at FROM record r WHERE r.conversation = c.number ORDER BY r.sequence DESC LIMIT 1), "
      "EXISTS (SELECT 1 FROM timer t WHERE t.conversation = c.number), "
      "EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = c.number AND o.state < 2) "
      "FROM conversation c WHERE c.number > ?1 ORDER BY c.number LIMIT ?2"
  );
  turns::ExpiredPage page{.conversations = {}, .next = std::nullopt};
  std::uint32_t seen = 0;
  std::uint64_t last = after;
  Rows rows = statement.query(after, limit);
  while (rows.next()) {
    if (rows.integer(2) >= *until) return page;
    ++seen;
    last = static_cast<std::uint64_t>(rows.integer(0));
    const bool busy = rows.integer(4) != 0 || rows.integer(5) != 0;
    if (rows.integer(3) < *until && !busy) page.conversations.emplace_back(rows.text(1));
  }
  if (seen == limit) page.next = last;
  return page;
}

}  // namespace parley::stores
