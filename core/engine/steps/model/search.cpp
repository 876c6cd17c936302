// search and recall: looks something up, in the team's knowledge or in what this user said before.
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_query, k_k, k_min_score, k_save, k_on_empty, k_timeout, k_on_error, k_source };

constexpr flow::Keyword kQuery{
    "query", FieldKind::text, false, "What to look for; default: the user's last message."
};
constexpr flow::Keyword kCount{"k", FieldKind::integer, false, "How many hits at most; default 3."};
constexpr flow::Keyword kMinScore{
    "min_score", FieldKind::expression, false, "A number from 0 to 1; worse hits are left out. Default 0."
};
constexpr flow::Keyword kOnEmpty{"on_empty", FieldKind::step_name, false, "Where no hit leads."};
constexpr flow::Keyword kTimeout{
    "timeout", FieldKind::duration, false, "How long to wait for the answer; default 10s."
};

constexpr flow::Keyword kSearchKeywords[] = {
    kQuery,
    kCount,
    kMinScore,
    kSaveKeyword,
    kOnEmpty,
    kTimeout,
    kOnErrorKeyword,
    {"source", FieldKind::identifier, true, "What to search: the name of a file or folder under knowledge/."},
};

constexpr flow::Keyword kRecallKeywords[] = {
    kQuery, kCount, kMinScore, kSaveKeyword, kOnEmpty, kTimeout, kOnErrorKeyword
};

constexpr std::int64_t kMostHits = 100;
constexpr std::string_view kRecallCall = "memory.recall";

Outcome look_up(Run& run, const flow::Step& step, std::string source) {
  auto query = subject(run, step.get<flow::Text>(k_query));
  if (!query) return Outcome::fail(query.error().message);
  Recall recall{.source = std::move(source), .query = std::move(*query)};
  if (const auto* most = step.get<Value>(k_k)) {
    if (most->as_int() < 1 || most->as_int() > kMostHits)
      return Outcome::fail("k of step '" + step.id + "' is not between 1 and 100");
    recall.k = static_cast<std::uint32_t>(most->as_int());
  }
  if (const auto* least = step.get<expr::Expression>(k_min_score)) {
    const auto score = least->evaluate(run.scope());
    if (!score) return Outcome::fail(score.error().message);
    if (!score->is_number()) return Outcome::fail("min_score is not a number");
    recall.min_score = score->to_double();
  }
  recall.timeout_ms = milliseconds(step.get<Value>(k_timeout), recall.timeout_ms);
  return ask_memory(run, std::move(recall));
}

Outcome run_search(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  return look_up(run, step, step.get<flow::Name>(k_source)->text);
}

Outcome run_recall(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  return look_up(run, step, {});
}

// A fact among what was recalled has the marks of what it was made from.
Origins origins_of(const Run& run, std::string_view call, const Value& hits) {
  Origins from = origins::of_result(call, {});
  if (run.state().semantics < kFactsAsShown || call != kRecallCall || !hits.is_list()) return from;
  for (const Value& hit : hits.as_list()) {
    const Value& of_fact = hit["origins"];
    if (!of_fact.is_list()) continue;
    for (const Value& each : of_fact.as_list()) {
      if (each.is_string()) origins::add(from, each.as_string());
    }
  }
  return from;
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (const auto* failure = std::get_if<RecallFailed>(&event))
    return effect_failed(run, step.get<flow::Name>(k_on_error), {failure->code, failure->message});
  const auto* recalled = std::get_if<Recalled>(&event);
  if (recalled == nullptr) return std::nullopt;
  const bool empty = !recalled->hits.is_list() || recalled->hits.size() == 0;
  const auto* source = step.spec->type == "search" ? step.get<flow::Name>(k_source) : nullptr;
  const std::string call = source == nullptr ? std::string(kRecallCall) : "knowledge." + source->text;
  keep_result(
      run,
      step.get<flow::Name>(k_save),
      empty ? Value::list() : recalled->hits,
      origins_of(run, call, recalled->hits)
  );
  const auto* on_empty = step.get<flow::Name>(k_on_empty);
  if (empty && on_empty != nullptr) return Outcome::jump(run.flow().step_index(on_empty->text));
  return Outcome::next();
}

constexpr flow::StepSpec kSearchSpec{
    .type = "search",
    .doc = "Looks something up in the team's knowledge.",
    .keywords = kSearchKeywords,
    .waits = true,
    .looks_up = true,
};

constexpr flow::StepSpec kRecallSpec{
    .type = "recall",
    .doc = "Looks up what this user said and did before.",
    .keywords = kRecallKeywords,
    .waits = true,
    .looks_up = true,
};

}  // namespace

extern const StepType search{.spec = kSearchSpec, .run = run_search, .resume = resume};
extern const StepType recall{.spec = kRecallSpec, .run = run_recall, .resume = resume};

}  // namespace parley::engine::steps
