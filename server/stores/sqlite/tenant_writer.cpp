#include "server/stores/sqlite/tenant_writer.hpp"

#include <tuple>
#include <utility>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"
#include "server/stores/sqlite/unused_space.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores {
namespace {

constexpr std::size_t kCachedConversations = 16'384;  // per generation; about 150 bytes each

// The columns of `conversation` that lists show, in the table's order.
auto listed(const turns::ConversationSummary& s) {
  return std::tie(s.user_id, s.channel, s.release, s.flow, s.owner, s.status, s.outcome);
}

std::uint64_t hash_texts(auto... texts) {
  std::uint64_t hash = 0;
  ((hash = (hash ^ std::hash<std::string_view>{}(texts)) * 0x9E3779B97F4A7C15U + texts.size()), ...);
  return hash;
}

}  // namespace

TenantWriter::TenantWriter(const std::string& path)
    : db_(path, Connection::Mode::write),
      cache_(kCachedConversations),
      begin_(db_, "BEGIN IMMEDIATE"),
      commit_(db_, "COMMIT"),
      rollback_(db_, "ROLLBACK"),
      conversation_by_id_(
          db_,
          "SELECT number, user_id, channel, release, flow, owner, status, outcome FROM conversation WHERE id "
          "= ?1"
      ),
      last_sequence_(
          db_, "SELECT sequence FROM record WHERE conversation = ?1 ORDER BY sequence DESC LIMIT 1"
      ),
      last_conversation_(db_, "SELECT coalesce(max(number), 0) FROM conversation"),
      insert_conversation_(
          db_, "INSERT INTO conversation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
      ),
      update_conversation_(
          db_,
          "UPDATE conversation SET user_id = ?3, channel = ?4, release = ?5, flow = ?6, owner = ?7, status = "
          "?8, "
          "outcome = ?9, created_at = ?10, checksum = ?11 WHERE number = ?1 AND id = ?2"
      ),
      insert_record_(
          db_,
          "INSERT INTO record (conversation, sequence, turn, at, body, checksum) VALUES (?1, ?2, ?3, ?4, ?5, "
          "?6)"
      ),
      put_snapshot_(
          db_,
          "INSERT INTO snapshot VALUES (?1, ?2, ?3, ?4) ON CONFLICT (conversation) DO UPDATE SET "
          "sequence = ?2, body = ?3, checksum = ?4"
      ),
      put_outbox_(
          db_,
          "INSERT INTO outbox (conversation, effect_id, tool, request, idempotency_key, state, attempt, "
          "checksum) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (conversation, effect_id) DO UPDATE SET "
          "tool = ?3, request = ?4, idempotency_key = ?5, state = ?6, attempt = ?7, checksum = ?8"
      ),
      put_timer_(db_, "INSERT OR REPLACE INTO timer VALUES (?1, ?2, ?3, ?4)"),
      delete_timer_(db_, "DELETE FROM timer WHERE conversation = ?1 AND timer_id = ?2"),
      inbox_by_key_(db_, "SELECT number, fingerprint, conversation FROM inbox WHERE scope = ?1 AND key = ?2"),
      insert_inbox_(
          db_,
          "INSERT INTO inbox (scope, key, fingerprint, conversation, answer, checksum) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
      ),
      update_inbox_(db_, "UPDATE inbox SET answer = ?2, checksum = ?3 WHERE number = ?1"),
      insert_flow_(
          db_,
          "INSERT INTO flow_version (flow_id, hash, version, canonical, source, author, published_at, "
          "checksum) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (hash) DO NOTHING"
      ),
      release_by_hash_(db_, "SELECT number FROM release WHERE hash = ?1"),
      insert_release_(db_, "INSERT INTO release (hash, settings, checksum) VALUES (?1, ?2, ?3)"),
      insert_release_flow_(db_, "INSERT INTO release_flow VALUES (?1, ?2, ?3, ?4)"),
      last_activation_(db_, "SELECT release FROM activation ORDER BY number DESC LIMIT 1"),
      insert_activation_(db_, "INSERT INTO activation (release) VALUES (?1)"),
      insert_publication_(
          db_,
          "INSERT INTO publication (flow_id, hash, action, author, reason, release, at, checksum) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
      ),
      setting_(db_, "SELECT value FROM setting WHERE name = ?1"),
      put_setting_(
          db_,
          "INSERT INTO setting VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = ?2, checksum = ?3"
      ),
      people_(db_),
      erasures_(db_),
      traces_(erasures_.traces()) {
  // Replaces SQLite's own checkpointing, which would stall whoever commits.
  sqlite3_wal_hook(
      db_.handle(),
      [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<int*>(frames) = count;
        return SQLITE_OK;
      },
      &log_frames_
  );
}

void TenantWriter::write_batch(std::span<const WriteSlot> batch) {
  begin_.run();
  try {
    for (const WriteSlot& slot : batch) {
      *slot.outcome = std::visit([this](const auto& work) { return apply(work); }, slot.write->work);
    }
    commit_.run();
  } catch (...) {
    rollback();
    throw;
  }
}

void TenantWriter::rollback() {
  cache_.clear();
  next_conversation_ = 0;
  try {
    if (sqlite3_get_autocommit(db_.handle()) == 0) rollback_.run();
  } catch (const SqliteFailure&) {
    // The failure that led here is the one to report; an open transaction ends with its connection.
  }
}

void TenantWriter::probe() {
  try {
    begin_.run();
    db_.execute("PRAGMA user_version = " + std::to_string(db_.integer("PRAGMA user_version")));
    commit_.run();
  } catch (...) {
    rollback();
    throw;
  }
}

bool TenantWriter::restart_log(int patience_ms) {
  return checkpoint(SQLITE_CHECKPOINT_RESTART, patience_ms);
}

bool TenantWriter::cut_log_off(int patience_ms) {
  return checkpoint(SQLITE_CHECKPOINT_TRUNCATE, patience_ms);
}

std::optional<std::int64_t> TenantWriter::overwrite_some(std::int64_t first_page, std::int64_t pages) {
  return overwrite_unused_space(db_, first_page, pages);
}

void TenantWriter::traces_removed() {
  erasures_.traces_removed();
  traces_.reset();
}

bool TenantWriter::checkpoint(int mode, int patience_ms) {
  sqlite3_busy_timeout(db_.handle(), patience_ms);
  const int code = sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(db_.handle(), 5000);
  if (code == SQLITE_OK) return true;
  if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED) return false;
  throw SqliteFailure(code, sqlite3_errmsg(db_.handle()));
}

void TenantWriter::forgo_last_checkpoint() {
  sqlite3_db_config(db_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<void> TenantWriter::apply(const turns::Commit& commit) {
  if (auto ok = check_storable(commit); !ok) return ok;
  const auto& summary = commit.conversation;
  KnownConversation* entry = known(summary.id);
  const std::uint64_t last = entry == nullptr ? 0 : entry->last_sequence;
  if (commit.record.sequence != last + 1) return moved_on(commit, last);
  std::optional<std::int64_t> inbox;
  if (commit.inbox) {
    auto row = inbox_row(*commit.inbox, commit.claims_keys);
    if (!row) return std::unexpected(row.error());
    inbox = *row;
  }
  std::vector<std::optional<std::int64_t>> merged;
  for (const turns::InboxEntry& each : commit.merged) {
    auto row = inbox_row(each, commit.claims_keys);
    if (!row) return std::unexpected(row.error());
    merged.push_back(*row);
  }

  try {
    people_.check(commit);
  } catch (const DamagedRow& damage) {
    return std::unexpected(to_error(damage));
  }

  // From here on only the database can fail, and then the whole batch does.
  write_conversation(summary, entry);
  entry->last_sequence = commit.record.sequence;
  const std::int64_t number = entry->number;
  write_record(number, commit.record);
  if (commit.snapshot) {
    const auto sum = RowChecksum(number, commit.record.sequence, *commit.snapshot).value();
    put_snapshot_.run(number, commit.record.sequence, *commit.snapshot, sum);
  }
  for (const auto& effect : commit.outbox) write_outbox(number, effect);
  for (const auto& timer : commit.timers) write_timer(number, timer);
  if (commit.inbox) write_inbox(inbox, *commit.inbox);
  people_.write(number, commit);
  for (std::size_t i = 0; i < merged.size(); ++i) write_inbox(merged[i], commit.merged[i]);
  return {};
}

// Null if the conversation does not exist yet.
KnownConversation* TenantWriter::known(const std::string& id) {
  if (auto* entry = cache_.find(id)) return entry;
  Rows rows = conversation_by_id_.query(id);
  if (!rows.next()) return nullptr;
  KnownConversation found;
  found.number = rows.integer(0);
  found.listed = hash_texts(
      rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), rows.text(6), rows.text(7)
  );
  Rows last = last_sequence_.query(found.number);
  if (last.next()) found.last_sequence = static_cast<std::uint64_t>(last.integer(0));
  return &cache_.insert(id, found);
}

// The row to update. A key is spent on one request: another conversation or another body is a conflict, which
// stops the second of two requests that came at the same moment.
Result<std::optional<std::int64_t>> TenantWriter::inbox_row(const turns::InboxEntry& entry, bool claims) {
  Rows rows = inbox_by_key_.query(entry.scope, entry.key);
  if (!rows.next()) return std::nullopt;
  if (claims || rows.text(1) != entry.fingerprint || rows.text(2) != entry.conversation_id) {
    return key_spent(entry.key);
  }
  return rows.integer(0);
}

void TenantWriter::write_conversation(const turns::ConversationSummary& summary, KnownConversation*& entry) {
  const auto columns = listed(summary);
  const std::uint64_t hash =
      std::apply([](const auto&... text) { return hash_texts(std::string_view(text)...); }, columns);
  if (entry != nullptr && entry->listed == hash) return;

  const bool fresh = entry == nullptr;
  if (fresh) {
    if (next_conversation_ == 0) {
      Rows rows = last_conversation_.query();
      next_conversation_ = (rows.next() ? rows.integer(0) : 0) + 1;
    }
    entry = &cache_.insert(summary.id, {.number = next_conversation_++});
  }
  entry->listed = hash;
  const std::int64_t created = *to_nanoseconds(summary.created_at);
  std::apply(
      [&](const auto&... text) {
        const auto sum = RowChecksum(entry->number, summary.id, text..., created).value();
        (fresh ? insert_conversation_ : update_conversation_)
            .run(entry->number, summary.id, text..., created, sum);
      },
      columns
  );
}

void TenantWriter::write_record(std::int64_t conversation, const turns::LogRecord& record) {
  const std::int64_t at = *to_nanoseconds(record.at);
  const auto sum = RowChecksum(conversation, record.sequence, record.turn, at, record.body).value();
  insert_record_.run(conversation, record.sequence, record.turn, at, record.body, sum);
}

void TenantWriter::write_outbox(std::int64_t conversation, const turns::OutboxEntry& entry) {
  const auto state = static_cast<std::int64_t>(entry.state);
  const auto sum = RowChecksum(
                       conversation,
                       entry.effect_id,
                       entry.tool,
                       entry.request,
                       entry.idempotency_key,
                       state,
                       entry.attempt
  )
                       .value();
  put_outbox_.run(
      conversation,
      entry.effect_id,
      entry.tool,
      entry.request,
      entry.idempotency_key,
      state,
      entry.attempt,
      sum
  );
}

void TenantWriter::write_timer(std::int64_t conversation, const turns::TimerEntry& entry) {
  if (!entry.due) {
    delete_timer_.run(conversation, entry.timer_id);
    return;
  }
  const std::int64_t due = *to_nanoseconds(*entry.due);
  put_timer_.run(conversation, entry.timer_id, due, RowChecksum(conversation, entry.timer_id, due).value());
}

void TenantWriter::write_inbox(std::optional<std::int64_t> row, const turns::InboxEntry& entry) {
  const auto sum =
      RowChecksum(entry.scope, entry.key, entry.fingerprint, entry.conversation_id, entry.answer).value();
  if (row) {
    update_inbox_.run(*row, entry.answer, sum);
  } else {
    insert_inbox_.run(entry.scope, entry.key, entry.fingerprint, entry.conversation_id, entry.answer, sum);
  }
}

Result<void> TenantWriter::apply(const turns::FlowVersion& version) {
  if (auto ok = check_storable(version); !ok) return ok;
  const std::int64_t published = *to_nanoseconds(version.published_at);
  const auto sum = RowChecksum(
                       version.flow_id,
                       version.hash,
                       version.version,
                       version.canonical,
                       version.source,
                       version.author,
                       published
  )
                       .value();
  insert_flow_.run(
      version.flow_id,
      version.hash,
      version.version,
      version.canonical,
      version.source,
      version.author,
      published,
      sum
  );
  return {};
}

std::optional<std::int64_t> TenantWriter::release_number(std::string_view hash) {
  Rows rows = release_by_hash_.query(hash);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

Result<void> TenantWriter::apply(const PutRelease& put) {
  if (auto ok = check_storable(put); !ok) return ok;
  std::int64_t active = 0;
  {
    Rows rows = last_activation_.query();
    if (rows.next()) active = rows.integer(0);
  }
  if (put.activate && put.base) {
    const bool same = put.base->empty() ? active == 0 : release_number(*put.base) == active;
    if (!same && release_number(put.release.hash) == active) return {};
    if (!same) return release_changed();
  }
  if (!release_number(put.release.hash)) {
    RowChecksum sum(put.release.hash, put.release.settings);
    for (const auto& [flow_id, hash] : put.release.flows) {
      sum.add(flow_id);
      sum.add(hash);
    }
    insert_release_.run(put.release.hash, put.release.settings, sum.value());
    const auto number = release_number(put.release.hash);
    INVARIANT(number, "a release that was just inserted is there");
    std::int64_t position = 0;
    for (const auto& [flow_id, hash] : put.release.flows) {
      insert_release_flow_.run(*number, position++, flow_id, hash);
    }
  }
  if (!put.activate) return {};
  const auto number = release_number(put.release.hash);
  if (active != *number) insert_activation_.run(*number);
  for (const turns::PublicationEntry& entry : put.history) {
    const std::int64_t when = *to_nanoseconds(entry.at);
    const auto sum =
        RowChecksum(entry.flow_id, entry.hash, entry.action, entry.author, entry.reason, entry.release, when)
            .value();
    insert_publication_.run(
        entry.flow_id, entry.hash, entry.action, entry.author, entry.reason, entry.release, when, sum
    );
  }
  return {};
}

Result<void> TenantWriter::apply(const PutSetting& put) {
  put_setting_.run(put.name, put.value, RowChecksum(put.name, put.value).value());
  return {};
}

Result<void> TenantWriter::apply(const ReplaceSetting& replace) {
  std::optional<std::string> now;
  {
    Rows rows = setting_.query(replace.name);
    if (rows.next()) now = rows.text(0);
  }
  if (now != replace.before) return setting_changed();
  return apply(PutSetting{replace.name, replace.value});
}

Result<void> TenantWriter::apply(const turns::Erase& piece) {
  if (auto ok = check_storable(piece); !ok) return ok;
  cache_.clear();  // it may know what is no longer there
  erasures_.write(piece);
  traces_ = erasures_.traces();
  return {};
}

Result<void> TenantWriter::apply(const ForgetUser& forget) {
  people_.forget(forget.user_id);
  return {};
}

Result<void> TenantWriter::apply(const ForgetBefore& forget) {
  people_.forget_before(forget.time);
  return {};
}

Result<void> TenantWriter::apply(const PutVectors& put) {
  if (auto ok = check_storable(put); !ok) return ok;
  people_.put_vectors(put.user_id, put.vectors, put.at);
  return {};
}

}  // namespace parley::stores
