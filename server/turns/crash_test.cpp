// The store is lost at every single commit, in both ways (nothing written; written, but nobody was told).
// After a restart nothing may be lost, nothing unsafe done twice, and everything must replay.
#include <doctest/doctest.h>

#include <boost/asio/detached.hpp>
#include <chrono>
#include <utility>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

// Passes everything on to another store until commit number `fails_at`; that one and all later ones fail.
class FailingStore : public ForwardingStore {
 public:
  FailingStore(Store& inner, int fails_at, bool writes_it)
      : ForwardingStore(inner), fails_at_(fails_at), writes_it_(writes_it) {}

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    ++commits;
    if (commits == fails_at_ && writes_it_) (void)co_await inner_.commit(tenant, std::move(commit));
    if (commits >= fails_at_) co_return fail(ErrorCode::unavailable, "the store is lost");
    co_return co_await inner_.commit(tenant, std::move(commit));
  }

  int commits = 0;

 private:
  int fails_at_;
  bool writes_it_;
};

// What the client sends; each message with its own key, sent again with the same key until it is answered.
const std::vector<std::string> kScript{"two pizzas", "/order", "a coke", "/order", "soup"};

struct Played {
  std::vector<std::string> answers;
  bool failed = false;
  std::size_t decisions = 0;
};

// A person finds that what is in doubt did not happen. False: the store is lost.
bool decide_doubts(World& world, Played& played) {
  const auto open = world.run(world.store.reviews("default", {.status = "open"}));
  if (!open) return false;
  for (const ReviewEntry& review : *open) {
    const auto answer = world.run(world.driver->decide(
        "default",
        {.review_id = review.review_id,
         .decision = engine::ReviewStatus::rejected,
         .digest = std::string(parse_json(review.request).value().text("digest"))}
    ));
    if (!answer) return false;
    ++played.decisions;
    played.answers.push_back(text_of(answer));
  }
  return true;
}

Played play_until_failure(World& world, std::string& id, std::size_t& next) {
  Played played;
  if (id.empty()) {
    ChatRequest request;
    request.flow = "order";
    request.idempotency = RequestKey{"user:ana", "start", "fp"};
    const auto answer = world.run(world.driver->start(request));
    if (!answer) return {{}, true};
    id = answer->conversation_id;
  }
  for (; next < kScript.size(); ++next) {
    const auto answer = world.say(id, kScript[next], "k" + std::to_string(next));
    if (!answer) return {std::move(played.answers), true};
    played.answers.push_back(text_of(answer));
    if (!decide_doubts(world, played)) return {std::move(played.answers), true};
  }
  return played;
}

}  // namespace

TEST_CASE("a store lost at any commit loses nothing and doubles nothing") {
  int points = 0;
  for (const EffectClass effect_class : {EffectClass::unsafe, EffectClass::keyed}) {
    for (const bool writes_it : {false, true}) {
      for (const bool recovers : {true, false}) {  // recover() first, or the client's retry comes first
        for (int fails_at = 1;; ++fails_at) {
          CAPTURE(static_cast<int>(effect_class));
          CAPTURE(writes_it);
          CAPTURE(recovers);
          CAPTURE(fails_at);
          World world;
          world.tools.classes["shop.charge"] = effect_class;
          world.tools.classes["shop.note"] = effect_class;
          world.publish({kOrder});
          FailingStore failing(world.memory, fails_at, writes_it);
          world.restart(&failing);
          REQUIRE(world.run(world.releases->restore("default")).has_value());
          std::string id;
          std::size_t next = 0;
          const Played before = play_until_failure(world, id, next);
          if (!before.failed) break;  // there are no more commits to fail
          ++points;

          world.restart();
          REQUIRE(world.run(world.releases->restore("default")).has_value());
          if (recovers) {
            REQUIRE(world.run(world.driver->recover("default")).has_value());
            CHECK(world.run(world.store.pending_effects("default", 10))->empty());
          }
          const Played after = play_until_failure(world, id, next);
          REQUIRE_FALSE(after.failed);

          // Nothing is left hanging, and no message was taken twice.
          CHECK(world.run(world.store.pending_effects("default", 10))->empty());
          const auto all = world.run(world.store.list("default", {}));
          REQUIRE(all->size() == 1);
          const auto closed = world.run(world.store.reviews("default", {.status = "rejected"}));
          CHECK(all->front().turn == kScript.size() + closed->size());
          CHECK(world.run(world.store.reviews("default", {.status = "open"}))->empty());
          CHECK(all->front().status == "ended");

          // Three orders: each charged exactly once as the remote sees it. A charge that must not be repeated
          // and of which nobody knows whether it was sent is never sent again: it may be missing, but then
          // says so.
          std::map<std::string, std::string> charges;
          for (const ToolCall& call : world.tools.calls) {
            if (call.tool == "shop.charge") charges[call.idempotency_key] = write_json(call.arguments);
          }
          bool doubt_recorded = false;
          for (const LogRecord& record : *world.run(world.store.records("default", id, 0, 1000))) {
            doubt_recorded = doubt_recorded || record.body.find(R"("in_doubt":true)") != std::string::npos;
          }
          if (effect_class == EffectClass::keyed) CHECK_FALSE(doubt_recorded);
          CHECK(charges.size() >= (doubt_recorded ? 2 : 3));
          CHECK(charges.size() <= 3);
          for (const auto& [key, made] : world.tools.made) {
            CAPTURE(key);
            CHECK(made <= (effect_class == EffectClass::unsafe ? 1 : 2));
          }
          // The order that the crash hit is either finished or its doubt is shown.
          for (const std::string& text : after.answers) {
            const bool shown = text.find("Paid") != std::string::npos ||
                               text.find("whether that went through") != std::string::npos ||
                               text.find("did_not_happen") != std::string::npos ||
                               text.find("order") != std::string::npos;
            CHECK_MESSAGE(shown, text);
            if (effect_class == EffectClass::keyed) CHECK(text.find("did_not_happen") == std::string::npos);
          }
          world.check_replays();
        }
      }
    }
  }
  CHECK(points >= 8 * 10);
  MESSAGE("crash points tried: ", points);
}

TEST_CASE("a lost store that comes back in the same process: the next message finishes the turn before") {
  World world;
  world.publish({kOrder});
  world.tools.classes["shop.charge"] = EffectClass::keyed;
  const std::string id = world.begin("order");
  FailingStore failing(world.memory, 2, false);  // the commit after the charge
  world.restart(&failing);
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK_FALSE(world.say(id, "soup").has_value());
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK(text_of(world.say(id, "/order")).find("What would you like to order?") != std::string::npos);
  const auto page = world.run(world.driver->turns("default", id, 0, 10));
  REQUIRE(page.has_value());
  CHECK(page->turns.at(1).find("Paid") != std::string::npos);
  world.check_replays();
}

// Fails one call of each kind when told to.
class StumblingStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    auto written = co_await inner_.commit(tenant, std::move(commit));
    if (std::exchange(unheard_commit, false))
      co_return fail(ErrorCode::unavailable, "no word from the store");
    co_return written;
  }
  Awaitable<Result<std::vector<PendingEffect>>> pending_effects(std::string_view tenant, std::uint32_t limit)
      override {
    if (std::exchange(failing_look, false)) co_return fail(ErrorCode::unavailable, "the store is lost");
    co_return co_await inner_.pending_effects(tenant, limit);
  }

  bool unheard_commit = false;
  bool failing_look = false;
};

TEST_CASE("a turn that began without anybody hearing of it is finished though nobody asks again") {
  for (const bool look_fails : {false, true}) {
    CAPTURE(look_fails);
    World world;
    world.publish({kOrder});
    world.tools.classes["shop.charge"] = EffectClass::keyed;
    const std::string id = world.begin("order");
    StumblingStore stumbling(world.memory);
    world.options.upkeep_every = std::chrono::milliseconds(1);
    world.restart(&stumbling);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    stumbling.unheard_commit = true;  // the one that says that the charge has begun
    CHECK_FALSE(world.say(id, "soup").has_value());
    CHECK(world.tools.calls.empty());

    stumbling.failing_look = look_fails;
    boost::asio::co_spawn(world.loop, world.driver->run_upkeep("default"), boost::asio::detached);
    world.run_until([&] { return world.tools.calls.size() == 2; });
    world.driver->stop_upkeep();
    world.drain();
    CHECK(world.run(world.store.pending_effects("default", 10))->empty());
    const auto page = world.run(world.driver->turns("default", id, 0, 10));
    REQUIRE(page.has_value());
    CHECK(page->turns.at(1).find("Paid") != std::string::npos);
    world.check_replays();
  }
}

TEST_CASE("a call that was given up before the store was lost is closed, not made again") {
  World world;
  world.publish({kBeside});
  world.tools.classes["shop.slow"] = EffectClass::keyed;
  net::Event fast_is_back;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.tool == "shop.slow") co_await fast_is_back.wait();
    fast_is_back.happen();
    co_return ToolAnswer{Value("answer"), true};
  };
  const std::string id = world.begin("beside");
  FailingStore failing(world.memory, 3, false);  // the commit of the answer that comes too late
  world.restart(&failing);
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK_FALSE(world.say(id, "yes").has_value());
  CHECK(world.run(world.store.pending_effects("default", 10))->size() == 1);

  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  REQUIRE(world.run(world.driver->recover("default")).has_value());
  CHECK(world.run(world.store.pending_effects("default", 10))->empty());
  CHECK(world.tools.calls.size() == 2);
  world.check_replays();
}

TEST_CASE("a turn that broke off while a given-up call was open is finished, and its answer kept") {
  for (const bool another_first : {false, true}) {  // message of the conversation, before the repeated one
    CAPTURE(another_first);
    World world;
    world.publish({kBeside});
    world.tools.classes["shop.slow"] = EffectClass::keyed;
    world.tools.classes["shop.fast"] = EffectClass::keyed;
    net::Event never;
    world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
      if (call.tool == "shop.slow") co_await never.wait();
      co_return ToolAnswer{Value("answer"), true};
    };
    const std::string id = world.begin("beside");
    StumblingStore stumbling(world.memory);
    world.restart(&stumbling);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    // The flow is done with the first answer; that commit is made, and nobody hears of it.
    std::optional<Result<Answer>> broken;
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request(id, "yes", "k1")), [&](Result<Answer> answer) { broken = answer; }
    );
    world.run_until([&] { return world.tools.calls.size() == 2; });
    stumbling.unheard_commit = true;
    world.run_until([&] { return broken.has_value(); });
    CHECK_FALSE(broken->has_value());

    std::optional<Result<Answer>> other;
    if (another_first) {
      world.spawn<Result<Answer>>(
          world.driver->chat(World::request(id, "hello", "k2")),
          [&](Result<Answer> answer) { other = answer; }
      );
      world.run_until([&] { return other.has_value(); });
      CHECK(other->has_value());
    }
    std::optional<Result<Answer>> again;
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request(id, "yes", "k1")), [&](Result<Answer> answer) { again = answer; }
    );
    world.run_until([&] { return again.has_value(); });
    REQUIRE(again->has_value());
    CHECK((*again)->turn == 1);
    CHECK(text_of(*again).find("done") != std::string::npos);
    never.happen();
    world.drain();
    CHECK(world.run(world.store.pending_effects("default", 10))->empty());
    world.check_replays();
  }
}

TEST_CASE("a turn with several calls to clear up after a crash is answered once, at its end") {
  // Keeps what would be told to whoever asks.
  class Answers : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
      if (commit.inbox && !commit.inbox->answer.empty()) kept.push_back(commit.inbox->answer);
      return ForwardingStore::commit(tenant, std::move(commit));
    }
    std::vector<std::string> kept;
  };
  for (const EffectClass effect_class : {EffectClass::unsafe, EffectClass::keyed}) {
    CAPTURE(static_cast<int>(effect_class));
    World world;
    world.publish({kBeside});
    world.tools.classes["shop.slow"] = effect_class;
    world.tools.classes["shop.fast"] = effect_class;
    const std::string id = world.begin("beside");
    FailingStore failing(world.memory, 2, false);  // the commit of the first answer
    world.restart(&failing);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    CHECK_FALSE(world.say(id, "yes", "k1").has_value());
    CHECK(world.run(world.store.pending_effects("default", 10))->size() == 2);

    Answers answers(world.memory);
    world.restart(&answers);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
    REQUIRE(world.run(world.driver->recover("default")).has_value());
    REQUIRE(answers.kept.size() == 1);
    const auto again = world.say(id, "yes", "k1");
    REQUIRE(again.has_value());
    CHECK(again->json == answers.kept.front());
    CHECK(world.run(world.store.pending_effects("default", 10))->empty());
    world.check_replays();
  }
}
