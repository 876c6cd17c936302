// Approvals as people see them: what a review shows is what goes out, what they change is checked, and who
// may decide is known.
#include <doctest/doctest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

std::string refund(std::string_view keywords) {
  return R"({"id": "refund", "slots": {"sum": {"type": "integer", "ask": "How much?"}}, "steps": [
    {"id": "collect", "type": "input", "gather": ["sum"]},
    {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"sum": "{{ sum }}"}, "save": "receipt",
     "approve": "true", "on_error": "failed")" +
         std::string(keywords) + R"(},
    {"id": "paid", "type": "message", "text": "Paid: {{ receipt.id }}", "next": "end"},
    {"id": "failed", "type": "message", "text": "Failed: {{ error.code }}"}]})";
}

// A conversation whose refund of 200 waits for somebody.
struct Waiting {
  explicit Waiting(std::string_view keywords = {}, bool author_alone = true) {
    world.options.author_approves_alone = [author_alone] { return author_alone; };
    world.restart();
    world.publish({refund(keywords)});  // by ana
    conversation = world.begin("refund");
    REQUIRE(world.say(conversation, "200").has_value());
  }

  ReviewEntry open() {
    const auto found = world.run(world.store.reviews("default", {.status = "open"}));
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    return found->front();
  }

  ReviewEntry review(const std::string& id) { return **world.run(world.store.review("default", id)); }

  // What the decision leads to, or the code of what is wrong with it.
  std::string decide(
      engine::ReviewStatus status, std::string reviewer, Value values = {}, std::string actor = {}
  ) {
    const ReviewEntry review = open();
    const auto answer = world.run(world.driver->decide(
        "default",
        {.review_id = review.review_id,
         .decision = status,
         .values = std::move(values),
         .reviewer = std::move(reviewer),
         .note = {},
         .digest = std::string(parse_json(review.request).value().text("digest")),
         .actor = std::move(actor)}
    ));
    return answer ? text_of(answer) : answer.error().pointer;
  }

  World world;
  std::string conversation;
};

Value call_of(const ReviewEntry& review) {
  return parse_json(review.request).value()["call"];
}

Value sum(std::int64_t of) {
  return MapBuilder().set("sum", of).build();
}

using engine::ReviewStatus;

// Rings at once, and knows how much time that would have been. What takes longer than the promise never
// rings.
class CountingAlarms : public Alarms {
 public:
  static constexpr std::chrono::milliseconds kPromise{5'000};

  std::unique_ptr<Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override {
    if (after < kPromise) {
      passed += after;
      boost::asio::post(executor, std::move(ring));
    }
    return std::make_unique<Alarm>();
  }

  std::chrono::milliseconds passed{0};
};

// Loses what a tool answered, once, and sees when people are asked something.
class ForgetfulStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    for (const OutboxEntry& entry : commit.outbox) {
      if (entry.state != EffectState::done || forgot) continue;
      forgot = true;
      co_return fail(ErrorCode::unavailable, "the store is lost");
    }
    asked = asked || !commit.reviews.empty();
    co_return co_await inner_.commit(tenant, std::move(commit));
  }

  bool forgot = false;
  bool asked = false;
};

}  // namespace

TEST_CASE("a review shows the request that goes out when it is approved") {
  Waiting waiting;
  const Value call = call_of(waiting.open());
  CHECK(call.text("words") == "Does bank.pay.");
  CHECK(call.text("effect") == "unsafe");
  const Value& request = call["request"];
  CHECK(request.text("method") == "POST");
  CHECK(request.text("url") == "https://shop.test/bank.pay");
  CHECK(request.text("body") == R"({"sum":200})");
  CHECK(waiting.decide(ReviewStatus::approved, "bo") == "Paid: r_1");
  REQUIRE(waiting.world.tools.calls.size() == 1);
  const ToolCall& made = waiting.world.tools.calls[0];
  const auto sent = waiting.world.tools.preview(made);
  CHECK(sent->request == request);
  CHECK(request["headers"].text("Idempotency-Key") == made.idempotency_key);
}

TEST_CASE("what has changed since it was approved is not sent") {
  Waiting waiting;
  waiting.world.tools.server = "https://elsewhere.test";  // the description was replaced meanwhile
  CHECK(waiting.decide(ReviewStatus::approved, "bo") == "Failed: call_changed");
  CHECK(waiting.world.tools.calls.empty());
  waiting.world.check_replays();
}

TEST_CASE("what was approved when nobody could say what it would send is not sent once somebody can") {
  for (const bool described_since : {false, true}) {
    CAPTURE(described_since);
    World world;
    world.tools.has_server = false;
    world.publish({refund("")});
    const std::string id = world.begin("refund");
    REQUIRE(world.say(id, "200").has_value());
    const auto open = world.run(world.store.reviews("default", {.status = "open"}));
    REQUIRE(open->size() == 1);
    world.tools.has_server = described_since;
    const auto answer = world.run(world.driver->decide(
        "default",
        {.review_id = open->front().review_id,
         .decision = ReviewStatus::approved,
         .values = {},
         .reviewer = "bo",
         .note = {},
         .digest = std::string(parse_json(open->front().request).value().text("digest"))}
    ));
    CHECK(text_of(answer) == (described_since ? "Failed: call_changed" : "Paid: r_1"));
    CHECK(world.tools.calls.size() == (described_since ? 0 : 1));
  }
}

TEST_CASE("an author is known by name and by key, whichever is hidden") {
  struct {
    const char* author;
    const char* reviewer;
    const char* actor;
    bool same;
  } cases[] = {
      {"ana", "ana", "", true},
      {"ana", "bo", "", false},
      {"key:k1", "bo", "k1", true},
      {"key:k1", "bo", "k2", false},
      {"Somebody Else (key:k1)", "bo", "k1", true},
      {"ana (key:k1)", "ana", "k2", true},
      {"ana (key:k1)", "bo", "k2", false},
      {"ana (key:k1)", "bo", "", false},
      {"ana (key:k1", "bo", "k1", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.author);
    CAPTURE(c.actor);
    CHECK(is_author(c.author, {.review_id = {}, .reviewer = c.reviewer, .actor = c.actor}) == c.same);
  }
}

TEST_CASE("edited arguments are checked, are a new review, and say who changed what") {
  Waiting waiting;
  const std::string first = waiting.open().review_id;
  const Value ghost = MapBuilder().set("sum", 1).set("ghost", 2).build();
  CHECK(waiting.decide(ReviewStatus::edited, "bo", ghost) == "values");
  CHECK(waiting.open().review_id == first);
  CHECK(waiting.decide(ReviewStatus::edited, "bo", sum(20)) == "Paid: r_1");
  CHECK(waiting.world.tools.calls.at(0).arguments == sum(20));

  const ReviewEntry before = waiting.review(first);
  CHECK(before.status == "edited");
  CHECK(before.decision == R"({"reviewer":"bo","note":"","values":{"sum":20}})");
  const auto all = waiting.world.run(waiting.world.store.reviews("default", {}));
  REQUIRE(all->size() == 2);
  const ReviewEntry& after = all->front();
  CHECK(after.status == "approved");
  CHECK(parse_json(after.request)->text("replaces") == first);
  CHECK(parse_json(after.request)->text("text") == "Edited by bo.");
  const Value request = call_of(after)["request"];
  CHECK(request.text("body") == R"({"sum":20})");
  CHECK(request["headers"].text("Idempotency-Key") == waiting.world.tools.calls[0].idempotency_key);
  waiting.world.check_replays();
}

TEST_CASE("a person may answer in the tool's place") {
  Waiting waiting;
  CHECK(waiting.decide(ReviewStatus::answered, "bo", Value("done")) == "values");
  CHECK(
      waiting.decide(ReviewStatus::answered, "bo", MapBuilder().set("id", "by hand").build()) ==
      "Paid: by hand"
  );
  CHECK(waiting.world.tools.calls.empty());
  waiting.world.check_replays();
}

TEST_CASE("where two people must agree, the first yes is kept and shown, by another process too") {
  Waiting waiting(R"(, "approvals": 2)");
  CHECK(parse_json(waiting.open().request).value()["people"] == Value(2));
  CHECK(waiting.decide(ReviewStatus::approved, "bo", {}, "k_1") == "");
  const ReviewEntry open = waiting.open();
  CHECK(open.decision == R"({"approvals":["bo"]})");
  waiting.world.restart();
  REQUIRE(waiting.world.run(waiting.world.releases->restore("default")).has_value());
  CHECK(waiting.decide(ReviewStatus::approved, "cy", {}, "k_1") == "approved_already");
  CHECK(waiting.world.tools.calls.empty());
  CHECK(waiting.decide(ReviewStatus::approved, "cy", {}, "k_2") == "Paid: r_1");
  CHECK(waiting.review(open.review_id).status == "approved");
  waiting.world.check_replays();
}

TEST_CASE("who published the flow approves alone only where that is allowed") {
  SUBCASE("allowed") {
    Waiting waiting;
    CHECK(waiting.decide(ReviewStatus::approved, "ana") == "Paid: r_1");
  }
  SUBCASE("by name") {
    Waiting waiting({}, false);
    CHECK(waiting.decide(ReviewStatus::approved, "ana") == "");
    CHECK(waiting.world.tools.calls.empty());
    CHECK(waiting.decide(ReviewStatus::approved, "ana") == "approved_already");
    CHECK(waiting.decide(ReviewStatus::approved, "bo") == "Paid: r_1");
    waiting.world.check_replays();
  }
  SUBCASE("under another name, with the same key") {
    Waiting waiting({}, false);
    CHECK(waiting.decide(ReviewStatus::approved, "somebody", {}, "ana") == "");
    CHECK(waiting.world.tools.calls.empty());
    CHECK(
        waiting.decide(ReviewStatus::edited, "ana", sum(1)) ==
        "A colleague has to decide this first. I will tell "
        "you here as soon as they have."
    );
    CHECK(waiting.world.tools.calls.empty());
    CHECK(waiting.decide(ReviewStatus::approved, "bo") == "Paid: r_1");
    CHECK(waiting.world.tools.calls.at(0).arguments == sum(1));
  }
}

TEST_CASE("a call that may have happened and must not be repeated is an open review within five seconds") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    CountingAlarms alarms;
    World world;
    world.options.alarms = &alarms;
    world.restart();
    world.publish({kOrder});  // shop.charge is unsafe
    const std::string id = world.begin("order");
    ForgetfulStore forgetful(world.memory);
    world.restart(&forgetful);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    CHECK_FALSE(world.say(id, "soup").has_value());
    CHECK(world.tools.calls.size() == 1);
    if (restarted) {
      world.restart(&forgetful);
      REQUIRE(world.run(world.releases->restore("default")).has_value());
      REQUIRE(world.run(world.driver->recover("default")).has_value());  // as a server does when it starts
    }
    alarms.passed = {};
    boost::asio::co_spawn(world.loop, world.driver->run_upkeep("default"), boost::asio::detached);
    world.run_until([&] { return forgetful.asked; });
    CHECK(alarms.passed <= CountingAlarms::kPromise);
    world.driver->stop_upkeep();
    world.drain();
    const auto open = world.run(world.store.reviews("default", {.status = "open"}));
    REQUIRE(open->size() == 1);
    CHECK(open->front().kind == "outcome");
    CHECK(world.tools.calls.size() == 1);
  }
}

TEST_CASE("what a tool gave keeps its origin in what is remembered of a user") {
  constexpr std::string_view kLearn =
      R"({"id": "learn", "slots": {"friend": {"type": "text", "scope": "user"}}, "steps": [
    {"id": "find", "type": "tool", "call": "crm.find", "with": {"n": 1}, "save": "found", "effect": "read"},
    {"id": "keep", "type": "set", "values": {"friend": "{{ found.id }}"}}]})";
  constexpr std::string_view kPay =
      R"({"id": "pay", "slots": {"friend": {"type": "text", "scope": "user"}}, "steps": [
    {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"to": "{{ friend }}"}}]})";
  World world;
  world.publish({kLearn, kPay});
  const auto start = [&](std::string flow) {
    ChatRequest request;
    request.flow = std::move(flow);
    request.user_id = "ana";
    return world.run(world.driver->start(request));
  };
  REQUIRE(start("learn").has_value());
  REQUIRE(start("pay").has_value());
  CHECK(world.tools.calls.size() == 1);
  const auto open = world.run(world.store.reviews("default", {.status = "open"}));
  REQUIRE(open->size() == 1);
  CHECK(parse_json(open->front().request)->text("text").find("crm.find") != std::string_view::npos);
  CHECK(world.run(world.store.memory("default", "ana"))->front().value == R"(from:["crm.find"] "r_1")");
  world.check_replays();
}

TEST_CASE("a model's word about what a call does is not taken") {
  constexpr std::string_view kHelp = R"({"id": "help", "steps": [
    {"id": "work", "type": "agent", "goal": "Help.", "tools": ["crm.find", "crm.note"],
     "allow": ["crm.find", "crm.note"], "max_rounds": 3}]})";
  World world;
  world.tools.classes["crm.find"] = EffectClass::read;
  int rounds = 0;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.tool != "model.agent") co_return ToolAnswer{Value("answer"), true};
    const char* proposed = ++rounds == 1
                               ? R"({"calls":[{"tool":"crm.find","arguments":{}}]})"
                               : R"({"calls":[{"tool":"crm.note","arguments":{},"effect":"read"}]})";
    co_return ToolAnswer{parse_json(proposed).value(), true};
  };
  world.publish({kHelp});
  world.begin("help");
  std::vector<std::string> called;
  for (const ToolCall& call : world.tools.calls) called.push_back(call.tool);
  CHECK(called == std::vector<std::string>{"model.agent", "crm.find", "model.agent"});
  CHECK(world.run(world.store.reviews("default", {.status = "open"}))->size() == 1);
  world.check_replays();
}
