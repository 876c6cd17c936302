// What is asked of PostgresStore however it reaches its database.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <string>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/store_contract.hpp"

namespace parley::stores {

// An empty schema, as a fresh installation has it.
inline void fresh_schema(const postgres::TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  contract::get(postgres::migrate(cluster.url("parley_migrate"), "parley"));
}

// The same in less time, of a schema that is this version's.
inline void empty_tables(const postgres::TestCluster& cluster) {
  cluster.admin(
      "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg('parley.' || tablename, ', ') || ' RESTART "
      "IDENTITY' "
      "FROM pg_tables WHERE schemaname = 'parley' AND tablename <> 'migration'); END $$"
  );
}

inline void check_contract(
    const postgres::TestCluster& cluster, const std::string& url, std::size_t batch_max
) {
  fresh_schema(cluster);
  const auto open = [=]() -> std::unique_ptr<turns::Store> {
    return contract::get(PostgresStore::open({.url = url, .batch_max = batch_max}));
  };
  contract::check_store_contract({
      .open_fresh =
          [&cluster, open] {
            empty_tables(cluster);
            return open();
          },
      .reopen = open,
      .pass_time =
          [&cluster] {
            // The silent ones are other processes, whose connections are not this store's.
            cluster.admin(
                "UPDATE parley.worker SET beat_at = beat_at - interval '31 seconds', instance = 'others'; "
                "UPDATE parley.timer SET claimed_until = claimed_until - interval '31 seconds'"
            );
          },
  });
}

// `url` is where all servers reach the database.
inline void check_that_locks_of_the_dead_are_freed(
    const postgres::TestCluster& cluster, const std::string& url
) {
  fresh_schema(cluster);
  const auto store = contract::get(PostgresStore::open({.url = url}));
  contract::put(*store, contract::turn_of("c_1", 1));
  // In the middle of sending a batch: its transaction holds a row, and no more comes.
  postgres::Connection paused(url, "parley paused");
  paused.plain("INSERT INTO parley.worker (name, instance) VALUES ('', 'parley paused')");
  paused.plain("BEGIN");
  paused.plain("SET LOCAL application_name = 'parley paused'");
  paused.plain("SET LOCAL parley.tenant = 'default'");
  paused.plain("UPDATE parley.conversation SET sequence = 2 WHERE id = 'c_1'");
  cluster.admin("UPDATE parley.worker SET beat_at = beat_at - interval '6 seconds'");
  bool written = false;
  const auto wait = [](turns::Store& waiting, bool& done) -> net::Awaitable<> {
    done = (co_await waiting.commit(contract::kTenant, contract::turn_of("c_1", 2))).has_value();
  };
  const auto look = [](turns::Store& beating) -> net::Awaitable<> {
    const auto worker = co_await beating.enroll("looks");
    (void)co_await beating.beat(worker.value());
  };
  auto& loop = contract::loops()[0];
  boost::asio::co_spawn(loop, wait(*store, written), boost::asio::detached);
  boost::asio::co_spawn(loop, look(*store), boost::asio::detached);
  loop.run();
  CHECK(written);
}

}  // namespace parley::stores
