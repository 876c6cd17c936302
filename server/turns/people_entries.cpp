#include "server/turns/people_entries.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/json.hpp"

namespace parley::turns {

namespace {

ReviewEntry review_entry(const engine::RequestReview& review, Timestamp at) {
  MapBuilder request;
  request.set("title", review.title)
      .set("text", review.text)
      .set("subject", review.subject)
      .set("form", review.form)
      .set("digest", review.digest);
  return {
      .review_id = review.review_id,
      .kind = std::string(engine::name(review.kind)),
      .assignee = review.assignee,
      .request = write_json(request.build()),
      .requested_at = at,
      .due = review.due,
  };
}

ReviewDecision review_decision(const engine::CloseReview& review, Timestamp at) {
  MapBuilder decision;
  decision.set("reviewer", review.reviewer).set("note", review.note).set("values", review.values);
  return {
      .review_id = review.review_id,
      .status = std::string(engine::name(review.status)),
      .decision = write_json(decision.build()),
      .at = at,
  };
}

}  // namespace

void add_people_entries(Commit& commit, const engine::Effect& effect, Timestamp at) {
  if (const auto* review = std::get_if<engine::RequestReview>(&effect)) {
    commit.reviews.push_back(review_entry(*review, at));
  } else if (const auto* closed = std::get_if<engine::CloseReview>(&effect)) {
    commit.decisions.push_back(review_decision(*closed, at));
  } else if (const auto* memory = std::get_if<engine::Remember>(&effect)) {
    MemoryEntry entry{.name = memory->name, .value = {}, .at = at};
    if (!memory->value.is_null()) entry.value = write_typed(memory->value);
    commit.memory.push_back(std::move(entry));
    if (memory->name.empty())
      commit.memory.push_back({std::string(kForgottenUntil), write_typed(Value(at)), at});
  }
}

Value memory_value(const std::vector<MemoryEntry>& entries) {
  MapBuilder map;
  for (const MemoryEntry& entry : entries) {
    if (!entry.value || entry.name.starts_with('.')) continue;
    if (auto value = parse_typed(*entry.value)) map.set(entry.name, std::move(*value));
  }
  return map.build();
}

std::vector<RememberedFact> facts_of(const std::vector<MemoryEntry>& entries) {
  std::vector<RememberedFact> facts;
  for (const MemoryEntry& entry : entries) {
    if (!entry.value || !entry.name.starts_with(flow::kFactPrefix)) continue;
    const auto fact = parse_typed(*entry.value);
    if (!fact) continue;
    const Value& turn = (*fact)["turn"];
    facts.push_back({
        .name = entry.name.substr(flow::kFactPrefix.size()),
        .value = (*fact)["value"],
        .conversation = std::string(fact->text("conversation")),
        .turn = turn.is_int() ? static_cast<std::uint64_t>(turn.as_int()) : 0,
        .at = entry.at,
    });
  }
  return facts;
}

Timestamp forgotten_before(
    const std::vector<MemoryEntry>& entries, const std::optional<std::string>& setting
) {
  Timestamp time;
  const auto later = [&](const std::string& stored) {
    const auto value = parse_typed(stored);
    if (value && value->is_timestamp()) time = std::max(time, value->as_timestamp());
  };
  if (setting) later(*setting);
  for (const MemoryEntry& entry : entries) {
    if (entry.name == kForgottenUntil && entry.value) later(*entry.value);
  }
  return time;
}

std::string forgotten_until(std::string_view user_id) {
  return "memory.forgotten_until." + std::string(user_id);
}

}  // namespace parley::turns
