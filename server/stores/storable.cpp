#include "server/stores/storable.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "server/stores/nanoseconds.hpp"

namespace parley::stores {

namespace {

constexpr std::size_t kCommitBytesMax = 64 << 20;

Result<void> check_time(const std::optional<Timestamp>& time) {
  if (!time || to_nanoseconds(*time)) return {};
  return fail(
      ErrorCode::invalid_input,
      "The time " + format_timestamp(*time) + " cannot be stored.",
      {},
      "Use a time between 1678 and 2262."
  );
}

}  // namespace

bool valid_tenant_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::unexpected<Error> refused_tenant_name(std::string_view name) {
  return fail(
      ErrorCode::invalid_input,
      "\"" + std::string(name) + "\" cannot be the name of a tenant.",
      "tenant",
      "Use 1 to 64 of the characters a-z, 0-9, _ and -."
  );
}

Result<void> check_storable(const turns::Commit& commit) {
  if (commit.conversation.id.empty())
    return fail(ErrorCode::invalid_input, "A conversation needs an id.", "id");
  if (commit.record.sequence == 0 || commit.record.turn > std::numeric_limits<std::int64_t>::max()) {
    return fail(ErrorCode::invalid_input, "A record's sequence starts at 1.", "sequence");
  }
  std::size_t bytes = commit.record.body.size() + (commit.snapshot ? commit.snapshot->size() : 0);
  for (const auto& entry : commit.outbox) bytes += entry.request.size();
  if (commit.inbox) bytes += commit.inbox->answer.size() * (1 + commit.merged.size());
  if (bytes > kCommitBytesMax) {
    return fail(
        ErrorCode::too_large,
        "The turn needs " + std::to_string(bytes >> 20) + " MiB; at most 64 MiB can be stored at once.",
        {},
        "Keep large data outside the conversation and store a reference to it."
    );
  }
  if (auto ok = check_time(commit.conversation.created_at); !ok) return ok;
  if (auto ok = check_time(commit.record.at); !ok) return ok;
  for (const auto& timer : commit.timers) {
    if (auto ok = check_time(timer.due); !ok) return ok;
  }
  for (const auto& review : commit.reviews) {
    if (auto ok = check_time(review.requested_at); !ok) return ok;
    if (auto ok = check_time(review.due); !ok) return ok;
  }
  return {};
}

Result<void> check_storable(const turns::FlowVersion& version) {
  return check_time(version.published_at);
}

Result<void> check_storable(const PutRelease& put) {
  for (const turns::PublicationEntry& entry : put.history) {
    if (auto ok = check_time(entry.at); !ok) return ok;
  }
  return {};
}

Result<void> check_storable(const PutVectors& put) {
  return check_time(put.at);
}

Result<void> check_storable(const turns::Erase& piece) {
  if (auto ok = check_time(piece.entry.begun_at); !ok) return ok;
  if (auto ok = check_time(piece.before); !ok) return ok;
  return check_time(piece.entry.finished_at);
}

std::optional<std::string> gap_in(const turns::StoredConversation& stored) {
  const std::uint64_t reached = stored.snapshot_sequence + stored.records.size();
  if (reached == stored.summary.sequence) return std::nullopt;
  return "Conversation " + stored.summary.id + " is damaged: its log ends at record " +
         std::to_string(stored.summary.sequence) + ", but what is stored leads to " +
         std::to_string(reached) + ".";
}

std::unexpected<Error> moved_on(const turns::Commit& commit, std::uint64_t last_sequence) {
  return fail(
      ErrorCode::conflict,
      "Conversation " + commit.conversation.id + " has moved on: its last record is " +
          std::to_string(last_sequence) + ", so " + std::to_string(commit.record.sequence) +
          " cannot be the next.",
      std::string(turns::kMovedOn),
      "Load the conversation again and repeat the turn."
  );
}

std::unexpected<Error> key_spent(std::string_view key) {
  return fail(
      ErrorCode::conflict,
      "The idempotency key \"" + std::string(key) + "\" was already used for another request.",
      std::string(turns::kKeySpent),
      "Use a new key for every new request."
  );
}

std::unexpected<Error> worker_dead() {
  return fail(
      ErrorCode::conflict,
      "This server was silent for too long and has been declared dead.",
      std::string(turns::kWorkerDead),
      "It registers anew by itself; send the request again."
  );
}

std::unexpected<Error> taken_over(const turns::Commit& commit) {
  return fail(
      ErrorCode::conflict,
      "The open turn of conversation " + commit.conversation.id + " belongs to another server.",
      std::string(turns::kTakenOver),
      "Send the request again."
  );
}

std::unexpected<Error> release_changed() {
  return fail(
      ErrorCode::conflict,
      "Another release is active than the one that this one was made from.",
      std::string(turns::kReleaseChanged),
      "Make it anew from the one that is active."
  );
}

std::unexpected<Error> setting_changed() {
  return fail(ErrorCode::conflict, "the setting has changed", std::string(turns::kSettingChanged));
}

}  // namespace parley::stores
