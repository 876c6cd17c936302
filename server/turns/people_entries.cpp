#include "server/turns/people_entries.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "engine/calls.hpp"
#include "engine/masking.hpp"
#include "server/turns/log/record.hpp"

namespace parley::turns {

namespace {

ReviewEntry review_entry(const engine::RequestReview& review, Timestamp at) {
  MapBuilder request;
  request.set("title", review.title)
      .set("text", review.text)
      .set("subject", engine::with_masked_arguments(review.subject, review.sensitive))
      .set("form", review.form)
      .set("digest", review.digest);
  if (review.people != 1) request.set("people", static_cast<std::int64_t>(review.people));
  if (!review.replaces.empty()) request.set("replaces", review.replaces);
  if (!review.sensitive.empty()) {
    ListBuilder names;
    for (const std::string& name : review.sensitive) names.add(name);
    request.set("sensitive", names.build());
  }
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

ReviewDecision approvals_so_far(const engine::NoteApproval& approval, Timestamp at) {
  ListBuilder reviewers;
  for (const std::string& reviewer : approval.reviewers) reviewers.add(reviewer);
  return {
      .review_id = approval.review_id,
      .status = "open",
      .decision = write_json(MapBuilder().set("approvals", reviewers.build()).build()),
      .at = at,
  };
}

// A remembered value that is not the user's own begins with where it came from: `from:["shop.find"] "x"`. No
// JSON begins so.
constexpr std::string_view kFrom = "from:";

struct Remembered {
  std::string_view origins;  // JSON, or empty
  std::string_view value;    // typed JSON
};

Remembered split(std::string_view stored) {
  if (!stored.starts_with(kFrom)) return {{}, stored};
  const std::size_t end = stored.find(' ');
  if (end == std::string_view::npos) return {{}, {}};
  return {stored.substr(kFrom.size(), end - kFrom.size()), stored.substr(end + 1)};
}

std::string remembered(const engine::Remember& memory) {
  std::string text;
  if (!memory.origins.empty()) {
    ListBuilder from;
    for (const std::string& origin : memory.origins) from.add(origin);
    text = std::string(kFrom) + write_json(from.build()) + " ";
  }
  return text + write_typed(memory.value);
}

std::optional<CallPreview> preview_of(
    const engine::CallTool& call, const std::string& key, const ToolRunner& tools
) {
  const OutboxEntry planned{
      .effect_id = {}, .tool = call.tool, .request = encode_request(call), .idempotency_key = key
  };
  const auto decoded = decode_request(planned);
  return decoded ? tools.preview(*decoded) : std::nullopt;
}

}  // namespace

void add_people_entries(Commit& commit, const engine::Effect& effect, Timestamp at) {
  if (const auto* review = std::get_if<engine::RequestReview>(&effect)) {
    commit.reviews.push_back(review_entry(*review, at));
  } else if (const auto* closed = std::get_if<engine::CloseReview>(&effect)) {
    commit.decisions.push_back(review_decision(*closed, at));
  } else if (const auto* approval = std::get_if<engine::NoteApproval>(&effect)) {
    commit.decisions.push_back(approvals_so_far(*approval, at));
  } else if (const auto* memory = std::get_if<engine::Remember>(&effect)) {
    MemoryEntry entry{.name = memory->name, .value = {}, .at = at};
    if (!memory->value.is_null()) entry.value = remembered(*memory);
    commit.memory.push_back(std::move(entry));
    if (memory->name.empty())
      commit.memory.push_back({std::string(kForgottenUntil), write_typed(Value(at)), at});
  }
}

bool is_author(std::string_view author, const engine::ReviewDecided& decision) {
  constexpr std::string_view kKey = "key:";
  std::string_view name = author;
  std::string_view key = author;
  if (const std::size_t both = author.rfind(" (key:");
      both != std::string_view::npos && author.ends_with(')')) {
    name = author.substr(0, both);
    key = author.substr(both + 2, author.size() - both - 3);
  }
  if (name == decision.reviewer) return true;
  if (decision.actor.empty()) return false;
  return key == decision.actor || key == std::string(kKey) + decision.actor;
}

Value memory_value(const std::vector<MemoryEntry>& entries) {
  MapBuilder map;
  for (const MemoryEntry& entry : entries) {
    if (!entry.value || entry.name.starts_with('.')) continue;
    if (auto value = parse_typed(split(*entry.value).value)) map.set(entry.name, std::move(*value));
  }
  return map.build();
}

std::vector<RememberedFact> facts_of(const std::vector<MemoryEntry>& entries) {
  std::vector<RememberedFact> facts;
  for (const MemoryEntry& entry : entries) {
    if (!entry.value || !entry.name.starts_with(flow::kFactPrefix)) continue;
    const Remembered parts = split(*entry.value);
    const auto fact = parse_typed(parts.value);
    if (!fact) continue;
    const Value& turn = (*fact)["turn"];
    facts.push_back({
        .name = entry.name.substr(flow::kFactPrefix.size()),
        .value = (*fact)["value"],
        .conversation = std::string(fact->text("conversation")),
        .turn = turn.is_int() ? static_cast<std::uint64_t>(turn.as_int()) : 0,
        .at = entry.at,
        .origins = parts.origins.empty() ? Value() : parse_json(parts.origins).value_or(Value()),
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

Value memory_origins(const std::vector<MemoryEntry>& entries) {
  MapBuilder map;
  bool any = false;
  for (const MemoryEntry& entry : entries) {
    if (!entry.value) continue;
    const Remembered parts = split(*entry.value);
    if (parts.origins.empty()) continue;
    map.set(entry.name, parse_json(parts.origins).value_or(Value::list()));
    any = true;
  }
  return any ? map.build() : Value();
}

void add_preview(
    ReviewEntry& entry,
    const engine::RequestReview& asked,
    const engine::State& state,
    std::span<const engine::Effect> effects,
    const ToolRunner& tools
) {
  const std::string_view tool = asked.subject.text("tool");
  if (asked.kind != engine::ReviewKind::approval || tool.empty()) return;
  engine::CallTool call{.effect_id = {}, .tool = std::string(tool), .arguments = asked.subject["arguments"]};
  call.occurrence = engine::next_occurrence(state, call);
  for (const engine::Effect& effect : effects) {
    const auto* made = std::get_if<engine::CallTool>(&effect);
    if (made != nullptr && made->review_id == asked.review_id) call = *made;
  }
  const std::string key = engine::idempotency_key(state.tenant, state.conversation_id, call);
  const auto exact = preview_of(call, key, tools);
  if (!exact) return;
  // What is compared before the call is sent is the request; what is shown has no sensitive values in it.
  auto seen = exact;
  if (!asked.sensitive.empty()) {
    call.arguments = engine::with_masked(call.arguments, asked.sensitive);
    seen = preview_of(call, key, tools);
  }
  MapBuilder shown;
  shown.set("words", seen->words).set("effect", seen->effect);
  if (!seen->request.is_null()) shown.set("request", seen->request);
  if (!exact->fingerprint.empty()) shown.set("fingerprint", exact->fingerprint);
  entry.request = write_json(parse_json(entry.request).value_or(Value::map()).with("call", shown.build()));
}

std::optional<std::string> shown_fingerprint(const ReviewEntry& entry) {
  const Value request = parse_json(entry.request).value_or(Value());
  const Value* call = request.find("call");
  return call == nullptr ? std::nullopt : std::optional(std::string(call->text("fingerprint")));
}

std::string forgotten_until(std::string_view user_id) {
  return "memory.forgotten_until." + std::string(user_id);
}

}  // namespace parley::turns
