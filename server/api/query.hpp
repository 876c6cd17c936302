// Query parameters that are numbers.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "server/api/errors.hpp"
#include "server/net/http.hpp"

namespace parley::api {

// `fallback` when absent; a value outside the range is an error that names the parameter.
[[nodiscard]] std::expected<std::uint64_t, Problem> query_number(
    const net::Request& request,
    std::string_view name,
    std::uint64_t fallback,
    std::uint64_t minimum,
    std::uint64_t maximum
);

}  // namespace parley::api
