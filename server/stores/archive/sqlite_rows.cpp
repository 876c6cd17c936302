#include "server/stores/archive/sqlite_rows.hpp"

#include <utility>

#include "server/stores/sqlite/tenant_files.hpp"

namespace parley::stores {
namespace {

std::string select_rows(const ArchiveTable& table) {
  const std::string name(table.name);
  if (table.name == "release")
    return "SELECT t.number, t.hash, t.settings, t.checksum FROM release t ORDER BY t.hash";
  if (table.name == "activation")
    return "SELECT 0, r.hash, 0 FROM activation t JOIN release r ON r.number = t.release ORDER BY t.number";
  std::string columns;
  for (const ArchiveColumn& column : table.columns) {
    const bool link = table.link == ConversationLink::by_number && column.name == "conversation";
    // The one derived column that is called otherwise where it is derived from.
    const std::string_view source = column.name == "updated_at" ? "at" : column.name;
    columns +=
        link ? "c.id, " : (column.kind == ColumnKind::derived ? "r." : "t.") + std::string(source) + ", ";
  }
  std::string sql = "SELECT ";
  switch (table.link) {
    case ConversationLink::none:
      sql += "0, " + columns + "t.checksum FROM " + name + " t";
      break;
    case ConversationLink::itself:
      sql += "t.number, " + columns + "t.checksum FROM " + name +
             " t LEFT JOIN record r ON r.conversation = t.number AND r.sequence = "
             "(SELECT max(sequence) FROM record WHERE conversation = t.number)";
      break;
    case ConversationLink::by_number:
      sql += "t.conversation, " + columns + "t.checksum FROM " + name +
             " t JOIN conversation c ON c.number = t.conversation";
      break;
  }
  return sql + " ORDER BY " + std::string(table.order_in_sqlite);
}

std::string insert_rows(const ArchiveTable& table) {
  std::string columns = table.link == ConversationLink::itself ? "number, " : "";
  std::string places = table.link == ConversationLink::itself ? "?, " : "";
  for (const ArchiveColumn& column : table.columns) {
    if (column.kind == ColumnKind::derived) continue;
    columns += std::string(column.name) + ", ";
    places += "?, ";
  }
  return "INSERT INTO " + std::string(table.name) + " (" + columns + "checksum) VALUES (" + places + "?)";
}

std::unexpected<Error> does_not_fit(const std::string& what) {
  return fail(ErrorCode::invalid_input, "The data does not fit together: " + what + ".");
}

Error error_of(const SqliteFailure& failure) {
  if ((failure.code() & 0xFF) != SQLITE_CONSTRAINT) return to_error(failure);
  return does_not_fit(failure.what()).error();
}

}  // namespace

// ---- out of the file

SqliteSource::SqliteSource(const std::string& path)
    : db_(path, Connection::Mode::read),
      release_flows_(db_, "SELECT flow_id, hash FROM release_flow WHERE release = ?1 ORDER BY position") {
  db_.execute("BEGIN");
}

Result<std::unique_ptr<SqliteSource>> SqliteSource::open(const std::string& path) {
  try {
    {
      Connection db(path, Connection::Mode::read);
      const std::int64_t version = db.integer("PRAGMA user_version");
      if (version != known_schema_version()) {
        return fail(
            ErrorCode::unsupported,
            "The file " + path + " has schema " + std::to_string(version) + "; this version reads " +
                std::to_string(known_schema_version()) + ".",
            {},
            "Start the server of this version once; it brings the file up to date."
        );
      }
    }
    std::unique_ptr<SqliteSource> source(new SqliteSource(path));
    // The first read is the moment that all others belong to.
    (void)source->db_.integer("SELECT count(*) FROM setting");
    return source;
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<void> SqliteSource::read(const ArchiveTable& table, const Each& each) {
  try {
    Statement select(db_, select_rows(table));
    Rows rows = select.query();
    while (rows.next()) {
      if (auto taken = each(row_of(table, rows)); !taken) return taken;
    }
    return {};
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  } catch (const DamagedRow& damage) {
    return std::unexpected(to_error(damage));
  }
}

ArchiveRow SqliteSource::row_of(const ArchiveTable& table, const Rows& rows) {
  ArchiveRow row;
  row.reserve(table.columns.size());
  int place = 1;
  for (const ArchiveColumn& column : table.columns) {
    switch (column.kind) {
      case ColumnKind::text:
        row.push_back(text_cell(rows.text(place++)));
        break;
      case ColumnKind::number:
      case ColumnKind::derived:
        row.emplace_back(rows.integer(place++));
        break;
      case ColumnKind::time: {
        const std::int64_t stored = rows.integer(place++);
        row.push_back(stored == 0 ? Value() : Value(stored));
        break;
      }
      case ColumnKind::texts: {
        // Of release alone: its flows are rows of their own.
        ListBuilder list;
        Rows flows = release_flows_.query(rows.integer(0));
        while (flows.next()) list.add(text_cell(flows.text(column.name == "flow_ids" ? 0 : 1)));
        row.push_back(list.build());
        break;
      }
    }
  }
  if (table.name != "activation") verify(table, row, rows);
  return row;
}

void SqliteSource::verify(const ArchiveTable& table, const ArchiveRow& row, const Rows& rows) {
  int columns = 0;
  for (const ArchiveColumn& column : table.columns) columns += column.kind == ColumnKind::texts ? 0 : 1;
  const std::string name = std::string(table.name) + " " + std::string(octets_of(row.front()));
  if (row_checksum(table, row, rows.integer(0)) != rows.integer(columns + 1))
    throw DamagedRow("The stored " + name + " is damaged: its checksum does not match.");
  if (table.link == ConversationLink::itself && row[columns - 3].as_int() == 0)
    throw DamagedRow("The stored " + name + " is damaged: it has no records.");
}

// ---- into a file

SqliteSink::SqliteSink(const std::string& path)
    : db_(path, Connection::Mode::write),
      number_by_id_(db_, "SELECT number FROM conversation WHERE id = ?1"),
      insert_release_(db_, "INSERT INTO release (hash, settings, checksum) VALUES (?1, ?2, ?3)"),
      insert_release_flow_(db_, "INSERT INTO release_flow VALUES (?1, ?2, ?3, ?4)"),
      insert_activation_(db_, "INSERT INTO activation (release) SELECT number FROM release WHERE hash = ?1") {
  for (const ArchiveTable& table : archive_tables()) {
    if (table.name == "release" || table.name == "activation") continue;
    inserts_.emplace(table.name, Statement(db_, insert_rows(table)));
  }
}

SqliteSink::~SqliteSink() = default;

Result<std::unique_ptr<SqliteSink>> SqliteSink::open(const std::string& path) {
  try {
    std::unique_ptr<SqliteSink> sink(new SqliteSink(path));
    sink->db_.execute("BEGIN IMMEDIATE");
    for (const ArchiveTable& table : archive_tables()) {
      if (sink->db_.integer(("SELECT count(*) FROM " + std::string(table.name)).c_str()) == 0) continue;
      return fail(
          ErrorCode::unsupported,
          "There is something in " + path + " already.",
          {},
          "Bring the data into a data folder of its own."
      );
    }
    return sink;
  } catch (const SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<void> SqliteSink::write(const ArchiveTable& table, const ArchiveRow& row) {
  try {
    if (table.name == "activation") return insert_activation(row);
    std::int64_t number = 0;
    if (table.link == ConversationLink::itself) {
      number = ++conversations_;
    } else if (table.link == ConversationLink::by_number) {
      const std::size_t place = table.columns[0].name == "conversation" ? 0 : 1;
      auto found = conversation_number(octets_of(row[place]));
      if (!found) return std::unexpected(std::move(found.error()));
      number = *found;
    }
    if (table.name == "release") return insert_release(row, row_checksum(table, row, 0));
    insert(table, row, number);
    return {};
  } catch (const SqliteFailure& failure) {
    return std::unexpected(error_of(failure));
  }
}

void SqliteSink::insert(const ArchiveTable& table, const ArchiveRow& row, std::int64_t number) {
  Statement& statement = inserts_.at(table.name);
  int place = 0;
  if (table.link == ConversationLink::itself) statement.bind(++place, number);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ArchiveColumn& column = table.columns[i];
    if (column.kind == ColumnKind::derived) continue;
    ++place;
    if (table.link == ConversationLink::by_number && column.name == "conversation") {
      statement.bind(place, number);
    } else if (column.kind == ColumnKind::text) {
      statement.bind(place, octets_of(row[i]));
    } else {
      statement.bind(place, row[i].is_null() ? std::int64_t{0} : row[i].as_int());
    }
  }
  statement.bind(++place, row_checksum(table, row, number));
  statement.run();
}

Result<void> SqliteSink::insert_release(const ArchiveRow& row, std::int64_t checksum) {
  if (row[2].size() != row[3].size()) return does_not_fit("a release has flows without hashes");
  insert_release_.run(octets_of(row[0]), octets_of(row[1]), checksum);
  const std::int64_t number = sqlite3_last_insert_rowid(db_.handle());
  for (std::size_t i = 0; i < row[2].size(); ++i)
    insert_release_flow_.run(
        number, static_cast<std::int64_t>(i), octets_of(row[2].as_list()[i]), octets_of(row[3].as_list()[i])
    );
  return {};
}

Result<void> SqliteSink::insert_activation(const ArchiveRow& row) {
  insert_activation_.run(octets_of(row[0]));
  if (sqlite3_changes(db_.handle()) == 1) return {};
  return does_not_fit("a release was active that is not there");
}

Result<std::int64_t> SqliteSink::conversation_number(std::string_view id) {
  if (last_number_ != 0 && last_id_ == id) return last_number_;
  Rows rows = number_by_id_.query(id);
  if (!rows.next()) return does_not_fit("a row belongs to a conversation that is not there");
  last_id_ = id;
  last_number_ = rows.integer(0);
  return last_number_;
}

Result<void> SqliteSink::finish() {
  try {
    db_.execute("COMMIT");
    return {};
  } catch (const SqliteFailure& failure) {
    return std::unexpected(error_of(failure));
  }
}

}  // namespace parley::stores
