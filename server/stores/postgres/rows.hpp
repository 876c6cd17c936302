// What rows hold besides their values: checksums, so that a byte changed on disk is noticed instead of
// served. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores::postgres {

[[nodiscard]] inline std::int64_t checksum_of(const turns::ConversationSummary& c) {
  const std::int64_t created = to_nanoseconds(c.created_at).value_or(0);
  return RowChecksum(c.id, c.user_id, c.channel, c.release, c.flow, c.owner, c.status, c.outcome, created)
      .value();
}

[[nodiscard]] inline std::int64_t checksum_of(std::string_view conversation, const turns::LogRecord& record) {
  const std::int64_t at = to_nanoseconds(record.at).value_or(0);
  return RowChecksum(conversation, record.sequence, record.turn, at, record.body).value();
}

[[nodiscard]] inline std::int64_t checksum_of(
    std::string_view conversation, const turns::OutboxEntry& entry
) {
  return RowChecksum(
             conversation,
             entry.effect_id,
             entry.tool,
             entry.request,
             entry.idempotency_key,
             static_cast<std::int64_t>(entry.state),
             entry.attempt
  )
      .value();
}

[[nodiscard]] inline std::int64_t checksum_of(const turns::InboxEntry& entry) {
  return RowChecksum(entry.scope, entry.key, entry.fingerprint, entry.conversation_id, entry.answer).value();
}

}  // namespace parley::stores::postgres
