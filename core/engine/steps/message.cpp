// message: says a text, with buttons or a card. With `mode: rephrase` a model may put it in other words; what
// it must not touch is compared, and without a good answer the author's words are said.
#include <utility>

#include "engine/spending.hpp"
#include "engine/steps/model/kept_words.hpp"
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_text, k_buttons, k_buttons_from, k_card, k_mode };

constexpr std::string_view kModes[] = {"exact", "rephrase"};

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
    {"mode",
     FieldKind::choice,
     false,
     "`exact` says the text as it is written; `rephrase` lets a model word it. Default: exact.",
     kModes},
};

Outcome say(Run& run, const flow::Step& step, std::string text) {
  Say say{.text = std::move(text)};
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

// A text is rendered once only: its variants take turns.
Outcome have_rephrased(Run& run, const flow::Step& step, std::string text, std::vector<std::string> shown) {
  ListBuilder keep;
  for (const std::string& words : kept_words(text, std::move(shown))) keep.add(words);
  const Value kept = keep.build();
  MapBuilder input;
  input.set("keep", kept)
      .set("locale", run.state().locale)
      .set("text", text)
      .set("tone", static_cast<std::int64_t>(run.tone()));
  add_style(run, input);
  CallModel call{.task = "rephrase", .input = input.build()};
  if (spending::reserve_model_call(run, call.max_tokens)) return say(run, step, std::move(text));
  run.frame().held = MapBuilder().set("keep", kept).set("text", std::move(text)).build();
  return send_to_model(run, std::move(call));
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  const auto* words = step.get<flow::Text>(k_text);
  if (words == nullptr) return say(run, step, {});
  const auto* mode = step.get<flow::Name>(k_mode);
  const bool rephrase = mode != nullptr && mode->text == "rephrase";
  std::vector<std::string> shown;
  auto text = run.render(*words, rephrase ? &shown : nullptr);
  if (!text) return Outcome::fail(text.error().message);
  if (!rephrase || text->empty()) return say(run, step, std::move(*text));
  return have_rephrased(run, step, std::move(*text), std::move(shown));
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  const auto* returned = std::get_if<ModelReturned>(&event);
  if (returned == nullptr && !std::holds_alternative<ModelFailed>(event)) return std::nullopt;
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  const Value held = std::exchange(frame.held, Value());
  std::string text(held.text("text"));
  const auto brings_links = [&](std::string_view answer) {
    return run.state().semantics >= kLastingOrigins &&
           !brings_no_link(answer, text, run.release().settings().link_hosts);
  };
  if (returned != nullptr && returned->result.is_string() &&
      keeps_words(returned->result.as_string(), text, held["keep"]) &&
      !brings_links(returned->result.as_string()))
    text = returned->result.as_string();
  return say(run, step, std::move(text));
}

constexpr flow::StepSpec kSpec{
    .type = "message", .doc = "Says something to the user.", .keywords = kKeywords, .says = true
};

}  // namespace

extern const StepType message{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
