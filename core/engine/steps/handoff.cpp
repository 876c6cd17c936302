// handoff: a person takes the conversation over; the flow goes on when they hand it back.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_queue, k_summary, k_text };

constexpr flow::Keyword kKeywords[] = {
    {"queue", FieldKind::identifier, false, "The queue of people that should take it; default: `default`."},
    {"summary", FieldKind::text, false, "What the person should know before reading."},
    {"text", FieldKind::text, false, "What the user is told; default: the hand-off message."},
};

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (frame.asked) return Outcome::wait();
  std::string summary;
  if (const auto* text = step.get<flow::Text>(k_summary)) {
    auto rendered = run.render(*text);
    if (!rendered) return Outcome::fail(rendered.error().message);
    summary = std::move(*rendered);
  }
  if (const auto* text = step.get<flow::Text>(k_text)) {
    auto rendered = run.render(*text);
    if (!rendered) return Outcome::fail(rendered.error().message);
    run.say(Say{.text = std::move(*rendered)});
  } else {
    run.say(Say{.text = "I'm bringing in a person. You can keep writing here; they will see it."});
  }
  const auto* queue = step.get<flow::Name>(k_queue);
  frame.entered = true;
  frame.asked = true;
  repair::give_to_human(run, queue != nullptr ? queue->text : "default", std::move(summary));
  return Outcome::wait();
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (!std::holds_alternative<OperatorLeft>(event)) return std::nullopt;
  run.frame().segment = step.next;
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{
    .type = "handoff",
    .doc = "Hands the conversation to a person.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .says = true,
    .seals = true,
};

}  // namespace

extern const StepType handoff{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
