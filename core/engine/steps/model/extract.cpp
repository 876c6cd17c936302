// extract: a model reads a text into a value of a given shape. What does not fit is asked for once more, with
// what was wrong.
#include "base/json_schema.hpp"
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_schema, k_text, k_prompt, k_save, k_model, k_timeout, k_on_error };

constexpr flow::Keyword kKeywords[] = {
    {"schema", FieldKind::data, true, "JSON Schema (2020-12) of the result."},
    {"text", FieldKind::text, false, "What to read; default: the user's last message."},
    {"prompt", FieldKind::text, false, "What to look for, in words."},
    kSaveKeyword,
    kModelKeyword,
    kModelTimeoutKeyword,
    kOnErrorKeyword,
};

constexpr std::size_t kProblemsShown = 5;

Outcome ask(Run& run, const flow::Step& step, const std::string& problem) {
  auto text = subject(run, step.get<flow::Text>(k_text));
  if (!text) return Outcome::fail(text.error().message);
  auto schema = step.get<flow::Data>(k_schema)->evaluate(run.scope());
  if (!schema) return Outcome::fail(schema.error().message);
  MapBuilder input;
  if (const auto* words = step.get<flow::Text>(k_prompt)) {
    auto prompt = run.render(*words);
    if (!prompt) return Outcome::fail(prompt.error().message);
    input.set("prompt", std::move(*prompt));
  }
  if (!problem.empty()) input.set("problem", problem);
  input.set("schema", std::move(*schema)).set("text", std::move(*text));
  CallModel call{.task = "extract", .input = input.build()};
  if (const auto* model = step.get<flow::Name>(k_model)) call.model = model->text;
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  return ask_model(run, step.get<flow::Name>(k_on_error), std::move(call));
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  return ask(run, step, {});
}

// Empty when the value fits.
Result<std::string> misfit(Run& run, const flow::Step& step, const Value& value) {
  auto document = step.get<flow::Data>(k_schema)->evaluate(run.scope());
  if (!document) return std::unexpected(std::move(document.error()));
  const auto schema = Schema::compile(std::move(*document));
  if (!schema) return std::unexpected(schema.error());
  std::string words;
  std::size_t shown = 0;
  for (const SchemaProblem& problem : schema->validate(value)) {
    if (++shown > kProblemsShown) break;
    if (!words.empty()) words += "; ";
    words +=
        (problem.instance_pointer.empty() ? "the value" : problem.instance_pointer) + ": " + problem.message;
  }
  return words;
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  const auto* on_error = step.get<flow::Name>(k_on_error);
  if (const auto* failure = std::get_if<ModelFailed>(&event))
    return model_failed(run, on_error, "model.extract", *failure);
  const auto* returned = std::get_if<ModelReturned>(&event);
  if (returned == nullptr) return std::nullopt;
  auto problem = misfit(run, step, returned->result);
  if (!problem) return Outcome::fail(problem.error().message);
  if (problem->empty()) {
    keep_result(
        run,
        step.get<flow::Name>(k_save),
        returned->result,
        origins::of_result("model.extract", origins::of(run, step))
    );
    return Outcome::next();
  }
  Frame& frame = run.frame();
  if (!frame.held.is_null()) {
    return model_failed(
        run,
        on_error,
        "model.extract",
        {{}, "model_answer", "the model's answer does not fit the schema: " + *problem}
    );
  }
  frame.pending_effect.clear();
  frame.held = Value(*problem);  // asked twice
  return ask(run, step, *problem);
}

constexpr flow::StepSpec kSpec{
    .type = "extract",
    .doc = "A model reads a text into a value of a given shape.",
    .keywords = kKeywords,
    .waits = true,
    .model_calls = 1,
};

}  // namespace

extern const StepType extract{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
