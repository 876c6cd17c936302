// rephrase: a message in other words, in the conversation's tone. The engine compares what must stay.
#include <cstdint>
#include <string>

#include "server/models/prompts/prompt.hpp"

namespace parley::models {

namespace {

// Conversations from before there was a style have a tone alone.
Value style_of(const Value& input) {
  if (input["style"].is_map()) return input["style"];
  const Value& tone = input["tone"];
  return MapBuilder()
      .set("tone", tone.is_int() ? tone.as_int() : std::int64_t{50})
      .set("locale", input.text("locale", "en"))
      .build();
}

std::string_view length_of(const Value& style) {
  const std::string_view length = style.text("length");
  return length == "short" ? ", shorter" : length == "detailed" ? ", somewhat longer" : ", about as long";
}

Result<Question> ask(const Value& input, std::span<const flow::ToolSignature> /*tools*/) {
  const std::string_view text = input.text("text");
  if (text.empty()) return lacks("rephrase", "text");
  const Value style = style_of(input);
  std::string instructions =
      "Say the message between <<< and >>> in your own words" + std::string(length_of(style)) +
      ". Its meaning stays the same, and nothing is added. " +
      style_in_words(style.with("length", "normal")) + " Answer with the new message alone.";
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

const Task kRephrase{"rephrase", "rephrase/2", ask, read, true};

}  // namespace parley::models
