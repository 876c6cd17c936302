// generate: a model writes a text, which is said or saved.
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_prompt,
  k_with,
  k_max_tokens,
  k_context,
  k_save,
  k_model,
  k_timeout,
  k_on_error
};

constexpr flow::Keyword kKeywords[] = {
    {"prompt", FieldKind::text, true, "What the model is asked to write."},
    {"with",
     FieldKind::data,
     false,
     "Facts that the model may use; besides them and `context` nothing of the conversation is sent."},
    {"max_tokens", FieldKind::integer, false, "The longest answer."},
    kContextKeyword,
    kSaveKeyword,
    kModelKeyword,
    kModelTimeoutKeyword,
    kOnErrorKeyword,
};

Outcome ask(Run& run, const flow::Step& step, const std::string& context) {
  auto prompt = run.render(*step.get<flow::Text>(k_prompt));
  if (!prompt) return Outcome::fail(prompt.error().message);
  MapBuilder input;
  input.set("prompt", std::move(*prompt));
  if (const auto* with = step.get<flow::Data>(k_with)) {
    auto facts = with->evaluate(run.scope_for_models());
    if (!facts) return Outcome::fail(facts.error().message);
    input.set("facts", std::move(*facts));
  }
  if (!context.empty()) input.set("context", context);
  add_style(run, input);
  CallModel call{.task = "generate", .input = input.build()};
  if (const auto* model = step.get<flow::Name>(k_model)) call.model = model->text;
  if (const auto* most = step.get<Value>(k_max_tokens))
    call.max_tokens = static_cast<std::uint32_t>(most->as_int());
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  return ask_model(run, step.get<flow::Name>(k_on_error), std::move(call));
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  // Rendered again for the question itself: what is looked for need not be the same to the letter.
  std::string about;
  if (run.state().message.empty()) about = run.render(*step.get<flow::Text>(k_prompt)).value_or("");
  const Context context = context_for(run, step.get<Value>(k_context), about);
  return context.wait ? Outcome::wait() : ask(run, step, context.text);
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (const auto context = told_context(run, event)) return ask(run, step, *context);
  if (const auto* failure = std::get_if<ModelFailed>(&event))
    return model_failed(run, step.get<flow::Name>(k_on_error), "model.generate", *failure);
  const auto* returned = std::get_if<ModelReturned>(&event);
  if (returned == nullptr) return std::nullopt;
  if (!returned->result.is_string()) {
    return effect_failed(run, step.get<flow::Name>(k_on_error), {"model_answer", "the model gave no text"});
  }
  const auto* save = step.get<flow::Name>(k_save);
  keep_result(run, save, returned->result, origins::of_result("model.generate", origins::of(run, step)));
  if (save == nullptr) run.say(Say{.text = origins::shown_words(run, returned->result.as_string())});
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{
    .type = "generate",
    .doc = "A model writes a text; it is said, or saved under `save`.",
    .keywords = kKeywords,
    .waits = true,
    .model_calls = 1,
};

}  // namespace

extern const StepType generate{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
