// Options that are numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace parley::cli {

// An error for the person who typed when it is no whole number within the limits.
[[nodiscard]] Result<std::uint64_t> number_of(
    const Arguments& arguments,
    std::string_view option,
    std::uint64_t otherwise,
    std::uint64_t lowest,
    std::uint64_t highest
);

}  // namespace parley::cli
