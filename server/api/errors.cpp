#include "server/api/errors.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kInvalid = "invalid_request";
constexpr std::string_view kAuth = "authentication";
constexpr std::string_view kPermission = "permission";
constexpr std::string_view kServer = "server_error";
constexpr std::string_view kOverloaded = "overloaded";

constexpr std::array kRows{
    ErrorRow{"invalid_json", 400, kInvalid, "The body is not JSON."},
    ErrorRow{"invalid_request", 400, kInvalid, "The request cannot be understood."},
    ErrorRow{"invalid_field", 400, kInvalid, "A field has the wrong type or value."},
    ErrorRow{
        "unknown_field",
        400,
        kInvalid,
        "The body has a field, or the address a parameter, that this operation does not know."
    },
    ErrorRow{"missing_field", 400, kInvalid, "A required field is missing."},
    ErrorRow{"idempotency_key_invalid", 400, kInvalid, "The Idempotency-Key is empty or too long."},
    ErrorRow{"token_required", 401, kAuth, "The request needs a conversation's token or an API key."},
    ErrorRow{"token_invalid", 401, kAuth, "The token or API key is wrong or revoked."},
    ErrorRow{
        "signature_missing", 401, kAuth, "A webhook without the signature or time that its scheme needs."
    },
    ErrorRow{"signature_wrong", 401, kAuth, "A webhook's signature is not that of its body."},
    ErrorRow{"signature_expired", 401, kAuth, "A webhook was signed more than five minutes ago."},
    ErrorRow{
        "sign_in_invalid",
        400,
        kInvalid,
        "The link of a sign-in is too old, was used, or is not one of this server."
    },
    ErrorRow{
        "sign_in_refused",
        403,
        kPermission,
        "The person or the authorization server did not give the permission."
    },
    ErrorRow{"forbidden", 403, kPermission, "The caller is known but may not do this."},
    ErrorRow{
        "origin_not_allowed", 403, kPermission, "The web page's origin is not in server.allowed_origins."
    },
    ErrorRow{"route_not_found", 404, kInvalid, "There is nothing at this path."},
    ErrorRow{"not_found", 404, kInvalid, "What the request names does not exist."},
    ErrorRow{"conversation_not_found", 404, kInvalid, "There is no conversation with this id."},
    ErrorRow{"flow_not_found", 404, kInvalid, "There is no flow with this id."},
    ErrorRow{"version_not_found", 404, kInvalid, "The flow has no such version."},
    ErrorRow{"hook_not_found", 404, kInvalid, "parley.yaml has no hook of this name."},
    ErrorRow{"event_not_wanted", 404, kInvalid, "No flow is triggered by this event now."},
    ErrorRow{"review_not_found", 404, kInvalid, "There is no review with this id."},
    ErrorRow{"method_not_allowed", 405, kInvalid, "The path exists, but not for this method; see Allow."},
    ErrorRow{"conflict", 409, kInvalid, "Something else changed at the same time."},
    ErrorRow{
        "review_closed", 409, kInvalid, "The review was decided, has expired or is not wanted any more."
    },
    ErrorRow{"review_changed", 409, kInvalid, "The decision is about something else than what waits now."},
    ErrorRow{
        "release_changed",
        409,
        kInvalid,
        "Somebody else has published since the `base` that the request names."
    },
    ErrorRow{"superseded", 409, kInvalid, "A newer message took the place of this one."},
    ErrorRow{"setup_link_used", 410, kInvalid, "The set-up link was used or has expired."},
    ErrorRow{"body_too_large", 413, kInvalid, "The body is over the limit."},
    ErrorRow{
        "unsupported_media_type", 415, kInvalid, "The body's Content-Type is not one this operation reads."
    },
    ErrorRow{"flow_invalid", 422, kInvalid, "The flow has mistakes; `diagnostics` lists them all."},
    ErrorRow{"idempotency_key_reused", 422, kInvalid, "The same Idempotency-Key came with another body."},
    ErrorRow{"evaluation_failed", 422, kInvalid, "An expression could not be evaluated."},
    ErrorRow{"websocket_required", 426, kInvalid, "This path speaks WebSocket only."},
    ErrorRow{"limit_exceeded", 429, "rate_limit", "A limit is used up."},
    ErrorRow{
        "rate_limited",
        429,
        "rate_limit",
        "A user, conversation, address or API key sends too many messages; Retry-After says when to go on."
    },
    ErrorRow{"internal", 500, kServer, "The server's fault."},
    ErrorRow{"unsupported", 501, kServer, "This build cannot do that."},
    ErrorRow{"unavailable", 503, kOverloaded, "Try again later; nothing was done."},
    ErrorRow{"hook_not_ready", 503, kServer, "The secret of the hook is not set."},
    ErrorRow{
        "overloaded",
        503,
        kOverloaded,
        "The server has more to do than it manages and leaves this for later; nothing was done."
    },
    ErrorRow{
        "conversation_busy", 503, kOverloaded, "Earlier messages of the conversation are being answered."
    },
    ErrorRow{
        "turn_broke", 503, kServer, "The turn broke off; what had begun is finished later. Send it again."
    },
    ErrorRow{"deadline_exceeded", 504, kServer, "It took too long."},
};

const ErrorRow* find_row(std::string_view code) {
  const auto* const row = std::ranges::find(kRows, code, &ErrorRow::code);
  return row == kRows.end() ? nullptr : row;
}

constexpr std::string_view code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return "invalid_request";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::too_large:
      return "body_too_large";
    case ErrorCode::unauthenticated:
      return "token_invalid";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::evaluation:
      return "evaluation_failed";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace

std::span<const ErrorRow> error_rows() {
  return kRows;
}

const ErrorRow& row_of(std::string_view code) {
  const ErrorRow* row = find_row(code);
  INVARIANT(row != nullptr, "error codes are rows of the table");
  return *row;
}

bool is_for_operators(const Error& error) {
  if (error.code == ErrorCode::internal) return true;
  return error.code == ErrorCode::unavailable && find_row(error.pointer) == nullptr;
}

Problem problem_from(const Error& error) {
  if (error.code == ErrorCode::internal) {
    return {
        "internal", "The server failed to answer this request.", "the server's log says more, by request_id"
    };
  }
  if (is_for_operators(error)) {
    return {
        "unavailable",
        "The server cannot do this just now.",
        "try again in a moment; the server's log says more, by request_id"
    };
  }
  if (const ErrorRow* row = find_row(error.pointer)) return {row->code, error.message, error.hint};
  return {code_of(error.code), error.message, error.hint, error.pointer};
}

std::string error_body(const Problem& problem, std::string_view request_id) {
  const ErrorRow& row = row_of(problem.code);
  std::string out;
  out.reserve(192 + problem.message.size() + problem.hint.size());
  out.append(R"({"error":{"type":")").append(row.type);
  out.append(R"(","code":")").append(row.code).append(R"(","message":)");
  append_json_string(out, problem.message);
  if (!problem.hint.empty()) {
    out += R"(,"hint":)";
    append_json_string(out, problem.hint);
  }
  out += R"(,"param":)";
  if (problem.param.empty()) {
    out += "null";
  } else {
    append_json_string(out, problem.param);
  }
  out += R"(,"request_id":)";
  append_json_string(out, request_id);
  out += "}}";
  return out;
}

net::Response error_response(const Problem& problem, std::string_view request_id) {
  const int status = row_of(problem.code).status;
  net::Response response{.status = status, .content_type = "application/json"};
  response.body = error_body(problem, request_id);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 503 || status == 429)
    response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_seconds));
  return response;
}

}  // namespace parley::api
