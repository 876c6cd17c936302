// confirm: shows a summary and waits for a yes or a no.
#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_text, k_yes, k_no, k_buttons };

constexpr flow::Keyword kKeywords[] = {
    {"text", FieldKind::text, true, "The summary and the question."},
    {"yes", FieldKind::step_name, false, "Where a yes leads; default: the next step."},
    {"no", FieldKind::step_name, false, "Where a no leads; default: ask what to change."},
    {"buttons",
     FieldKind::buttons,
     false,
     "Instead of Yes and No; payloads `yes` and `no` keep their meaning."},
};

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (frame.asked) return Outcome::wait();
  auto text = run.render(*step.get<flow::Text>(k_text));
  if (!text) return Outcome::fail(text.error().message);
  Say say{.text = std::move(*text), .input_type = "confirm"};
  const auto* buttons = step.get<flow::Buttons>(k_buttons);
  if (buttons == nullptr) {
    say.buttons = yes_and_no(run);
  } else {
    auto rendered = render_buttons(run, *buttons);
    if (!rendered) return Outcome::fail(rendered.error().message);
    say.buttons = std::move(*rendered);
  }
  run.say(std::move(say));
  frame.entered = true;
  frame.asked = true;
  return Outcome::wait();
}

Expectation expects(const flow::Flow&, const flow::Step&, const Frame&, const State&) {
  return {.yes_or_no = true};
}

Outcome answer(Run& run, const flow::Step& step, bool yes) {
  const auto* target = step.get<flow::Name>(yes ? k_yes : k_no);
  if (yes) {
    run.frame().confirmed = true;
    if (!run.is_read_by_model()) origins::confirm(run, *step.get<flow::Text>(k_text));
  }
  if (target != nullptr) return Outcome::jump(run.flow().step_index(target->text));
  if (yes) return Outcome::next();
  repair::denied(run);
  return Outcome::stay();
}

constexpr flow::StepSpec kSpec{
    .type = "confirm",
    .doc = "Shows a summary and waits for yes or no.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .says = true,
    .hears = true,
};

}  // namespace

extern const StepType confirm{.spec = kSpec, .run = run, .expects = expects, .answer = answer};

}  // namespace parley::engine::steps
