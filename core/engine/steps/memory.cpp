// remember and forget: facts about the user, with where they come from.
#include "engine/memory/facts.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum RememberKeyword : std::size_t { k_facts };
enum ForgetKeyword : std::size_t { k_names, k_what };

constexpr flow::Keyword kRememberKeywords[] = {
    {"facts",
     FieldKind::facts,
     true,
     "Names with values; strings are templates. Read as user.NAME; null or an empty text forgets."},
};

constexpr std::string_view kWhat[] = {"latest", "everything"};
constexpr flow::Keyword kForgetKeywords[] = {
    {"facts", FieldKind::fact_names, false, "The facts to forget: one name or a list."},
    {"what",
     FieldKind::choice,
     false,
     "The fact remembered last; or everything: all facts, slots of scope user, and what the user said "
     "before.",
     kWhat},
};
constexpr std::string_view kForgetOneOf[] = {"facts", "what"};

Outcome run_remember(Run& run, const flow::Step& step) {
  const auto done = facts::remember(run, *step.get<flow::Data>(k_facts));
  return done ? Outcome::next() : Outcome::fail(done.error().message);
}

Outcome run_forget(Run& run, const flow::Step& step) {
  if (const auto* names = step.get<flow::Names>(k_names)) {
    for (const flow::Name& name : *names) facts::forget(run, name.text);
  } else if (step.get<flow::Name>(k_what)->text == "everything") {
    facts::forget_everything(run);
  } else {
    facts::forget(run, facts::latest(run.state()));
  }
  return Outcome::next();
}

constexpr flow::StepSpec kRememberSpec{
    "remember", "Remembers facts about the user beyond the conversation.", kRememberKeywords
};
constexpr flow::StepSpec kForgetSpec{
    "forget", "Forgets what is remembered of the user.", kForgetKeywords, kForgetOneOf
};

}  // namespace

extern const StepType remember{.spec = kRememberSpec, .run = run_remember};
extern const StepType forget{.spec = kForgetSpec, .run = run_forget};

}  // namespace parley::engine::steps
