// classify: a model says which of some labels fits a text.
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_labels,
  k_text,
  k_min_confidence,
  k_on_unsure,
  k_save,
  k_model,
  k_timeout,
  k_on_error
};

constexpr flow::Keyword kKeywords[] = {
    {"labels", FieldKind::data, true, "The labels: a list, or a map of label to what it means."},
    {"text", FieldKind::text, false, "What to classify; default: the user's last message."},
    {"min_confidence",
     FieldKind::expression,
     false,
     "A number from 0 to 1; below it `on_unsure` is taken. Default 0."},
    {"on_unsure", FieldKind::step_name, false, "Where an answer below min_confidence leads."},
    kSaveKeyword,
    kModelKeyword,
    kModelTimeoutKeyword,
    kOnErrorKeyword,
};

// As a map of label to meaning; null when there is nothing to choose from.
Value labels_of(Value given) {
  if (given.is_map()) return given.size() == 0 ? Value() : given;
  if (!given.is_list() || given.size() == 0) return {};
  MapBuilder labels;
  for (const Value& label : given.as_list()) {
    if (!label.is_string()) return {};
    labels.set(label, "");
  }
  return labels.build();
}

Result<Value> labels(Run& run, const flow::Step& step) {
  auto given = step.get<flow::Data>(k_labels)->evaluate(run.scope());
  if (!given) return given;
  Value labels = labels_of(std::move(*given));
  if (labels.is_null())
    return fail(
        ErrorCode::evaluation, "the labels of step '" + step.id + "' are not a list of texts or a map"
    );
  return labels;
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  auto text = subject(run, step.get<flow::Text>(k_text));
  if (!text) return Outcome::fail(text.error().message);
  auto choices = labels(run, step);
  if (!choices) return Outcome::fail(choices.error().message);
  CallModel call{
      .task = "classify",
      .input = MapBuilder().set("labels", std::move(*choices)).set("text", std::move(*text)).build()
  };
  if (const auto* model = step.get<flow::Name>(k_model)) call.model = model->text;
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  return ask_model(run, step.get<flow::Name>(k_on_error), std::move(call));
}

Outcome answered(Run& run, const flow::Step& step, const Value& answer) {
  const auto* on_error = step.get<flow::Name>(k_on_error);
  const auto choices = labels(run, step);
  if (!choices) return Outcome::fail(choices.error().message);
  const std::string_view label = answer.text("label");
  // A label that was not offered is no answer, whatever the model says.
  if (choices->find(label) == nullptr) {
    return model_failed(
        run,
        on_error,
        "model.classify",
        {{}, "model_answer", "the model chose '" + std::string(label) + "', which is no label"}
    );
  }
  const Value& given = answer["confidence"];
  const double confidence = given.is_number() ? given.to_double() : 1.0;
  keep_result(
      run,
      step.get<flow::Name>(k_save),
      MapBuilder().set("label", label).set("confidence", confidence).build(),
      origins::of_result("model.classify", origins::of(run, step))
  );
  const auto* least = step.get<expr::Expression>(k_min_confidence);
  const auto* unsure = step.get<flow::Name>(k_on_unsure);
  if (least == nullptr || unsure == nullptr) return Outcome::next();
  const auto wanted = least->evaluate(run.scope());
  if (!wanted) return Outcome::fail(wanted.error().message);
  if (!wanted->is_number()) return Outcome::fail("min_confidence is not a number");
  if (confidence >= wanted->to_double()) return Outcome::next();
  return Outcome::jump(run.flow().step_index(unsure->text));
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (const auto* failure = std::get_if<ModelFailed>(&event))
    return model_failed(run, step.get<flow::Name>(k_on_error), "model.classify", *failure);
  const auto* returned = std::get_if<ModelReturned>(&event);
  if (returned == nullptr) return std::nullopt;
  return answered(run, step, returned->result);
}

constexpr flow::StepSpec kSpec{
    .type = "classify",
    .doc = "A model says which label fits a text.",
    .keywords = kKeywords,
    .waits = true,
    .model_calls = 1,
};

}  // namespace

extern const StepType classify{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
