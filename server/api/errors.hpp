// Errors as clients see them: {"error":{"type","code","message","hint","param","request_id"}}.
//
// One table gives every code its status and type; an Error from below finds its row by its ErrorCode. Plain
// values and pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/net/http.hpp"

namespace parley::api {

struct ErrorRow {
  std::string_view code;
  int status;
  std::string_view type;
  std::string_view doc;  // when it happens
};

[[nodiscard]] std::span<const ErrorRow> error_rows();

// What goes wrong with a request. `code` is one of the table.
struct Problem {
  std::string_view code;
  std::string message;
  std::string hint = {};
  std::string param = {};
  std::uint32_t retry_after_seconds = 1;  // of 429 and 503
};

// INVARIANT: the code is in the table.
[[nodiscard]] const ErrorRow& row_of(std::string_view code);

// Whether an error is the operator's business alone: a fault of the server, or of the disk or database that
// it stands on, which name files, hosts and users. `unavailable` with a code of the table was made for
// clients.
[[nodiscard]] bool is_for_operators(const Error& error);

// Of an error that is for operators clients get a general sentence; whoever answers with it writes the error
// to the log, see note_failure(). An Error whose pointer is a code of the table gets that row.
[[nodiscard]] Problem problem_from(const Error& error);

[[nodiscard]] std::string error_body(const Problem& problem, std::string_view request_id);
[[nodiscard]] net::Response error_response(const Problem& problem, std::string_view request_id);

}  // namespace parley::api
