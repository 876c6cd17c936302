#include "engine/steps/model/model_step.hpp"

#include "engine/memory/context.hpp"
#include "engine/memory/facts.hpp"
#include "engine/spending.hpp"

namespace parley::engine::steps {

namespace {

template <typename Call>
Outcome wait_for(Run& run, Call call) {
  Frame& frame = run.frame();
  call.effect_id = run.next_effect_id();
  frame.pending_effect = call.effect_id;
  frame.entered = true;
  run.emit(std::move(call));
  return Outcome::wait();
}

}  // namespace

Outcome ask_model(Run& run, const flow::Name* on_error, CallModel call) {
  if (auto refusal = spending::reserve_model_call(run, call.max_tokens))
    return effect_failed(run, on_error, {std::string(spending::kLimitReached), std::move(*refusal)});
  return send_to_model(run, std::move(call));
}

Outcome send_to_model(Run& run, CallModel call) {
  return wait_for(run, std::move(call));
}

Outcome model_failed(Run& run, const flow::Name* on_error, std::string_view call, ModelFailed failure) {
  return effect_failed(
      run,
      on_error,
      {.code = std::move(failure.code),
       .message = std::move(failure.message),
       .origins = origins::of_failure(run, call)}
  );
}

void add_style(const Run& run, MapBuilder& input) {
  if (run.state().semantics >= kStyleForModels) input.set("style", run.style());
}

Outcome ask_memory(Run& run, Recall recall) {
  return wait_for(run, std::move(recall));
}

Context context_for(Run& run, const Value* wanted, std::string_view about, bool recalls) {
  const bool asked_not_to = wanted != nullptr && !wanted->as_bool();
  if (asked_not_to || !tells_context(run.release(), run.state())) return {};
  const auto query = recalls ? context_query(run.state(), about) : std::nullopt;
  if (!query) {
    const Value known = facts::known(run.release(), run.state());
    return {.text = context_text(known, {}, run.release().settings().context_tokens)};
  }
  (void)ask_memory(run, {.query = *query, .k = kContextHits, .timeout_ms = kContextTimeoutMs});
  return {.wait = true, .text = {}};
}

std::optional<std::string> told_context(Run& run, const EventBody& event) {
  const auto* recalled = std::get_if<Recalled>(&event);
  if (recalled == nullptr && !std::holds_alternative<RecallFailed>(event)) return std::nullopt;
  run.frame().pending_effect.clear();
  return context_text(
      facts::known(run.release(), run.state()),
      recalled == nullptr ? Value() : recalled->hits,
      run.release().settings().context_tokens
  );
}

void keep_result(Run& run, const flow::Name* save, Value result, Origins from) {
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  if (save != nullptr) run.set_slot(frame, save->text, result, from);
  run.set_name(frame, "result", std::move(result), std::move(from));
}

Result<std::string> subject(Run& run, const flow::Text* text) {
  return text == nullptr ? Result<std::string>(run.state().message) : run.render(*text);
}

}  // namespace parley::engine::steps
