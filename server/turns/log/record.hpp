// The body of a log record: what the engine was told and what it wanted, as typed JSON
// {"effects":[…],"events":[…],"inbox":{…},"merged":[…]}. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// A request that a turn answers, kept in the turn's first record so that whoever finishes the turn after a
// crash can store its answer.
struct RequestKey {
  std::string scope;
  std::string key;
  std::string fingerprint;
};

struct RecordBody {
  std::vector<engine::Event> events;
  engine::Effects effects;
  std::optional<RequestKey> request;
  std::vector<RequestKey> merged;  // further ones with the same answer
};

[[nodiscard]] std::string encode_record(
    std::span<const engine::Event> events,
    std::span<const engine::Effect> effects,
    const RequestKey* request,
    std::span<const RequestKey> merged = {}
);
[[nodiscard]] Result<RecordBody> decode_record(std::string_view body);

// The body as outside views show it: sensitive values are masked. Those without any are returned as they are.
[[nodiscard]] std::string outside_view(std::string_view body);

// The exact text of a tool call that every attempt sends.
[[nodiscard]] std::string encode_request(const engine::CallTool& call);
[[nodiscard]] Result<ToolCall> decode_request(const OutboxEntry& entry);

}  // namespace parley::turns
