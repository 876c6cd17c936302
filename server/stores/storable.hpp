// What every store can keep; anything else is refused before a statement is made. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/stores/write.hpp"

namespace parley::stores {

// 1 to 64 of a-z, 0-9, '_' and '-': safe as a file name on every system, and in every statement.
[[nodiscard]] bool valid_tenant_name(std::string_view name);
[[nodiscard]] std::unexpected<Error> refused_tenant_name(std::string_view name);

// Times within what 64 bits of nanoseconds hold, sequences from 1, at most 64 MiB.
[[nodiscard]] Result<void> check_storable(const turns::Commit& commit);
[[nodiscard]] Result<void> check_storable(const turns::FlowVersion& version);
[[nodiscard]] Result<void> check_storable(const PutRelease& put);
[[nodiscard]] Result<void> check_storable(const PutVectors& put);

[[nodiscard]] Result<void> check_storable(const turns::Erase& piece);

// What is wrong with a conversation whose log does not lead to where it is said to be; nothing: it does.
[[nodiscard]] std::optional<std::string> gap_in(const turns::StoredConversation& stored);

// The errors of a commit that does not fit.
[[nodiscard]] std::unexpected<Error> moved_on(const turns::Commit& commit, std::uint64_t last_sequence);
[[nodiscard]] std::unexpected<Error> key_spent(std::string_view key);
[[nodiscard]] std::unexpected<Error> worker_dead();
[[nodiscard]] std::unexpected<Error> taken_over(const turns::Commit& commit);
// And of a release.
[[nodiscard]] std::unexpected<Error> release_changed();
// And of a setting.
[[nodiscard]] std::unexpected<Error> setting_changed();

}  // namespace parley::stores
