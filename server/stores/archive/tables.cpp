#include "server/stores/archive/tables.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "server/stores/checksum.hpp"

namespace parley::stores {
namespace {

using enum ColumnKind;

constexpr ArchiveColumn kConversation[] = {
    {"id"},
    {"user_id"},
    {"channel"},
    {"release"},
    {"flow"},
    {"owner"},
    {"status"},
    {"outcome"},
    {"created_at", number},
    {"sequence", derived},
    {"turn", derived},
    {"updated_at", derived},
};
constexpr ArchiveColumn kRecord[] = {
    {"conversation"}, {"sequence", number}, {"turn", number}, {"at", number}, {"body"}
};
constexpr ArchiveColumn kSnapshot[] = {{"conversation"}, {"sequence", number}, {"body"}};
constexpr ArchiveColumn kInbox[] = {{"scope"}, {"key"}, {"fingerprint"}, {"conversation"}, {"answer"}};
constexpr ArchiveColumn kOutbox[] = {
    {"conversation"},
    {"effect_id"},
    {"tool"},
    {"request"},
    {"idempotency_key"},
    {"state", number},
    {"attempt", number},
};
constexpr ArchiveColumn kTimer[] = {{"conversation"}, {"timer_id"}, {"due", number}};
constexpr ArchiveColumn kReview[] = {
    {"review_id"},
    {"conversation"},
    {"kind"},
    {"status"},
    {"assignee"},
    {"request"},
    {"decision"},
    {"requested_at", number},
    {"due", time},
    {"decided_at", time},
};
constexpr ArchiveColumn kMemory[] = {{"user_id"}, {"name"}, {"value"}, {"at", number}};
constexpr ArchiveColumn kFlowVersion[] = {
    {"flow_id"}, {"hash"}, {"version"}, {"canonical"}, {"source"}, {"author"}, {"published_at", number}
};
constexpr ArchiveColumn kRelease[] = {{"hash"}, {"settings"}, {"flow_ids", texts}, {"hashes", texts}};
constexpr ArchiveColumn kActivation[] = {{"release"}};
constexpr ArchiveColumn kPublication[] = {
    {"flow_id"}, {"hash"}, {"action"}, {"author"}, {"reason"}, {"release"}, {"at", number}
};
constexpr ArchiveColumn kErasure[] = {
    {"erasure_id"},
    {"cause"},
    {"author"},
    {"begun_at", number},
    {"finished_at", time},
    {"conversations", number},
    {"row_count", number},
};
constexpr ArchiveColumn kSetting[] = {{"name"}, {"value"}};

using enum ConversationLink;

constexpr ArchiveTable kTables[] = {
    {"setting", kSetting, none, true, false, "t.name", "t.name"},
    {"flow_version", kFlowVersion, none, true, false, "t.number", "t.number"},
    {"release", kRelease, none, true, false, "t.hash", "t.hash"},
    {"activation", kActivation, none, true, false, "t.number", "t.number"},
    {"publication", kPublication, none, true, false, "t.number", "t.number"},
    {"erasure", kErasure, none, true, false, "t.number", "t.number"},
    {"memory", kMemory, none, true, false, "t.user_id, t.name", "t.user_id, t.name"},
    {"conversation", kConversation, itself, true, true, "t.number", "t.number"},
    {"record", kRecord, by_number, true, true, "t.conversation, t.sequence", "c.number, t.sequence"},
    {"snapshot", kSnapshot, by_number, true, true, "t.conversation", "c.number"},
    {"timer", kTimer, by_number, true, false, "t.conversation, t.timer_id", "c.number, t.timer_id"},
    {"outbox", kOutbox, by_number, true, true, "t.number", "t.number"},
    {"review", kReview, by_number, false, false, "t.number", "t.number"},
    {"inbox", kInbox, none, true, true, "t.scope, t.key", "t.scope, t.key"},
};

}  // namespace

std::span<const ArchiveTable> archive_tables() {
  return kTables;
}

const ArchiveTable* find_archive_table(std::string_view name) {
  const auto* found = std::ranges::find(kTables, name, &ArchiveTable::name);
  return found == std::end(kTables) ? nullptr : found;
}

Value text_cell(std::string_view octets) {
  return is_utf8(octets) ? Value(octets) : Value::bytes(octets);
}

std::string_view octets_of(const Value& cell) {
  return cell.is_bytes() ? cell.as_bytes() : cell.as_string();
}

bool fits(const ArchiveTable& table, const ArchiveRow& row) {
  const auto is_text = [](const Value& cell) { return cell.is_string() || cell.is_bytes(); };
  if (row.size() != table.columns.size()) return false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Value& cell = row[i];
    switch (table.columns[i].kind) {
      case text:
        if (!is_text(cell)) return false;
        break;
      case number:
      case derived:
        if (!cell.is_int()) return false;
        break;
      case time:
        if (!cell.is_int() && !cell.is_null()) return false;
        break;
      case texts:
        if (!cell.is_list() || !std::ranges::all_of(cell.as_list(), is_text)) return false;
        break;
    }
  }
  return true;
}

std::int64_t row_checksum(
    const ArchiveTable& table, const ArchiveRow& row, std::optional<std::int64_t> conversation
) {
  RowChecksum sum;
  if (conversation && table.link == itself) sum.add(*conversation);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool is_link = table.link == by_number && table.columns[i].name == "conversation";
    if (is_link && conversation) {
      if (table.sums_link) sum.add(*conversation);
      continue;
    }
    switch (table.columns[i].kind) {
      case text:
        sum.add(octets_of(row[i]));
        break;
      case number:
        sum.add(row[i].as_int());
        break;
      case time:
        sum.add(row[i].is_null() ? std::int64_t{0} : row[i].as_int());
        break;
      case texts:  // two lists beside each other, summed pair by pair
        if (i + 1 == row.size()) break;
        for (std::size_t pair = 0; pair < std::min(row[i].size(), row[i + 1].size()); ++pair) {
          sum.add(octets_of(row[i].as_list()[pair]));
          sum.add(octets_of(row[i + 1].as_list()[pair]));
        }
        break;
      case derived:
        break;
    }
  }
  return sum.value();
}

Result<std::vector<TableCount>> transfer(TenantSource& from, TenantSink& to) {
  std::vector<TableCount> counts;
  for (const ArchiveTable& table : kTables) {
    TableCount& count = counts.emplace_back(TableCount{std::string(table.name), 0});
    const auto read = from.read(table, [&](ArchiveRow row) {
      ++count.rows;
      return to.write(table, row);
    });
    if (!read) return std::unexpected(read.error());
  }
  if (auto finished = to.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return counts;
}

}  // namespace parley::stores
