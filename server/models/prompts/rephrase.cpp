// rephrase: a message in other words, in the conversation's tone. The engine compares what must stay.
#include <string>

#include "server/models/prompts/prompt.hpp"

namespace parley::models {

namespace {

std::string_view manner(std::int64_t tone) {
  if (tone < 34) return "formal and polite";
  return tone > 66 ? "casual and warm" : "friendly and plain";
}

Result<Question> ask(const Value& input, std::span<const flow::ToolSignature> /*tools*/) {
  const std::string_view text = input.text("text");
  if (text.empty()) return lacks("rephrase", "text");
  const std::int64_t tone = input["tone"].is_int() ? input["tone"].as_int() : 50;
  std::string instructions =
      "Say the message between <<< and >>> in your own words: " + std::string(manner(tone)) +
      ", about as long, in the language '" + std::string(input.text("locale", "en")) +
      "'. Its meaning stays the same, and nothing is added. Answer with the new message alone.";
  if (const Value& keep = input["keep"]; keep.is_list() && keep.size() > 0) {
    instructions += " These must stand in it exactly as they are:";
    for (const Value& word : keep.as_list()) {
      if (word.is_string()) instructions += " \"" + std::string(word.as_string()) + "\"";
    }
  }
  return two_messages(std::move(instructions), set_off("MESSAGE", text));
}

Result<Value> read(const Value& /*input*/, const Answer& answer) {
  std::string_view text = answer.text;
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  if (text.empty()) return wrong_answer("the answer is empty");
  return Value(text);
}

}  // namespace

const Task kRephrase{"rephrase", "rephrase/1", ask, read, true};

}  // namespace parley::models
