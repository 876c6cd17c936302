// What came back from a call, in the words of turns::ToolRunner: a result, or a failure with a stable code.
//
// Codes: "http_402" for an answer of that status · "rpc_-32601", "graphql_error", "mcp_error" ·
// "refused_<word>" when the service says no in an answer of success (x-parley-failure) · "bad_answer",
// "too_large" · "unavailable" when the request did not arrive · "timeout" · "blocked", "bad_url" · "in_doubt"
// when it may have been carried out and must not be repeated. Pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/value.hpp"
#include "server/net/client/http_client.hpp"
#include "server/turns/ports.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

// Of JSON that services answer with.
inline constexpr JsonLimits kAnswerLimits{
    .max_depth = 64, .max_members = 200'000, .reject_duplicate_keys = false
};

// `kept_bytes`: what the result's JSON may have at most.
[[nodiscard]] Result<Value> read_answer(
    const wire::Tool& tool,
    turns::EffectClass effect,
    const net::IncomingAnswer& answer,
    std::size_t kept_bytes
);

// Of a call that got no answer.
[[nodiscard]] Error failure_of(const wire::Tool& tool, turns::EffectClass effect, const Error& problem);

// How long to wait before asking again, when the answer says that it is worth it: 403, 408, 425, 429 and 5xx
// with a Retry-After, in seconds or as a date; 403 and 429 with X-RateLimit-Remaining: 0 and when it ends.
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_asked_for(
    const net::IncomingAnswer& answer, std::chrono::system_clock::time_point now
);

}  // namespace parley::tools
