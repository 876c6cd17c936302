// Which variant of an experiment somebody sees. Pure: the same unit gets the same variant everywhere, without
// a table of assignments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace parley::policy {

// The index of the variant for a unit (a user's or conversation's id), as flagd's `fractional` operator
// chooses it with high-precision weights: murmur3_32(experiment + unit) scaled to the sum of the weights.
// INVARIANT: at least one weight is not 0, and their sum is below 2^31.
[[nodiscard]] std::size_t assign(
    std::string_view experiment, std::string_view unit, std::span<const std::uint32_t> weights
);

}  // namespace parley::policy
