// What a model's server says when it does not answer, as an Error with a stable code. Pure functions.
//
// Error::pointer is the code that flows, logs and metrics see:
//   rate_limited       429, or an overloaded server: later may work
//   quota              the account has no money left; the sender must act
//   unauthenticated    the key is missing, wrong or may not use the model
//   model_not_found    the server has no such model
//   context_too_long   the question is too long for the model
//   refused            the provider's filter, or the model, would not answer
//   model_request      the server did not understand the request
//   model_down         5xx, and everything else
//   model_answer       the answer is not what the API says it should be
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire::model_api {

// Of an answer with a status other than 2xx. The body is quoted up to 300 bytes, without control characters;
// not at all when it is about the key.
[[nodiscard]] Error failure_of(int status, std::string_view body);
// Of the `error` member of a body or chunk; a text or {message, type, code}.
[[nodiscard]] Error failure_in(const Value& error, int status = 200);
[[nodiscard]] Error malformed(std::string_view what);

// Whether the same question may be answered when it is asked again.
[[nodiscard]] bool may_pass(const Error& failure);

// The model may have worked on it, and have to be paid for, although nothing that can be used has come.
[[nodiscard]] bool may_have_worked(const Error& failure);

// How long the server wants us to wait, from its headers: whole or fractional seconds, or milliseconds.
// Nothing when there is none or it is a date.
[[nodiscard]] std::optional<std::uint32_t> retry_after_ms(
    std::string_view retry_after, std::string_view retry_after_ms
);

}  // namespace parley::wire::model_api
