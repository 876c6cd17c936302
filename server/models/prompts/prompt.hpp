// What a model is asked for each task, and how its answer is read. Every prompt has a version, which is
// recorded with what it led to: a changed wording is a new version. A new task is one file here and one row
// in prompt.cpp. Pure functions.
//
// Facts, texts and what users said are data: each prompt says so, and sets them off from the instructions.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "flow/load.hpp"
#include "wire/model_api/exchange.hpp"

namespace parley::models {

using wire::model_api::Answer;
using wire::model_api::Message;
using wire::model_api::Question;

struct Task {
  std::string_view name;     // "generate"; the call is "model.generate"
  std::string_view version;  // "generate/2"
  // The question of this input (see engine::CallModel). Error: the input lacks something.
  Result<Question> (*ask)(const Value& input, std::span<const flow::ToolSignature> tools);
  // The call's result. Error::message says what is wrong with the answer, for asking again.
  Result<Value> (*read)(const Value& input, const Answer& answer);
  bool streams = false;  // its text may be shown while it comes
};

[[nodiscard]] std::span<const Task* const> tasks();
[[nodiscard]] const Task* task_named(std::string_view name);

// ---- for the files of this folder

extern const Task kGenerate;
extern const Task kRephrase;
extern const Task kClassify;
extern const Task kExtract;
extern const Task kAgent;
extern const Task kUnderstand;

[[nodiscard]] Question two_messages(std::string instructions, std::string data);
// "NAME:\n<<<\n…\n>>>\n", with the marks inside the text broken up.
[[nodiscard]] std::string set_off(std::string_view name, std::string_view text);
// How to write, in a sentence or two; nothing when the input says nothing about it.
[[nodiscard]] std::string style_in_words(const Value& style);
// Facts as readable JSON, or nothing for null.
[[nodiscard]] std::string facts_of(const Value& facts);
// What is known of the user and was said before, or nothing when there is none; and how it is to be taken.
[[nodiscard]] std::string context_of(const Value& input);
inline constexpr std::string_view kAboutContext =
    " Context is what is known of the user and what was said in earlier conversations; it may be about "
    "something "
    "else. Use it only where it helps.";
// The answer's JSON against a schema. A strict provider's nulls for what is optional are taken out first.
[[nodiscard]] Result<Value> fitting_json(const Answer& answer, const Value& schema);
[[nodiscard]] std::string schema_in_words(const Value& schema);
[[nodiscard]] std::unexpected<Error> lacks(std::string_view task, std::string_view member);
[[nodiscard]] std::unexpected<Error> wrong_answer(std::string what);

}  // namespace parley::models
