// Query parameters: which a route knows, and numbers among them.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "server/api/errors.hpp"
#include "server/api/routes.hpp"
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

// The first parameter that the route does not know, or whose value is none of its choices. What anyone may
// ask is left alone: links carry parameters of others.
[[nodiscard]] std::expected<void, Problem> check_query(const net::Query& query, const Route& route);

}  // namespace parley::api
