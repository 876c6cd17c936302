#include "server/ops/config_keys.hpp"

#include <array>

namespace parley::ops {

namespace {

using enum KeyType;

constexpr std::array kKeys{
    ConfigKey{
        "limits.key_turns_per_minute",
        integer,
        "6000",
        "Messages of one API key, over all its users, in a minute, a tenth of them at once; 0 is no limit.",
        0,
        600'000
    },
    ConfigKey{"limits.turns_burst", integer, "20", "Messages somebody may send at once.", 1, 10'000},
    ConfigKey{
        "limits.turns_per_minute",
        integer,
        "60",
        "Messages of one user, conversation or address in a minute; 0 is no limit, which an open server on "
        "this "
        "machine has.",
        0,
        600'000
    },
    ConfigKey{
        "redis.timeout_ms",
        integer,
        "10",
        "How long a Redis may take for an answer before it counts as absent.",
        1,
        1000
    },
    ConfigKey{
        "redis.url",
        secret,
        "",
        "A Redis that several servers share, redis://user:password@host:6379/0 or unix:///path; none when "
        "empty."
    },
    ConfigKey{"server.api_key", secret, "", "A key with admin access, at least 24 characters."},
    ConfigKey{"server.body_bytes", integer, "1048576", "The largest request body.", 1024, 64 * 1024 * 1024},
    ConfigKey{
        "server.cached_conversations",
        integer,
        "10000",
        "Conversations kept in memory between turns.",
        1,
        10'000'000
    },
    ConfigKey{
        "server.connections_per_address",
        integer,
        "100",
        "Open connections one address may have; 0 is no limit, which a server for this machine only has.",
        0,
        1'000'000
    },
    ConfigKey{
        "server.drain_delay_seconds",
        integer,
        "0",
        "How long a stop goes on answering while /readyz says no, until a load balancer has noticed.",
        0,
        3600
    },
    ConfigKey{
        "server.drain_seconds", integer, "10", "How long a stop waits for requests in flight.", 0, 3600
    },
    ConfigKey{
        "server.overload_ms",
        integer,
        "500",
        "A delay of the store from which on less urgent requests get 503; of the loops it is a fifth, at "
        "least 100 "
        "ms. 0 is never.",
        0,
        600'000
    },
    ConfigKey{"server.public_url", text, "", "How browsers reach this server, if not by its address."},
    ConfigKey{
        "server.trusted_proxies",
        text,
        "",
        "Proxies whose X-Forwarded-For is believed: addresses and ranges, with commas between them."
    },
    ConfigKey{
        "store.batch", integer, "256", "Turns that may share one commit; 1 gives each its own.", 1, 4096
    },
    ConfigKey{
        "store.hints_per_second",
        integer,
        "50",
        "How often at most a server tells others on the same PostgreSQL database, without a Redis, what has "
        "changed, so that they look at once; 0 is never.",
        0,
        1000
    },
    ConfigKey{
        "store.listen_url",
        secret,
        "",
        "The PostgreSQL database itself, when store.url goes through a pooler: nobody can listen through one."
    },
    ConfigKey{
        "store.read_url",
        secret,
        "",
        "A streaming replica of the PostgreSQL database, for lists and logs; the database itself when empty."
    },
    ConfigKey{
        "store.url", secret, "", "A PostgreSQL database, postgres://…; SQLite in the data folder when empty."
    },
    ConfigKey{
        "store.vectors",
        text,
        "auto",
        "Where the vectors of texts are compared: server, database (PostgreSQL with pgvector), or auto, "
        "which "
        "is the "
        "database where it can and there are many."
    },
};

}  // namespace

std::span<const ConfigKey> config_keys() {
  return kKeys;
}

const ConfigKey* find_config_key(std::string_view name) {
  for (const ConfigKey& key : kKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace parley::ops
