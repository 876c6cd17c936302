// A write as a statement with its values, and the meaning of the row that answers it. Pure functions.
#pragma once

#include "base/result.hpp"
#include "server/stores/postgres/connection.hpp"
#include "server/stores/write.hpp"

namespace parley::stores::postgres {

// The values point into the write, which must live until the statement has run. Not for a Probe.
[[nodiscard]] Result<Request> request_of(const Write& write);

[[nodiscard]] Result<void> outcome_of(const Write& write, const Rows& answer);

}  // namespace parley::stores::postgres
