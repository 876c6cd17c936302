#include "server/stores/archive/postgres_rows.hpp"

#include <utility>

#include "server/stores/postgres/reader.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores {
namespace {

using postgres::Parameters;
using postgres::PostgresFailure;

constexpr std::size_t kRowsAtOnce = 200;
constexpr const char* kFetch = "FETCH 500 FROM everything";

std::string columns_of(const ArchiveTable& table, std::string_view prefix) {
  std::string columns;
  for (const ArchiveColumn& column : table.columns)
    columns += (columns.empty() ? "" : ", ") + std::string(prefix) + std::string(column.name);
  return columns + (table.summed_in_postgres ? ", " + std::string(prefix) + "checksum" : "");
}

std::string select_rows(const ArchiveTable& table) {
  std::string sql = "SELECT " + columns_of(table, "t.") + " FROM parley." + std::string(table.name) + " t";
  if (table.order_in_postgres.starts_with("c."))
    sql += " JOIN parley.conversation c ON c.tenant = t.tenant AND c.id = t.conversation";
  return sql + " WHERE t.tenant = parley.tenant() ORDER BY " + std::string(table.order_in_postgres);
}

std::string insert_rows(const ArchiveTable& table) {
  std::string places;
  const std::size_t values = table.columns.size() + (table.summed_in_postgres ? 1 : 0);
  for (std::size_t i = 1; i <= values; ++i) places += (i == 1 ? "$" : ", $") + std::to_string(i);
  return "INSERT INTO parley." + std::string(table.name) + " (" + columns_of(table, "") + ") VALUES (" +
         places + ")";
}

ArchiveRow row_of(const ArchiveTable& table, const postgres::Rows& rows, int at) {
  ArchiveRow row;
  row.reserve(table.columns.size());
  for (int column = 0; const ArchiveColumn& each : table.columns) {
    if (rows.is_null(at, column)) {
      row.emplace_back();
    } else if (each.kind == ColumnKind::text) {
      row.push_back(text_cell(rows.bytes(at, column)));
    } else if (each.kind == ColumnKind::texts) {
      ListBuilder list;
      for (const std::string& text : rows.texts(at, column)) list.add(text_cell(text));
      row.push_back(list.build());
    } else {
      row.emplace_back(rows.number(at, column));
    }
    ++column;
  }
  const auto sum_at = static_cast<int>(table.columns.size());
  if (table.summed_in_postgres && row_checksum(table, row, std::nullopt) != rows.number(at, sum_at))
    throw postgres::DamagedRow(
        "The stored " + std::string(table.name) + " " + std::string(octets_of(row.front())) +
        " is damaged: its checksum does not match."
    );
  return row;
}

void add_cell(Parameters& out, const ArchiveColumn& column, const Value& cell) {
  if (cell.is_null()) {
    out.add_null();
  } else if (column.kind == ColumnKind::text) {
    out.add_copy(octets_of(cell));
  } else if (column.kind == ColumnKind::texts) {
    Parameters::Texts texts;
    for (const Value& text : cell.as_list()) texts.emplace_back(octets_of(text));
    out.add(texts);
  } else {
    out.add(cell.as_int());
  }
}

Result<void> check_schema(const std::string& url) {
  const auto status = postgres::schema_status(url);
  if (!status) return std::unexpected(status.error());
  if (status->made == status->known) return {};
  return fail(
      ErrorCode::unsupported,
      "The database has schema " + std::to_string(status->made) + "; this version needs " +
          std::to_string(status->known) + ".",
      {},
      "Run: parley db migrate"
  );
}

}  // namespace

// ---- out of the database

Result<std::unique_ptr<PostgresSource>> PostgresSource::open(
    const std::string& url, const std::string& tenant
) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  if (auto current = check_schema(url); !current) return std::unexpected(std::move(current.error()));
  try {
    std::unique_ptr<PostgresSource> source(new PostgresSource(url));
    source->db_.plain("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    source->db_.plain("SET LOCAL parley.tenant = '" + tenant + "'");
    source->db_.plain("SET LOCAL idle_in_transaction_session_timeout = 0");
    source->db_.plain("SELECT count(*) FROM parley.setting");  // the moment
    return source;
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<void> PostgresSource::read(const ArchiveTable& table, const Each& each) {
  try {
    db_.plain("DECLARE everything NO SCROLL CURSOR FOR " + select_rows(table));
    while (true) {
      const postgres::Rows rows = db_.ask(kFetch);
      for (int at = 0; at < rows.count(); ++at) {
        if (auto taken = each(row_of(table, rows, at)); !taken) return taken;
      }
      if (rows.count() == 0) break;
    }
    db_.plain("CLOSE everything");
    return {};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  } catch (const postgres::DamagedRow& damage) {
    return fail(ErrorCode::internal, damage.what(), {}, "Restore the database from a backup.");
  }
}

Result<std::vector<std::string>> postgres_tenants(const std::string& url) {
  try {
    postgres::Connection db(url);
    std::vector<std::string> names;
    for (const auto& row :
         db.plain("SELECT tenant FROM parley.setting UNION SELECT tenant FROM parley.conversation UNION "
                  "SELECT tenant FROM parley.flow_version ORDER BY 1"))
      names.push_back(row.at(0));
    return names;
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

// ---- into the database

namespace {

constexpr const char* kLives =
    "SELECT count(*) FROM parley.worker WHERE beat_at >= clock_timestamp() - interval '5 seconds'";

}  // namespace

PostgresSink::PostgresSink(const std::string& url) : db_(url) {
  for (const ArchiveTable& table : archive_tables()) {
    const std::string& name = texts_.emplace_back("import_" + std::string(table.name));
    const std::string& sql = texts_.emplace_back(insert_rows(table));
    inserts_.emplace(table.name, postgres::Statement{name.c_str(), sql.c_str()});
  }
}

Result<std::unique_ptr<PostgresSink>> PostgresSink::open(const std::string& url, const std::string& tenant) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  if (auto sound = postgres::check_runtime(url); !sound) return std::unexpected(std::move(sound.error()));
  try {
    std::unique_ptr<PostgresSink> sink(new PostgresSink(url));
    sink->db_.plain("BEGIN");
    // None may start before this is over.
    sink->db_.plain("LOCK TABLE parley.worker IN EXCLUSIVE MODE");
    if (sink->db_.plain(kLives).at(0).at(0) != "0") {
      return fail(
          ErrorCode::unsupported, "a server uses the database", {}, "stop it first, and wait 5 seconds"
      );
    }
    sink->db_.plain("SET LOCAL parley.tenant = '" + tenant + "'");
    for (const ArchiveTable& table : archive_tables()) {
      if (sink->count(table.name) == 0) continue;
      return fail(
          ErrorCode::unsupported,
          "the database has rows of tenant " + tenant + " already",
          {},
          "bring the data into an empty database"
      );
    }
    return sink;
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

std::int64_t PostgresSink::count(std::string_view table) {
  return std::stoll(db_.plain("SELECT count(*) FROM parley." + std::string(table)).at(0).at(0));
}

Result<void> PostgresSink::write(const ArchiveTable& table, const ArchiveRow& row) {
  postgres::Request& request = batch_.emplace_back(postgres::Request{&inserts_.at(table.name), {}});
  for (std::size_t i = 0; i < row.size(); ++i) add_cell(request.parameters, table.columns[i], row[i]);
  if (table.summed_in_postgres) request.parameters.add(row_checksum(table, row, std::nullopt));
  ++written_[table.name];
  if (batch_.size() < kRowsAtOnce) return {};
  try {
    send();
    return {};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

void PostgresSink::send() {
  if (!batch_.empty()) db_.run(batch_);
  batch_.clear();
}

Result<void> PostgresSink::finish() {
  try {
    send();
    for (const auto& [table, rows] : written_) {
      const std::int64_t there = count(table);
      if (there == rows) continue;
      return fail(
          ErrorCode::internal,
          "of " + std::to_string(rows) + " rows of " + std::string(table) + " " + std::to_string(there) +
              " arrived"
      );
    }
    db_.plain("COMMIT");
    return {};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores
