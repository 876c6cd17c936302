// What the engine chooses to say: variants take turns, experiments stick, sensitive values are masked.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/masking.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace parley::engine {

namespace {

ReleasePtr release_of(std::string_view document, AssistantSettings settings = {}) {
  const auto read = flow::parse_json_document(document);
  REQUIRE(read.has_value());
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*read, "flows/t.json", step_specs(), diagnostics);
  for (const auto& diagnostic : diagnostics) CAPTURE(diagnostic.message);
  REQUIRE(flow != nullptr);
  return make_release({flow}, std::move(settings));
}

struct Conversation {
  explicit Conversation(ReleasePtr on, std::string id = "c_1", Value context = {}) : release(std::move(on)) {
    tell(ConversationStarted{
        .conversation_id = std::move(id),
        .user_id = "u_7",
        .release = release->hash(),
        .context = std::move(context)
    });
  }
  void tell(EventBody body) {
    effects.clear();
    advance(*release, state, {{1'767'225'600, 0}, std::move(body)}, effects);
  }
  std::string said() const {
    std::string all;
    for (const Effect& effect : effects) {
      if (const auto* say = std::get_if<Say>(&effect)) all += (all.empty() ? "" : " | ") + say->text;
    }
    return all;
  }
  void send(std::string text) {
    tell(MessageReceived{"m", text, ""});
    tell(CommandsUnderstood{match(*release, state, text, "", {1'767'225'600, 0})});
  }
  template <typename T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Effect& effect : effects) {
      if (const auto* one = std::get_if<T>(&effect)) found.push_back(*one);
    }
    return found;
  }

  ReleasePtr release;
  State state;
  Effects effects;
};

constexpr std::string_view kVariants = R"({"triggers": {"command": "/t"}, "steps": [
  {"id": "more", "type": "message", "text": {"variants": ["one", "two", "three"]}}]})";

}  // namespace

TEST_CASE("variants take turns, never twice the same, from another start in each conversation") {
  const auto release = release_of(kVariants);
  std::set<std::string> first;
  for (int n = 0; n < 20; ++n) {
    Conversation conversation(release, "c_" + std::to_string(n));
    std::string last;
    std::set<std::string> seen;
    for (int turn = 0; turn < 6; ++turn) {
      conversation.send("/t");
      const std::string said = conversation.said().substr(0, conversation.said().find(" |"));
      CHECK(said != last);
      if (turn == 0) first.insert(said);
      last = said;
      seen.insert(said);
    }
    CHECK(seen.size() == 3);
    // Only whose turn it is is remembered.
    CHECK(conversation.state.rotations.size() == 1);
  }
  CHECK(first.size() == 3);
}

TEST_CASE("the tone of a conversation chooses the nearest form") {
  const auto release = release_of(R"({"triggers": {"command": "/t"}, "steps": [
    {"id": "hi", "type": "message", "text": {"tone": {"formal": "Good day.", "60": "Hello.", "casual": "Hey!"}}},
    {"id": "always", "type": "message", "tone": 100, "text": {"tone": {"formal": "Good bye.", "casual": "Bye!"}}}]})"
  );
  struct {
    Value tone;
    std::string_view said;
  } rows[] = {
      {Value(), "Hello."},
      {Value("formal"), "Good day."},
      {Value(0), "Good day."},
      {Value(29), "Good day."},
      {Value(31), "Hello."},
      {Value(81), "Hey!"},
      {Value("casual"), "Hey!"},
      {Value("rude"), "Hello."},
      {Value(1000), "Hello."},
  };
  for (const auto& row : rows) {
    Conversation conversation(release, "c_1", MapBuilder().set("tone", row.tone).build());
    conversation.send("/t");
    CHECK(conversation.said().starts_with(std::string(row.said) + " | Bye!"));
  }
}

TEST_CASE("an assistant may name its tones and set its own") {
  AssistantSettings settings;
  settings.tone = 90;
  settings.tones = {{"stiff", 10}, {"loose", 90}};
  const auto release = release_of(
      R"({"triggers": {"command": "/t"}, "steps": [{"id": "hi", "type": "message", "text": {"tone": {"stiff": "Good day.", "loose": "Hey!"}}}]})",
      settings
  );
  Conversation conversation(release);
  conversation.send("/t");
  CHECK(conversation.said().starts_with("Hey!"));
  const auto again = AssistantSettings::from_value(release->settings().to_value());
  CHECK(again.tone == 90);
  REQUIRE(again.tones.size() == 2);
  CHECK(again.tones[0].name == "stiff");
}

TEST_CASE("a user chooses a tone and a length within what the assistant allows, and steps keep their own") {
  AssistantSettings settings;
  settings.tone_min = 20;
  settings.tone_max = 70;
  const auto release = release_of(
      R"({"triggers": {"command": "/t"}, "steps": [
        {"id": "hi", "type": "message", "text": {"tone": {"0": "0", "20": "20", "50": "50", "70": "70", "100": "100"}}},
        {"id": "always", "type": "message", "tone": 100, "text": {"tone": {"0": "0", "70": "70", "100": "100"}}},
        {"id": "write", "type": "generate", "prompt": "Write."}]})",
      settings
  );
  struct {
    Value tone;
    std::string length, said, style;
  } rows[] = {
      {Value(), "", "50 | 100", R"({"locale":"en","tone":50,"length":"normal"})"},
      {Value(0), "short", "20 | 100", R"({"locale":"en","tone":20,"length":"short"})"},
      {Value("casual"), "detailed", "70 | 100", R"({"locale":"en","tone":70,"length":"detailed"})"},
      {Value("60"), "endless", "50 | 100", R"({"locale":"en","tone":60,"length":"normal"})"},
  };
  for (const auto& row : rows) {
    Conversation conversation(release);
    conversation.tell(StyleChosen{row.tone, row.length});
    CHECK(conversation.effects.empty());
    conversation.send("/t");
    CHECK(conversation.said() == row.said);
    const auto calls = conversation.all<CallModel>();
    REQUIRE(calls.size() == 1);
    CHECK(write_json(calls[0].input["style"]) == row.style);
  }
  CHECK(AssistantSettings::from_value(release->settings().to_value()).tone_max == 70);
}

TEST_CASE("what a user chose stays until they choose again, each for itself") {
  const auto release = release_of(
      R"({"triggers": {"command": "/t"}, "steps": [{"id": "write", "type": "generate", "prompt": "Write."}]})"
  );
  Conversation conversation(release);
  const auto style = [&] {
    conversation.send("/t");
    const auto calls = conversation.all<CallModel>();
    REQUIRE(calls.size() == 1);
    conversation.tell(ModelReturned{.effect_id = calls[0].effect_id, .result = Value("Done.")});
    return std::string(calls[0].input["style"].text("length")) + " " +
           write_json(calls[0].input["style"]["tone"]);
  };
  conversation.tell(StyleChosen{Value(10), ""});
  CHECK(style() == "normal 10");
  conversation.tell(StyleChosen{Value(), "short"});
  CHECK(style() == "short 10");
  CHECK(style() == "short 10");
  conversation.tell(StyleChosen{Value("neutral"), "normal"});
  CHECK(style() == "normal 50");
}

TEST_CASE("conversations from before models were told the tone do not tell it") {
  const auto release = release_of(
      R"({"triggers": {"command": "/t"}, "steps": [{"id": "write", "type": "generate", "prompt": "Write."}]})"
  );
  for (const std::uint32_t level : {kFirstSemantics, kNewestSemantics}) {
    Conversation conversation(release);
    conversation.state = {};
    conversation.tell(
        ConversationStarted{.conversation_id = "c_1", .release = release->hash(), .semantics = level}
    );
    conversation.send("/t");
    REQUIRE(conversation.all<CallModel>().size() == 1);
    CHECK((conversation.all<CallModel>()[0].input.find("style") != nullptr) == (level >= kStyleForModels));
  }
}

TEST_CASE("a fact that a model wrote is shown without foreign links, but in conversations from before") {
  const auto release = release_of(R"({"triggers": {"command": "/t"}, "steps": [
    {"id": "tell", "type": "message", "text": "I know {{ user.seen }}."},
    {"id": "note", "type": "remember", "facts": {"seen": "{{ user.seen }}"}}]})");
  struct {
    std::string origin;
    std::uint32_t level;
    bool links;
  } cases[] = {
      {"model.generate", kNewestSemantics, false},
      {"model.generate", kStyleForModels, true},
      {"crm.find", kNewestSemantics, true},
  };
  for (const auto& c : cases) {
    CAPTURE(c.origin);
    CAPTURE(c.level);
    Conversation conversation(release);
    conversation.state = {};
    conversation.tell(ConversationStarted{
        .conversation_id = "c_1",
        .user_id = "u_7",
        .release = release->hash(),
        .user_slots = MapBuilder().set("user.seen", "[it](https://evil.example/x)").build(),
        .semantics = c.level,
        .user_origins = MapBuilder().set("user.seen", Value::list({Value(c.origin)})).build()
    });
    for (const std::string message : {"/t", "what do you know about me?"}) {
      conversation.send(message);
      INFO(conversation.said());
      CHECK(conversation.said().find("evil") != std::string::npos);
      CHECK((conversation.said().find("](https://evil.example") != std::string::npos) == c.links);
    }
  }
}

TEST_CASE("an exposure is recorded once, and the variant stays when the weights change") {
  const auto document = [](std::string_view weights) {
    return R"({"triggers": {"command": "/t"}, "steps": [{"id": "hi", "type": "message", "text": {"experiment": {
      "id": "greeting", "metric": "resolved", "variants": [)" +
           std::string(weights) + "]}}}]}";
  };
  const auto even = release_of(document(R"({"name": "a", "text": "A"}, {"name": "b", "text": "B"})"));
  Conversation conversation(even);
  conversation.send("/t");
  const auto exposures = conversation.all<RecordExposure>();
  REQUIRE(exposures.size() == 1);
  CHECK(exposures[0].experiment == "greeting");
  CHECK(exposures[0].unit == "conversation");
  CHECK(exposures[0].metric == "resolved");
  const std::string said = conversation.said();
  CHECK(said.starts_with(exposures[0].variant == "a" ? "A" : "B"));

  const std::string other = exposures[0].variant == "a" ? "b" : "a";
  conversation.release = release_of(document(
      R"({"name": "a", "weight": )" + std::string(other == "a" ? "1" : "0") +
      R"(, "text": "A"}, {"name": "b", "weight": )" + std::string(other == "b" ? "1" : "0") +
      R"(, "text": "B"})"
  ));
  conversation.send("/t");
  CHECK(conversation.said() == said);
  CHECK(conversation.all<RecordExposure>().empty());

  auto restored = restore(snapshot(conversation.state));
  REQUIRE(restored.has_value());
  CHECK(restored->experiments == conversation.state.experiments);
}

TEST_CASE("who does not take part sees the first variant and is not counted") {
  const auto release = release_of(
      R"({"triggers": {"command": "/t"}, "steps": [{"id": "hi", "type": "message", "text": {"experiment": {
    "id": "greeting", "guard": "user.id == 'nobody'",
    "variants": [{"name": "a", "weight": 0, "text": "A"}, {"name": "b", "text": "B"}]}}}]})"
  );
  Conversation conversation(release);
  conversation.send("/t");
  CHECK(conversation.said().starts_with("A"));
  CHECK(conversation.all<RecordExposure>().empty());
  CHECK(conversation.state.experiments.empty());
}

TEST_CASE("messages are part of the release and of its hash") {
  const auto messages = [](std::string_view words) {
    AssistantSettings settings;
    const auto value = flow::parse_json_document(words);
    settings.messages =
        std::make_shared<flow::Messages>(flow::Messages::from_value(flow::to_value(*value), "en"));
    return settings;
  };
  constexpr std::string_view kFlow =
      R"({"triggers": {"command": "/t"}, "steps": [{"id": "hi", "type": "message", "text": {"key": "hi", "with": {"n": 2}}}]})";
  const auto one =
      release_of(kFlow, messages(R"({"en": {"hi": "{n, plural, one {# cat} other {# cats}}"}})"));
  const auto two = release_of(kFlow, messages(R"({"en": {"hi": "{{ n }} dogs"}})"));
  CHECK(one->hash() != two->hash());
  Conversation conversation(one);
  conversation.send("/t");
  CHECK(conversation.said().starts_with("2 cats"));
  const auto again =
      make_release({one->flows().begin()->second}, AssistantSettings::from_value(one->settings().to_value()));
  CHECK(again->hash() == one->hash());
  CHECK(again->message("hi", kNewestSemantics) != nullptr);
  CHECK(release_of(kVariants)->settings().to_value().find("messages") == nullptr);
}

TEST_CASE("texts show sensitive values masked; the engine works with them") {
  const auto release = release_of(R"({"triggers": {"command": "/t"},
    "slots": {"card": {"type": "text", "sensitive": true, "ask": "Card?"}, "pin": {"type": "text", "sensitive": true, "ask": "Pin?"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["card", "pin"]},
      {"id": "check", "type": "message", "if": "card.startsWith('4111') && pin == '9876'",
       "text": "Card {{ card }}, pin {{ pin }}, all {{ slots.card }}."},
      {"id": "hold", "type": "confirm", "text": "Pay with {{ card }}?"}]})");
  Conversation conversation(release);
  conversation.send("/t");
  conversation.send("4111 1111 1111 1142");
  conversation.send("9876");
  CHECK(conversation.said() == "Card •••• 42, pin ••••, all •••• 42. | Pay with •••• 42?");
}

TEST_CASE("masks") {
  struct {
    Value value;
    std::string_view mask;
  } rows[] = {
      {"4111111111111142", "•••• 42"},
      {"12345678", "•••• 78"},
      {"1234567", "••••"},
      {"", "••••"},
      {"München-Süd ü", "••••  ü"},
      {Value(42), "••••"},
      {Value(true), "••••"},
  };
  for (const auto& row : rows) CHECK(masked(row.value) == Value(row.mask));
  CHECK(masked(Value()).is_null());
}

}  // namespace parley::engine
