#include "server/ops/config_keys.hpp"

#include <array>

namespace parley::ops {

namespace {

using enum KeyType;

constexpr std::array kKeys{
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
        "server.drain_seconds", integer, "10", "How long a stop waits for requests in flight.", 0, 3600
    },
    ConfigKey{"server.public_url", text, "", "How browsers reach this server, if not by its address."},
    ConfigKey{
        "store.batch", integer, "256", "Turns that may share one commit; 1 gives each its own.", 1, 4096
    },
    ConfigKey{
        "store.url", secret, "", "A PostgreSQL database, postgres://…; SQLite in the data folder when empty."
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
