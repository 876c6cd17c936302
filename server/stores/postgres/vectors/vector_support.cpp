#include "server/stores/postgres/vectors/vector_support.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "postgres_vector_migrations.hpp"
#include "server/stores/postgres/schema.hpp"

namespace parley::stores::postgres {

namespace {

// From 0.8 on a search by HNSW goes on until enough rows have passed the filters.
constexpr const char* kExtension =
    "SELECT quote_ident(n.nspname), e.extversion, "
    "string_to_array(substring(e.extversion from '^[0-9]+[.][0-9]+'), '.')::int[] >= ARRAY[0, 8], "
    "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('parley.embedding') AND a.attname = "
    "'embedding' AND NOT a.attisdropped) "
    "FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'";
constexpr const char* kGraphs =
    "SELECT substring(c.relname from '^embedding_hnsw_([0-9]+)$') FROM pg_index i "
    "JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass('parley.embedding') AND "
    "i.indisvalid AND c.relname ~ '^embedding_hnsw_[0-9]+$' ORDER BY length(c.relname), c.relname";

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Named by those who make them, so they can be repeated.
std::string graph_of(int dimensions) {
  return "embedding_hnsw_" + std::to_string(dimensions);
}

std::string filled_in(std::string_view sql, const std::string& schema) {
  constexpr std::string_view kPlace = "{vector}";
  std::string out(sql);
  for (std::size_t at = out.find(kPlace); at != std::string::npos; at = out.find(kPlace, at + schema.size()))
    out.replace(at, kPlace.size(), schema);
  return out;
}

}  // namespace

VectorSupport vector_support(Connection& db) {
  VectorSupport support;
  support.server = number_of(db.plain("SHOW server_version_num").at(0).at(0)) / 10'000;
  const auto rows = db.plain(kExtension);
  if (rows.empty()) {
    const auto offered = db.plain("SELECT FROM pg_available_extensions WHERE name = 'vector'");
    if (!offered.empty()) support.state = VectorSupport::State::available;
    return support;
  }
  support.schema = rows[0][0];
  support.version = rows[0][1];
  if (rows[0][2] != "t") {
    support.state = VectorSupport::State::old;
  } else if (rows[0][3] != "t") {
    support.state = VectorSupport::State::unmade;
  } else {
    support.state = VectorSupport::State::ready;
    for (const auto& graph : db.plain(kGraphs)) support.graphs.push_back(number_of(graph[0]));
  }
  return support;
}

Result<VectorSupport> vector_support(const std::string& url) {
  try {
    Connection db(url);
    return vector_support(db);
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

std::string describe(const VectorSupport& support) {
  switch (support.state) {
    case VectorSupport::State::absent:
    case VectorSupport::State::available:
      return "vectors are compared in the server: the database has no extension vector";
    case VectorSupport::State::old:
      return "vectors are compared in the server: the database's pgvector " + support.version +
             " is older than 0.8";
    case VectorSupport::State::unmade:
      return "vectors are compared in the server: the database has pgvector " + support.version +
             ", but no table for it yet";
    case VectorSupport::State::ready:
      break;
  }
  std::string graphs;
  for (const int dimensions : support.graphs)
    graphs += (graphs.empty() ? ", HNSW for " : ", ") + std::to_string(dimensions);
  return "vectors can be compared in the database: pgvector " + support.version +
         (graphs.empty() ? ", exactly" : graphs + " dimensions");
}

std::string advice(const VectorSupport& support) {
  switch (support.state) {
    case VectorSupport::State::absent:
      return "Install pgvector where PostgreSQL runs (the package postgresql-" +
             std::to_string(support.server) +
             "-pgvector of Debian 13 or apt.postgresql.org), then CREATE EXTENSION vector in this database, "
             "and "
             "run: parley db migrate";
    case VectorSupport::State::available:
      return "CREATE EXTENSION vector in this database, then run: parley db migrate";
    case VectorSupport::State::old:
      return "Install pgvector 0.8 or newer, then ALTER EXTENSION vector UPDATE, and run: parley db migrate";
    case VectorSupport::State::unmade:
      return "Run: parley db migrate";
    case VectorSupport::State::ready:
      break;
  }
  return {};
}

bool has_graph(const VectorSupport& support, int dimensions) {
  return std::ranges::find(support.graphs, dimensions) != support.graphs.end();
}

void make_vector_table(Connection& owner) {
  const VectorSupport support = vector_support(owner);
  if (support.state != VectorSupport::State::unmade) return;
  // Its foreign key wants the table that it names; whoever waits for a table has all others wait behind him.
  owner.plain("SET LOCAL lock_timeout = '2s'");
  for (const std::string_view migration : vectors::kMigrations)
    owner.plain(filled_in(migration, support.schema));
}

Result<void> make_vector_graph(const std::string& url, int dimensions) {
  if (dimensions < 1 || dimensions > kMostGraphDimensions) {
    return fail(
        ErrorCode::invalid_input,
        "an index is for vectors of 1 to " + std::to_string(kMostGraphDimensions) + " numbers",
        "vector_index"
    );
  }
  try {
    Connection db(url);
    if (db.pooled()) {
      return fail(
          ErrorCode::unsupported,
          "an index cannot be made through a pooler",
          "vector_index",
          "connect to PostgreSQL itself"
      );
    }
    become_owner(db, "SET ROLE");
    const VectorSupport support = vector_support(db);
    if (support.state != VectorSupport::State::ready)
      return fail(ErrorCode::unsupported, describe(support), "vector_index", advice(support));
    if (has_graph(support, dimensions)) return {};
    const std::string& in = support.schema;
    const std::string type = in + ".halfvec(" + std::to_string(dimensions) + ")";
    // One that broke off is there and not valid.
    db.plain("DROP INDEX IF EXISTS parley." + graph_of(dimensions));
    db.plain(
        "CREATE INDEX CONCURRENTLY " + graph_of(dimensions) +
        " ON parley.embedding USING hnsw ((embedding::" + type + ") " + in +
        ".halfvec_cosine_ops) WHERE user_id = ''::bytea AND " + in +
        ".vector_dims(embedding) = " + std::to_string(dimensions)
    );
    return {};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores::postgres
