// Conversations' states in Redis, for all servers on one store: sealed, with an end of life, read within the
// client's patience. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/stores/redis/client.hpp"
#include "server/stores/redis/seal.hpp"
#include "server/turns/session_cache.hpp"

namespace parley::stores::redis {

class RedisSessionCache final : public turns::SessionCache {
 public:
  static constexpr std::size_t kMostBytes = 256 * 1024;  // of one state; larger ones are not kept
  static constexpr std::string_view kSecondsKept = "3600";

  RedisSessionCache(Client& client, const Seal& seal) : client_(client), seal_(seal) {}

  [[nodiscard]] bool keeps() const override { return client_.up(); }
  turns::Awaitable<std::optional<turns::CachedSession>> get(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t newer_than
  ) override;
  void put(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t sequence, std::string bytes
  ) override;
  void remove(std::string_view tenant, std::string_view conversation_id) override;

  struct Counts {
    std::atomic<std::uint64_t> hits{0};
    std::atomic<std::uint64_t> misses{0};
    std::atomic<std::uint64_t> forged{0};  // what was there is not ours
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  Client& client_;
  const Seal& seal_;
  Counts counts_;
};

}  // namespace parley::stores::redis
