// message: says a text, with buttons or a card.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_text, k_buttons, k_buttons_from, k_card };

constexpr flow::Keyword kKeywords[] = {
    {.name = "text",
     .kind = FieldKind::text,
     .required = true,
     .doc = "What to say. A card without it is read as its title, subtitle and facts.",
     .unless = "card"},
    {"buttons", FieldKind::buttons, false, "Answers to choose from: labels, or {label, payload}."},
    {"buttons_from",
     FieldKind::expression,
     false,
     "CEL that gives a list of labels or of {label, payload} at run time."},
    {"card",
     FieldKind::card,
     false,
     "A card for channels that can show one, or a list of them that stand side by side."},
};

Outcome run(Run& run, const flow::Step& step) {
  Say say;
  if (const auto* words = step.get<flow::Text>(k_text)) {
    auto text = run.render(*words);
    if (!text) return Outcome::fail(text.error().message);
    say.text = std::move(*text);
  }
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
  if (const auto* cards = step.get<flow::Cards>(k_card)) {
    auto card = render_cards(run, *cards);
    if (!card) return Outcome::fail(card.error().message);
    say.card = std::move(*card);
    if (say.text.empty()) say.text = card_words(say.card);
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
