#include "assistant/testing/stage.hpp"

#include <algorithm>
#include <variant>

#include "engine/outside_calls.hpp"
#include "engine/turn.hpp"

namespace parley::assistant {

namespace {

void end_loop(StepVisits& loop) {
  ++loop.loops[std::min<std::uint64_t>(loop.rounds, 2)];
  loop.rounds = 0;
}

// A loop goes on when its step is left for its block, and is over when it, or a step inside it, is left for
// somewhere else.
void count_rounds(Visits& visits, const engine::Visit& left) {
  const flow::Flow& flow = *left.flow;
  const flow::Step& step = flow.steps[left.step];
  if (step.spec->repeats) {
    StepVisits& loop = visits[{flow.id, left.step}];
    if (left.to > left.step && left.to < step.end) {
      ++loop.rounds;
    } else {
      end_loop(loop);
    }
  }
  for (flow::StepIndex around = step.parent; around != flow::kNoStep; around = flow.steps[around].parent) {
    const bool inside = left.to >= around && left.to < flow.steps[around].end;
    if (flow.steps[around].spec->repeats && !inside) end_loop(visits[{flow.id, around}]);
  }
}

}  // namespace

void add_visits(Visits& visits, const std::vector<engine::Visit>& more) {
  for (const engine::Visit& visit : more) {
    StepVisits& step = visits[{visit.flow->id, visit.step}];
    switch (visit.kind) {
      case engine::Visit::Kind::ran:
        ++step.runs;
        break;
      case engine::Visit::Kind::skipped:
        ++step.skips;
        break;
      case engine::Visit::Kind::left:
        ++step.left[visit.to];
        count_rounds(visits, visit);
        break;
    }
  }
}

void add_visits(Visits& visits, const Visits& more) {
  for (const auto& [where, counts] : more) {
    StepVisits& step = visits[where];
    step.runs += counts.runs;
    step.skips += counts.skips;
    for (const auto& [to, times] : counts.left) step.left[to] += times;
    for (std::size_t i = 0; i < step.loops.size(); ++i) step.loops[i] += counts.loops[i];
  }
}

engine::ReviewDecided decide(
    const engine::RequestReview& asked, std::string_view action, Value values, std::string note
) {
  return {
      .review_id = asked.review_id,
      .decision = action == "approve"  ? engine::ReviewStatus::approved
                  : action == "reject" ? engine::ReviewStatus::rejected
                  : action == "edit"   ? engine::ReviewStatus::edited
                                       : engine::ReviewStatus::answered,
      .values = std::move(values),
      .reviewer = "reviewer",
      .note = std::move(note),
      .digest = asked.digest,
  };
}

Stage::Stage(const engine::Release& release, StageOptions options)
    : release_(release), options_(std::move(options)), now_(options_.start) {}

void Stage::feed(engine::EventBody body) {
  if (options_.restore_between_events) {
    auto restored = engine::restore(engine::snapshot(state_));
    INVARIANT(restored.has_value(), "a snapshot just made can be restored");
    state_ = std::move(*restored);
  }
  visits_.clear();
  log_.push_back({{now_, std::move(body)}, {}});
  PlayedEvent& played = log_.back();
  engine::advance(release_, state_, played.event, played.effects, &visits_);
  auto understood = engine::understand(release_, state_, now_, played.effects);
  for (const engine::Effect& effect : played.effects) note(effect);
  if (options_.watch) options_.watch(played, visits_);
  if (!understood) return;
  if (meaning_) understood = std::exchange(meaning_, std::nullopt);
  feed(std::move(*understood));
}

void Stage::message(engine::MessageReceived message, std::optional<engine::CommandsUnderstood> meaning) {
  meaning_ = std::move(meaning);
  feed(std::move(message));
  meaning_.reset();
}

void Stage::pass(Duration duration) {
  const auto until = add(now_, duration);
  if (!until) return;
  for (;;) {
    const auto next = std::ranges::min_element(timers_, {}, [](const auto& timer) { return timer.second; });
    if (next == timers_.end() || next->second > *until) break;
    now_ = std::max(now_, next->second);
    engine::TimerFired fired{next->first};
    timers_.erase(next);
    feed(std::move(fired));
  }
  now_ = *until;
}

std::optional<Timestamp> Stage::next_timer() const {
  const auto next = std::ranges::min_element(timers_, {}, [](const auto& timer) { return timer.second; });
  return next == timers_.end() ? std::nullopt : std::optional(next->second);
}

void Stage::return_from(std::string_view effect_id, Value result) {
  const std::string tool = forget_call(effect_id);
  if (tool == engine::kAgentCall && options_.only_reads)
    result = engine::with_effects(result, options_.only_reads);
  feed(engine::returned(tool, std::string(effect_id), std::move(result), true));
}

void Stage::fail_call(std::string_view effect_id, std::string code, std::string message, bool in_doubt) {
  const std::string tool = forget_call(effect_id);
  feed(engine::failed(tool, std::string(effect_id), std::move(code), std::move(message), in_doubt));
}

std::string Stage::forget_call(std::string_view effect_id) {
  const auto call = std::ranges::find(calls_, effect_id, &engine::CallTool::effect_id);
  INVARIANT(call != calls_.end(), "only a call that is open is answered");
  std::string tool = std::move(call->tool);
  calls_.erase(call);
  return tool;
}

void Stage::note(const engine::Effect& effect) {
  if (const auto* say = std::get_if<engine::Say>(&effect)) said_.push_back(*say);
  if (auto call = engine::as_call(effect)) calls_.push_back(*std::move(call));
  if (const auto* review = std::get_if<engine::RequestReview>(&effect)) reviews_.push_back(*review);
  if (const auto* closed = std::get_if<engine::CloseReview>(&effect)) {
    std::erase_if(reviews_, [&](const engine::RequestReview& open) {
      return open.review_id == closed->review_id;
    });
  }
  if (const auto* timer = std::get_if<engine::StartTimer>(&effect))
    timers_.insert_or_assign(timer->timer_id, timer->due);
  if (const auto* timer = std::get_if<engine::CancelTimer>(&effect)) {
    if (const auto found = timers_.find(timer->timer_id); found != timers_.end()) timers_.erase(found);
  }
}

}  // namespace parley::assistant
