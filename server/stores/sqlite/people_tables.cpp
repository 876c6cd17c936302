#include "server/stores/sqlite/people_tables.hpp"

#include <limits>
#include <utility>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"

namespace parley::stores {
namespace {

constexpr std::string_view kReviewColumns =
    "review.number, review.review_id, conversation.id, review.kind, review.status, review.assignee, "
    "review.request, review.decision, review.requested_at, review.due, review.decided_at, review.checksum "
    "FROM review JOIN conversation ON conversation.number = review.conversation";

std::int64_t stored_time(const std::optional<Timestamp>& time) {
  return time ? *to_nanoseconds(*time) : 0;
}

std::optional<Timestamp> time_of(std::int64_t stored) {
  if (stored == 0) return std::nullopt;
  return from_nanoseconds(stored);
}

std::int64_t checksum_of(const turns::ReviewEntry& review) {
  return RowChecksum(
             review.review_id,
             review.kind,
             review.status,
             review.assignee,
             review.request,
             review.decision,
             stored_time(review.requested_at),
             stored_time(review.due),
             stored_time(review.decided_at)
  )
      .value();
}

turns::ReviewEntry review_of(const Rows& row) {
  turns::ReviewEntry review{
      .review_id = std::string(row.text(1)),
      .conversation_id = std::string(row.text(2)),
      .kind = std::string(row.text(3)),
      .status = std::string(row.text(4)),
      .assignee = std::string(row.text(5)),
      .request = std::string(row.text(6)),
      .decision = std::string(row.text(7)),
      .requested_at = from_nanoseconds(row.integer(8)),
      .due = time_of(row.integer(9)),
      .decided_at = time_of(row.integer(10)),
  };
  if (checksum_of(review) != row.integer(11)) {
    throw DamagedRow("The stored review " + review.review_id + " is damaged: its checksum does not match.");
  }
  return review;
}

std::string select_reviews(std::string_view rest) {
  return "SELECT " + std::string(kReviewColumns) + " " + std::string(rest);
}

}  // namespace

PeopleWriter::PeopleWriter(Connection& db)
    : insert_review_(
          db,
          "INSERT INTO review (review_id, conversation, kind, status, assignee, request, decision, "
          "requested_at, due, decided_at, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
          "ON CONFLICT (review_id) DO NOTHING"
      ),
      review_by_id_(db, select_reviews("WHERE review.review_id = ?1")),
      close_review_(
          db, "UPDATE review SET status = ?2, decision = ?3, decided_at = ?4, checksum = ?5 WHERE number = ?1"
      ),
      put_memory_(
          db,
          "INSERT INTO memory VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (user_id, name) DO UPDATE SET "
          "value = ?3, at = ?4, checksum = ?5"
      ),
      delete_memory_(db, "DELETE FROM memory WHERE user_id = ?1 AND name = ?2"),
      delete_user_(db, "DELETE FROM memory WHERE user_id = ?1"),
      delete_old_(db, "DELETE FROM memory WHERE at < ?1"),
      put_vector_(db, "INSERT INTO vector VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (user_id, key) DO NOTHING"),
      delete_vectors_(db, "DELETE FROM vector WHERE user_id = ?1"),
      delete_old_vectors_(db, "DELETE FROM vector WHERE at < ?1 AND user_id <> ''") {}

void PeopleWriter::check(const turns::Commit& commit) {
  for (const auto& decision : commit.decisions) {
    Rows row = review_by_id_.query(decision.review_id);
    if (row.next()) (void)review_of(row);
  }
}

void PeopleWriter::write(std::int64_t conversation, const turns::Commit& commit) {
  for (const auto& review : commit.reviews) open(conversation, review);
  for (const auto& decision : commit.decisions) close(decision);
  for (const auto& entry : commit.memory) remember(commit.conversation.user_id, entry);
}

void PeopleWriter::open(std::int64_t conversation, const turns::ReviewEntry& review) {
  insert_review_.run(
      review.review_id,
      conversation,
      review.kind,
      review.status,
      review.assignee,
      review.request,
      review.decision,
      stored_time(review.requested_at),
      stored_time(review.due),
      stored_time(review.decided_at),
      checksum_of(review)
  );
}

// What is not open any more keeps its decision.
void PeopleWriter::close(const turns::ReviewDecision& decision) {
  std::int64_t number = 0;
  turns::ReviewEntry review;
  {
    Rows row = review_by_id_.query(decision.review_id);
    if (!row.next()) return;
    number = row.integer(0);
    review = review_of(row);
  }
  if (review.status != "open") return;
  review.status = decision.status;
  review.decision = decision.decision;
  review.decided_at = decision.at;
  close_review_.run(
      number, review.status, review.decision, stored_time(review.decided_at), checksum_of(review)
  );
}

void PeopleWriter::remember(std::string_view user_id, const turns::MemoryEntry& entry) {
  if (!entry.value && entry.name.empty()) return forget(user_id);
  if (!entry.value) return delete_memory_.run(user_id, entry.name);
  const std::int64_t at = stored_time(entry.at);
  put_memory_.run(
      user_id, entry.name, *entry.value, at, RowChecksum(user_id, entry.name, *entry.value, at).value()
  );
}

void PeopleWriter::forget(std::string_view user_id) {
  delete_user_.run(user_id);
  delete_vectors_.run(user_id);
}

void PeopleWriter::forget_before(Timestamp time) {
  delete_old_.run(stored_time(time));
  delete_old_vectors_.run(stored_time(time));
}

void PeopleWriter::put_vectors(
    std::string_view user_id, std::span<const turns::StoredVector> vectors, Timestamp at
) {
  const std::int64_t when = stored_time(at);
  for (const turns::StoredVector& vector : vectors) {
    put_vector_.run(
        user_id, vector.key, vector.bytes, when, RowChecksum(user_id, vector.key, vector.bytes).value()
    );
  }
}

Result<std::vector<turns::ReviewEntry>> read_reviews(
    const Connection& db, const turns::ReviewFilter& filter
) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!filter.before.empty()) {
    Statement place(db, "SELECT number FROM review WHERE review_id = ?1");
    Rows row = place.query(filter.before);
    if (!row.next()) {
      return fail(
          ErrorCode::not_found,
          "There is no review " + filter.before + " to go on from.",
          "before",
          "Use the id of the last review of the page before, or none for the first page."
      );
    }
    before = row.integer(0);
  }
  // Only the conditions in use, so that the planner can take an index.
  std::string where = "WHERE review.number < ?1";
  if (!filter.status.empty()) where += " AND review.status = ?3";
  if (!filter.assignee.empty()) where += " AND review.assignee = ?4";
  if (!filter.conversation_id.empty()) where += " AND conversation.id = ?5";
  Statement statement(db, select_reviews(where + " ORDER BY review.number DESC LIMIT ?2"));
  statement.bind(1, before);
  statement.bind(2, filter.limit);
  if (!filter.status.empty()) statement.bind(3, filter.status);
  if (!filter.assignee.empty()) statement.bind(4, filter.assignee);
  if (!filter.conversation_id.empty()) statement.bind(5, filter.conversation_id);
  std::vector<turns::ReviewEntry> page;
  Rows rows = statement.query();
  while (rows.next()) page.push_back(review_of(rows));
  return page;
}

std::optional<turns::ReviewEntry> read_review(const Connection& db, std::string_view review_id) {
  Statement statement(db, select_reviews("WHERE review.review_id = ?1"));
  Rows row = statement.query(review_id);
  if (!row.next()) return std::nullopt;
  return review_of(row);
}

std::vector<turns::MemoryEntry> read_memory(const Connection& db, std::string_view user_id) {
  Statement statement(db, "SELECT name, value, at, checksum FROM memory WHERE user_id = ?1 ORDER BY name");
  std::vector<turns::MemoryEntry> entries;
  Rows rows = statement.query(user_id);
  while (rows.next()) {
    turns::MemoryEntry entry{
        .name = std::string(rows.text(0)),
        .value = std::string(rows.text(1)),
        .at = from_nanoseconds(rows.integer(2)),
    };
    if (RowChecksum(user_id, entry.name, *entry.value, rows.integer(2)).value() != rows.integer(3)) {
      throw DamagedRow("What is remembered as " + entry.name + " is damaged: its checksum does not match.");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<turns::StoredVector> read_vectors(
    const Connection& db, std::string_view user_id, std::span<const std::string> keys
) {
  Statement statement(db, "SELECT bytes, checksum FROM vector WHERE user_id = ?1 AND key = ?2");
  std::vector<turns::StoredVector> vectors;
  for (const std::string& key : keys) {
    Rows rows = statement.query(user_id, key);
    if (!rows.next()) continue;
    turns::StoredVector vector{key, std::string(rows.text(0))};
    // It can be made again, so damage is no reason to fail.
    if (RowChecksum(user_id, vector.key, vector.bytes).value() == rows.integer(1))
      vectors.push_back(std::move(vector));
  }
  return vectors;
}

}  // namespace parley::stores
