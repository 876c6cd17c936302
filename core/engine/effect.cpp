#include "engine/effect.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"

namespace parley::engine {

namespace {

constexpr std::string_view kSpeakers[] = {"assistant", "operator", "system"};

// In the order of Effect's alternatives.
constexpr std::string_view kNames[] = {
    "Say",
    "Understand",
    "CallTool",
    "StartTimer",
    "CancelTimer",
    "HandOff",
    "End",
    "RequestReview",
    "CloseReview",
    "Remember",
    "CallModel",
    "Recall",
    "RecordExposure",
    "NoteApproval",
};
static_assert(std::size(kNames) == std::variant_size_v<Effect>);

void text(MapBuilder& map, std::string_view name, const std::string& value) {
  if (!value.empty()) map.set(name, value);
}

Value names(const std::vector<std::string>& list) {
  ListBuilder all;
  for (const std::string& each : list) all.add(each);
  return all.build();
}

struct Write {
  MapBuilder& out;

  void operator()(const Say& say) const {
    out.set("id", say.id);
    if (say.speaker != Speaker::assistant)
      out.set("speaker", kSpeakers[static_cast<std::size_t>(say.speaker)]);
    out.set("text", say.text);
    if (!say.buttons.empty()) {
      ListBuilder buttons;
      for (const SaidButton& button : say.buttons) {
        buttons.add(MapBuilder().set("label", button.label).set("payload", button.payload).build());
      }
      out.set("buttons", buttons.build());
    }
    if (!say.card.is_null()) out.set("card", say.card);
    text(out, "input_slot", say.input_slot);
    text(out, "input_type", say.input_type);
    text(out, "author", say.author);
  }
  void operator()(const Understand& understand) const {
    text(out, "text", understand.text);
    text(out, "payload", understand.payload);
  }
  void operator()(const CallTool& call) const {
    out.set("effect_id", call.effect_id);
    out.set("tool", call.tool);
    out.set("arguments", call.arguments);
    if (call.occurrence != 0) out.set("occurrence", static_cast<std::int64_t>(call.occurrence));
    out.set("timeout_ms", static_cast<std::int64_t>(call.timeout_ms));
    text(out, "review_id", call.review_id);
    if (!call.sensitive.empty()) out.set("sensitive", names(call.sensitive));
    if (call.attempt != 1) out.set("attempt", static_cast<std::int64_t>(call.attempt));
  }
  void operator()(const CallModel& call) const {
    out.set("effect_id", call.effect_id);
    out.set("task", call.task);
    out.set("input", call.input);
    text(out, "model", call.model);
    if (call.max_tokens != 0) out.set("max_tokens", static_cast<std::int64_t>(call.max_tokens));
    out.set("timeout_ms", static_cast<std::int64_t>(call.timeout_ms));
  }
  void operator()(const Recall& recall) const {
    out.set("effect_id", recall.effect_id);
    text(out, "source", recall.source);
    out.set("query", recall.query);
    out.set("k", static_cast<std::int64_t>(recall.k));
    if (recall.min_score != 0) out.set("min_score", recall.min_score);
    out.set("timeout_ms", static_cast<std::int64_t>(recall.timeout_ms));
  }
  void operator()(const StartTimer& timer) const {
    out.set("timer_id", timer.timer_id);
    out.set("due", timer.due);
  }
  void operator()(const CancelTimer& timer) const { out.set("timer_id", timer.timer_id); }
  void operator()(const HandOff& hand_off) const {
    text(out, "queue", hand_off.queue);
    text(out, "summary", hand_off.summary);
  }
  void operator()(const End& end) const {
    text(out, "flow", end.flow);
    out.set("outcome", end.outcome);
  }
  void operator()(const RequestReview& review) const {
    out.set("review_id", review.review_id);
    out.set("kind", engine::name(review.kind));
    out.set("digest", review.digest);
    text(out, "title", review.title);
    text(out, "text", review.text);
    text(out, "assignee", review.assignee);
    if (!review.subject.is_null()) out.set("subject", review.subject);
    if (!review.form.is_null()) out.set("form", review.form);
    if (review.due) out.set("due", *review.due);
    if (review.people != 1) out.set("people", static_cast<std::int64_t>(review.people));
    text(out, "replaces", review.replaces);
    if (!review.sensitive.empty()) out.set("sensitive", names(review.sensitive));
  }
  void operator()(const NoteApproval& approval) const {
    out.set("review_id", approval.review_id);
    out.set("reviewers", names(approval.reviewers));
  }
  void operator()(const CloseReview& review) const {
    out.set("review_id", review.review_id);
    out.set("status", engine::name(review.status));
    text(out, "reviewer", review.reviewer);
    text(out, "note", review.note);
    if (!review.values.is_null()) out.set("values", review.values);
  }
  void operator()(const Remember& memory) const {
    out.set("name", memory.name);
    if (!memory.value.is_null()) out.set("value", memory.value);
    if (!memory.origins.empty()) out.set("origins", names(memory.origins));
    if (memory.sensitive) out.set("sensitive", true);
  }
  void operator()(const RecordExposure& exposure) const {
    out.set("experiment", exposure.experiment);
    out.set("variant", exposure.variant);
    out.set("unit", exposure.unit);
    text(out, "metric", exposure.metric);
  }
};

std::string text(const Value& map, std::string_view key) {
  return std::string(map.text(key));
}

std::uint32_t count(const Value& map, std::string_view key, std::uint32_t otherwise) {
  const Value& value = map[key];
  return value.is_int() ? static_cast<std::uint32_t>(value.as_int()) : otherwise;
}

std::vector<std::string> names(const Value& map, std::string_view key) {
  std::vector<std::string> list;
  if (const Value& all = map[key]; all.is_list()) {
    for (const Value& each : all.as_list()) {
      if (each.is_string()) list.emplace_back(each.as_string());
    }
  }
  return list;
}

Timestamp time(const Value& map, std::string_view key) {
  const Value& value = map[key];
  return value.is_timestamp() ? value.as_timestamp() : Timestamp{};
}

Effect read_say(const Value& m) {
  Say say{.id = text(m, "id"), .text = text(m, "text")};
  for (std::size_t i = 0; i < std::size(kSpeakers); ++i) {
    if (m.text("speaker") == kSpeakers[i]) say.speaker = static_cast<Speaker>(i);
  }
  if (const Value& buttons = m["buttons"]; buttons.is_list()) {
    for (const Value& button : buttons.as_list())
      say.buttons.push_back({text(button, "label"), text(button, "payload")});
  }
  say.card = m["card"];
  say.input_slot = text(m, "input_slot");
  say.input_type = text(m, "input_type");
  say.author = text(m, "author");
  return say;
}

Effect read_review_request(const Value& m) {
  RequestReview review{
      .review_id = text(m, "review_id"),
      .kind = review_kind(m.text("kind")),
      .digest = text(m, "digest"),
      .title = text(m, "title"),
      .text = text(m, "text"),
      .assignee = text(m, "assignee"),
      .subject = m["subject"],
      .form = m["form"],
  };
  if (const Value& due = m["due"]; due.is_timestamp()) review.due = due.as_timestamp();
  review.people = count(m, "people", 1);
  review.replaces = text(m, "replaces");
  review.sensitive = names(m, "sensitive");
  return review;
}

struct Reader {
  std::string_view type;
  Effect (*read)(const Value& map);
};

constexpr Reader kReaders[] = {
    {"Say", read_say},
    {"Understand", [](const Value& m) -> Effect { return Understand{text(m, "text"), text(m, "payload")}; }},
    {"CallTool",
     [](const Value& m) -> Effect {
       CallTool call;
       call.effect_id = text(m, "effect_id");
       call.tool = text(m, "tool");
       call.arguments = m["arguments"];
       call.occurrence = count(m, "occurrence", 0);
       call.timeout_ms = count(m, "timeout_ms", 30'000);
       call.review_id = text(m, "review_id");
       call.attempt = count(m, "attempt", 1);
       call.sensitive = names(m, "sensitive");
       return call;
     }},
    {"CallModel",
     [](const Value& m) -> Effect {
       return CallModel{
           text(m, "effect_id"),
           text(m, "task"),
           m["input"],
           text(m, "model"),
           count(m, "max_tokens", 0),
           count(m, "timeout_ms", 60'000)
       };
     }},
    {"Recall",
     [](const Value& m) -> Effect {
       const Value& least = m["min_score"];
       return Recall{
           text(m, "effect_id"),
           text(m, "source"),
           text(m, "query"),
           count(m, "k", 3),
           least.is_number() ? least.to_double() : 0,
           count(m, "timeout_ms", 10'000)
       };
     }},
    {"StartTimer", [](const Value& m) -> Effect { return StartTimer{text(m, "timer_id"), time(m, "due")}; }},
    {"CancelTimer", [](const Value& m) -> Effect { return CancelTimer{text(m, "timer_id")}; }},
    {"HandOff", [](const Value& m) -> Effect { return HandOff{text(m, "queue"), text(m, "summary")}; }},
    {"End", [](const Value& m) -> Effect { return End{text(m, "flow"), text(m, "outcome")}; }},
    {"RequestReview", read_review_request},
    {"CloseReview",
     [](const Value& m) -> Effect {
       return CloseReview{
           .review_id = text(m, "review_id"),
           .status = review_status(m.text("status")),
           .reviewer = text(m, "reviewer"),
           .note = text(m, "note"),
           .values = m["values"],
       };
     }},
    {"Remember",
     [](const Value& m) -> Effect {
       return Remember{text(m, "name"), m["value"], names(m, "origins"), m["sensitive"] == Value(true)};
     }},
    {"NoteApproval",
     [](const Value& m) -> Effect { return NoteApproval{text(m, "review_id"), names(m, "reviewers")}; }},
    {"RecordExposure",
     [](const Value& m) -> Effect {
       return RecordExposure{text(m, "experiment"), text(m, "variant"), text(m, "unit"), text(m, "metric")};
     }},
};

}  // namespace

std::string_view name(const Effect& effect) {
  return kNames[effect.index()];
}

Value to_value(const Effect& effect) {
  MapBuilder map;
  map.set("type", name(effect));
  std::visit(Write{map}, effect);
  return map.build();
}

Result<Effect> effect_from(const Value& value) {
  const std::string_view type = value.text("type");
  for (const Reader& reader : kReaders) {
    if (reader.type == type) return reader.read(value);
  }
  return fail(ErrorCode::unsupported, "unknown effect '" + std::string(type) + "'", "/type");
}

std::string idempotency_key(std::string_view tenant, std::string_view conversation_id, const CallTool& call) {
  // Parts are length-prefixed so that no two different actions can be written alike.
  std::string action;
  const std::string arguments = write_canonical(call.arguments);
  const std::string occurrence = std::to_string(call.occurrence);
  for (std::string_view part :
       {tenant,
        conversation_id,
        std::string_view(call.tool),
        std::string_view(arguments),
        std::string_view(occurrence)}) {
    action += std::to_string(part.size());
    action += ':';
    action += part;
  }
  const auto digest = sha256(action);
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string key;
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto byte : digest) {
    bits = (bits << 8) | static_cast<std::uint8_t>(byte);
    for (held += 8; held >= 5; held -= 5) key += kAlphabet[(bits >> (held - 5)) & 31];
  }
  if (held > 0) key += kAlphabet[(bits << (5 - held)) & 31];
  return key;
}

}  // namespace parley::engine
