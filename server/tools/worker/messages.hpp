// The messages between this server and a worker: JSON texts with a `type`. docs/reference/workers.md is their
// description. Pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/turns/ports.hpp"
#include "wire/tool.hpp"

namespace parley::tools::worker {

inline constexpr std::int64_t kProtocol = 1;

// ---- from a worker

struct Register {
  std::string connector;  // "worker" when it says none
  std::string name;       // of the process, for people
  std::string sdk;        // "typescript/0.1.0"
  std::size_t capacity = 1;
  Value tools;
};
struct Heartbeat {};
struct Progress {
  std::string call_id;
};
struct CallResult {
  std::string call_id;
  std::string json;
};
struct CallError {
  std::string call_id;
  std::string code;
  std::string message;
};
struct Drain {};

using FromWorker = std::variant<Register, Heartbeat, Progress, CallResult, CallError, Drain>;

// Error::message for the worker's author. `max_capacity` bounds what a worker may ask for at once.
[[nodiscard]] Result<FromWorker> read_message(std::string_view text, std::size_t max_capacity);

// ---- to a worker

struct Terms {
  std::string session;
  std::string connector;
  std::chrono::milliseconds heartbeat{};
  std::chrono::milliseconds lease{};
  std::size_t capacity = 1;
  std::size_t result_bytes = 0;
};
[[nodiscard]] std::string registered_message(
    const Terms& terms,
    const std::vector<std::string>& tools,
    const std::vector<wire::DroppedOperation>& refused
);

struct CallHeader {
  std::string call_id;
  std::string tool;
  std::string idempotency_key;
  std::uint32_t attempt = 1;   // of the flow's step
  std::uint32_t delivery = 1;  // of this call to a worker
  std::chrono::milliseconds time_left{};
};
[[nodiscard]] std::string call_message(
    const CallHeader& header, const turns::Caller& caller, const Value& arguments
);
[[nodiscard]] std::string cancel_message(std::string_view call_id);
[[nodiscard]] std::string drain_message();
[[nodiscard]] std::string error_message(const Error& error);

}  // namespace parley::tools::worker
