// Results and errors of everything that may fail because of its input or its peer.
//
// A function whose outcome depends on data from outside returns Result<T>. A bug in our own code is an
// INVARIANT, which stops the process in every build. Nothing in core throws.
// All types here are plain values: copy and move freely, no thread affinity.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

// Closed set: every code maps to one HTTP status and one exit code. Details belong in Error::message.
enum class ErrorCode {
  invalid_input,      // malformed or out of range; the sender must change something
  not_found,          // names something that does not exist
  conflict,           // lost against a concurrent change, or the same key with another body
  too_large,          // over a declared limit
  unauthenticated,    // no or wrong credentials
  forbidden,          // known, but not allowed
  unavailable,        // cannot be served now; trying again later may work
  deadline_exceeded,  // ran out of its time
  evaluation,         // an expression failed at run time (division by zero, no such key…)
  limit_exceeded,     // a budget of steps, calls or memory is used up
  unsupported,        // understood, but not something this build does
  internal,           // our fault
};

// `message` is one sentence for a person; `hint` says what to do; `pointer` says where (JSON pointer, field
// or file position), empty when there is no place to point at.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string pointer = {};
  std::string hint = {};

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(
    ErrorCode code, std::string message, std::string pointer = {}, std::string hint = {}
) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(pointer), std::move(hint)});
}

// The name used in APIs and logs, e.g. "invalid_input".
constexpr std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return "invalid_input";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::evaluation:
      return "evaluation";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

[[noreturn]] inline void invariant_failed(
    const char* condition, const char* why, const char* file, int line
) {
  std::fprintf(stderr, "invariant failed: %s (%s) at %s:%d\n", why, condition, file, line);
  std::abort();
}

}  // namespace parley

// Always on. `why` says what must hold, for the reader of the crash report.
#define INVARIANT(condition, why)                                                      \
  do {                                                                                 \
    if (!(condition)) ::parley::invariant_failed(#condition, why, __FILE__, __LINE__); \
  } while (false)
