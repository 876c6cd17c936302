// What is asked of a model and what it answers, whatever API carries it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"

namespace parley::wire::model_api {

// A call of a tool that a model proposes. `arguments` is JSON as the model wrote it, perhaps broken.
struct ProposedCall {
  std::string id;
  std::string tool;
  std::string arguments;

  bool operator==(const ProposedCall&) const = default;
};

struct Message {
  enum class Role : std::uint8_t { system, user, assistant, tool };
  Role role = Role::user;
  std::string text;
  std::vector<ProposedCall> calls = {};  // of an assistant's message
  std::string call_id = {};              // of a tool's message: what it answers
};

struct OfferedTool {
  std::string name;  // [a-zA-Z0-9_-]{1,64}
  std::string description;
  Value parameters;  // JSON Schema
};

struct Question {
  std::string model;
  std::vector<Message> messages;
  std::vector<OfferedTool> tools = {};
  Value schema = {};  // of the answer; null: free text
  std::string schema_name = "answer";
  std::uint32_t max_tokens = 0;  // of the answer; 0: the server's own limit
  std::optional<double> temperature = {};
  bool stream = false;
};

struct Usage {
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  bool known = false;  // the server told

  bool operator==(const Usage&) const = default;
};

struct Answer {
  std::string text;
  std::vector<ProposedCall> calls;
  std::string finish;   // "stop", "length", "tool_calls", "content_filter"
  std::string refusal;  // why the model would not answer; usually empty
  std::string model;    // as the server calls it
  Usage usage;
};

// Longest answer that is read: text and calls together.
inline constexpr std::size_t kMostAnswerBytes = 4U << 20U;
inline constexpr std::size_t kMostCalls = 128;

// What servers call a token count; too large ones are capped, others are 0.
[[nodiscard]] std::uint32_t token_count(const Value& value);
// What a server has counted: known when it says both.
[[nodiscard]] Usage counted(const Value& input, const Value& output);

}  // namespace parley::wire::model_api
