// What becomes of conversations that are in the middle of a flow when its next version says how they go on.
#include "engine/migration.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/advance.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"
#include "flow/migration.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'767'225'600, 0};

constexpr std::string_view kOld = R"({"id": "room", "version": "1", "triggers": {"command": "/room"},
  "slots": {"nights": {"type": "integer", "ask": "How many nights?"}, "colour": {"type": "text", "ask": "Colour?"},
            "card": {"type": "text", "ask": "Which card?"}},
  "steps": [{"id": "nights", "type": "input", "gather": ["nights"]},
            {"id": "colour", "type": "input", "gather": ["colour"]},
            {"id": "card", "type": "input", "gather": ["card"]},
            {"id": "done", "type": "message", "text": "{{nights}} nights on {{card}}."}]})";

std::string newer(std::string_view migrate, std::string_view length_type = "integer") {
  return R"({"id": "room", "version": "2", "triggers": {"command": "/room"}, "migrate": )" +
         std::string(migrate) +
         R"(, "slots": {"guests": {"type": "integer", "ask": "How many guests?"},
            "length": {"type": ")" +
         std::string(length_type) +
         R"(", "ask": "How long?"}, "card": {"type": "text", "ask": "Which card?"}},
  "steps": [{"id": "guests", "type": "input", "gather": ["guests"]},
            {"id": "length", "type": "input", "gather": ["length"]},
            {"id": "hint", "type": "message", "text": "We take all cards."},
            {"id": "card", "type": "input", "gather": ["card"]},
            {"id": "done", "type": "message", "text": "Booked {{length}} nights on {{card}}."}]})";
}

constexpr std::string_view kWhole =
    R"([{"from": "1", "steps": {"nights": "length", "colour": "hint"}, "slots": {"nights": "length"}}])";

flow::FlowPtr load(std::string_view text) {
  const auto document = flow::parse_json_document(text);
  REQUIRE(document.has_value());
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*document, "room.json", step_specs(), diagnostics);
  if (flow == nullptr) MESSAGE(diagnostics.front().message);
  REQUIRE(flow != nullptr);
  return flow;
}

ReleasePtr release_of(std::string_view text) {
  return make_release({load(text)});
}

struct Talk {
  explicit Talk(ReleasePtr wanted) : release(std::move(wanted)) {
    feed(ConversationStarted{.conversation_id = "c_1", .tenant = "t", .release = release->hash()});
  }

  std::vector<std::string> feed(EventBody body) {
    Effects effects;
    advance(*release, state, {kStart, std::move(body)}, effects);
    return texts(effects);
  }
  std::vector<std::string> say(std::string text) {
    std::vector<Event> events;
    Effects effects;
    take_message(*release, state, kStart, {"", std::move(text), {}}, events, effects);
    return texts(effects);
  }
  // What the driver does at the next turn. The event goes through its recorded form.
  std::vector<std::string> move_to(const ReleasePtr& fresh) {
    const Event event{
        kStart, ReleaseAdopted{.release = fresh->hash(), .moves = plan_moves(*release, *fresh, state)}
    };
    const auto recorded = event_from(to_value(event));
    REQUIRE(recorded.has_value());
    release = fresh;
    return feed(recorded->body);
  }
  static std::vector<std::string> texts(const Effects& effects) {
    std::vector<std::string> said;
    for (const Effect& effect : effects) {
      if (const auto* message = std::get_if<Say>(&effect)) said.push_back(message->text);
    }
    return said;
  }

  ReleasePtr release;
  State state;
};

using Said = std::vector<std::string>;

std::vector<std::string> findings(std::string_view fresh, std::string_view old = kOld) {
  const flow::FlowPtr now = load(fresh);
  const flow::FlowPtr before = load(old);
  flow::Diagnostics diagnostics;
  const flow::Migration* migration = flow::migration_from(*now, *before);
  REQUIRE(migration != nullptr);
  flow::check_migration(*migration, *before, *now, diagnostics);
  std::vector<std::string> all;
  for (const flow::Diagnostic& each : diagnostics) all.push_back(each.code + " " + each.message);
  return all;
}

}  // namespace

TEST_CASE("an open question becomes the one that the map names, and its answer counts") {
  Talk talk(release_of(kOld));
  REQUIRE(talk.say("/room") == Said{"How many nights?"});
  CHECK(talk.move_to(release_of(newer(kWhole))).empty());
  CHECK(talk.say("3") == Said{"We take all cards.", "Which card?"});
  CHECK(talk.say("Visa").front() == "Booked 3 nights on Visa.");
}

TEST_CASE("what was answered stays, under its new name") {
  Talk talk(release_of(kOld));
  talk.say("/room");
  talk.say("3");
  talk.say("red");
  CHECK(talk.move_to(release_of(newer(kWhole))).empty());
  CHECK(talk.state.stack.front().slots.contains("length"));
  CHECK_FALSE(talk.state.stack.front().slots.contains("nights"));
  CHECK_FALSE(talk.state.stack.front().slots.contains("colour"));
  CHECK(talk.say("Visa").front() == "Booked 3 nights on Visa.");
}

TEST_CASE("a question that is gone leads to the step that the map names, at once") {
  Talk talk(release_of(kOld));
  talk.say("/room");
  REQUIRE(talk.say("3") == Said{"Colour?"});
  CHECK(talk.move_to(release_of(newer(kWhole))) == Said{"We take all cards.", "Which card?"});
  CHECK(talk.say("Visa").front() == "Booked 3 nights on Visa.");
}

TEST_CASE("a conversation stays where it is when nobody has said how it moves, or it is not at rest") {
  Talk talk(release_of(kOld));
  talk.say("/room");
  const std::string before = snapshot(talk.state);
  CHECK(plan_moves(*talk.release, *release_of(newer("[]")), talk.state).is_null());
  CHECK(plan_moves(*talk.release, *release_of(newer(R"([{"from": "0", "steps": {}}])")), talk.state).is_null()
  );
  State busy = talk.state;
  busy.stack.back().pending_effect = "e_1";
  CHECK(plan_moves(*talk.release, *release_of(newer(kWhole)), busy).is_null());
  // An event that does not fit changes nothing.
  talk.feed(ReleaseAdopted{.release = "other"});
  talk.feed(ReleaseAdopted{.release = "other", .moves = Value::list({Value(), Value()})});
  CHECK(snapshot(talk.state) == before);
}

TEST_CASE("a map is checked against both versions before anybody moves") {
  CHECK(findings(newer(kWhole)).empty());
  CHECK(
      findings(newer(R"([{"from": "1", "steps": {"night": "length", "colour": "hint"}}])")) ==
      Said{
          "F0802 version '1' has no step 'night'",
          "F0803 a conversation may wait at step 'nights' of version '1', which has no place here"
      }
  );
  CHECK(
      findings(newer(kWhole, "text")) ==
      Said{"F0804 slot 'nights' of version '1' has another type or scope than 'length' here"}
  );
}

TEST_CASE("a version is meant by its label, its hash or the beginning of that") {
  const flow::FlowPtr old = load(kOld);
  const auto meant = [&](std::string_view from) {
    const flow::FlowPtr fresh = load(newer(
        R"([{"from": ")" + std::string(from) + R"(", "steps": {"nights": "length", "colour": "hint"}}])"
    ));
    return flow::migration_from(*fresh, *old) != nullptr;
  };
  CHECK(meant("1"));
  CHECK(meant(old->hash));
  CHECK(meant(old->hash.substr(0, 6)));
  CHECK_FALSE(meant(old->hash.substr(0, 5)));
  CHECK_FALSE(meant("2"));
}
