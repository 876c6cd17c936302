#include "server/stores/redis/session_cache.hpp"

#include <charconv>
#include <utility>

namespace parley::stores::redis {

namespace {

// The sequence comes first, as hexadecimal digits of fixed width: Redis can compare them, whatever its
// locale.
constexpr std::size_t kDigits = 16;
// In the place of a conversation that was erased: newer than every state, so that none takes its place.
constexpr std::string_view kGone = "ffffffffffffffff";
constexpr std::string_view kPut = R"(local held = redis.call('GETRANGE', KEYS[1], 0, 15)
if #held == 16 and held > string.sub(ARGV[1], 1, 16) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1)";

std::string digits(std::uint64_t sequence) {
  std::string text(kDigits, '0');
  for (std::size_t i = kDigits; i-- > 0; sequence >>= 4) text[i] = "0123456789abcdef"[sequence & 15];
  return text;
}

std::string key_of(std::string_view tenant, std::string_view conversation_id) {
  return tenant_key(tenant, "session:").append(conversation_id);
}

// What a sealed state is sealed under: a state of another sequence is another thing.
std::string name_of(const std::string& key, std::string_view sequence) {
  return key + "@" + std::string(sequence);
}

}  // namespace

turns::Awaitable<std::optional<turns::CachedSession>> RedisSessionCache::get(
    std::string_view tenant, std::string_view conversation_id, std::uint64_t newer_than
) {
  const std::string key = key_of(tenant, conversation_id);
  const auto reply = co_await client_.ask({"GET", key});
  if (!reply || !reply->is_text()) {
    counts_.misses.fetch_add(1, std::memory_order_relaxed);
    co_return std::nullopt;
  }
  const std::string_view held = reply->text;
  if (held == kGone) {
    counts_.misses.fetch_add(1, std::memory_order_relaxed);
    co_return std::nullopt;
  }
  const std::string_view sequence = held.substr(0, kDigits);
  turns::CachedSession session;
  const auto [end, error] =
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), session.sequence, 16);
  const auto content = held.size() > kDigits ? seal_.open(name_of(key, sequence), held.substr(kDigits))
                                             : std::optional<std::string_view>();
  if (!content || error != std::errc() || end != sequence.data() + kDigits) {
    counts_.forged.fetch_add(1, std::memory_order_relaxed);
    co_return std::nullopt;
  }
  if (session.sequence <= newer_than) {
    counts_.misses.fetch_add(1, std::memory_order_relaxed);
    co_return std::nullopt;
  }
  counts_.hits.fetch_add(1, std::memory_order_relaxed);
  session.bytes = *content;
  co_return session;
}

void RedisSessionCache::put(
    std::string_view tenant, std::string_view conversation_id, std::uint64_t sequence, std::string bytes
) {
  std::string key = key_of(tenant, conversation_id);
  if (bytes.size() > kMostBytes) return client_.tell({"DEL", std::move(key)});
  std::string value = digits(sequence);
  value += seal_.close(name_of(key, value), bytes);
  client_.tell({"EVAL", std::string(kPut), "1", std::move(key), std::move(value), std::string(kSecondsKept)});
}

void RedisSessionCache::remove(std::string_view tenant, std::string_view conversation_id) {
  client_.tell({"SET", key_of(tenant, conversation_id), std::string(kGone), "EX", std::string(kSecondsKept)});
}

}  // namespace parley::stores::redis
