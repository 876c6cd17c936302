// try: runs its steps, catches their errors, and does what must be done at the end in any case.
#include <algorithm>
#include <utility>

#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_steps, k_catch, k_finally };

constexpr flow::Keyword kKeywords[] = {
    {"steps", FieldKind::steps, true, "What may fail."},
    {"catch",
     FieldKind::catches,
     false,
     "List of {match, as, steps}: the first whose `match` (a code, a list of codes, or \"*\") fits the error "
     "is run."},
    {"finally",
     FieldKind::steps,
     false,
     "What is done at the end in any case, also after an error or a jump out."},
};

const flow::Block* finally_of(const flow::Step& step) {
  const auto* blocks = step.get<flow::Blocks>(k_finally);
  return blocks == nullptr ? nullptr : &blocks->front();
}

const flow::Block* catch_for(const flow::Step& step, std::string_view code) {
  const auto* blocks = step.get<flow::Blocks>(k_catch);
  if (blocks == nullptr) return nullptr;
  const auto fits = [&](const flow::Name& match) { return match.text == "*" || match.text == code; };
  const auto found = std::ranges::find_if(*blocks, [&](const flow::Block& block) {
    return std::ranges::any_of(block.match, fits);
  });
  return found == blocks->end() ? nullptr : &*found;
}

Outcome run(Run& run, const flow::Step& step) {
  const Scope* scope = open_scope(run.frame());
  if (scope == nullptr) {
    enter_block(run, step, step.get<flow::Blocks>(k_steps)->front().number);
    return Outcome::stay();
  }
  const flow::Block* finally = finally_of(step);
  if (finally != nullptr && scope->block != finally->number) {
    enter_block(run, step, finally->number);
    return Outcome::stay();
  }
  Leaving then = scope->then;
  Outcome done = close_blocks(run, step);
  if (then.kind == Leaving::Kind::none) return done;
  leave_blocks(run, std::move(then));
  return Outcome::stay();
}

bool leave(Run& run, const flow::Step& step, const Leaving& leaving) {
  Frame& frame = run.frame();
  Scope& scope = *open_scope(frame);
  const flow::Block* finally = finally_of(step);
  if (finally != nullptr && scope.block == finally->number) return false;
  const bool from_steps = scope.block == step.get<flow::Blocks>(k_steps)->front().number;
  if (leaving.kind == Leaving::Kind::error && from_steps) {
    if (const flow::Block* handler = catch_for(step, leaving.code)) {
      const Value error = MapBuilder()
                              .set("code", leaving.code)
                              .set("message", leaving.text)
                              .set("in_doubt", leaving.in_doubt)
                              .build();
      // A message that a tool sent stays that tool's.
      const Origins from = origins::of_name(run, "error");
      run.set_name(frame, "error", error, from);
      if (!handler->as.empty()) run.set_name(frame, handler->as, error, from);
      enter_block(run, step, handler->number);
      return true;
    }
  }
  if (finally == nullptr) return false;
  scope.then = leaving;
  enter_block(run, step, finally->number);
  return true;
}

constexpr flow::StepSpec kSpec{
    .type = "try", .doc = "Runs steps and handles their errors.", .keywords = kKeywords
};

}  // namespace

extern const StepType try_{.spec = kSpec, .run = run, .leave = leave};

}  // namespace parley::engine::steps
