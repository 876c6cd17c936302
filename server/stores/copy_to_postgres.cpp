#include "server/stores/copy_to_postgres.hpp"

#include <utility>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"
#include "server/stores/postgres/connection.hpp"
#include "server/stores/postgres/rows.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/sqlite/connection.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores {

namespace {

using postgres::Parameters;
using postgres::Request;

constexpr std::size_t kRowsAtOnce = 200;

// What is read from SQLite, and the statement that each row becomes.
struct Table {
  const char* name;
  const char* select;
  postgres::Statement insert;
};

constexpr Table kConversations{
    "conversation",
    "SELECT c.number, c.id, c.user_id, c.channel, c.release, c.flow, c.owner, c.status, c.outcome, "
    "c.created_at, "
    "c.checksum, r.sequence, r.turn, r.at FROM conversation c JOIN record r ON r.conversation = c.number AND "
    "r.sequence "
    "= (SELECT max(sequence) FROM record WHERE conversation = c.number) ORDER BY c.number",
    {"copy_conversation",
     "INSERT INTO parley.conversation (id, user_id, channel, release, flow, owner, status, outcome, "
     "created_at, "
     "checksum, sequence, turn, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"}
};
constexpr Table kRecords{
    "record",
    "SELECT r.conversation, c.id, r.sequence, r.turn, r.at, r.body, r.checksum FROM record r JOIN "
    "conversation c ON "
    "c.number = r.conversation ORDER BY r.number",
    {"copy_record",
     "INSERT INTO parley.record (conversation, sequence, turn, at, body, checksum) VALUES ($1, $2, $3, $4, "
     "$5, $6)"}
};
constexpr Table kSnapshots{
    "snapshot",
    "SELECT s.conversation, c.id, s.sequence, s.body, s.checksum FROM snapshot s JOIN conversation c ON "
    "c.number = "
    "s.conversation ORDER BY s.conversation",
    {"copy_snapshot",
     "INSERT INTO parley.snapshot (conversation, sequence, body, checksum) VALUES ($1, $2, $3, $4)"}
};
constexpr Table kInbox{
    "inbox",
    "SELECT scope, key, fingerprint, conversation, answer, checksum FROM inbox ORDER BY number",
    {"copy_inbox",
     "INSERT INTO parley.inbox (scope, key, fingerprint, conversation, answer, checksum) VALUES ($1, $2, $3, "
     "$4, $5, $6)"}
};
constexpr Table kOutbox{
    "outbox",
    "SELECT o.conversation, c.id, o.effect_id, o.tool, o.request, o.idempotency_key, o.state, o.attempt, "
    "o.checksum "
    "FROM outbox o JOIN conversation c ON c.number = o.conversation ORDER BY o.number",
    {"copy_outbox",
     "INSERT INTO parley.outbox (conversation, effect_id, tool, request, idempotency_key, state, attempt, "
     "checksum) "
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"}
};
constexpr Table kTimers{
    "timer",
    "SELECT c.id, t.timer_id, t.due FROM timer t JOIN conversation c ON c.number = t.conversation ORDER BY "
    "t.conversation",
    {"copy_timer", "INSERT INTO parley.timer (conversation, timer_id, due) VALUES ($1, $2, $3)"}
};
constexpr Table kReviews{
    "review",
    "SELECT r.review_id, c.id, r.kind, r.status, r.assignee, r.request, r.decision, r.requested_at, r.due, "
    "r.decided_at "
    "FROM review r JOIN conversation c ON c.number = r.conversation ORDER BY r.number",
    {"copy_review",
     "INSERT INTO parley.review (review_id, conversation, kind, status, assignee, request, decision, "
     "requested_at, due, "
     "decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0), nullif($10::bigint, 0))"}
};
constexpr Table kMemory{
    "memory",
    "SELECT user_id, name, value, at FROM memory ORDER BY user_id, name",
    {"copy_memory", "INSERT INTO parley.memory (user_id, name, value, at) VALUES ($1, $2, $3, $4)"}
};
constexpr Table kFlows{
    "flow_version",
    "SELECT flow_id, hash, version, canonical, source, author, published_at FROM flow_version ORDER BY "
    "number",
    {"copy_flow",
     "INSERT INTO parley.flow_version (flow_id, hash, version, canonical, source, author, published_at) "
     "VALUES ($1, $2, "
     "$3, $4, $5, $6, $7)"}
};
constexpr Table kReleases{
    "release",
    "SELECT number, hash, settings FROM release ORDER BY number",
    {"copy_release", "INSERT INTO parley.release (hash, settings, flow_ids, hashes) VALUES ($1, $2, $3, $4)"}
};
constexpr Table kActivations{
    "activation",
    "SELECT r.hash FROM activation a JOIN release r ON r.number = a.release ORDER BY a.number",
    {"copy_activation", "INSERT INTO parley.activation (release) VALUES ($1)"}
};
constexpr Table kPublications{
    "publication",
    "SELECT flow_id, hash, action, author, reason, release, at FROM publication ORDER BY number",
    {"copy_publication",
     "INSERT INTO parley.publication (flow_id, hash, action, author, reason, release, at) VALUES ($1, $2, "
     "$3, $4, $5, "
     "$6, $7)"}
};
constexpr Table kSettings{
    "setting",
    "SELECT name, value FROM setting ORDER BY name",
    {"copy_setting", "INSERT INTO parley.setting (name, value) VALUES ($1, $2)"}
};

void verify(const RowChecksum& sum, std::int64_t kept, const std::string& what) {
  if (sum.value() != kept)
    throw DamagedRow("The stored " + what + " is damaged: its checksum does not match.");
}

class Copy {
 public:
  Copy(const std::string& file, const std::string& url) : from_(file, Connection::Mode::read), to_(url) {
    postgres::lock_for_one_server(to_);
  }

  Result<std::vector<CopiedTable>> run(const std::string& tenant) {
    from_.execute("BEGIN");
    to_.plain("BEGIN");
    to_.plain("SET LOCAL parley.tenant = '" + tenant + "'");
    for (const char* table : {"conversation", "flow_version", "setting"}) {
      if (count(table) == 0) continue;
      return fail(
          ErrorCode::unsupported,
          "the database has rows of tenant " + tenant + " already",
          {},
          "copy into an empty database"
      );
    }
    copy_conversations();
    copy_work();
    copy_people();
    copy_flows();
    for (const CopiedTable& table : copied_) {
      const std::int64_t there = count(table.name);
      if (there == table.rows) continue;
      return fail(
          ErrorCode::internal,
          "of " + std::to_string(table.rows) + " rows of " + table.name + " " + std::to_string(there) +
              " arrived"
      );
    }
    to_.plain("COMMIT");
    return std::move(copied_);
  }

 private:
  [[nodiscard]] std::int64_t count(const std::string& table) {
    return std::stoll(to_.plain("SELECT count(*) FROM parley." + table).at(0).at(0));
  }

  template <typename Fill>
  void copy(const Table& table, Fill fill) {
    std::vector<Request> batch;
    Statement select(from_, table.select);
    Rows rows = select.query();
    while (rows.next()) {
      Request& request = batch.emplace_back(Request{&table.insert, {}});
      fill(rows, request.parameters);
      if (batch.size() < kRowsAtOnce) continue;
      to_.run(batch);
      batch.clear();
    }
    if (!batch.empty()) to_.run(batch);
    const std::string name(table.name);
    copied_.push_back({name, from_.integer(("SELECT count(*) FROM " + name).c_str())});
  }

  // The first columns are texts, the rest numbers.
  void copy_plainly(const Table& table, int texts, int numbers) {
    copy(table, [=](const Rows& row, Parameters& out) {
      for (int column = 0; column < texts; ++column) out.add_copy(row.text(column));
      for (int column = texts; column < texts + numbers; ++column) out.add(row.integer(column));
    });
  }

  void copy_conversations() {
    copy(kConversations, [](const Rows& row, Parameters& out) {
      turns::ConversationSummary s{
          .id = std::string(row.text(1)),
          .user_id = std::string(row.text(2)),
          .channel = std::string(row.text(3)),
          .release = std::string(row.text(4)),
          .flow = std::string(row.text(5)),
          .owner = std::string(row.text(6)),
          .status = std::string(row.text(7)),
          .outcome = std::string(row.text(8)),
          .created_at = from_nanoseconds(row.integer(9)),
      };
      const RowChecksum kept(
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
      );
      verify(kept, row.integer(10), "conversation " + s.id);
      for (int column = 1; column <= 8; ++column) out.add_copy(row.text(column));
      out.add(row.integer(9)).add(postgres::checksum_of(s));
      out.add(row.integer(11)).add(row.integer(12)).add(row.integer(13));
    });
    copy(kRecords, [](const Rows& row, Parameters& out) {
      const turns::LogRecord record{
          .sequence = static_cast<std::uint64_t>(row.integer(2)),
          .turn = static_cast<std::uint64_t>(row.integer(3)),
          .at = from_nanoseconds(row.integer(4)),
          .body = std::string(row.text(5)),
      };
      const RowChecksum kept(row.integer(0), record.sequence, record.turn, row.integer(4), record.body);
      verify(kept, row.integer(6), "record of conversation " + std::string(row.text(1)));
      out.add_copy(row.text(1))
          .add(row.integer(2))
          .add(row.integer(3))
          .add(row.integer(4))
          .add_copy(record.body);
      out.add(postgres::checksum_of(row.text(1), record));
    });
    copy(kSnapshots, [](const Rows& row, Parameters& out) {
      const RowChecksum kept(row.integer(0), row.integer(2), row.text(3));
      verify(kept, row.integer(4), "snapshot of conversation " + std::string(row.text(1)));
      out.add_copy(row.text(1)).add(row.integer(2)).add_copy(row.text(3));
      out.add(RowChecksum(row.text(1), row.integer(2), row.text(3)).value());
    });
  }

  void copy_work() {
    copy(kInbox, [](const Rows& row, Parameters& out) {
      const RowChecksum kept(row.text(0), row.text(1), row.text(2), row.text(3), row.text(4));
      verify(kept, row.integer(5), "answer for the idempotency key " + std::string(row.text(1)));
      for (int column = 0; column < 5; ++column) out.add_copy(row.text(column));
      out.add(row.integer(5));
    });
    copy(kOutbox, [](const Rows& row, Parameters& out) {
      const turns::OutboxEntry entry{
          .effect_id = std::string(row.text(2)),
          .tool = std::string(row.text(3)),
          .request = std::string(row.text(4)),
          .idempotency_key = std::string(row.text(5)),
          .state = static_cast<turns::EffectState>(row.integer(6)),
          .attempt = static_cast<std::uint32_t>(row.integer(7)),
      };
      const RowChecksum kept(
          row.integer(0),
          entry.effect_id,
          entry.tool,
          entry.request,
          entry.idempotency_key,
          row.integer(6),
          row.integer(7)
      );
      verify(
          kept, row.integer(8), "effect " + entry.effect_id + " of conversation " + std::string(row.text(1))
      );
      for (int column = 1; column < 6; ++column) out.add_copy(row.text(column));
      out.add(row.integer(6)).add(row.integer(7)).add(postgres::checksum_of(row.text(1), entry));
    });
    copy_plainly(kTimers, 2, 1);
  }

  void copy_people() {
    copy_plainly(kReviews, 7, 3);
    copy_plainly(kMemory, 3, 1);
  }

  void copy_flows() {
    copy_plainly(kFlows, 6, 1);
    copy(kReleases, [this](const Rows& row, Parameters& out) {
      std::vector<std::pair<std::string, std::string>> flows;
      Statement select(from_, "SELECT flow_id, hash FROM release_flow WHERE release = ?1 ORDER BY position");
      Rows of_release = select.query(row.integer(0));
      while (of_release.next()) flows.emplace_back(of_release.text(0), of_release.text(1));
      Parameters::Texts ids;
      Parameters::Texts hashes;
      for (const auto& [id, hash] : flows) {
        ids.emplace_back(id);
        hashes.emplace_back(hash);
      }
      out.add_copy(row.text(1)).add_copy(row.text(2)).add(ids).add(hashes);
    });
    copy_plainly(kActivations, 1, 0);
    copy_plainly(kPublications, 6, 1);
    copy_plainly(kSettings, 2, 0);
  }

  Connection from_;
  postgres::Connection to_;
  std::vector<CopiedTable> copied_;
};

}  // namespace

Result<std::vector<CopiedTable>> copy_to_postgres(
    const std::string& sqlite_file, const std::string& url, const std::string& tenant
) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  if (auto sound = postgres::check_runtime(url); !sound) return std::unexpected(sound.error());
  try {
    return Copy(sqlite_file, url).run(tenant);
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  } catch (const DamagedRow& damage) {
    return std::unexpected(to_error(damage));
  } catch (const postgres::PostgresFailure& failure) {
    return std::unexpected(postgres::to_error(failure));
  }
}

}  // namespace parley::stores
