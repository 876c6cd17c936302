// Flows and logs as JSON for SQL of a team's own.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "server/stores/contract_tools.hpp"
#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"

namespace parley::stores::postgres {
namespace {

using namespace std::string_literals;
using contract::get;
using contract::put;
using contract::turn_of;

constexpr std::string_view kBody =
    R"({"effects":[{"text":"Hello \"you\"","type":"Say"}],"events":[{"text":"hi","type":"MessageReceived"},)"
    R"({"commands":[],"type":"CommandsUnderstood"}]})";

class Views {
 public:
  explicit Views(const TestCluster& cluster) : db_((prepare(cluster), cluster.url("parley"))) {}

  // The first cell of each row, as this tenant.
  std::string of(const std::string& sql, const std::string& tenant = "acme") {
    db_.plain("BEGIN");
    db_.plain("SET LOCAL parley.tenant = '" + tenant + "'");
    std::string cells;
    for (const auto& row : db_.plain(sql)) cells += (cells.empty() ? "" : "|") + row.at(0);
    db_.plain("COMMIT");
    return cells;
  }

 private:
  static void prepare(const TestCluster& cluster) {
    cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
    get(migrate(cluster.url("parley_migrate"), "parley"));
    const auto store = get(PostgresStore::open({.url = cluster.url("parley")}));
    put(*store, turn_of("c_1", 1, std::string(kBody)), "acme");
    put(*store,
        turn_of(
            "c_1", 2, R"({"effects":[],"events":[{"text":"a\u0000b \\u0000","type":"MessageReceived"}]})"
        ),
        "acme");
    put(*store, turn_of("c_1", 3, "{\"events\":[{\"text\":\"\xFF\"}]}"), "acme");
    put(*store, turn_of("c_1", 4, R"({"events":"none"})"), "acme");
    put(*store, turn_of("c_2", 1, "no JSON"), "acme");
    put(*store, turn_of("c_9", 1, R"({"events":[{"type":"Canary"}],"effects":[{"type":"Canary"}]})"), "globex"
    );
    auto odd = turn_of("c_3", 1);
    odd.conversation.user_id = "a\0b\xFE"s;
    put(*store, odd, "acme");
    const std::string order = R"({"id":"order","steps":[{"id":"pay","type":"tool"}]})";
    get(store->put_flow("acme", {"order", "h1", "v1", order, "", "ana", contract::at(0)}));
    get(store->put_flow("acme", {"order", "h2", "v2", "{}", "", "ana", contract::at(1)}));
    get(store->put_flow("globex", {"canary", "h1", "v1", "{}", "", "", contract::at(0)}));
    get(store->put_release("acme", {"r1", "{}", {{"order", "h1"}}}, true, {}, std::nullopt));
  }

  Connection db_;
};

TEST_CASE("SQL sees flows, conversations and their logs as text, times and JSON") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  Views views(*cluster);
  struct {
    std::string_view what;
    std::string_view sql;
    std::string_view seen;
  } cases[] = {
      {"events, in their order",
       "SELECT type FROM parley.event WHERE conversation = 'c_1' ORDER BY sequence, place",
       "MessageReceived|CommandsUnderstood|MessageReceived"},
      {"by the key, which takes the index",
       "SELECT body ->> 'text' FROM parley.event WHERE conversation_key = 'c_1' AND sequence = 1 AND place = "
       "1",
       "hi"},
      {"effects", "SELECT body ->> 'text' FROM parley.effect", "Hello \"you\""},
      {"a NUL, which JSON in PostgreSQL cannot hold; an escaped backslash stays",
       "SELECT body ->> 'text' FROM parley.event WHERE sequence = 2",
       "a\xEF\xBF\xBD"
       "b \\u0000"},
      {"what is no UTF-8, no JSON or no list has no events",
       "SELECT count(*) FROM parley.event WHERE sequence > 2 OR conversation = 'c_2'",
       "0"},
      {"times",
       "SELECT at = '2026-09-21 14:13:21.123456+00' FROM parley.event WHERE sequence = 1 LIMIT 1",
       "t"},
      {"conversations",
       "SELECT user_id || ' ' || turns FROM parley.conversation_overview WHERE key = 'c_1'",
       "ana 4"},
      {"bytes that are no text",
       "SELECT user_id FROM parley.conversation_overview WHERE id = 'c_3'",
       "a\\000b\\376"},
      {"flows",
       "SELECT document -> 'steps' -> 0 ->> 'id' FROM parley.flow_document WHERE version = 'v1'",
       "pay"},
      {"which is active", "SELECT version FROM parley.flow_document WHERE active", "v1"},
      {"which is not", "SELECT version FROM parley.flow_document WHERE NOT active", "v2"},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(views.of(std::string(c.sql)) == c.seen);
  }
  for (const char* view : {"event", "effect", "conversation_overview", "flow_document"}) {
    CAPTURE(view);
    const std::string all = std::string("SELECT v::text FROM parley.") + view + " v";
    CHECK(views.of(all).find("anary") == std::string::npos);
    CHECK_FALSE(views.of(all, "globex").empty());
    CHECK(views.of(all, "").empty());
  }
}

}  // namespace
}  // namespace parley::stores::postgres
