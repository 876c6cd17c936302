// Vectors in a real database with pgvector, which the test fetches; see scripts/postgres_for_tests.
#include "server/stores/postgres/vectors/vector_search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/store_contract.hpp"

namespace parley::stores {
namespace {

using contract::at;
using contract::get;
using contract::kTenant;
using postgres::TestCluster;
using postgres::VectorSupport;
using Vector = std::vector<float>;

constexpr std::size_t kNearest = turns::VectorSearch::kNearest;

void migrate(const TestCluster& cluster) {
  get(postgres::migrate(cluster.url("parley_migrate"), "parley"));
}

// A fresh schema on which vectors can be compared.
void prepare(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE; CREATE EXTENSION IF NOT EXISTS vector");
  migrate(cluster);
}

VectorSupport support_of(const TestCluster& cluster) {
  return get(postgres::vector_support(cluster.url("parley")));
}

std::string bytes_of(const Vector& vector) {
  return {reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)};
}

float cosine(const Vector& a, const Vector& b) {
  double dot = 0;
  double of_a = 0;
  double of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    of_a += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    of_b += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return static_cast<float>(dot / std::sqrt(of_a * of_b));
}

turns::Collection turns_of(std::string user, std::string tenant = std::string(kTenant)) {
  return {.tenant = std::move(tenant), .user_id = std::move(user), .what = "turns", .maker = "m"};
}

// A server's two ways to vectors: where they are kept, and where they are searched.
struct Vectors {
  explicit Vectors(const TestCluster& cluster)
      : store(get(PostgresStore::open({.url = cluster.url("parley")}))),
        search(std::make_unique<PostgresVectorSearch>(cluster.url("parley"), support_of(cluster))) {}

  void add(const turns::Collection& of, const std::map<std::string, Vector>& vectors) {
    std::vector<turns::StoredVector> rows;
    for (const auto& [key, vector] : vectors) rows.push_back({key, bytes_of(vector)});
    get(store->put_vectors(of.tenant, of.user_id, rows, at(1)));
    get(search->add(of, rows));
  }
  std::map<std::string, float> nearest(
      const turns::Collection& of, const Vector& question, std::vector<std::string> also = {}
  ) {
    std::map<std::string, float> found;
    for (const auto& [key, near] : get(search->nearest(of, question, std::move(also))).near)
      found[key] = near;
    return found;
  }
  std::set<std::string> missing(const turns::Collection& of, std::vector<std::string> keys) {
    const auto found = get(search->missing(of, std::move(keys)));
    return {found.begin(), found.end()};
  }

  std::unique_ptr<PostgresStore> store;
  std::unique_ptr<PostgresVectorSearch> search;
};

// Around a few centres, as texts about a few subjects are.
std::map<std::string, Vector> clustered(
    int count, std::size_t dimensions, unsigned seed, std::string_view name
) {
  std::mt19937 dice(seed);
  std::normal_distribution<float> noise;
  std::vector<Vector> centres(8, Vector(dimensions));
  for (Vector& centre : centres) {
    for (float& each : centre) each = noise(dice);
  }
  std::map<std::string, Vector> vectors;
  for (int i = 0; i < count; ++i) {
    Vector vector = centres[static_cast<std::size_t>(i) % centres.size()];
    for (float& each : vector) each += 0.5F * noise(dice);
    vectors.emplace(std::string(name) + std::to_string(i), std::move(vector));
  }
  return vectors;
}

std::vector<std::string> truly_nearest(
    const std::map<std::string, Vector>& vectors, const Vector& question, std::size_t k
) {
  std::vector<std::pair<float, std::string>> all;
  for (const auto& [key, vector] : vectors) all.emplace_back(-cosine(question, vector), key);
  std::ranges::sort(all);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < std::min(k, all.size()); ++i) keys.push_back(all[i].second);
  return keys;
}

}  // namespace

TEST_CASE("a database without pgvector is served as before, and what to install is told") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE");
  migrate(*cluster);
  const VectorSupport support = support_of(*cluster);
  CHECK(support.state == VectorSupport::State::absent);
  CHECK(describe(support) == "vectors are compared in the server: the database has no extension vector");
  CHECK(advice(support).contains("postgresql-" + std::to_string(support.server) + "-pgvector"));
  const auto graph = postgres::make_vector_graph(cluster->url("parley_migrate"), 384);
  REQUIRE_FALSE(graph.has_value());
  CHECK(graph.error().hint.contains("CREATE EXTENSION vector"));
}

TEST_CASE("the extension may be installed before or after the schema") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE; DROP EXTENSION IF EXISTS vector");
  migrate(*cluster);
  CHECK(support_of(*cluster).state == VectorSupport::State::available);
  CHECK(advice(support_of(*cluster)).starts_with("CREATE EXTENSION vector"));
  SUBCASE("in the schema public") {
    cluster->admin("CREATE EXTENSION vector");
  }
  SUBCASE("in a schema of its own") {
    cluster->admin(
        "CREATE SCHEMA IF NOT EXISTS \"Other Things\"; GRANT USAGE ON SCHEMA \"Other Things\" TO PUBLIC; "
        "CREATE "
        "EXTENSION vector SCHEMA \"Other Things\""
    );
  }
  CHECK(support_of(*cluster).state == VectorSupport::State::unmade);
  CHECK(advice(support_of(*cluster)) == "Run: parley db migrate");
  migrate(*cluster);
  migrate(*cluster);
  CHECK(support_of(*cluster).state == VectorSupport::State::ready);
  CHECK(advice(support_of(*cluster)).empty());
  const auto sound = postgres::check_runtime(cluster->url("parley"));
  CHECK_MESSAGE(sound.has_value(), (sound ? std::string() : sound.error().message));
  get(postgres::make_vector_graph(cluster->url("parley_migrate"), 3));
  get(postgres::make_vector_graph(cluster->url("parley_migrate"), 3));
  get(postgres::make_vector_graph(cluster->url("parley_migrate"), 1536));
  CHECK(support_of(*cluster).graphs == std::vector<int>{3, 1536});
  CHECK_FALSE(postgres::make_vector_graph(cluster->url("parley_migrate"), 4'001).has_value());
  CHECK_FALSE(postgres::make_vector_graph(cluster->url("parley"), 8).has_value());
  {
    Vectors vectors(*cluster);
    vectors.add(turns_of("ana"), {{"a", {1, 0, 0}}});
    CHECK(vectors.nearest(turns_of("ana"), {1, 0, 0}).contains("a"));
  }
  // Dropped with what depends on it, and there again.
  cluster->admin("DROP EXTENSION vector CASCADE");
  CHECK(support_of(*cluster).state == VectorSupport::State::available);
  CHECK(postgres::check_runtime(cluster->url("parley")).has_value());
  cluster->admin("CREATE EXTENSION vector");
  CHECK(support_of(*cluster).state == VectorSupport::State::unmade);
  migrate(*cluster);
  CHECK(support_of(*cluster).state == VectorSupport::State::ready);
  cluster->admin("DROP SCHEMA parley CASCADE; DROP EXTENSION vector; DROP SCHEMA IF EXISTS \"Other Things\"");
}

TEST_CASE("vectors are found by their cosine, each in its collection") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  prepare(*cluster);
  Vectors vectors(*cluster);
  const auto ana = turns_of("ana");
  const std::string odd("k\0\xFF'--", 7);
  vectors.add(ana, {{"east", {1, 0, 0}}, {"north", {0, 2, 0}}, {odd, {3, 3, 0}}});
  vectors.add(turns_of("bo"), {{"east", {1, 0, 0}}, {"bo", {1, 0, 0}}});
  vectors.add(turns_of("ana", "other"), {{"foreign", {1, 0, 0}}});
  auto notes = ana;
  notes.what = "notes";
  vectors.add(notes, {{"note", {1, 0, 0}}});
  auto older = ana;
  older.maker = "older";
  vectors.add(older, {{"older", {1, 0, 0}}});
  vectors.add(ana, {{"long", {1, 0, 0, 0}}});  // of a model that has changed its mind

  const auto found = vectors.nearest(ana, {1, 0, 0});
  REQUIRE(found.size() == 3);
  CHECK(found.at("east") == doctest::Approx(1));
  CHECK(found.at("north") == doctest::Approx(0));
  CHECK(found.at(odd) == doctest::Approx(std::sqrt(0.5)));
  CHECK(vectors.missing(ana, {"east", odd, "bo", "note"}) == std::set<std::string>{"bo", "note"});
  CHECK(vectors.missing(notes, {"east", "note"}) == std::set<std::string>{"east"});

  SUBCASE("what the store does not keep, and what has no direction, is no part of it") {
    const std::vector<turns::StoredVector> rows = {
        {"unknown", bytes_of({1, 0, 0})}, {"north", bytes_of({5, 5, 5})}
    };
    get(vectors.search->add(ana, rows));
    vectors.add(ana, {{"huge", {0, 0, 1e30F}}, {"tiny", {0, 0, 1e-30F}}});
    CHECK(vectors.nearest(ana, {0, 0, 2}).at("huge") == doctest::Approx(1));
    CHECK(vectors.nearest(ana, {0, 0, 1e-30F}).at("tiny") == doctest::Approx(1));
    cluster->admin("DELETE FROM parley.embedding WHERE key IN ('huge', 'tiny')");
    vectors.add(ana, {{"zero", {0, 0, 0}}, {"endless", {1, HUGE_VALF, 0}}, {"nothing", {}}});
    CHECK(vectors.nearest(ana, {1, 0, 0}) == found);
    CHECK_FALSE(contract::wait_for(vectors.search->nearest(ana, {0, 0, 0}, {})).has_value());
    CHECK_FALSE(contract::wait_for(vectors.search->nearest(ana, {NAN, 0, 1}, {})).has_value());
  }
  SUBCASE("what is usual is told by a sample of the collection") {
    const auto answer = get(vectors.search->nearest(ana, {1, 0, 0}, {}));
    CHECK(answer.sampled == 3);
    CHECK(answer.sampled_sum == doctest::Approx(1 + std::sqrt(0.5)));
    CHECK(get(vectors.search->nearest(turns_of("nobody"), {1, 0, 0}, {})).sampled == 0);
  }
  SUBCASE("one kind of texts is cleared of what is not there any more, whichever model made it") {
    get(vectors.search->keep_only(ana, {"north", odd}));
    CHECK(vectors.nearest(ana, {1, 0, 0}).size() == 2);
    CHECK(vectors.nearest(older, {1, 0, 0}).empty());
    CHECK(vectors.nearest(notes, {1, 0, 0}).size() == 1);
    CHECK(vectors.nearest(turns_of("bo"), {1, 0, 0}).size() == 2);
    CHECK(get(vectors.store->vectors(kTenant, "ana", {"east"})).size() == 1);  // it need not be made again
  }
  SUBCASE("they go with what they were made from: a user forgotten, erased, or past") {
    get(vectors.store->forget_user(kTenant, "ana"));
    CHECK(vectors.nearest(ana, {1, 0, 0}).empty());
    CHECK(vectors.nearest(notes, {1, 0, 0}).empty());
    CHECK(vectors.nearest(turns_of("ana", "other"), {1, 0, 0}).size() == 1);
    auto piece = contract::erasure_of({}, "er_1");
    piece.user_id = "bo";
    get(vectors.store->erase(kTenant, piece));
    CHECK(vectors.nearest(turns_of("bo"), {1, 0, 0}).empty());
    get(vectors.store->forget_before("other", at(5)));
    CHECK(vectors.nearest(turns_of("ana", "other"), {1, 0, 0}).empty());
  }
  SUBCASE("names of tenants are checked") {
    for (const std::string_view tenant : {"", "other' OR '1'='1", "OTHER"})
      CHECK_FALSE(
          contract::wait_for(vectors.search->nearest(turns_of("ana", std::string(tenant)), {1, 0, 0}, {}))
              .has_value()
      );
  }
}

TEST_CASE("of many the nearest are found, and those that are asked for by their keys") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  prepare(*cluster);
  Vectors vectors(*cluster);
  const auto all = clustered(600, 8, 1, "t");
  const auto ana = turns_of("ana");
  vectors.add(ana, all);
  const Vector question = all.at("t17");
  const auto order = truly_nearest(all, question, all.size());
  const auto found = vectors.nearest(ana, question, {order.back(), order.front(), "unknown"});
  CHECK(found.size() == kNearest + 1);
  for (std::size_t i = 0; i < kNearest; ++i) CHECK(found.contains(order[i]));
  for (const auto& [key, near] : found)
    CHECK(near == doctest::Approx(cosine(question, all.at(key))).epsilon(1e-4));
}

TEST_CASE("a large collection is searched by its index, also beside a larger one of another tenant") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  prepare(*cluster);
  get(postgres::make_vector_graph(cluster->url("parley_migrate"), 8));
  auto knowledge = turns_of("");
  knowledge.what = "knowledge.faq";
  knowledge.texts = postgres::VectorTable::kExactUpTo + 1;
  auto foreign = knowledge;
  foreign.tenant = "other";
  const auto ours = clustered(400, 8, 1, "ours");
  double right = 0;
  {
    Vectors vectors(*cluster);
    vectors.add(knowledge, ours);
    // Nearer to every question than ours, and more.
    auto theirs = clustered(1'200, 8, 1, "theirs");
    vectors.add(foreign, theirs);
    cluster->admin("ANALYZE");
    for (int i = 0; i < 10; ++i) {
      const Vector& question = ours.at("ours" + std::to_string(i * 7));
      const auto found = vectors.nearest(knowledge, question);
      CHECK(found.size() <= kNearest);
      for (const std::string& key : truly_nearest(ours, question, 10)) right += found.contains(key) ? 1 : 0;
      for (const auto& [key, near] : found) CHECK(key.starts_with("ours"));
    }
  }
  CHECK(right >= 95);  // of a hundred
  // The index was used: a connection that ends has told what it has done.
  postgres::Connection db(cluster->url("admin"));
  while (db.plain("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'parley vectors'")[0][0] !=
         "0")
    std::this_thread::yield();
  const auto scans =
      db.plain("SELECT idx_scan FROM pg_stat_all_indexes WHERE indexrelname = 'embedding_hnsw_8'");
  REQUIRE(scans.size() == 1);
  CHECK(scans[0][0] == "10");
}

TEST_CASE("a search that the database breaks off is made again on a new connection") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  prepare(*cluster);
  Vectors vectors(*cluster);
  vectors.add(turns_of("ana"), {{"east", {1, 0}}});
  cluster->admin(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley vectors'"
  );
  CHECK(vectors.nearest(turns_of("ana"), {1, 0}).size() == 1);
}

TEST_CASE("a server that stands still in the middle of adding does not hold up the others for ever") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  prepare(*cluster);
  Vectors vectors(*cluster);
  const auto ana = turns_of("ana");
  const std::vector<turns::StoredVector> east = {{"east", bytes_of({1, 0})}};
  get(vectors.store->put_vectors(kTenant, "ana", east, at(1)));
  postgres::Connection paused(cluster->url("parley"));
  paused.plain("BEGIN");
  paused.plain("SET LOCAL parley.tenant = 'default'");
  paused.plain(
      "INSERT INTO parley.embedding (user_id, collection, key, embedding) VALUES ('ana', "
      "E'turns\\nm'::bytea, "
      "'east', '[1,0]')"
  );
  const auto waited = contract::wait_for(vectors.search->add(ana, east));
  REQUIRE_FALSE(waited.has_value());
  CHECK(waited.error().code == ErrorCode::unavailable);
  paused.plain("ROLLBACK");
  get(vectors.search->add(ana, east));
  CHECK(vectors.nearest(ana, {1, 0}).size() == 1);
}

TEST_CASE("what the contract of stores says of memory and erasing holds beside pgvector") {
  TestCluster* cluster = TestCluster::with_vectors();
  if (cluster == nullptr) return;
  const auto open = [=]() -> std::unique_ptr<turns::Store> {
    return get(PostgresStore::open({.url = cluster->url("parley")}));
  };
  const contract::StoreSource source{
      .open_fresh =
          [=] {
            prepare(*cluster);
            return open();
          },
      .reopen = open,
  };
  contract::check_memory(source);
  contract::check_erasing(source);
}

}  // namespace parley::stores
