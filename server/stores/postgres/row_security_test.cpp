// Tenants on one database: a thousand ways to ask for another tenant's rows, and the traps of row-level
// security, each either refused at the start of a server or shown not to bite.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/archive/postgres_rows.hpp"
#include "server/stores/erasure_contract.hpp"
#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/postgres/vectors/vector_search.hpp"

namespace parley::stores::postgres {
namespace {

using contract::at;
using contract::get;
using contract::put;
using contract::turn_of;

constexpr int kCanaries = 50;
constexpr int kProbes = 1'500;

std::string canary(int number) {
  return "canary" + std::to_string(number % kCanaries) + "yranac";
}

void migrated(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  if (cluster.has_vectors()) cluster.admin("CREATE EXTENSION IF NOT EXISTS vector");
  REQUIRE(migrate(cluster.url("parley_migrate"), "parley").has_value());
}

// Canaries in every text of every table of one tenant; the other has rows with the same keys and plain texts.
void fill(turns::Store& store, std::string_view tenant, const std::function<std::string(int)>& text) {
  for (int i = 0; i < kCanaries; ++i) {
    const std::string id = "c_" + std::to_string(i);
    auto turn = turn_of(id, 1, text(i));
    turn.conversation.user_id = text(i + 1);
    turn.conversation.flow = text(i + 2);
    turn.conversation.outcome = text(i + 3);
    turn.snapshot = text(i + 4);
    turn.outbox.push_back(
        {.effect_id = "e1", .tool = text(i), .request = text(i + 1), .idempotency_key = text(i + 2)}
    );
    turn.timers.push_back({text(i), at(1)});
    turn.reviews.push_back(
        {.review_id = id + ".r", .kind = "form", .assignee = text(i), .request = text(i + 1)}
    );
    turn.inbox = turns::InboxEntry{"new", id, text(i), id, text(i + 5)};
    turn.memory.push_back({"name " + std::to_string(i), text(i + 6), at(2)});
    put(store, std::move(turn), tenant);
    get(store.put_vectors(tenant, text(i), {{text(i + 1), text(i + 2)}}, at(3)));
    const std::string hash = "h_" + std::to_string(i);
    get(store.put_flow(tenant, {text(i), hash, text(i + 1), text(i + 2), text(i + 3), text(i + 4), at(1)}));
    get(store.put_setting(tenant, "s_" + std::to_string(i), text(i)));
  }
  get(store.put_release(
      tenant,
      {"r_1", text(1), {{text(2), text(3)}}},
      true,
      {{text(4), text(5), "published", text(6), text(7), text(8), at(1)}}
  ));
  auto erased = contract::erasure_of({}, "er_" + text(1));
  erased.entry.author = text(2);
  get(store.erase(tenant, erased));
}

// In globex' vectors, as the database shows them; nobody else has such.
constexpr std::string_view kTold = "0.6,0.8";

// The same in the form that the database compares.
void fill_embeddings(
    turns::VectorSearch& search,
    turns::Store& store,
    std::string tenant,
    const std::function<std::string(int)>& text
) {
  for (int i = 0; i < kCanaries; ++i) {
    const float told[] = {0.6F, 0.8F, 0};
    const float others[] = {1, static_cast<float>(i), 1};
    const float(&numbers)[3] = tenant == "globex" ? told : others;
    const std::string bytes(reinterpret_cast<const char*>(numbers), sizeof numbers);
    for (const std::string& user : {text(i), std::string()}) {
      const turns::Collection of{
          .tenant = tenant, .user_id = user, .what = text(i + 2), .maker = text(i + 3)
      };
      get(store.put_vectors(tenant, user, {{text(i + 4), bytes}}, at(3)));
      get(search.add(of, {{text(i + 4), bytes}}));
    }
  }
}

std::string plain(int i) {
  return "plain " + std::to_string(i % kCanaries);
}

struct Seeded {
  explicit Seeded(const TestCluster& cluster) {
    migrated(cluster);
    const std::string url = cluster.url("parley");
    const auto store = get(PostgresStore::open({.url = url}));
    fill(*store, "globex", canary);
    fill(*store, "acme", plain);
    if (!cluster.has_vectors()) return;
    PostgresVectorSearch search(url, get(vector_support(url)));
    fill_embeddings(search, *store, "globex", canary);
    fill_embeddings(search, *store, "acme", plain);
    get(make_vector_graph(cluster.url("parley_migrate"), 3));
  }
};

// The other tenant's rows, all of them, as one text.
std::string everything_of(const TestCluster& cluster, std::string_view tenant) {
  Connection db(cluster.url("admin"));
  std::string all;
  for (const auto& table :
       db.plain("SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING "
                "(table_schema, table_name) WHERE table_schema = 'parley' AND column_name = 'tenant' AND "
                "table_type = "
                "'BASE TABLE' ORDER BY 1")) {
    for (const auto& row : db.plain(
             "SELECT t::text FROM parley." + table[0] + " t WHERE tenant = '" + std::string(tenant) +
             "' ORDER BY 1"
         ))
      all += row[0] + "\n";
  }
  return all;
}

// A bytea is shown in hexadecimal.
std::string hexadecimal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool shows_canary(const std::vector<std::vector<std::string>>& rows) {
  static const std::string kHex = hexadecimal("yranac");
  return std::ranges::any_of(rows, [](const auto& row) {
    return std::ranges::any_of(row, [](const std::string& cell) {
      return cell.find("yranac") != std::string::npos || cell.find(kHex) != std::string::npos ||
             cell.find("globex") != std::string::npos || cell.find(kTold) != std::string::npos;
    });
  });
}

struct Column {
  std::string table;
  std::string name;
};

// Servers belong to no tenant.
std::vector<Column> text_columns(const TestCluster& cluster) {
  std::vector<Column> columns;
  Connection db(cluster.url("admin"));
  for (const auto& row : db.plain("SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN "
                                  "pg_tables t ON t.tablename = "
                                  "c.table_name AND t.schemaname = c.table_schema WHERE c.table_schema = "
                                  "'parley' AND c.data_type = 'bytea' AND c.table_name <> 'worker' "
                                  "ORDER BY 1, 2"))
    columns.push_back({row[0], row[1]});
  return columns;
}

// One attempt: {T} is a table, {C} one of its texts, {U} another table, {K} a canary.
constexpr std::string_view kProbesOfRows[] = {
    "SELECT * FROM parley.{T}",
    "SELECT * FROM parley.{T} WHERE tenant = 'globex'",
    "SELECT * FROM parley.{T} WHERE {C} = '{K}'::bytea",
    "SELECT * FROM parley.{T} WHERE {C} LIKE '%yranac'::bytea OR tenant <> 'acme'",
    "SELECT max(tenant), min(tenant) FROM parley.{T}",
    "SELECT string_agg(t::text, ',') FROM parley.{T} t WHERE tenant <> coalesce(parley.tenant(), '')",
    "WITH {T} AS (SELECT * FROM parley.{T}) SELECT * FROM {T} WHERE tenant = 'globex'",
    "SELECT a.*, b.* FROM parley.{T} a JOIN parley.{U} b ON a.tenant <> b.tenant LIMIT 5",
    "SELECT * FROM (SELECT * FROM parley.{T} UNION ALL SELECT * FROM parley.{T}) x WHERE tenant = 'globex'",
    "SELECT (SELECT encode({C}, 'escape') FROM parley.{T} WHERE tenant = 'globex' LIMIT 1)",
    "SELECT * FROM parley.{T} TABLESAMPLE SYSTEM (100)",
    "SELECT ctid, tableoid, * FROM parley.{T} WHERE ctid IN ('(0,1)', '(0,2)', '(1,1)')",
    "SELECT * FROM ONLY parley.{T} WHERE tenant = 'globex' FOR UPDATE",
    "UPDATE parley.{T} SET {C} = {C} WHERE tenant = 'globex' RETURNING *",
    "UPDATE parley.{T} SET tenant = 'acme' WHERE tenant = 'globex' RETURNING *",
    "UPDATE parley.{T} SET tenant = 'globex' RETURNING *",
    "DELETE FROM parley.{T} WHERE tenant = 'globex' RETURNING *",
    "DELETE FROM parley.{T} WHERE {C} = '{K}'::bytea RETURNING *",
    "DELETE FROM parley.{T} t USING parley.{U} u WHERE u.tenant = 'globex' RETURNING t.*, u.*",
    "INSERT INTO parley.{T} SELECT * FROM parley.{T} WHERE tenant = 'globex' RETURNING *",
    "INSERT INTO parley.{T} (tenant) VALUES ('globex') RETURNING *",
    "MERGE INTO parley.{T} t USING (SELECT 1) s ON t.tenant = 'globex' WHEN MATCHED THEN DELETE",
    "SELECT 1 / (CASE WHEN {C} = '{K}'::bytea THEN 0 ELSE 1 END) FROM parley.{T}",
    "SELECT {C}::text::integer FROM parley.{T}",
    "SELECT query_to_xml('SELECT * FROM parley.{T}', true, true, '')",
    "SELECT table_to_xml('parley.{T}', true, true, '')",
    "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE schemaname = 'parley'",
    "SELECT * FROM pg_statistic",
    "EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM parley.{T} WHERE tenant = "
    "'acme'",
    "DECLARE c CURSOR FOR SELECT * FROM parley.{T}; FETCH ALL FROM c",
    "PREPARE p AS SELECT * FROM parley.{T} WHERE tenant = $1; EXECUTE p('globex')",
    "CREATE TEMP TABLE stolen AS SELECT * FROM parley.{T}; SELECT * FROM stolen WHERE tenant = 'globex'",
    "CREATE TEMP VIEW v AS SELECT * FROM parley.{T}; SELECT * FROM v WHERE tenant = 'globex'",
    "CREATE FUNCTION pg_temp.all_of() RETURNS SETOF parley.{T} LANGUAGE sql AS 'SELECT * FROM parley.{T}'; "
    "SELECT * FROM pg_temp.all_of() WHERE tenant = 'globex'",
    "SELECT parley.erase('e', 'user', 'a', 1, 1, ARRAY['c_1', 'c_2']::bytea[], '{K}', '{}'); "
    "SELECT * FROM parley.erasure",
    "SET LOCAL row_security = off; SELECT * FROM parley.{T}",
    "SELECT set_config('parley.tenant', 'globex', true); SELECT * FROM parley.{T}",
    "SELECT * FROM parley.{T} WHERE set_config('parley.tenant', 'globex', true) = 'globex'",
    "SET ROLE parley_owner; SELECT * FROM parley.{T}",
    "SET SESSION AUTHORIZATION admin; SELECT * FROM parley.{T}",
    "SELECT e.* FROM parley.embedding e ORDER BY e.embedding <=> '[0.6, 0.8, 0]' LIMIT 20",
    "SELECT e.key, e.embedding <-> '[0.6, 0.8, 0]' FROM parley.embedding e WHERE tenant = 'globex'",
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL hnsw.iterative_scan = "
    "relaxed_order; "
    "SELECT e.* FROM parley.embedding e WHERE user_id = ''::bytea AND vector_dims(embedding) = 3 ORDER BY "
    "e.embedding::halfvec(3) <=> '[0.6, 0.8, 0]'::halfvec(3) LIMIT 50",
    "SELECT avg(embedding), sum(embedding) FROM parley.embedding",
    "SELECT 1 / (CASE WHEN embedding <=> '[0.6, 0.8, 0]' < 0.0001 THEN 0 ELSE 1 END) FROM parley.embedding",
    "SELECT v.*, e.* FROM parley.vector v LEFT JOIN parley.embedding e USING (user_id, key) WHERE e.tenant "
    "<> "
    "'acme'",
    "INSERT INTO parley.embedding (user_id, collection, key, embedding) SELECT user_id, 'x', key, '[1,1,1]' "
    "FROM "
    "parley.vector RETURNING *",
    "INSERT INTO parley.embedding (tenant, user_id, collection, key, embedding) VALUES ('globex', '{K}', "
    "'x', "
    "'{K}', '[1,1,1]') RETURNING *",
    "UPDATE parley.embedding SET embedding = '[1,1,1]' WHERE tenant = 'globex' RETURNING *",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_import('/etc/hostname')",
};

// How the transaction names its tenant.
constexpr std::string_view kSessions[] = {
    "SET LOCAL parley.tenant = 'acme'",
    "SET LOCAL parley.tenant = 'acme'",
    "SET LOCAL parley.tenant = ''",
    "SET LOCAL parley.tenant = 'ACME'",
    "SET LOCAL parley.tenant = 'acme '' OR ''1'' = ''1'",
    "SET LOCAL parley.tenant = '%'",
    "SELECT 1",  // it names none
};

std::string filled_in(
    std::string_view probe, const Column& column, const std::string& other, const std::string& key
) {
  std::string out;
  for (std::size_t i = 0; i < probe.size(); ++i) {
    const std::string_view place = probe.substr(i, 3);
    if (place == "{T}") {
      out += column.table;
    } else if (place == "{C}") {
      out += column.name;
    } else if (place == "{U}") {
      out += other;
    } else if (place == "{K}") {
      out += key;
    } else {
      out += probe[i];
      continue;
    }
    i += 2;
  }
  return out;
}

struct Probed {
  int leaks = 0;
  int refused = 0;
  std::array<int, std::size(kProbesOfRows)> answered{};
  std::set<std::string> tables;
};

// As the server's role; `told` is given what leaks.
Probed probe(const TestCluster& cluster, int probes, const std::function<void(const std::string&)>& told) {
  Probed result;
  const std::vector<Column> columns = text_columns(cluster);
  for (const Column& column : columns) result.tables.insert(column.table);

  // Views are asked like tables.
  std::vector<Column> places = columns;
  for (const auto& [view, column] :
       {std::pair{"event", "conversation_key"},
        {"effect", "conversation_key"},
        {"conversation_overview", "key"}}) {
    for (int i = 0; i < 8; ++i) places.push_back({view, column});
  }
  Connection db(cluster.url("parley"));
  std::mt19937 dice(20261128);
  const auto any = [&](const auto& list) -> const auto& { return list[dice() % std::size(list)]; };
  for (int number = 0; number < probes; ++number) {
    const std::size_t which = static_cast<std::size_t>(number) % std::size(kProbesOfRows);
    const std::string statement = filled_in(
        kProbesOfRows[which], any(places), any(columns).table, canary(static_cast<int>(dice() % kCanaries))
    );
    const std::string session(any(kSessions));
    db.plain("BEGIN");
    try {
      db.plain(session);
      // Several statements are asked one by one, so that every answer is seen.
      for (std::size_t from = 0; from < statement.size();) {
        const std::size_t end = std::min(statement.find("; ", from), statement.size());
        const auto rows = db.plain(statement.substr(from, end - from));
        if (shows_canary(rows)) {
          ++result.leaks;
          told(session + "; " + statement + ": shows another tenant's row");
        }
        from = end + 2;
      }
      ++result.answered[which];
      db.plain(dice() % 2 == 0 ? "COMMIT" : "ROLLBACK");
    } catch (const PostgresFailure& failure) {
      ++result.refused;
      const std::string said = failure.what();
      if (said.find("yranac") != std::string::npos || said.find("division") != std::string::npos) {
        ++result.leaks;
        told(session + "; " + statement + ": its error tells of another tenant's row: " + said);
      }
      db.plain("ROLLBACK");
    }
    db.plain("DISCARD ALL");
  }
  return result;
}

void check_that_nothing_leaks(const TestCluster& cluster) {
  const Seeded seeded(cluster);
  cluster.admin("ANALYZE");
  const std::string before = everything_of(cluster, "globex");
  for (int i = 0; i < kCanaries; ++i) REQUIRE(before.find(hexadecimal(canary(i))) != std::string::npos);
  const Probed probed = probe(cluster, kProbes, [](const std::string& what) { FAIL_CHECK(what); });
  CHECK(probed.leaks == 0);
  CHECK(probed.refused > 100);
  CHECK(probed.answered[0] > 0);  // the probes do reach the tables
  // And the vectors, which no archive has, in one form or in two.
  CHECK(probed.tables.size() == archive_tables().size() + (cluster.has_vectors() ? 2 : 1));
  CHECK(everything_of(cluster, "globex") == before);
  MESSAGE(
      kProbes << " probes of " << probed.tables.size() << " tables: " << probed.leaks << " leaks, "
              << probed.refused << " refused"
  );
}

TEST_CASE("a thousand random attempts at another tenant's rows find and change none") {
  TestCluster* cluster = TestCluster::get();
  if (cluster != nullptr) check_that_nothing_leaks(*cluster);
}

TEST_CASE("nor do they where the database compares vectors") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster != nullptr) check_that_nothing_leaks(*cluster);
}

// Without this nobody knows whether they would have found something.
TEST_CASE("the same attempts find what a policy that is missing lets through") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  for (const std::string table : {"vector", "embedding", "record"}) {
    CAPTURE(table);
    const Seeded seeded(*cluster);
    cluster->admin(
        "DROP POLICY own_tenant ON parley." + table + "; ALTER TABLE parley." + table +
        " DISABLE ROW LEVEL SECURITY"
    );
    int of_table = 0;
    const Probed probed = probe(*cluster, kProbes / 2, [&](const std::string& what) {
      of_table += what.contains(table) ? 1 : 0;
    });
    CHECK(of_table > 0);
    CHECK_FALSE(check_runtime(cluster->url("parley")).has_value());
    MESSAGE("without the policy of " << table << ": " << probed.leaks << " leaks");
  }
}

TEST_CASE("a store that is asked with another tenant's ids knows nothing of them") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const Seeded seeded(*cluster);
  const std::string before = everything_of(*cluster, "globex");
  const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
  put(*store, turn_of("c_of_globex", 1, canary(1)), "globex");
  for (int i = 0; i < kCanaries; ++i) {
    CAPTURE(i);
    const std::string key = canary(i);
    CHECK(get(store->list("acme", {.user_id = key})).empty());
    CHECK(get(store->list("acme", {.flow = key})).empty());
    CHECK(get(store->reviews("acme", {.assignee = key})).empty());
    CHECK(get(store->memory("acme", key)).empty());
    CHECK(get(store->flow_versions("acme", key)).empty());
    CHECK(get(store->publications("acme", key)).empty());
    get(store->forget_user("acme", key));
    auto piece = contract::erasure_of({"c_of_globex"}, "er_" + std::to_string(i));
    piece.user_id = key;
    get(store->erase("acme", piece));
  }
  CHECK_FALSE(get(store->load("acme", "c_of_globex")).has_value());
  CHECK(get(store->load("globex", "c_of_globex")).has_value());
  CHECK(get(store->records("acme", "c_of_globex", 0, 10)).empty());
  for (const std::string_view tenant : {"", "acme' OR '1'='1", "globex'--", "ACME", "../globex"}) {
    CAPTURE(tenant);
    CHECK(contract::wait_for(store->list(tenant, {})).error().code == ErrorCode::invalid_input);
    CHECK(
        contract::wait_for(store->commit(tenant, turn_of("c_x", 1))).error().code == ErrorCode::invalid_input
    );
  }
  get(store->erase("globex", contract::erasure_of({"c_of_globex"}, "er_tidy")));
  cluster->admin("DELETE FROM parley.erasure WHERE erasure_id = 'er_tidy'");
  CHECK(everything_of(*cluster, "globex") == before);
}

// A wrong catalogue, and what the server says instead of starting.
struct Trap {
  std::string_view name;
  std::string_view role;
  std::string_view damage;
  std::string_view repair;  // of what does not go with the schema
  std::string_view complaint;
};

constexpr Trap kRefused[] = {
    {"1 the owner sees all without FORCE",
     "parley",
     "ALTER TABLE parley.record NO FORCE ROW LEVEL SECURITY",
     "",
     "forced row-level security"},
    {"2 superusers always see all", "admin", "", "", "is a superuser"},
    {"3 BYPASSRLS always sees all",
     "parley",
     "ALTER ROLE parley BYPASSRLS",
     "ALTER ROLE parley NOBYPASSRLS",
     "may bypass"},
    {"4 a member of a role that sees all may become it",
     "parley",
     "CREATE ROLE above BYPASSRLS; GRANT above TO parley",
     "DROP ROLE above",
     "above stands above row-level security"},
    {"5 a tenant that is set for a role or database is the tenant of who names none",
     "parley",
     "ALTER ROLE parley SET parley.tenant = 'globex'",
     "ALTER ROLE parley RESET ALL",
     "names a tenant"},
    {"6 policies of the right name with other words",
     "parley",
     "ALTER POLICY own_tenant ON parley.memory USING (true)",
     "",
     "memory has a policy that says something else"},
    {"7 a function under the policies that says something else",
     "parley",
     "CREATE OR REPLACE FUNCTION parley.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'globex' $$",
     "",
     "parley.tenant"},
    {"8 a further policy opens what the first one closes",
     "parley",
     "CREATE POLICY open ON parley.inbox USING (true)",
     "",
     "does not know"},
    {"9 a view sees what its owner sees",
     "parley",
     "CREATE VIEW public.all_records AS SELECT * FROM parley.record; GRANT SELECT ON public.all_records TO "
     "parley",
     "",
     "all_records is a view that reads as its owner"},
    {"10 a materialized view has no policies",
     "parley",
     "CREATE MATERIALIZED VIEW public.old_records AS SELECT * FROM parley.record; GRANT SELECT ON "
     "public.old_records "
     "TO parley",
     "",
     "old_records is a view that reads as its owner"},
    {"11 a SECURITY DEFINER function reads as its owner",
     "parley",
     "CREATE FUNCTION public.leak() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM "
     "parley.record'",
     "DROP FUNCTION public.leak()",
     "leak() runs as its owner"},
    {"12 a leakproof function is asked before the policy",
     "parley",
     "CREATE FUNCTION public.tell(bytea) RETURNS boolean LEAKPROOF LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE "
     "''%'', $1; "
     "RETURN true; END'",
     "DROP FUNCTION public.tell(bytea)",
     "is asked before row-level security"},
    {"13 a partition or child is read directly",
     "parley",
     "CREATE TABLE public.child () INHERITS (parley.record); GRANT SELECT ON public.child TO parley",
     "",
     "child is part of a table"},
    {"14 TRUNCATE knows no policies",
     "parley",
     "GRANT TRUNCATE ON parley.record TO parley",
     "",
     "record may be truncated"},
    {"15 who may create in the schema may put a table before another",
     "parley",
     "GRANT CREATE ON SCHEMA parley TO parley",
     "",
     "may be added to"},
    {"16 a unique key without the tenant tells that a key exists elsewhere",
     "parley",
     "CREATE UNIQUE INDEX everywhere ON parley.conversation (id)",
     "",
     "everywhere is unique across tenants"},
    {"17 a rule does something else instead",
     "parley",
     "CREATE TABLE public.copies (name bytea); CREATE RULE copy AS ON INSERT TO parley.setting DO ALSO "
     "INSERT INTO "
     "public.copies VALUES (NEW.name)",
     "DROP TABLE public.copies CASCADE",
     "does more than it says"},
    {"18 a trigger copies rows to where no policy is",
     "parley",
     "CREATE TABLE public.copies (body bytea); CREATE FUNCTION public.copy_row() RETURNS trigger LANGUAGE "
     "plpgsql AS "
     "'BEGIN INSERT INTO public.copies VALUES (NEW.body); RETURN NEW; END'; CREATE TRIGGER copy AFTER INSERT "
     "ON "
     "parley.record FOR EACH ROW EXECUTE FUNCTION public.copy_row()",
     "DROP FUNCTION public.copy_row() CASCADE; DROP TABLE public.copies",
     "does more than it says"},
    {"19 set_config within an expression changes the tenant",
     "parley",
     "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC",
     "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
     "set_config can be called"},
    {"20 the files of the database are below all policies",
     "parley",
     "GRANT pg_read_server_files TO parley",
     "REVOKE pg_read_server_files FROM parley",
     "reaches the files of the database"},
};

TEST_CASE("traps of row-level security: a database in which one is set is refused") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  for (const Trap& trap : kRefused) {
    INFO(trap.name);
    migrated(*cluster);
    if (!trap.damage.empty()) cluster->admin(std::string(trap.damage));
    const auto checked = check_runtime(cluster->url(std::string(trap.role)));
    if (!trap.repair.empty()) cluster->admin(std::string(trap.repair));
    REQUIRE_FALSE(checked.has_value());
    CHECK_MESSAGE(checked.error().message.find(trap.complaint) != std::string::npos, checked.error().message);
    CHECK_FALSE(checked.error().hint.empty());
  }
  migrated(*cluster);
  const auto sound = check_runtime(cluster->url("parley"));
  CHECK_MESSAGE(sound.has_value(), (sound ? std::string() : sound.error().message));
}

std::string count_of(Connection& db, const std::string& table) {
  return db.plain("SELECT count(*) FROM parley." + table).at(0).at(0);
}

TEST_CASE("traps of row-level security that do not bite") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const Seeded seeded(*cluster);
  Connection db(cluster->url("parley"));

  SUBCASE("a plain SET outlives its transaction; every transaction of ours names its own tenant first") {
    db.plain("BEGIN; SET parley.tenant = 'globex'; COMMIT");
    CHECK(count_of(db, "record") == std::to_string(kCanaries));  // it does outlive it
    static constexpr Statement kAll{"all", "SELECT tenant FROM parley.record"};
    const Request requests[] = {{&kAll, {}}};
    const auto rows = std::move(db.transaction("acme", Access::read, requests).front());
    REQUIRE(rows.count() == kCanaries);
    for (int row = 0; row < rows.count(); ++row) CHECK(rows.bytes(row, 0) == "acme");
  }
  SUBCASE("after SET LOCAL the setting is empty, not NULL: no row fits either") {
    db.plain("BEGIN; SET LOCAL parley.tenant = 'acme'; COMMIT");
    CHECK(db.plain("SELECT current_setting('parley.tenant', true) = ''").at(0).at(0) == "t");
    CHECK(count_of(db, "record") == "0");
  }
  SUBCASE("SET LOCAL outside of a transaction only warns: no row fits") {
    db.plain("SET LOCAL parley.tenant = 'acme'");
    CHECK(count_of(db, "record") == "0");
  }
  SUBCASE("row_security = off is an error, not a way in") {
    db.plain("SET row_security = off");
    CHECK_THROWS_AS(count_of(db, "record"), PostgresFailure);
  }
  SUBCASE("a function that tells what it sees is asked behind the policy") {
    db.plain(
        "BEGIN; SET LOCAL parley.tenant = 'acme'; CREATE FUNCTION pg_temp.tell(v bytea) RETURNS boolean "
        "LANGUAGE "
        "plpgsql COST 0.0001 AS 'BEGIN IF position(''yranac'' IN encode(v, ''escape'')) > 0 THEN RAISE "
        "EXCEPTION "
        "''seen''; END IF; RETURN true; END'"
    );
    CHECK(
        db.plain("SELECT count(*) FROM parley.record WHERE pg_temp.tell(body)").at(0).at(0) ==
        std::to_string(kCanaries)
    );
    CHECK_THROWS_AS(
        db.plain("CREATE FUNCTION pg_temp.proof() RETURNS boolean LEAKPROOF LANGUAGE sql AS 'SELECT true'"),
        PostgresFailure
    );
  }
  SUBCASE("a key that another tenant has is free") {
    db.plain("BEGIN; SET LOCAL parley.tenant = 'initech'");
    db.plain("INSERT INTO parley.setting (name, value) VALUES ('s_1', 'mine')");
    CHECK(count_of(db, "setting") == "1");
    CHECK_THROWS_AS(
        db.plain("INSERT INTO parley.setting (name, value) VALUES ('s_1', 'again')"), PostgresFailure
    );
  }
  SUBCASE("statistics and sequences tell nothing") {
    cluster->admin("ANALYZE");
    CHECK(
        db.plain("SELECT count(*) FROM pg_stats WHERE schemaname = 'parley' AND tablename <> 'migration'")
            .at(0)
            .at(0) == "0"
    );
    CHECK_THROWS_AS(db.plain("SELECT stavalues1 FROM pg_statistic"), PostgresFailure);
    CHECK(
        db.plain("SELECT count(last_value) FROM pg_sequences WHERE schemaname = 'parley'").at(0).at(0) == "0"
    );
  }
  SUBCASE("COPY into a table with policies is refused") {
    CHECK_THROWS_AS(
        db.plain("BEGIN; SET LOCAL parley.tenant = 'acme'; COPY parley.setting FROM STDIN"), PostgresFailure
    );
  }
  SUBCASE("several statements in one are no statement of ours") {
    static constexpr Statement kTwo{"two", "SELECT 1; SELECT * FROM parley.record"};
    const Request requests[] = {{&kTwo, {}}};
    CHECK_THROWS_AS((void)db.transaction("acme", Access::read, requests), PostgresFailure);
  }
}

}  // namespace
}  // namespace parley::stores::postgres
