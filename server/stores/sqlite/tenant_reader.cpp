#include "server/stores/sqlite/tenant_reader.hpp"

#include <algorithm>
#include <limits>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores {
namespace {

constexpr std::string_view kConversationColumns =
    "number, id, user_id, channel, release, flow, owner, status, outcome, created_at, checksum";
constexpr std::string_view kEffectColumns =
    "c.id, o.conversation, o.effect_id, o.tool, o.request, o.idempotency_key, o.state, o.attempt, o.checksum";
constexpr std::string_view kFlowColumns =
    "flow_id, hash, version, canonical, source, author, published_at, checksum";

std::string select(std::string_view columns, std::string_view rest) {
  return "SELECT " + std::string(columns) + " FROM " + std::string(rest);
}

// The last column of the row against the checksum of what was read from the others.
void verify(const RowChecksum& sum, std::int64_t stored, const std::string& what) {
  if (sum.value() != stored) {
    throw DamagedRow("The stored " + what + " is damaged: its checksum does not match.");
  }
}

turns::LogRecord record_of(const Rows& row, std::int64_t conversation, std::string_view id) {
  turns::LogRecord record;
  record.sequence = static_cast<std::uint64_t>(row.integer(0));
  record.turn = static_cast<std::uint64_t>(row.integer(1));
  record.at = from_nanoseconds(row.integer(2));
  record.body = row.text(3);
  verify(
      RowChecksum(conversation, record.sequence, record.turn, row.integer(2), record.body),
      row.integer(4),
      "record " + std::to_string(record.sequence) + " of conversation " + std::string(id)
  );
  return record;
}

turns::FlowVersion flow_of(const Rows& row) {
  turns::FlowVersion flow;
  flow.flow_id = row.text(0);
  flow.hash = row.text(1);
  flow.version = row.text(2);
  flow.canonical = row.text(3);
  flow.source = row.text(4);
  flow.author = row.text(5);
  flow.published_at = from_nanoseconds(row.integer(6));
  verify(
      RowChecksum(
          flow.flow_id, flow.hash, flow.version, flow.canonical, flow.source, flow.author, row.integer(6)
      ),
      row.integer(7),
      "version " + flow.hash + " of flow " + flow.flow_id
  );
  return flow;
}

turns::PendingEffect effect_of(const Rows& row) {
  turns::PendingEffect effect;
  effect.conversation_id = row.text(0);
  effect.entry.effect_id = row.text(2);
  effect.entry.tool = row.text(3);
  effect.entry.request = row.text(4);
  effect.entry.idempotency_key = row.text(5);
  effect.entry.state = static_cast<turns::EffectState>(row.integer(6));
  effect.entry.attempt = static_cast<std::uint32_t>(row.integer(7));
  verify(
      RowChecksum(
          row.integer(1),
          effect.entry.effect_id,
          effect.entry.tool,
          effect.entry.request,
          effect.entry.idempotency_key,
          row.integer(6),
          row.integer(7)
      ),
      row.integer(8),
      "effect " + effect.entry.effect_id + " of conversation " + effect.conversation_id
  );
  return effect;
}

}  // namespace

// What is read while it lives belongs to one moment, whatever the writer does meanwhile.
class TenantReader::View {
 public:
  explicit View(TenantReader& reader) : reader_(reader) { reader_.begin_.run(); }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() {
    try {
      reader_.end_.run();
    } catch (const SqliteFailure&) {
      // Nothing was written; the failure that matters is on its way already.
    }
  }

 private:
  TenantReader& reader_;
};

TenantReader::TenantReader(const std::string& path)
    : db_(path, Connection::Mode::read),
      begin_(db_, "BEGIN"),
      end_(db_, "COMMIT"),
      conversation_by_id_(db_, select(kConversationColumns, "conversation WHERE id = ?1")),
      number_by_id_(db_, "SELECT number FROM conversation WHERE id = ?1"),
      snapshot_(db_, "SELECT sequence, body, checksum FROM snapshot WHERE conversation = ?1"),
      records_(
          db_,
          "SELECT sequence, turn, at, body, checksum FROM record WHERE conversation = ?1 AND sequence > ?2 "
          "ORDER BY sequence LIMIT ?3"
      ),
      last_record_(
          db_,
          "SELECT sequence, turn, at, body, checksum FROM record WHERE conversation = ?1 "
          "ORDER BY sequence DESC LIMIT 1"
      ),
      inbox_(
          db_, "SELECT fingerprint, conversation, answer, checksum FROM inbox WHERE scope = ?1 AND key = ?2"
      ),
      pending_(
          db_,
          select(
              kEffectColumns,
              "outbox o JOIN conversation c ON c.number = o.conversation WHERE o.state < 2 "
              "ORDER BY o.number LIMIT ?1"
          )
      ),
      open_(
          db_,
          select(
              kEffectColumns,
              "conversation c JOIN outbox o INDEXED BY outbox_pending_of ON o.conversation = c.number WHERE "
              "c.id = ?1 AND o.state < 2 "
              "ORDER BY o.number"
          )
      ),
      unsettled_(
          db_,
          "SELECT 1 FROM outbox INDEXED BY outbox_pending_of WHERE state < 2 AND conversation = ?1 LIMIT 1"
      ),
      due_(
          db_,
          "SELECT c.id, t.conversation, t.timer_id, t.due, t.checksum FROM timer t "
          "JOIN conversation c ON c.number = t.conversation WHERE t.due <= ?1 "
          "ORDER BY t.due, t.conversation, t.timer_id LIMIT ?2"
      ),
      flows_by_id_(db_, select(kFlowColumns, "flow_version WHERE flow_id = ?1 ORDER BY number DESC")),
      flow_by_hash_(db_, select(kFlowColumns, "flow_version WHERE hash = ?1")),
      release_by_hash_(db_, "SELECT number, hash, settings, checksum FROM release WHERE hash = ?1"),
      active_release_(
          db_,
          "SELECT number, hash, settings, checksum FROM release WHERE number = "
          "(SELECT release FROM activation ORDER BY number DESC LIMIT 1)"
      ),
      release_flows_(db_, "SELECT flow_id, hash FROM release_flow WHERE release = ?1 ORDER BY position"),
      publications_(
          db_,
          "SELECT flow_id, hash, action, author, reason, release, at, checksum FROM publication "
          "WHERE flow_id = ?1 ORDER BY number DESC"
      ),
      setting_(db_, "SELECT value, checksum FROM setting WHERE name = ?1") {}

std::optional<turns::StoredConversation> TenantReader::load(std::string_view id) {
  const View view(*this);
  Rows row = conversation_by_id_.query(id);
  if (!row.next()) return std::nullopt;
  turns::StoredConversation stored;
  stored.summary = summary(row);
  const std::int64_t number = row.integer(0);
  Rows snapshot = snapshot_.query(number);
  if (snapshot.next()) {
    stored.snapshot_sequence = static_cast<std::uint64_t>(snapshot.integer(0));
    stored.snapshot = snapshot.text(1);
    verify(
        RowChecksum(number, stored.snapshot_sequence, stored.snapshot),
        snapshot.integer(2),
        "snapshot of conversation " + stored.summary.id
    );
  }
  stored.records =
      records_after(number, id, stored.snapshot_sequence, std::numeric_limits<std::uint32_t>::max());
  stored.unsettled = unsettled_.query(number).next();
  if (auto gap = gap_in(stored)) throw DamagedRow(*std::move(gap));
  return stored;
}

std::vector<turns::LogRecord> TenantReader::records(
    std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
) {
  const View view(*this);
  const std::int64_t number = conversation_number(id);
  if (number == 0 || after_sequence > std::numeric_limits<std::int64_t>::max()) return {};
  return records_after(number, id, after_sequence, limit);
}

std::int64_t TenantReader::conversation_number(std::string_view id) {
  Rows row = number_by_id_.query(id);
  return row.next() ? row.integer(0) : 0;
}

std::vector<turns::LogRecord> TenantReader::records_after(
    std::int64_t number, std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
) {
  std::vector<turns::LogRecord> records;
  std::uint64_t expected = after_sequence + 1;
  Rows rows = records_.query(number, after_sequence, limit);
  while (rows.next()) {
    records.push_back(record_of(rows, number, id));
    if (records.back().sequence != expected++) {
      throw DamagedRow(
          "Conversation " + std::string(id) + " is damaged: record " + std::to_string(expected - 1) +
          " is missing."
      );
    }
  }
  return records;
}

turns::ConversationSummary TenantReader::summary(const Rows& row) {
  turns::ConversationSummary s;
  s.id = row.text(1);
  s.user_id = row.text(2);
  s.channel = row.text(3);
  s.release = row.text(4);
  s.flow = row.text(5);
  s.owner = row.text(6);
  s.status = row.text(7);
  s.outcome = row.text(8);
  s.created_at = from_nanoseconds(row.integer(9));
  verify(
      RowChecksum(
          row.integer(0),
          s.id,
          s.user_id,
          s.channel,
          s.release,
          s.flow,
          s.owner,
          s.status,
          s.outcome,
          row.integer(9)
      ),
      row.integer(10),
      "conversation " + s.id
  );
  Rows last = last_record_.query(row.integer(0));
  if (!last.next()) throw DamagedRow("Conversation " + s.id + " is damaged: it has no records.");
  const turns::LogRecord record = record_of(last, row.integer(0), s.id);
  s.turn = record.turn;
  s.sequence = record.sequence;
  s.updated_at = record.at;
  return s;
}

Result<std::vector<turns::ConversationSummary>> TenantReader::list(const turns::ConversationFilter& filter) {
  const View view(*this);
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!filter.before.empty()) {
    before = conversation_number(filter.before);
    if (before == 0) {
      return fail(
          ErrorCode::not_found,
          "There is no conversation " + filter.before + " to go on from.",
          "before",
          "Use the id of the last conversation of the page before, or none for the first page."
      );
    }
  }
  // Only the conditions in use, so that the planner can take an index.
  std::string where = "conversation WHERE number < ?1";
  if (!filter.user_id.empty()) where += " AND user_id = ?3";
  if (!filter.status.empty()) where += " AND status = ?4";
  if (!filter.flow.empty()) where += " AND flow = ?5";
  Statement statement(db_, select(kConversationColumns, where + " ORDER BY number DESC LIMIT ?2"));
  statement.bind(1, before);
  statement.bind(2, filter.limit);
  if (!filter.user_id.empty()) statement.bind(3, filter.user_id);
  if (!filter.status.empty()) statement.bind(4, filter.status);
  if (!filter.flow.empty()) statement.bind(5, filter.flow);
  std::vector<turns::ConversationSummary> page;
  Rows rows = statement.query();
  while (rows.next()) page.push_back(summary(rows));
  return page;
}

std::optional<turns::InboxEntry> TenantReader::find_answer(std::string_view scope, std::string_view key) {
  Rows row = inbox_.query(scope, key);
  if (!row.next()) return std::nullopt;
  turns::InboxEntry entry;
  entry.scope = scope;
  entry.key = key;
  entry.fingerprint = row.text(0);
  entry.conversation_id = row.text(1);
  entry.answer = row.text(2);
  verify(
      RowChecksum(entry.scope, entry.key, entry.fingerprint, entry.conversation_id, entry.answer),
      row.integer(3),
      "answer for the idempotency key " + entry.key
  );
  return entry;
}

std::vector<turns::PendingEffect> TenantReader::pending_effects(std::uint32_t limit) {
  std::vector<turns::PendingEffect> effects;
  Rows rows = pending_.query(limit);
  while (rows.next()) effects.push_back(effect_of(rows));
  return effects;
}

std::vector<turns::OutboxEntry> TenantReader::open_effects(std::string_view id) {
  std::vector<turns::OutboxEntry> effects;
  Rows rows = open_.query(id);
  while (rows.next()) effects.push_back(effect_of(rows).entry);
  return effects;
}

Result<std::vector<turns::DueTimer>> TenantReader::due_timers(Timestamp now, std::uint32_t limit) {
  const auto until = to_nanoseconds(now);
  if (!until) return fail(ErrorCode::invalid_input, "The time lies outside of 1678 to 2262.", "now");
  std::vector<turns::DueTimer> timers;
  Rows rows = due_.query(*until, limit);
  while (rows.next()) {
    turns::DueTimer timer;
    timer.conversation_id = rows.text(0);
    timer.timer_id = rows.text(2);
    timer.due = from_nanoseconds(rows.integer(3));
    verify(
        RowChecksum(rows.integer(1), timer.timer_id, rows.integer(3)),
        rows.integer(4),
        "timer " + timer.timer_id + " of conversation " + timer.conversation_id
    );
    timers.push_back(std::move(timer));
  }
  return timers;
}

std::vector<turns::FlowVersion> TenantReader::flow_versions(std::string_view flow_id) {
  std::vector<turns::FlowVersion> versions;
  Rows rows = flows_by_id_.query(flow_id);
  while (rows.next()) versions.push_back(flow_of(rows));
  return versions;
}

std::optional<turns::FlowVersion> TenantReader::flow_by_hash(std::string_view hash) {
  Rows row = flow_by_hash_.query(hash);
  if (!row.next()) return std::nullopt;
  return flow_of(row);
}

std::optional<turns::StoredRelease> TenantReader::release(std::string_view hash) {
  const View view(*this);
  Rows row = release_by_hash_.query(hash);
  if (!row.next()) return std::nullopt;
  return release_of(row);
}

std::optional<turns::StoredRelease> TenantReader::active_release() {
  const View view(*this);
  Rows row = active_release_.query();
  if (!row.next()) return std::nullopt;
  return release_of(row);
}

std::vector<turns::PublicationEntry> TenantReader::publications(std::string_view flow_id) {
  std::vector<turns::PublicationEntry> history;
  Rows rows = publications_.query(flow_id);
  while (rows.next()) {
    turns::PublicationEntry entry{
        .flow_id = std::string(rows.text(0)),
        .hash = std::string(rows.text(1)),
        .action = std::string(rows.text(2)),
        .author = std::string(rows.text(3)),
        .reason = std::string(rows.text(4)),
        .release = std::string(rows.text(5)),
        .at = from_nanoseconds(rows.integer(6)),
    };
    verify(
        RowChecksum(
            entry.flow_id,
            entry.hash,
            entry.action,
            entry.author,
            entry.reason,
            entry.release,
            rows.integer(6)
        ),
        rows.integer(7),
        "publication of flow " + entry.flow_id
    );
    history.push_back(std::move(entry));
  }
  return history;
}

turns::StoredRelease TenantReader::release_of(const Rows& row) {
  turns::StoredRelease release;
  release.hash = row.text(1);
  release.settings = row.text(2);
  RowChecksum sum(release.hash, release.settings);
  Rows flows = release_flows_.query(row.integer(0));
  while (flows.next()) {
    release.flows.emplace_back(flows.text(0), flows.text(1));
    sum.add(release.flows.back().first);
    sum.add(release.flows.back().second);
  }
  verify(sum, row.integer(3), "release " + release.hash);
  return release;
}

std::vector<std::string> TenantReader::setting_names(std::string_view beginning) {
  Statement statement(db_, "SELECT name FROM setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name");
  std::vector<std::string> names;
  Rows rows = statement.query(beginning);
  while (rows.next()) names.emplace_back(rows.text(0));
  return names;
}

std::vector<std::string> TenantReader::missing_conversations(std::span<const std::string> ids) {
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    if (conversation_number(id) == 0) missing.push_back(id);
  }
  return missing;
}

std::optional<std::string> TenantReader::setting(std::string_view name) {
  Rows row = setting_.query(name);
  if (!row.next()) return std::nullopt;
  std::string value(row.text(0));
  verify(RowChecksum(name, value), row.integer(1), "setting " + std::string(name));
  return value;
}

}  // namespace parley::stores
