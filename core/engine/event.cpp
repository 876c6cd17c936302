#include "engine/event.hpp"

#include <utility>

namespace parley::engine {

namespace {

// Writes only what differs from the default, so that a log stays small and grows without old records
// changing.
class Fields {
 public:
  Fields(std::string_view type, Timestamp at) { map_.set("type", type).set("at", at); }
  void text(std::string_view name, const std::string& value) {
    if (!value.empty()) map_.set(name, value);
  }
  void number(std::string_view name, std::int64_t value, std::int64_t otherwise = 0) {
    if (value != otherwise) map_.set(name, value);
  }
  void flag(std::string_view name, bool value) {
    if (value) map_.set(name, true);
  }
  void value(std::string_view name, const Value& value) {
    if (!value.is_null()) map_.set(name, value);
  }
  Value build() { return map_.build(); }

 private:
  MapBuilder map_;
};

struct Write {
  Fields& out;
  void operator()(const ConversationStarted& e) const {
    out.text("conversation_id", e.conversation_id);
    out.text("tenant", e.tenant);
    out.text("user_id", e.user_id);
    out.text("channel", e.channel);
    out.text("locale", e.locale);
    out.number("utc_offset_seconds", e.utc_offset_seconds);
    out.text("currency", e.currency);
    out.text("release", e.release);
    out.text("flow", e.flow);
    out.value("context", e.context);
    out.value("user_slots", e.user_slots);
    out.value("event", e.event);
    write_semantics(e.semantics);
    out.value("user_origins", e.user_origins);
    if (!e.sensitive.empty()) {
      ListBuilder names;
      for (const std::string& name : e.sensitive) names.add(name);
      out.value("sensitive", names.build());
    }
    out.flag("user_known", e.user_known);
  }
  void operator()(const MessageReceived& e) const {
    out.text("message_id", e.message_id);
    out.text("text", e.text);
    out.text("payload", e.payload);
  }
  void operator()(const CommandsUnderstood& e) const {
    ListBuilder list;
    for (const auto& command : e.commands) list.add(language::to_value(command));
    out.value("commands", list.build());
    out.text("source", e.source);
    out.text("prompt", e.prompt);
    out.number("input_tokens", e.input_tokens);
    out.number("output_tokens", e.output_tokens);
    out.text("context", e.context);
    out.value("passed_over", e.passed_over);
    out.text("failure", e.failure);
  }
  void operator()(const ToolReturned& e) const {
    out.text("effect_id", e.effect_id);
    out.value("result", e.result);
    out.flag("test_mode", e.test_mode);
  }
  void operator()(const ToolFailed& e) const {
    out.text("effect_id", e.effect_id);
    out.text("code", e.code);
    out.text("message", e.message);
    out.flag("in_doubt", e.in_doubt);
    out.number("dice", e.dice);
  }
  void operator()(const TimerFired& e) const { out.text("timer_id", e.timer_id); }
  void operator()(const OperatorJoined& e) const {
    out.text("operator_id", e.operator_id);
    out.text("name", e.name);
  }
  void operator()(const OperatorReplied& e) const {
    out.text("operator_id", e.operator_id);
    out.text("text", e.text);
  }
  void operator()(const OperatorLeft& e) const {
    out.text("operator_id", e.operator_id);
    out.text("note", e.note);
  }
  void operator()(const FeedbackGiven& e) const {
    out.number("stars", e.stars);
    out.text("comment", e.comment);
  }
  void operator()(const ReviewDecided& e) const {
    out.text("review_id", e.review_id);
    out.text("decision", std::string(engine::name(e.decision)));
    out.value("values", e.values);
    out.text("reviewer", e.reviewer);
    out.text("note", e.note);
    out.text("digest", e.digest);
    out.text("actor", e.actor);
    out.flag("author", e.author);
  }
  void operator()(const EventArrived& e) const {
    out.text("name", e.name);
    out.value("data", e.data);
    out.text("origin", e.origin);
  }
  void operator()(const ModelReturned& e) const {
    out.text("effect_id", e.effect_id);
    out.value("result", e.result);
    out.text("model", e.model);
    out.number("input_tokens", e.input_tokens);
    out.number("output_tokens", e.output_tokens);
    out.text("prompt", e.prompt);
    out.value("passed_over", e.passed_over);
  }
  void operator()(const ModelFailed& e) const {
    out.text("effect_id", e.effect_id);
    out.text("code", e.code);
    out.text("message", e.message);
  }
  void operator()(const Recalled& e) const {
    out.text("effect_id", e.effect_id);
    out.value("hits", e.hits);
  }
  void operator()(const RecallFailed& e) const {
    out.text("effect_id", e.effect_id);
    out.text("code", e.code);
    out.text("message", e.message);
  }
  void operator()(const StyleChosen& e) const {
    out.value("tone", e.tone);
    out.text("length", e.length);
  }
  void operator()(const ReleaseAdopted& e) const {
    out.text("release", e.release);
    out.value("moves", e.moves);
    write_semantics(e.semantics);
  }

  void write_semantics(std::uint32_t level) const {
    if (level != kFirstSemantics) out.number("semantics", level);
  }
};

std::string text(const Value& map, std::string_view key) {
  return std::string(map.text(key));
}

std::int64_t number(const Value& map, std::string_view key, std::int64_t otherwise = 0) {
  const Value& value = map[key];
  return value.is_int() ? value.as_int() : otherwise;
}

std::uint32_t semantics(const Value& map) {
  return static_cast<std::uint32_t>(number(map, "semantics", kFirstSemantics));
}

bool flag(const Value& map, std::string_view key) {
  const Value& value = map[key];
  return value.is_bool() && value.as_bool();
}

std::vector<language::Command> commands_of(const Value& list) {
  std::vector<language::Command> commands;
  if (list.is_list()) {
    for (const Value& item : list.as_list()) commands.push_back(language::command_from(item));
  }
  return commands;
}

struct Reader {
  std::string_view type;
  EventBody (*read)(const Value& map);
};

// One row an event; the order is of no consequence.
std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> all;
  if (!list.is_list()) return all;
  for (const Value& each : list.as_list()) {
    if (each.is_string()) all.emplace_back(each.as_string());
  }
  return all;
}

constexpr Reader kReaders[] = {
    {"ConversationStarted",
     [](const Value& m) -> EventBody {
       return ConversationStarted{
           .conversation_id = text(m, "conversation_id"),
           .tenant = text(m, "tenant"),
           .user_id = text(m, "user_id"),
           .channel = text(m, "channel"),
           .locale = text(m, "locale"),
           .utc_offset_seconds = static_cast<std::int32_t>(number(m, "utc_offset_seconds")),
           .currency = text(m, "currency"),
           .release = text(m, "release"),
           .flow = text(m, "flow"),
           .context = m["context"],
           .user_slots = m["user_slots"],
           .event = m["event"],
           .semantics = semantics(m),
           .user_origins = m["user_origins"],
           .sensitive = texts(m["sensitive"]),
           .user_known = flag(m, "user_known"),
       };
     }},
    {"MessageReceived",
     [](const Value& m) -> EventBody {
       return MessageReceived{text(m, "message_id"), text(m, "text"), text(m, "payload")};
     }},
    {"CommandsUnderstood",
     [](const Value& m) -> EventBody {
       return CommandsUnderstood{
           commands_of(m["commands"]),
           text(m, "source"),
           text(m, "prompt"),
           static_cast<std::uint32_t>(number(m, "input_tokens")),
           static_cast<std::uint32_t>(number(m, "output_tokens")),
           text(m, "context"),
           m["passed_over"],
           text(m, "failure")
       };
     }},
    {"ToolReturned",
     [](const Value& m) -> EventBody {
       return ToolReturned{text(m, "effect_id"), m["result"], flag(m, "test_mode")};
     }},
    {"ToolFailed",
     [](const Value& m) -> EventBody {
       return ToolFailed{
           .effect_id = text(m, "effect_id"),
           .code = text(m, "code"),
           .message = text(m, "message"),
           .in_doubt = flag(m, "in_doubt"),
           .dice = static_cast<std::uint32_t>(number(m, "dice")),
       };
     }},
    {"TimerFired", [](const Value& m) -> EventBody { return TimerFired{text(m, "timer_id")}; }},
    {"OperatorJoined",
     [](const Value& m) -> EventBody { return OperatorJoined{text(m, "operator_id"), text(m, "name")}; }},
    {"OperatorReplied",
     [](const Value& m) -> EventBody { return OperatorReplied{text(m, "operator_id"), text(m, "text")}; }},
    {"OperatorLeft",
     [](const Value& m) -> EventBody { return OperatorLeft{text(m, "operator_id"), text(m, "note")}; }},
    {"FeedbackGiven",
     [](const Value& m) -> EventBody {
       return FeedbackGiven{static_cast<std::int32_t>(number(m, "stars")), text(m, "comment")};
     }},
    {"ReviewDecided",
     [](const Value& m) -> EventBody {
       return ReviewDecided{
           .review_id = text(m, "review_id"),
           .decision = review_status(m.text("decision")),
           .values = m["values"],
           .reviewer = text(m, "reviewer"),
           .note = text(m, "note"),
           .digest = text(m, "digest"),
           .actor = text(m, "actor"),
           .author = m["author"] == Value(true),
       };
     }},
    {"EventArrived",
     [](const Value& m) -> EventBody { return EventArrived{text(m, "name"), m["data"], text(m, "origin")}; }},
    {"ModelReturned",
     [](const Value& m) -> EventBody {
       return ModelReturned{
           text(m, "effect_id"),
           m["result"],
           text(m, "model"),
           static_cast<std::uint32_t>(number(m, "input_tokens")),
           static_cast<std::uint32_t>(number(m, "output_tokens")),
           text(m, "prompt"),
           m["passed_over"]
       };
     }},
    {"ModelFailed",
     [](const Value& m) -> EventBody {
       return ModelFailed{text(m, "effect_id"), text(m, "code"), text(m, "message")};
     }},
    {"Recalled", [](const Value& m) -> EventBody { return Recalled{text(m, "effect_id"), m["hits"]}; }},
    {"RecallFailed",
     [](const Value& m) -> EventBody {
       return RecallFailed{text(m, "effect_id"), text(m, "code"), text(m, "message")};
     }},
    {"StyleChosen", [](const Value& m) -> EventBody { return StyleChosen{m["tone"], text(m, "length")}; }},
    {"ReleaseAdopted",
     [](const Value& m) -> EventBody { return ReleaseAdopted{text(m, "release"), semantics(m), m["moves"]}; }
    },
};

// In the order of EventBody's alternatives.
constexpr std::string_view kNames[] = {
    "ConversationStarted",
    "MessageReceived",
    "CommandsUnderstood",
    "ToolReturned",
    "ToolFailed",
    "TimerFired",
    "OperatorJoined",
    "OperatorReplied",
    "OperatorLeft",
    "FeedbackGiven",
    "ReleaseAdopted",
    "ReviewDecided",
    "EventArrived",
    "ModelReturned",
    "ModelFailed",
    "Recalled",
    "RecallFailed",
    "StyleChosen",
};
static_assert(std::size(kNames) == std::variant_size_v<EventBody>);

}  // namespace

std::string_view name(const EventBody& body) {
  return kNames[body.index()];
}

Value to_value(const Event& event) {
  Fields fields(name(event.body), event.at);
  std::visit(Write{fields}, event.body);
  return fields.build();
}

Result<Event> event_from(const Value& value) {
  const std::string_view type = value.text("type");
  const Value& at = value["at"];
  if (!at.is_timestamp()) return fail(ErrorCode::invalid_input, "an event needs a time", "/at");
  for (const Reader& reader : kReaders) {
    if (reader.type == type) return Event{at.as_timestamp(), reader.read(value)};
  }
  return fail(
      ErrorCode::unsupported,
      "unknown event '" + std::string(type) + "'",
      "/type",
      "the log was written by a newer version; upgrade before reading it"
  );
}

}  // namespace parley::engine
