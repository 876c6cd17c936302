// A conversation as people read it: one element a turn,
// {"turn":…,"at":…,"user":{"text":…,"payload":…}|null,"messages":[…],"status":…,"idempotency_key":…,"test_mode":true}.
// Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/effect.hpp"
#include "server/turns/log/record.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// What the user did to start a turn.
struct Said {
  bool by_user = false;
  std::string text;
  std::string payload;
};

// What a model did in a turn.
struct ModelAnswer {
  std::string task;                                              // "generate"…, "understand"
  std::string model;                                             // who answered; empty: nobody
  std::string code;                                              // why nobody did
  std::vector<std::pair<std::string, std::string>> passed_over;  // who was asked before, and why it did not
};

struct TranscriptTurn {
  std::uint64_t turn = 0;
  Timestamp at;
  Said user;
  std::vector<engine::Say> messages;
  std::vector<engine::RecordExposure> exposures;               // not part of the encoded turn
  std::vector<ModelAnswer> models;                             // neither
  std::map<std::string, std::string, std::less<>> open_calls;  // of models: effect id to task
  std::string idempotency_key;
  bool test_mode = false;
};

// `status` may be empty: then it is left out.
[[nodiscard]] std::string encode_transcript_turn(const TranscriptTurn& turn, std::string_view status = {});

// Adds what a record says to the turn it belongs to, which is the last one or a new one.
[[nodiscard]] Result<void> add_to_transcript(std::vector<TranscriptTurn>& turns, const LogRecord& record);

}  // namespace parley::turns
