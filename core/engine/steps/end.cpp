// end: ends the flow with an outcome.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_outcome, k_text };

constexpr std::string_view kOutcomes[] = {"resolved", "abandoned", "escalated", "failed"};

constexpr flow::Keyword kKeywords[] = {
    {"outcome", FieldKind::choice, false, "How it ended; default: resolved.", kOutcomes},
    {"text", FieldKind::text, false, "Last words."},
};

Outcome run(Run& run, const flow::Step& step) {
  if (const auto* text = step.get<flow::Text>(k_text)) {
    auto rendered = run.render(*text);
    if (!rendered) return Outcome::fail(rendered.error().message);
    run.say(Say{.text = std::move(*rendered)});
  }
  const auto* outcome = step.get<flow::Name>(k_outcome);
  return Outcome::end(outcome != nullptr ? outcome->text : "resolved");
}

constexpr flow::StepSpec kSpec{
    .type = "end", .doc = "Ends the flow.", .keywords = kKeywords, .continues = false
};

}  // namespace

extern const StepType end{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
