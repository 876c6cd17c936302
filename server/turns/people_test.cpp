// People in the driver: reviews from asking to deciding, crashes in between, memory of users.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kRefund =
    R"({"id": "refund", "slots": {"sum": {"type": "integer", "ask": "How much?"}},
  "steps": [
    {"id": "collect", "type": "input", "gather": ["sum"]},
    {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"sum": "{{ sum }}"}, "save": "receipt",
     "approve": "sum > 100", "approver": "finance", "approve_within": "1h", "on_error": "failed",
     "on_rejected": "declined"},
    {"id": "paid", "type": "message", "text": "Paid: {{ receipt.id }}", "next": "end"},
    {"id": "declined", "type": "message", "text": "Declined: {{ review.note }}", "next": "end"},
    {"id": "failed", "type": "message", "text": "Failed: {{ error.code }}"}]})";

constexpr std::string_view kDiet = R"({"id": "diet", "slots": {
    "diet": {"type": "text", "ask": "What do you eat?", "scope": "user"}},
  "steps": [
    {"id": "collect", "type": "input", "gather": ["diet"]},
    {"id": "noted", "type": "message", "text": "You eat {{ diet }}."}]})";

constexpr std::string_view kTaste =
    R"({"id": "taste", "slots": {"dish": {"type": "text", "ask": "What do you like?"}},
  "steps": [
    {"id": "known", "type": "message", "if": "user.likes != null", "text": "You like {{ user.likes }}."},
    {"id": "collect", "type": "input", "gather": ["dish"]},
    {"id": "no", "type": "forget", "if": "dish == 'nothing'", "facts": "likes"},
    {"id": "yes", "type": "remember", "if": "dish != 'nothing'", "facts": {"likes": "{{ dish }}"}},
    {"id": "noted", "type": "message", "text": "Noted: {{ user.likes }}."}]})";

constexpr std::string_view kClosed = R"({"id": "closed",
  "triggers": [{"event": "ticket.closed", "guard": "event.data.stars < 3"}],
  "steps": [{"id": "say", "type": "message", "text": "Closed: {{ event.data.id }}"}]})";

constexpr std::string_view kReport = R"({"id": "report",
  "triggers": [{"schedule": "every day 09:00"}, {"schedule": "every 15 minutes"}],
  "steps": [{"id": "say", "type": "message", "text": "Report"}]})";

ChatRequest event_of(std::string user_id, std::int64_t stars, std::string key = {}) {
  ChatRequest request;
  request.user_id = std::move(user_id);
  const Value data = MapBuilder().set("id", "T1").set("stars", stars).build();
  request.event = MapBuilder().set("name", "ticket.closed").set("data", data).build();
  if (!key.empty()) request.idempotency = RequestKey{"key:k", std::move(key), "fp"};
  return request;
}

std::size_t conversations(World& world) {
  return world.run(world.store.list("default", {.limit = 1000}))->size();
}

std::vector<ReviewEntry> open_reviews(World& world) {
  auto found = world.run(world.store.reviews("default", {.status = "open"}));
  REQUIRE(found.has_value());
  return std::move(*found);
}

engine::ReviewDecided decision_about(const ReviewEntry& review, engine::ReviewStatus decision) {
  return {
      .review_id = review.review_id,
      .decision = decision,
      .reviewer = "bo",
      .note = "ok",
      .digest = std::string(parse_json(review.request).value().text("digest")),
  };
}

std::string refusal(World& world, engine::ReviewDecided decision) {
  const auto answer = world.run(world.driver->decide("default", std::move(decision)));
  return answer ? "" : answer.error().pointer;
}

Result<Answer> start_as(World& world, std::string user_id) {
  ChatRequest request;
  request.flow = "diet";
  request.user_id = std::move(user_id);
  return world.run(world.driver->start(request));
}

}  // namespace

TEST_CASE("a call that needs approval is made in the commit that approves it, and not before") {
  World world;
  world.publish({kRefund});
  const std::string id = world.begin("refund");
  const std::string said = text_of(world.say(id, "200"));
  CHECK(said == "A colleague has to decide this first. I will tell you here as soon as they have.");
  CHECK(world.tools.calls.empty());
  const auto open = open_reviews(world);
  REQUIRE(open.size() == 1);
  CHECK(open[0].conversation_id == id);
  CHECK(open[0].kind == "approval");
  CHECK(open[0].assignee == "finance");
  CHECK(parse_json(open[0].request).value()["subject"]["arguments"]["sum"] == Value(200));

  SUBCASE("approved") {
    auto decision = decision_about(open[0], engine::ReviewStatus::approved);
    decision.digest[0] = decision.digest[0] == '0' ? '1' : '0';
    CHECK(refusal(world, decision) == "review_changed");
    CHECK(world.tools.calls.empty());
    decision = decision_about(open[0], engine::ReviewStatus::approved);
    const auto answer = world.run(world.driver->decide("default", decision));
    CHECK(text_of(answer) == "Paid: r_1");
    CHECK(world.tools.calls.size() == 1);
    CHECK(refusal(world, decision) == "review_closed");
    CHECK(world.tools.calls.size() == 1);
    const auto closed = world.run(world.store.review("default", open[0].review_id));
    CHECK((*closed)->status == "approved");
    CHECK((*closed)->decision == R"({"reviewer":"bo","note":"ok","values":null})");
  }
  SUBCASE("approved by a process that was started meanwhile") {
    world.restart();
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    const auto decision = decision_about(open[0], engine::ReviewStatus::approved);
    CHECK(text_of(world.run(world.driver->decide("default", decision))) == "Paid: r_1");
  }
  SUBCASE("declined") {
    const auto decision = decision_about(open[0], engine::ReviewStatus::rejected);
    CHECK(text_of(world.run(world.driver->decide("default", decision))) == "Declined: ok");
    CHECK(world.tools.calls.empty());
  }
  SUBCASE("too late, before and after the timer has gone off") {
    world.clock.advance({3600, 0});
    const auto decision = decision_about(open[0], engine::ReviewStatus::approved);
    CHECK(refusal(world, decision) == "review_closed");
    CHECK(world.run(world.driver->fire_due_timers("default")).value() == 1);
    CHECK(refusal(world, decision) == "review_closed");
    CHECK(world.tools.calls.empty());
    const auto closed = world.run(world.store.review("default", open[0].review_id));
    CHECK((*closed)->status == "expired");
    const auto page = world.run(world.driver->turns("default", id, 1, 10));
    CHECK(page->turns.back().find("Failed: approval_expired") != std::string::npos);
    CHECK(world.run(world.driver->fire_due_timers("default")).value() == 0);
  }
  SUBCASE("of a conversation that was cancelled") {
    REQUIRE(world.say(id, "cancel").has_value());
    CHECK(open_reviews(world).empty());
    CHECK(refusal(world, decision_about(open[0], engine::ReviewStatus::approved)) == "review_closed");
    world.clock.advance({3600, 0});
    CHECK(world.run(world.driver->fire_due_timers("default")).value() == 0);
  }
  world.check_replays();
}

TEST_CASE("listeners hear of reviews") {
  World world;
  world.publish({kRefund});
  const std::string id = world.begin("refund");
  const auto heard = world.hub.subscribe("default", id);
  REQUIRE(world.say(id, "200").has_value());
  heard->close();
  std::vector<std::string> reviews;
  while (const auto element = world.run(heard->next())) {
    if (element->kind == "review") reviews.push_back(element->json);
  }
  const std::string review_id = open_reviews(world).at(0).review_id;
  CHECK(reviews == std::vector<std::string>{R"({"id":")" + review_id + R"(","status":"open"})"});
}

TEST_CASE("what a user said once is known in the next conversation, until it is forgotten") {
  World world;
  world.publish({kDiet});
  const auto first = start_as(world, "ana");
  CHECK(text_of(first) == "What do you eat?");
  CHECK(text_of(world.say(first->conversation_id, "fish")) == "You eat fish.");
  CHECK(text_of(start_as(world, "ana")) == "You eat fish.");
  CHECK(text_of(start_as(world, "bo")) == "What do you eat?");
  const auto nobody = start_as(world, "");
  CHECK(text_of(world.say(nobody->conversation_id, "cake")) == "You eat cake.");
  CHECK(text_of(start_as(world, "")) == "What do you eat?");
  REQUIRE(world.run(world.store.forget_user("default", "ana")).has_value());
  CHECK(text_of(start_as(world, "ana")) == "What do you eat?");
  world.check_replays();
}

TEST_CASE("a fact is known in the next conversation, with where it comes from, until it is forgotten") {
  World world;
  world.publish({kTaste});
  const auto start = [&](std::string user_id) {
    ChatRequest request;
    request.flow = "taste";
    request.user_id = std::move(user_id);
    return world.run(world.driver->start(request));
  };
  const auto first = start("ana");
  CHECK(text_of(first) == "What do you like?");
  CHECK(text_of(world.say(first->conversation_id, "sushi")) == "Noted: sushi.");
  CHECK(text_of(start("ana")) == "You like sushi. | What do you like?");
  CHECK(text_of(start("bo")) == "What do you like?");
  const auto facts = facts_of(world.run(world.store.memory("default", "ana")).value());
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].name == "likes");
  CHECK(facts[0].value == Value("sushi"));
  CHECK(facts[0].conversation == first->conversation_id);
  CHECK(facts[0].turn == 1);

  SUBCASE("by its name in a flow") {
    const auto again = start("ana");
    CHECK(text_of(world.say(again->conversation_id, "nothing")) == "Noted: .");
    CHECK(world.run(world.store.memory("default", "ana"))->empty());
    CHECK(text_of(start("ana")) == "What do you like?");
  }
  SUBCASE("by age") {
    Timestamp since = world.clock.now();
    world.driver = std::make_unique<TurnDriver>(
        TurnDriver::World{world.store, world.tools, *world.releases, world.clock, world.ids, world.hub},
        DriverOptions{.keep_memory_since = [&] { return since; }}
    );
    REQUIRE(world.run(world.driver->forget_old("default")).has_value());
    CHECK(world.run(world.store.memory("default", "ana"))->size() == 1);
    since = *add(since, Duration{86'400, 0});
    REQUIRE(world.run(world.driver->forget_old("default")).has_value());
    CHECK(world.run(world.store.memory("default", "ana"))->empty());
  }
  world.check_replays();
}

TEST_CASE("an event starts a conversation, or enters the one that its user is in") {
  World world;
  world.publish({kClosed, kDiet});
  const auto fresh = world.run(world.driver->arrive(event_of("ana", 1)));
  CHECK(text_of(fresh) == "Closed: T1");
  CHECK(fresh->created);
  CHECK(fresh->ended);

  const auto running = start_as(world, "ana");
  const auto entered = world.run(world.driver->arrive(event_of("ana", 1)));
  CHECK(entered->conversation_id == running->conversation_id);
  CHECK(text_of(entered) == "Closed: T1 | Now back to diet. | What do you eat?");
  CHECK(world.run(world.driver->arrive(event_of("bo", 1)))->created);

  ChatRequest named = event_of("", 1);
  named.conversation_id = running->conversation_id;
  CHECK(world.run(world.driver->arrive(named))->conversation_id == running->conversation_id);
  named.conversation_id = "c_none";
  CHECK(world.run(world.driver->arrive(named)).error().code == ErrorCode::not_found);
  world.check_replays();
}

TEST_CASE("an event that no flow wants starts nothing, and a repeated one starts one conversation") {
  World world;
  world.publish({kClosed});
  const auto unwanted = world.run(world.driver->arrive(event_of("ana", 5)));
  REQUIRE_FALSE(unwanted.has_value());
  CHECK(unwanted.error().pointer == "event_not_wanted");
  CHECK(conversations(world) == 0);
  const auto first = world.run(world.driver->arrive(event_of("ana", 1, "e1")));
  const auto second = world.run(world.driver->arrive(event_of("ana", 1, "e1")));
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(second->conversation_id == first->conversation_id);
  CHECK(second->repeated);
  CHECK(conversations(world) == 1);
}

TEST_CASE("a schedule starts its flow when it is due, once, however long the server was away") {
  World world;  // 2027-01-15T08:00:00Z
  world.publish({kReport});
  const auto begun = [&] { return world.run(world.driver->start_scheduled("default")).value(); };
  CHECK(begun() == 0);  // seen for the first time
  world.clock.advance({14 * 60, 0});
  CHECK(begun() == 0);
  world.clock.advance({60, 0});
  CHECK(begun() == 1);
  CHECK(begun() == 0);
  world.clock.advance({45 * 60, 0});  // 09:00: both
  CHECK(begun() == 2);
  CHECK(conversations(world) == 3);

  // A week later, in another process: each once.
  world.clock.advance({7 * 86'400, 0});
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK(begun() == 2);
  CHECK(begun() == 0);
  CHECK(conversations(world) == 5);
  const auto all = world.run(world.store.list("default", {}));
  CHECK(all->front().channel == "schedule");
  world.check_replays();
}

TEST_CASE("a crash between starting a scheduled flow and noting it does not start it again") {
  World world;
  world.publish({kReport});
  REQUIRE(world.run(world.driver->start_scheduled("default")).has_value());
  world.clock.advance({15 * 60, 0});
  const auto noted = world.run(world.store.setting("default", "schedule report every 15 minutes"));
  REQUIRE(noted.has_value());
  REQUIRE(noted->has_value());
  CHECK(world.run(world.driver->start_scheduled("default")).value() == 1);
  // As if the note had not been written.
  REQUIRE(
      world.run(world.store.put_setting("default", "schedule report every 15 minutes", **noted)).has_value()
  );
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  REQUIRE(world.run(world.driver->start_scheduled("default")).has_value());
  CHECK(conversations(world) == 1);
}
