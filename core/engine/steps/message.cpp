// message: says a text, with buttons or a card.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_text, k_buttons, k_buttons_from, k_card };

constexpr flow::Keyword kKeywords[] = {
    {"text", FieldKind::text, true, "What to say: a template, or one per language."},
    {"buttons", FieldKind::buttons, false, "Answers to choose from: labels, or {label, payload}."},
    {"buttons_from",
     FieldKind::expression,
     false,
     "CEL that gives a list of labels or of {label, payload} at run time."},
    {"card", FieldKind::data, false, "A structured card for channels that can show one."},
};

Outcome run(Run& run, const flow::Step& step) {
  auto text = run.render(*step.get<flow::Text>(k_text));
  if (!text) return Outcome::fail(text.error().message);
  Say say{.text = std::move(*text)};

  if (const auto* buttons = step.get<flow::Buttons>(k_buttons)) {
    auto rendered = render_buttons(run, *buttons);
    if (!rendered) return Outcome::fail(rendered.error().message);
    say.buttons = std::move(*rendered);
  }
  if (const auto* from = step.get<expr::Expression>(k_buttons_from)) {
    auto list = from->evaluate(run.scope());
    if (!list) return Outcome::fail(list.error().message);
    for (SaidButton& button : buttons_of(*list)) say.buttons.push_back(std::move(button));
  }
  if (const auto* card = step.get<flow::Data>(k_card)) {
    auto value = card->evaluate(run.scope());
    if (!value) return Outcome::fail(value.error().message);
    say.card = std::move(*value);
  }
  if (!say.text.empty() || !say.card.is_null()) run.say(std::move(say));
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{
    .type = "message", .doc = "Says something to the user.", .keywords = kKeywords, .says = true
};

}  // namespace

extern const StepType message{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
