// What the steps of this folder share: asking a model or the memory, and what is kept of the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

// The keyword rows that every model step has.
inline constexpr flow::Keyword kSaveKeyword{
    "save", flow::FieldKind::identifier, false, "The name that the result is saved under."
};
inline constexpr flow::Keyword kModelKeyword{
    "model", flow::FieldKind::identifier, false, "Which of the assistant's models to ask; default: its first."
};
inline constexpr flow::Keyword kModelTimeoutKeyword{
    "timeout", flow::FieldKind::duration, false, "How long to wait for the answer; default 60s."
};
inline constexpr flow::Keyword kOnErrorKeyword{
    "on_error",
    flow::FieldKind::step_name,
    false,
    "Where a failure leads; `error` holds its code and message there."
};

// Emits the call and makes the step wait for it. Id and limits are filled in here. A call beyond the flow's
// limits is not made: the step fails, as by any error.
Outcome ask_model(Run& run, const flow::Name* on_error, CallModel call);
// Without a limit in the way.
Outcome send_to_model(Run& run, CallModel call);
Outcome ask_memory(Run& run, Recall recall);

// The step fails as by any error. The words are those of a model, or of its server.
Outcome model_failed(Run& run, const flow::Name* on_error, std::string_view call, ModelFailed failure);

inline constexpr flow::Keyword kContextKeyword{
    "context",
    flow::FieldKind::boolean,
    false,
    "Whether the model is told what is known of the user and was said before, as far as the settings allow; "
    "default true."
};

// What the model is told of the user besides, see engine/memory/context.hpp. When something has to be looked
// up first, the step waits for it (`wait`), and told_context() has it when it comes.
struct Context {
  bool wait = false;
  std::string text;  // empty: nothing
};
// Without `recalls` only of what is known, not of what was said.
[[nodiscard]] Context context_for(Run& run, const Value* wanted, std::string_view about, bool recalls = true);
// Of Recalled or RecallFailed; nothing for other events. A failure is no reason not to ask.
[[nodiscard]] std::optional<std::string> told_context(Run& run, const EventBody& event);

// How the text is to be written, for conversations that know of it.
void add_style(const Run& run, MapBuilder& input);

// The result is kept as `result`, and under `save` when given, with what it was made from (origins.hpp).
void keep_result(Run& run, const flow::Name* save, Value result, Origins from);

// The text that a step is about: its keyword when given, otherwise what the user said last.
[[nodiscard]] Result<std::string> subject(Run& run, const flow::Text* text);

}  // namespace parley::engine::steps
