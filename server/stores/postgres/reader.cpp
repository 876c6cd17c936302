#include "server/stores/postgres/reader.hpp"

#include <limits>
#include <utility>

#include "server/stores/nanoseconds.hpp"
#include "server/stores/postgres/rows.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores::postgres {

namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

#define PARLEY_CONVERSATION                                                                               \
  "id, user_id, channel, release, flow, owner, status, outcome, created_at, turn, sequence, updated_at, " \
  "checksum"
#define PARLEY_EFFECT "conversation, effect_id, tool, request, idempotency_key, state, attempt, checksum"
#define PARLEY_FLOW "flow_id, hash, version, canonical, source, author, published_at"
#define PARLEY_REVIEW \
  "review_id, conversation, kind, status, assignee, request, decision, requested_at, due, decided_at"

#define PARLEY_LIVES                                                                                         \
  "EXISTS (SELECT FROM parley.worker w WHERE w.id = c.worker AND w.beat_at >= clock_timestamp() - interval " \
  "'5 seconds')"
// Each conversation is looked up by itself, whatever the planner thinks of how many there are. The snapshot
// only where it is far ahead of what is known (turns::kFewRecords). With coalesce() in the place of
// greatest() the index would find all records of a conversation.
#define PARLEY_WANTED "unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS w (id, known, place)"
#define PARLEY_FAR_AHEAD                                                                                \
  "parley.snapshot s WHERE s.tenant = parley.tenant() AND s.conversation = w.id AND s.sequence > CASE " \
  "w.known "                                                                                            \
  "WHEN 0 THEN 0 ELSE w.known + 16 END OFFSET 0"
static_assert(turns::kFewRecords == 16);
constexpr Statement kLoad{
    "load",
    "SELECT w.place, c.*, s.* FROM " PARLEY_WANTED " CROSS JOIN LATERAL (SELECT " PARLEY_CONVERSATION
    ", coalesce(c.worker, 0), " PARLEY_LIVES
    ", EXISTS (SELECT FROM parley.outbox o WHERE o.tenant = parley.tenant() AND o.conversation = c.id AND "
    "o.state < 2) FROM parley.conversation c WHERE c.tenant = parley.tenant() AND c.id = w.id OFFSET 0) c "
    "LEFT JOIN LATERAL (SELECT s.sequence, s.body, s.checksum FROM " PARLEY_FAR_AHEAD ") s ON true"
};
constexpr Statement kLoadRecords{
    "load_records",
    "SELECT w.place, r.* FROM " PARLEY_WANTED " LEFT JOIN LATERAL (SELECT s.sequence FROM " PARLEY_FAR_AHEAD
    ") s ON true CROSS JOIN LATERAL (SELECT r.sequence, r.turn, r.at, r.body, r.checksum FROM parley.record "
    "r "
    "WHERE r.tenant = parley.tenant() AND r.conversation = w.id AND r.sequence > greatest(w.known, "
    "s.sequence) "
    "ORDER BY r.sequence OFFSET 0) r ORDER BY w.place, r.sequence"
};
#undef PARLEY_FAR_AHEAD
#undef PARLEY_WANTED
constexpr Statement kStanding{
    "standing",
    "SELECT c.sequence, coalesce(c.worker, 0), " PARLEY_LIVES
    " FROM parley.conversation c WHERE c.tenant = parley.tenant() AND c.id = $1"
};
#undef PARLEY_LIVES
constexpr Statement kRecords{
    "records",
    "SELECT sequence, turn, at, body, checksum FROM parley.record WHERE tenant = parley.tenant() AND "
    "conversation = $1 "
    "AND sequence > $2 ORDER BY sequence LIMIT $3"
};
// Empty filters let everything through. `before` is a conversation's number, found first.
constexpr Statement kPlace{
    "place", "SELECT number FROM parley.conversation WHERE tenant = parley.tenant() AND id = $1"
};
constexpr Statement kList{
    "list",
    "SELECT " PARLEY_CONVERSATION
    " FROM parley.conversation WHERE tenant = parley.tenant() AND number < $1 AND ($3::bytea = '' OR user_id "
    "= $3) AND "
    "($4::bytea = '' OR status = $4) AND ($5::bytea = '' OR flow = $5) ORDER BY number DESC LIMIT $2"
};
constexpr Statement kAnswer{
    "answer",
    "SELECT fingerprint, conversation, answer, checksum FROM parley.inbox WHERE tenant = parley.tenant() AND "
    "scope = $1 "
    "AND key = $2"
};
constexpr Statement kPending{
    "pending",
    "SELECT " PARLEY_EFFECT
    " FROM parley.outbox WHERE tenant = parley.tenant() AND state < 2 ORDER BY number LIMIT $1"
};
constexpr Statement kOpen{
    "open",
    "SELECT " PARLEY_EFFECT
    " FROM parley.outbox WHERE tenant = parley.tenant() AND conversation = $1 AND state < 2 ORDER BY number"
};
constexpr Statement kDue{
    "due",
    "SELECT conversation, timer_id, due FROM parley.timer WHERE tenant = parley.tenant() AND due <= $1 ORDER "
    "BY due, "
    "conversation, timer_id LIMIT $2"
};
constexpr Statement kReviewPlace{
    "review_place", "SELECT number FROM parley.review WHERE tenant = parley.tenant() AND review_id = $1"
};
constexpr Statement kReviews{
    "reviews",
    "SELECT " PARLEY_REVIEW
    " FROM parley.review WHERE tenant = parley.tenant() AND number < $1 AND ($3::bytea = '' OR status = $3) "
    "AND "
    "($4::bytea = '' OR assignee = $4) AND ($5::bytea = '' OR conversation = $5) ORDER BY number DESC LIMIT "
    "$2"
};
constexpr Statement kReview{
    "review", "SELECT " PARLEY_REVIEW " FROM parley.review WHERE tenant = parley.tenant() AND review_id = $1"
};
constexpr Statement kMemory{
    "memory",
    "SELECT name, value, at FROM parley.memory WHERE tenant = parley.tenant() AND user_id = $1 ORDER BY name"
};
constexpr Statement kVectors{
    "vectors",
    "SELECT key, bytes, checksum FROM parley.vector WHERE tenant = parley.tenant() AND user_id = $1 AND key "
    "= "
    "ANY($2)"
};
constexpr Statement kErasures{
    "erasures",
    "SELECT erasure_id, cause, author, begun_at, finished_at, conversations, row_count FROM parley.erasure "
    "WHERE tenant = parley.tenant() ORDER BY number DESC LIMIT $1"
};
constexpr Statement kExpired{
    "expired",
    "SELECT c.number, c.id, c.created_at, c.updated_at, "
    "EXISTS (SELECT 1 FROM parley.timer t WHERE t.tenant = c.tenant AND t.conversation = c.id) OR "
    "EXISTS (SELECT 1 FROM parley.outbox o WHERE o.tenant = c.tenant AND o.conversation = c.id AND o.state < "
    "2) "
    "FROM parley.conversation c WHERE c.tenant = parley.tenant() AND c.number > $1 ORDER BY c.number LIMIT $2"
};
constexpr Statement kFlows{
    "flows",
    "SELECT " PARLEY_FLOW
    " FROM parley.flow_version WHERE tenant = parley.tenant() AND flow_id = $1 ORDER BY number DESC"
};
constexpr Statement kFlow{
    "flow", "SELECT " PARLEY_FLOW " FROM parley.flow_version WHERE tenant = parley.tenant() AND hash = $1"
};
constexpr Statement kRelease{
    "release",
    "SELECT hash, settings, flow_ids, hashes FROM parley.release WHERE tenant = parley.tenant() AND hash = $1"
};
constexpr Statement kActive{
    "active",
    "SELECT hash, settings, flow_ids, hashes FROM parley.release WHERE tenant = parley.tenant() AND hash = "
    "(SELECT "
    "a.release FROM parley.activation a WHERE a.tenant = parley.tenant() ORDER BY a.number DESC LIMIT 1)"
};
constexpr Statement kPublications{
    "publications",
    "SELECT flow_id, hash, action, author, reason, release, at FROM parley.publication WHERE tenant = "
    "parley.tenant() "
    "AND flow_id = $1 ORDER BY number DESC"
};
constexpr Statement kSetting{
    "setting", "SELECT value FROM parley.setting WHERE tenant = parley.tenant() AND name = $1"
};
constexpr Statement kSettingNames{
    "setting_names",
    "SELECT name FROM parley.setting WHERE tenant = parley.tenant() AND substring(name from 1 for "
    "length($1::bytea)) = $1::bytea ORDER BY name"
};
constexpr Statement kMissing{
    "missing",
    "SELECT w.id FROM unnest($1::bytea[]) AS w(id) WHERE NOT EXISTS (SELECT FROM parley.conversation c WHERE "
    "c.tenant = parley.tenant() AND c.id = w.id)"
};
constexpr Statement kEnroll{
    "enroll",
    "INSERT INTO parley.worker (name, instance, known_schema) VALUES ($1, convert_from($2, 'UTF8'), "
    "$3::bigint) "
    "RETURNING id"
};
constexpr Statement kBeat{"beat", "SELECT parley.beat($1)"};
constexpr Statement kRetire{"retire", "DELETE FROM parley.worker WHERE id = $1"};
constexpr Statement kTakeOver{"take_over", "SELECT parley.take_over($1, $2, $3)"};
constexpr Statement kClaimLeftOver{"claim_left_over", "SELECT parley.claim_left_over($1, $2)"};
constexpr Statement kClaimTimers{
    "claim_timers",
    "SELECT claimed_in, claimed_id, claimed_due FROM parley.claim_timers($1, $2, $3) "
    "ORDER BY claimed_due, claimed_in, claimed_id"
};
#undef PARLEY_CONVERSATION
#undef PARLEY_EFFECT
#undef PARLEY_FLOW
#undef PARLEY_REVIEW

void verify(std::int64_t checksum, std::int64_t kept, const std::string& what) {
  if (checksum != kept) throw DamagedRow("The stored " + what + " is damaged: its checksum does not match.");
}

// Of columns from `column` on.
turns::ConversationSummary summary_of(const Rows& rows, int row, int column = 0) {
  const auto text = [&](int n) { return rows.text(row, column + n); };
  const auto number = [&](int n) { return rows.number(row, column + n); };
  turns::ConversationSummary s{
      .id = text(0),
      .user_id = text(1),
      .channel = text(2),
      .release = text(3),
      .flow = text(4),
      .owner = text(5),
      .status = text(6),
      .outcome = text(7),
      .turn = static_cast<std::uint64_t>(number(9)),
      .sequence = static_cast<std::uint64_t>(number(10)),
      .created_at = from_nanoseconds(number(8)),
      .updated_at = from_nanoseconds(number(11)),
  };
  verify(checksum_of(s), number(12), "conversation " + s.id);
  return s;
}

// The record that follows `after`.
turns::LogRecord record_of(const Rows& rows, int row, int column, std::string_view id, std::uint64_t after) {
  turns::LogRecord record{
      .sequence = static_cast<std::uint64_t>(rows.number(row, column)),
      .turn = static_cast<std::uint64_t>(rows.number(row, column + 1)),
      .at = from_nanoseconds(rows.number(row, column + 2)),
      .body = rows.text(row, column + 3),
  };
  const std::string name = std::to_string(record.sequence) + " of conversation " + std::string(id);
  verify(checksum_of(id, record), rows.number(row, column + 4), "record " + name);
  if (record.sequence != after + 1)
    throw DamagedRow(
        "Conversation " + std::string(id) + " is damaged: record " + std::to_string(after + 1) +
        " is missing."
    );
  return record;
}

// A conversation without its records; `known` is what its caller knows of it.
turns::StoredConversation conversation_of(const Rows& rows, int row, std::uint64_t known) {
  constexpr int kSummary = 1;
  constexpr int kOpenTurn = kSummary + 13;
  constexpr int kSnapshot = kOpenTurn + 3;
  turns::StoredConversation stored{.summary = summary_of(rows, row, kSummary), .snapshot = {}, .records = {}};
  stored.worker = static_cast<turns::WorkerId>(rows.number(row, kOpenTurn));
  stored.worker_lives = rows.truth(row, kOpenTurn + 1);
  stored.unsettled = rows.truth(row, kOpenTurn + 2);
  stored.snapshot_sequence = known;
  if (rows.is_null(row, kSnapshot)) return stored;
  stored.snapshot_sequence = static_cast<std::uint64_t>(rows.number(row, kSnapshot));
  stored.snapshot = rows.text(row, kSnapshot + 1);
  const auto sum = RowChecksum(stored.summary.id, stored.snapshot_sequence, stored.snapshot).value();
  verify(sum, rows.number(row, kSnapshot + 2), "snapshot of conversation " + stored.summary.id);
  return stored;
}

turns::PendingEffect effect_of(const Rows& rows, int row) {
  turns::PendingEffect effect{
      .conversation_id = rows.text(row, 0),
      .entry =
          {.effect_id = rows.text(row, 1),
           .tool = rows.text(row, 2),
           .request = rows.text(row, 3),
           .idempotency_key = rows.text(row, 4),
           .state = static_cast<turns::EffectState>(rows.number(row, 5)),
           .attempt = static_cast<std::uint32_t>(rows.number(row, 6))},
  };
  const std::string name = effect.entry.effect_id + " of conversation " + effect.conversation_id;
  verify(checksum_of(effect.conversation_id, effect.entry), rows.number(row, 7), "effect " + name);
  return effect;
}

turns::ReviewEntry review_of(const Rows& rows, int row) {
  const auto time = [&](int column) -> std::optional<Timestamp> {
    if (rows.is_null(row, column)) return std::nullopt;
    return from_nanoseconds(rows.number(row, column));
  };
  return {
      .review_id = rows.text(row, 0),
      .conversation_id = rows.text(row, 1),
      .kind = rows.text(row, 2),
      .status = rows.text(row, 3),
      .assignee = rows.text(row, 4),
      .request = rows.text(row, 5),
      .decision = rows.text(row, 6),
      .requested_at = from_nanoseconds(rows.number(row, 7)),
      .due = time(8),
      .decided_at = time(9),
  };
}

turns::FlowVersion flow_of(const Rows& rows, int row) {
  return {
      .flow_id = rows.text(row, 0),
      .hash = rows.text(row, 1),
      .version = rows.text(row, 2),
      .canonical = rows.text(row, 3),
      .source = rows.text(row, 4),
      .author = rows.text(row, 5),
      .published_at = from_nanoseconds(rows.number(row, 6)),
  };
}

std::optional<turns::StoredRelease> release_of(const Rows& rows) {
  if (rows.count() == 0) return std::nullopt;
  turns::StoredRelease release{.hash = rows.text(0, 0), .settings = rows.text(0, 1), .flows = {}};
  std::vector<std::string> ids = rows.texts(0, 2);
  std::vector<std::string> hashes = rows.texts(0, 3);
  for (std::size_t i = 0; i < ids.size() && i < hashes.size(); ++i)
    release.flows.emplace_back(std::move(ids[i]), std::move(hashes[i]));
  return release;
}

std::vector<turns::DueTimer> timers_of(const Rows& rows) {
  std::vector<turns::DueTimer> timers;
  for (int row = 0; row < rows.count(); ++row)
    timers.push_back({rows.text(row, 0), rows.text(row, 1), from_nanoseconds(rows.number(row, 2))});
  return timers;
}

Parameters one(std::string_view value) {
  Parameters out;
  out.add(value);
  return out;
}

std::vector<std::string> first_column(const Rows& rows) {
  std::vector<std::string> texts;
  for (int row = 0; row < rows.count(); ++row) texts.push_back(rows.text(row, 0));
  return texts;
}

}  // namespace

Result<void> Reader::begin(const std::string& tenant) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  tenant_ = tenant;
  return {};
}

std::unexpected<Error> Reader::damaged(const DamagedRow& damage) {
  return fail(ErrorCode::internal, damage.what(), {}, "Restore the database from a backup.");
}

Error Reader::note(const PostgresFailure& failure) {
  if (failure.lost()) db_.reset();
  return to_error(failure);
}

std::vector<Rows> Reader::ask(std::span<const Request> requests, Access access) {
  if (db_ != nullptr && db_->is_alive()) {
    try {
      return db_->transaction(tenant_, access, requests);
    } catch (const PostgresFailure& failure) {
      // Closed while it was idle, perhaps: asking again does no harm. What was to be written may have been.
      if (!failure.lost() || access == Access::write) throw;
    }
  }
  connect();
  return db_->transaction(tenant_, access, requests);
}

// Where nobody refuses and nobody answers, each attempt takes seconds, and whoever stands in line behind it
// would wait for one of his own.
void Reader::connect() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kLong{1};
  db_.reset();
  const auto begun = Clock::now();
  if (unreachable_ && begun < try_again_) throw PostgresFailure(*unreachable_);
  unreachable_.reset();
  try {
    db_ = std::make_unique<Connection>(url_, name_);
  } catch (const PostgresFailure& failure) {
    const auto took = Clock::now() - begun;
    if (took >= kLong) {
      unreachable_ = failure;
      try_again_ = Clock::now() + took;
    }
    throw;
  }
}

Rows Reader::ask(const Statement& statement, Parameters parameters, Access access) {
  const Request only[] = {{&statement, std::move(parameters)}};
  return std::move(ask(only, access).front());
}

std::vector<Reader::Loaded> Reader::load(std::span<const Wanted> wanted) {
  Parameters::Texts ids;
  Parameters::Numbers known;
  for (const Wanted& each : wanted) {
    ids.emplace_back(each.id);
    known.emplace_back(static_cast<std::int64_t>(each.known));
  }
  Request requests[] = {{&kLoad, {}}, {&kLoadRecords, {}}};
  for (Request& request : requests) request.parameters.add(ids).add(known);
  const std::vector<Rows> answers = ask(requests);
  const Rows& records = answers[1];
  const auto place_of = [](const Rows& rows, int row) {
    return static_cast<std::size_t>(rows.number(row, 0)) - 1;
  };
  std::vector<int> first_record(wanted.size(), records.count());
  for (int row = records.count() - 1; row >= 0; --row) first_record[place_of(records, row)] = row;

  std::vector<Loaded> loaded(wanted.size());
  for (int row = 0; row < answers[0].count(); ++row) {
    const std::size_t place = place_of(answers[0], row);
    try {
      auto stored = conversation_of(answers[0], row, wanted[place].known);
      // The caller knows what is not there: a database that is older than it was.
      if (stored.summary.sequence < wanted[place].known) {
        const Wanted anew[] = {{wanted[place].id, 0}};
        loaded[place] = std::move(load(anew).front());
        continue;
      }
      std::uint64_t last = stored.snapshot_sequence;
      for (int i = first_record[place]; i < records.count() && place_of(records, i) == place; ++i, ++last)
        stored.records.push_back(record_of(records, i, 1, stored.summary.id, last));
      if (auto gap = gap_in(stored)) throw DamagedRow(*std::move(gap));
      loaded[place] = std::move(stored);
    } catch (const DamagedRow& damage) {
      loaded[place] = damaged(damage);
    }
  }
  return loaded;
}

std::vector<turns::LogRecord> Reader::records(std::string_view id, std::uint64_t after, std::uint32_t limit) {
  if (after > static_cast<std::uint64_t>(kAll)) return {};
  Parameters parameters;
  parameters.add(id).add(static_cast<std::int64_t>(after)).add(static_cast<std::int64_t>(limit));
  const Rows rows = ask(kRecords, std::move(parameters));
  std::vector<turns::LogRecord> records;
  for (int row = 0; row < rows.count(); ++row) records.push_back(record_of(rows, row, 0, id, after++));
  return records;
}

Result<std::vector<turns::ConversationSummary>> Reader::list(const turns::ConversationFilter& filter) {
  std::int64_t before = kAll;
  if (!filter.before.empty()) {
    const Rows place = ask(kPlace, one(filter.before));
    if (place.count() == 0) {
      return fail(
          ErrorCode::not_found,
          "There is no conversation " + filter.before + " to go on from.",
          "before",
          "Use the id of the last conversation of the page before, or none for the first page."
      );
    }
    before = place.number(0, 0);
  }
  Parameters parameters;
  parameters.add(before).add(static_cast<std::int64_t>(filter.limit));
  parameters.add(filter.user_id).add(filter.status).add(filter.flow);
  const Rows rows = ask(kList, std::move(parameters));
  std::vector<turns::ConversationSummary> page;
  for (int row = 0; row < rows.count(); ++row) page.push_back(summary_of(rows, row));
  return page;
}

std::optional<turns::InboxEntry> Reader::find_answer(std::string_view scope, std::string_view key) {
  Parameters parameters;
  parameters.add(scope).add(key);
  const Rows rows = ask(kAnswer, std::move(parameters));
  if (rows.count() == 0) return std::nullopt;
  turns::InboxEntry entry{
      .scope = std::string(scope),
      .key = std::string(key),
      .fingerprint = rows.text(0, 0),
      .conversation_id = rows.text(0, 1),
      .answer = rows.text(0, 2),
  };
  verify(checksum_of(entry), rows.number(0, 3), "answer for the idempotency key " + entry.key);
  return entry;
}

std::vector<turns::PendingEffect> Reader::pending_effects(std::uint32_t limit) {
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(limit));
  const Rows rows = ask(kPending, std::move(parameters));
  std::vector<turns::PendingEffect> effects;
  for (int row = 0; row < rows.count(); ++row) effects.push_back(effect_of(rows, row));
  return effects;
}

std::vector<turns::OutboxEntry> Reader::open_effects(std::string_view id) {
  const Rows rows = ask(kOpen, one(id));
  std::vector<turns::OutboxEntry> effects;
  for (int row = 0; row < rows.count(); ++row) effects.push_back(effect_of(rows, row).entry);
  return effects;
}

Result<std::vector<turns::DueTimer>> Reader::due_timers(Timestamp now, std::uint32_t limit) {
  const auto until = to_nanoseconds(now);
  if (!until) return fail(ErrorCode::invalid_input, "The time lies outside of 1678 to 2262.", "now");
  Parameters parameters;
  parameters.add(*until).add(static_cast<std::int64_t>(limit));
  return timers_of(ask(kDue, std::move(parameters)));
}

Result<std::vector<turns::ReviewEntry>> Reader::reviews(const turns::ReviewFilter& filter) {
  std::int64_t before = kAll;
  if (!filter.before.empty()) {
    const Rows place = ask(kReviewPlace, one(filter.before));
    if (place.count() == 0) {
      return fail(
          ErrorCode::not_found,
          "There is no review " + filter.before + " to go on from.",
          "before",
          "Use the id of the last review of the page before, or none for the first page."
      );
    }
    before = place.number(0, 0);
  }
  Parameters parameters;
  parameters.add(before).add(static_cast<std::int64_t>(filter.limit));
  parameters.add(filter.status).add(filter.assignee).add(filter.conversation_id);
  const Rows rows = ask(kReviews, std::move(parameters));
  std::vector<turns::ReviewEntry> page;
  for (int row = 0; row < rows.count(); ++row) page.push_back(review_of(rows, row));
  return page;
}

std::optional<turns::ReviewEntry> Reader::review(std::string_view review_id) {
  const Rows rows = ask(kReview, one(review_id));
  if (rows.count() == 0) return std::nullopt;
  return review_of(rows, 0);
}

std::vector<turns::MemoryEntry> Reader::memory(std::string_view user_id) {
  const Rows rows = ask(kMemory, one(user_id));
  std::vector<turns::MemoryEntry> entries;
  for (int row = 0; row < rows.count(); ++row)
    entries.push_back({rows.text(row, 0), rows.text(row, 1), from_nanoseconds(rows.number(row, 2))});
  return entries;
}

// It can be made again, so damage is no reason to fail.
std::vector<turns::StoredVector> Reader::vectors(
    std::string_view user_id, std::span<const std::string> keys
) {
  Parameters::Texts wanted(keys.begin(), keys.end());
  Parameters parameters;
  parameters.add(user_id).add(wanted);
  const Rows rows = ask(kVectors, std::move(parameters));
  std::vector<turns::StoredVector> vectors;
  for (int row = 0; row < rows.count(); ++row) {
    turns::StoredVector vector{rows.text(row, 0), rows.text(row, 1)};
    if (RowChecksum(user_id, vector.key, vector.bytes).value() == rows.number(row, 2))
      vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<turns::ErasureEntry> Reader::erasures(std::uint32_t limit) {
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(limit));
  const Rows rows = ask(kErasures, std::move(parameters));
  std::vector<turns::ErasureEntry> entries;
  for (int row = 0; row < rows.count(); ++row) {
    turns::ErasureEntry& entry = entries.emplace_back();
    entry.erasure_id = rows.text(row, 0);
    entry.cause = rows.text(row, 1);
    entry.author = rows.text(row, 2);
    entry.begun_at = from_nanoseconds(rows.number(row, 3));
    if (!rows.is_null(row, 4)) entry.finished_at = from_nanoseconds(rows.number(row, 4));
    entry.conversations = static_cast<std::uint64_t>(rows.number(row, 5));
    entry.rows = static_cast<std::uint64_t>(rows.number(row, 6));
  }
  return entries;
}

// In the order of creation: the first that was made too late ends the search, all that follow are younger.
Result<turns::ExpiredPage> Reader::expired(Timestamp before, std::uint64_t after, std::uint32_t limit) {
  const auto until = to_nanoseconds(before);
  if (!until) return fail(ErrorCode::invalid_input, "The time lies outside of 1678 to 2262.", "before");
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(after)).add(static_cast<std::int64_t>(limit));
  const Rows rows = ask(kExpired, std::move(parameters));
  turns::ExpiredPage page;
  for (int row = 0; row < rows.count(); ++row) {
    if (rows.number(row, 2) >= *until) return page;
    const bool busy = rows.bytes(row, 4) != std::string_view("\0", 1);
    if (rows.number(row, 3) < *until && !busy) page.conversations.push_back(rows.text(row, 1));
    if (row + 1 == static_cast<int>(limit)) page.next = static_cast<std::uint64_t>(rows.number(row, 0));
  }
  return page;
}

std::vector<turns::FlowVersion> Reader::flow_versions(std::string_view flow_id) {
  const Rows rows = ask(kFlows, one(flow_id));
  std::vector<turns::FlowVersion> versions;
  for (int row = 0; row < rows.count(); ++row) versions.push_back(flow_of(rows, row));
  return versions;
}

std::optional<turns::FlowVersion> Reader::flow_by_hash(std::string_view hash) {
  const Rows rows = ask(kFlow, one(hash));
  if (rows.count() == 0) return std::nullopt;
  return flow_of(rows, 0);
}

std::optional<turns::StoredRelease> Reader::release(std::string_view hash) {
  return release_of(ask(kRelease, one(hash)));
}

std::optional<turns::StoredRelease> Reader::active_release() {
  return release_of(ask(kActive));
}

std::vector<turns::PublicationEntry> Reader::publications(std::string_view flow_id) {
  const Rows rows = ask(kPublications, one(flow_id));
  std::vector<turns::PublicationEntry> history;
  for (int row = 0; row < rows.count(); ++row) {
    history.push_back({
        .flow_id = rows.text(row, 0),
        .hash = rows.text(row, 1),
        .action = rows.text(row, 2),
        .author = rows.text(row, 3),
        .reason = rows.text(row, 4),
        .release = rows.text(row, 5),
        .at = from_nanoseconds(rows.number(row, 6)),
    });
  }
  return history;
}

std::optional<std::string> Reader::setting(std::string_view name) {
  const Rows rows = ask(kSetting, one(name));
  if (rows.count() == 0) return std::nullopt;
  return rows.text(0, 0);
}

std::vector<std::string> Reader::setting_names(std::string_view beginning) {
  return first_column(ask(kSettingNames, one(beginning)));
}

std::vector<std::string> Reader::missing_conversations(std::span<const std::string> ids) {
  const Parameters::Texts wanted(ids.begin(), ids.end());
  Parameters parameters;
  parameters.add(wanted);
  return first_column(ask(kMissing, std::move(parameters)));
}

// ---- several servers

turns::WorkerId Reader::enroll(std::string_view name) {
  Parameters parameters;
  parameters.add(name).add(name_).add(static_cast<std::int64_t>(std::ssize(own_migrations())));
  return static_cast<turns::WorkerId>(ask(kEnroll, std::move(parameters), Access::write).number(0, 0));
}

bool Reader::beat(turns::WorkerId worker) {
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(worker));
  return ask(kBeat, std::move(parameters), Access::write).truth(0, 0);
}

void Reader::retire(turns::WorkerId worker) {
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(worker));
  ask(kRetire, std::move(parameters), Access::write);
}

std::optional<turns::Standing> Reader::standing(std::string_view id) {
  const Rows rows = ask(kStanding, one(id));
  if (rows.count() == 0) return std::nullopt;
  return turns::Standing{
      .sequence = static_cast<std::uint64_t>(rows.number(0, 0)),
      .worker = static_cast<turns::WorkerId>(rows.number(0, 1)),
      .worker_lives = rows.truth(0, 2),
  };
}

bool Reader::take_over(std::string_view id, turns::WorkerId from, turns::WorkerId to) {
  Parameters parameters;
  parameters.add(id).add(static_cast<std::int64_t>(from)).add(static_cast<std::int64_t>(to));
  return ask(kTakeOver, std::move(parameters), Access::write).truth(0, 0);
}

std::vector<std::string> Reader::claim_left_over(turns::WorkerId worker, std::uint32_t limit) {
  Parameters parameters;
  parameters.add(static_cast<std::int64_t>(worker)).add(static_cast<std::int64_t>(limit));
  return first_column(ask(kClaimLeftOver, std::move(parameters), Access::write));
}

Result<std::vector<turns::DueTimer>> Reader::claim_timers(
    Timestamp now, turns::WorkerId worker, std::uint32_t limit
) {
  const auto until = to_nanoseconds(now);
  if (!until) return fail(ErrorCode::invalid_input, "The time lies outside of 1678 to 2262.", "now");
  Parameters parameters;
  parameters.add(*until).add(static_cast<std::int64_t>(worker)).add(static_cast<std::int64_t>(limit));
  return timers_of(ask(kClaimTimers, std::move(parameters), Access::write));
}

}  // namespace parley::stores::postgres
