// Several processes on one store: any of them takes any request.
#include <algorithm>
#include <set>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/log/replay.hpp"
#include "server/turns/session_state.hpp"
#include "server/turns/test_fleet.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kAsk =
    R"({"id": "ask", "slots": {"said": {"type": "text", "ask": "What?", "ask_if": "always"}},
  "steps": [{"id": "listen", "type": "input", "gather": ["said"]},
            {"id": "answer", "type": "message", "text": "Noted {{ said }}."},
            {"id": "again", "type": "goto", "step": "listen"}]})";

constexpr std::string_view kSleep = R"({"id": "sleep", "triggers": [{"command": "/sleep"}], "steps": [
  {"id": "lie", "type": "message", "text": "Night."}, {"id": "wait", "type": "wait", "for": "1m"},
  {"id": "up", "type": "message", "text": "Morning."}]})";

constexpr std::string_view kReport =
    R"({"id": "report", "triggers": [{"schedule": "every 15 minutes"}], "steps": [
  {"id": "say", "type": "message", "text": "Report."}]})";

std::uint64_t conflicts(const Fleet::Process& process) {
  return process.driver->metrics().conflicts.load();
}

TEST_CASE("a conversation goes on at whichever process its messages reach, in one order") {
  Fleet fleet;
  auto& a = fleet.start();
  fleet.publish(a, {kAsk});
  auto& b = fleet.start();
  const std::string id = fleet.begin(a, "ask");
  for (int i = 0; i < 6; ++i) {
    const std::string text = "m" + std::to_string(i);
    const auto answer = fleet.say(i % 2 == 0 ? b : a, id, text);
    CHECK(text_of(answer) == "Noted " + text + ". | What?");
    CHECK(answer->turn == static_cast<std::uint64_t>(i + 1));
    // What one has acknowledged, the other reads.
    for (auto* reader : {&a, &b}) {
      const auto view = fleet.run(*reader, reader->driver->conversation("default", id));
      CHECK(view->summary.turn == answer->turn);
      CHECK(
          fleet.run(*reader, reader->driver->turns("default", id, 0, 100))->turns.size() == answer->turn + 1
      );
    }
  }
  CHECK(fleet.said(a, id) == std::vector<std::string>{"m0", "m1", "m2", "m3", "m4", "m5"});
  // Once each, a cache was stale; from then on the store is asked first.
  CHECK(conflicts(a) == 1);
  CHECK(conflicts(b) == 1);
  // And no longer when nobody else has had it.
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t loads = a.driver->metrics().loads.load();
    REQUIRE(fleet.say(a, id, "more" + std::to_string(i)).has_value());
    CHECK(a.driver->metrics().loads.load() - loads == (i == 0 ? 1 : 0));
  }
}

// Notes what is read of conversations.
class ReadStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Awaitable<Result<std::optional<StoredConversation>>> load_since(
      std::string_view tenant, std::string_view id, std::uint64_t known
  ) override {
    auto stored = co_await inner_.load_since(tenant, id, known);
    if (stored && *stored) read.emplace_back((*stored)->records.size(), !(*stored)->snapshot.empty());
    co_return stored;
  }

  std::vector<std::pair<std::size_t, bool>> read;  // records, and whether a snapshot
};

TEST_CASE("of a conversation that goes on elsewhere only what is new is read, and its state is the same") {
  Fleet fleet;
  ReadStore store(fleet.memory);
  fleet.store = &store;
  auto& a = fleet.start();
  fleet.publish(a, {kAsk});
  auto& b = fleet.start();
  const std::string id = fleet.begin(a, "ask");
  // Past a snapshot or two, which change nothing of this.
  for (int i = 0; i < 40; ++i) {
    if (i == 4) store.read.clear();  // by now both know that it is met elsewhere
    REQUIRE(fleet.say(i % 2 == 0 ? b : a, id, "m" + std::to_string(i)).has_value());
  }
  CHECK(store.read == std::vector(36, std::pair(std::size_t{1}, false)));
  SUBCASE("after a process had it for a while, too") {
    for (int i = 0; i < 40; ++i) REQUIRE(fleet.say(a, id, "on").has_value());
    store.read.clear();
    REQUIRE(fleet.say(b, id, "back").has_value());
    REQUIRE(store.read.size() == 1);
    CHECK(store.read.front().second);  // the snapshot, and what is after it
    CHECK(store.read.front().first < 16);
  }
  // Told from the beginning it comes to the same, up to the last snapshot that one of them has made.
  const auto told = fleet.run(a, replay_stored(store, a.releases, "default", id));
  REQUIRE(told.has_value());
  CHECK_MESSAGE(told->same, told->what);
}

TEST_CASE("messages that reach all processes at the same moment are all taken, once") {
  Fleet fleet;
  auto& first = fleet.start();
  fleet.publish(first, {kAsk});
  for (int i = 0; i < 3; ++i) fleet.start();
  const std::string id = fleet.begin(first, "ask");
  std::vector<std::optional<Result<Answer>>> answers(12);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& process = *fleet.processes[i % fleet.processes.size()];
    fleet.spawn(process, process.driver->chat(World::request(id, "m" + std::to_string(i))), answers[i]);
  }
  fleet.until([&] {
    return std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); });
  });
  std::set<std::uint64_t> turns;
  for (const auto& answer : answers) {
    REQUIRE_MESSAGE(answer->has_value(), text_of(*answer));
    turns.insert((*answer)->turn);
  }
  CHECK(turns.size() == answers.size());
  auto said = fleet.said(first, id);
  CHECK(said.size() == answers.size());
  CHECK(std::set<std::string>(said.begin(), said.end()).size() == answers.size());
}

TEST_CASE("a turn that is open elsewhere is waited for") {
  Fleet fleet;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  DriverOptions options;
  options.patience = std::chrono::milliseconds(5'000);
  auto& b = fleet.start(true, options);
  const std::string id = fleet.begin(a, "order");
  SUBCASE("and the message is answered when it is over") {
    fleet.book.takes = 2'000;
    std::optional<Result<Answer>> first;
    fleet.spawn(a, a.driver->chat(World::request(id, "soup")), first);
    fleet.wait_ms(500);
    CHECK_FALSE(first.has_value());
    const auto second = fleet.say(b, id, "hello");
    CHECK(second.has_value());
    REQUIRE(first.has_value());
    CHECK(text_of(*first) == "Paid: r");
    CHECK(second->turn > (*first)->turn);
    CHECK(fleet.book.calls == 2);
    CHECK(b.driver->metrics().waits_for_others.load() == 1);
  }
  SUBCASE("but not for ever") {
    fleet.book.takes = 20'000;
    std::optional<Result<Answer>> first;
    fleet.spawn(a, a.driver->chat(World::request(id, "soup")), first);
    fleet.wait_ms(500);
    const std::int64_t asked = fleet.time.now;
    const auto second = fleet.say(b, id, "hello");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::unavailable);
    CHECK(second.error().pointer == "conversation_busy");
    CHECK(fleet.time.now - asked <= 5'000);
    fleet.until([&] { return first.has_value(); });
    CHECK(first->has_value());
    CHECK(fleet.said(a, id) == std::vector<std::string>{"soup"});
  }
}

TEST_CASE("what a process leaves open when it dies is finished by another, without anybody asking") {
  struct {
    std::string_view name;
    EffectClass effect_class;
    std::string_view says;
    int calls;
  } cases[] = {
      {"a call that may be repeated is made again with its key", EffectClass::keyed, "Paid: r", 3},
      {"one that may not is in doubt, and asked about", EffectClass::unsafe, "", 1},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    Fleet fleet;
    fleet.book.classes["shop.charge"] = c.effect_class;
    auto& a = fleet.start();
    fleet.publish(a, {kOrder});
    auto& b = fleet.start();
    const std::string id = fleet.begin(a, "order");
    fleet.book.takes = 100'000;
    std::optional<Result<Answer>> lost;
    fleet.spawn(a, a.driver->chat(World::request(id, "soup", "k1")), lost);
    fleet.wait_ms(1'000);
    fleet.kill(a);
    fleet.book.takes = 10;
    const std::int64_t died = fleet.time.now;
    fleet.until([&] { return !fleet.run(b, fleet.memory.load("default", id)).value()->unsettled; });
    CHECK(fleet.time.now - died <= 6'500);  // its lease, a beat, a look
    CHECK(b.driver->metrics().takeovers.load() == 1);
    CHECK(fleet.book.calls == c.calls);
    for (const auto& [key, made] : fleet.book.made) CHECK(made <= 2);
    // The same request again gets the answer that the other has finished.
    const auto answer = fleet.say(b, id, "soup", "k1");
    REQUIRE(answer.has_value());
    CHECK(answer->repeated);
    CHECK(text_of(answer).starts_with(c.says));
    CHECK(fleet.said(b, id).size() == 1);
  }
}

TEST_CASE("a message takes over the turn of a process that has just died") {
  Fleet fleet;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  auto& b = fleet.start(false);  // nobody looks by itself
  const std::string id = fleet.begin(a, "order");
  fleet.book.takes = 100'000;
  std::optional<Result<Answer>> lost;
  fleet.spawn(a, a.driver->chat(World::request(id, "soup", "k1")), lost);
  fleet.wait_ms(1'000);
  fleet.kill(a);
  fleet.book.takes = 10;
  REQUIRE(fleet.run(b, b.driver->join()).has_value());
  std::optional<Result<Answer>> answer;
  fleet.spawn(b, b.driver->chat(World::request(id, "soup", "k1")), answer);
  while (!answer) {
    fleet.wait_ms(900);
    REQUIRE(fleet.run(b, b.driver->join()).has_value());
  }
  REQUIRE_MESSAGE(answer->has_value(), text_of(*answer));
  CHECK(text_of(*answer) == "Paid: r");
  CHECK(fleet.said(b, id).size() == 1);
}

TEST_CASE(
    "a process that was paused past its lease wakes to find its turn finished by another, and gives that "
    "answer"
) {
  Fleet fleet;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  auto& b = fleet.start();
  const std::string id = fleet.begin(a, "order");
  fleet.book.takes = 2'000;
  std::optional<Result<Answer>> first;
  fleet.spawn(a, a.driver->chat(World::request(id, "soup", "k1")), first);
  fleet.wait_ms(500);
  const WorkerId before = a.driver->membership().worker();
  a.paused = true;
  fleet.wait_ms(15'000);
  const auto other = fleet.say(b, id, "soup", "k1");
  REQUIRE_MESSAGE(other.has_value(), text_of(other));
  CHECK(text_of(other) == "Paid: r");
  CHECK(fleet.book.calls == 3);  // the charge again, with its key; then the note
  a.paused = false;
  fleet.until([&] { return first.has_value(); });
  REQUIRE_MESSAGE(first->has_value(), text_of(*first));
  CHECK((*first)->json == other->json);
  CHECK(fleet.book.calls == 3);
  // It has registered anew, and gives the same answer again.
  fleet.wait_ms(2'000);
  CHECK(a.driver->membership().worker() > before);
  const auto again = fleet.say(a, id, "soup", "k1");
  REQUIRE_MESSAGE(again.has_value(), text_of(again));
  CHECK(again->json == other->json);
  CHECK(fleet.said(a, id).size() == 1);
}

TEST_CASE("a process that cannot say that it lives begins no call") {
  // Commits get through and beats do not.
  class Deaf : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Awaitable<Result<bool>> beat(WorkerId worker) override {
      if (deaf) co_return fail(ErrorCode::unavailable, "not heard");
      co_return co_await inner_.beat(worker);
    }
    bool deaf = false;
  };
  Fleet fleet;
  Deaf store(fleet.memory);
  fleet.store = &store;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  const std::string id = fleet.begin(a, "order");
  fleet.book.takes = 4'500;  // the note is due when nobody knows any more whether this process lives
  store.deaf = true;
  const auto answer = fleet.say(a, id, "soup", "k1");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "turn_broke");
  CHECK(fleet.book.calls == 1);
  const auto refused = fleet.say(a, id, "soup", "k1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  store.deaf = false;
  fleet.book.takes = 10;
  fleet.wait_ms(3'000);
  CHECK(text_of(fleet.say(a, id, "soup", "k1")) == "Paid: r");
  CHECK(fleet.book.calls == 2);  // the note, now that nobody else can be making it
}

TEST_CASE(
    "a key that is new costs no look at the store; a repeat costs one, and its answer is the first one's"
) {
  class Counting : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Awaitable<Result<std::optional<InboxEntry>>> find_answer(
        std::string_view tenant, std::string_view scope, std::string_view key
    ) override {
      ++looks;
      return inner_.find_answer(tenant, scope, key);
    }
    int looks = 0;
  };
  Fleet fleet;
  Counting store(fleet.memory);
  fleet.store = &store;
  auto& a = fleet.start();
  fleet.publish(a, {kName});
  const std::string id = fleet.begin(a, "name");
  const auto first = fleet.say(a, id, "Ana", "k1");
  REQUIRE(first.has_value());
  CHECK(store.looks == 0);
  // Meanwhile the conversation has gone on: the repeat would be another turn.
  REQUIRE(fleet.say(a, id, "and more", "k2").has_value());
  CHECK(store.looks == 0);
  const auto again = fleet.say(a, id, "Ana", "k1");
  REQUIRE(again.has_value());
  CHECK(again->repeated);
  CHECK(again->json == first->json);
  CHECK(store.looks == 1);
  CHECK(fleet.say(a, id, "Bob", "k1").error().pointer == "idempotency_key_reused");
  CHECK(fleet.said(a, id).size() == 2);
}

TEST_CASE("turns that were claimed, the word of it lost, are finished all the same") {
  class LosesWord : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Awaitable<Result<std::vector<std::string>>> claim_left_over(
        std::string_view tenant, WorkerId worker, std::uint32_t limit
    ) override {
      auto claimed = co_await inner_.claim_left_over(tenant, worker, limit);
      if (claimed->empty() || lost++ > 0) co_return claimed;
      co_return fail(ErrorCode::unavailable, "not heard");
    }
    int lost = 0;
  };
  Fleet fleet;
  LosesWord store(fleet.memory);
  fleet.store = &store;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  auto& b = fleet.start();
  const std::string id = fleet.begin(a, "order");
  fleet.book.takes = 100'000;
  std::optional<Result<Answer>> never;
  fleet.spawn(a, a.driver->chat(World::request(id, "soup")), never);
  fleet.wait_ms(1'000);
  fleet.kill(a);
  fleet.book.takes = 10;
  fleet.wait_ms(8'000);
  CHECK(store.lost == 1);
  CHECK_FALSE(fleet.run(b, fleet.memory.load("default", id)).value()->unsettled);
  CHECK(fleet.book.calls == 3);
}

TEST_CASE("one key at two processes at once: one turn, and the same answer to both") {
  for (const bool fresh : {true, false}) {
    CAPTURE(fresh);
    Fleet fleet;
    auto& a = fleet.start();
    fleet.publish(a, {kOrder});
    auto& b = fleet.start();
    fleet.book.takes = 700;
    const std::string id = fresh ? "" : fleet.begin(a, "order");
    std::optional<Result<Answer>> answers[4];
    for (std::size_t i = 0; i < 4; ++i) {
      auto& process = i % 2 == 0 ? a : b;
      fleet.spawn(process, process.driver->chat(World::request(id, "soup", "k1")), answers[i]);
    }
    fleet.until([&] {
      return std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); });
    });
    for (const auto& answer : answers) {
      REQUIRE_MESSAGE(answer->has_value(), text_of(*answer));
      CHECK((*answer)->json == (*answers[0])->json);
    }
    CHECK(std::ranges::count_if(answers, [](const auto& answer) { return !(*answer)->repeated; }) == 1);
    const auto all = fleet.run(a, fleet.memory.list("default", {}));
    CHECK(all->size() == 1);
    CHECK(fleet.said(a, all->front().id) == std::vector<std::string>{"soup"});
    CHECK(fleet.say(b, id, "other", "k1").error().pointer == "idempotency_key_reused");
  }
}

TEST_CASE("a decision about a review is judged by what the store has, not by an old cache") {
  Fleet fleet;
  fleet.book.classes["shop.charge"] = EffectClass::unsafe;
  auto& a = fleet.start();
  fleet.publish(a, {kOrder});
  auto& b = fleet.start();
  const std::string id = fleet.begin(b, "order");  // so that b has it cached
  fleet.book.answer = [](const ToolCall&) -> Result<ToolAnswer> {
    return fail(ErrorCode::unavailable, "cut", "in_doubt");
  };
  REQUIRE(fleet.say(a, id, "soup").has_value());
  const auto reviews = fleet.run(a, fleet.memory.reviews("default", {.status = "open"}));
  REQUIRE(reviews->size() == 1);
  const auto request = parse_json(reviews->front().request);
  engine::ReviewDecided decision{
      .review_id = reviews->front().review_id,
      .decision = engine::ReviewStatus::rejected,
      .digest = std::string(request->text("digest")),
  };
  const auto decided = fleet.run(b, b.driver->decide("default", decision));
  CHECK_MESSAGE(decided.has_value(), text_of(decided));
  CHECK(fleet.run(a, a.driver->decide("default", decision)).error().pointer == "review_closed");
}

TEST_CASE("a timer fires once, and a schedule begins once, at whichever process") {
  Fleet fleet;
  auto& a = fleet.start(false);
  fleet.publish(a, {kSleep, kReport});
  auto& b = fleet.start(false);
  const std::string id = fleet.begin(a, "sleep");
  for (auto* each : {&a, &b}) REQUIRE(fleet.run(*each, each->driver->start_scheduled("default")).has_value());
  fleet.clock.advance({16 * 60, 0});
  std::optional<Result<std::size_t>> fired[2];
  std::optional<Result<std::size_t>> begun[2];
  for (std::size_t i = 0; i < 2; ++i) {
    auto& each = i == 0 ? a : b;
    fleet.spawn(each, each.driver->fire_due_timers("default"), fired[i]);
    fleet.spawn(each, each.driver->start_scheduled("default"), begun[i]);
  }
  fleet.until([&] { return fired[0] && fired[1] && begun[0] && begun[1]; });
  CHECK(fired[0]->value() + fired[1]->value() == 1);
  CHECK(begun[0]->value() + begun[1]->value() == 1);
  const auto all = fleet.run(a, fleet.memory.list("default", {}));
  CHECK(all->size() == 2);
  const auto page = fleet.run(a, a.driver->turns("default", id, 0, 100));
  int mornings = 0;
  for (const std::string& turn : page->turns) mornings += turn.contains("Morning.") ? 1 : 0;
  CHECK(mornings == 1);
}

TEST_CASE("what one process publishes, all run within a second") {
  Fleet fleet;
  auto& a = fleet.start();
  fleet.publish(a, {kAsk});
  auto& b = fleet.start();
  fleet.wait_ms(100);
  fleet.publish(a, {kAsk, kOrder});
  CHECK_FALSE(b.releases.active("default")->flows().contains("order"));
  fleet.wait_ms(1'000);
  CHECK(b.releases.active("default")->flows().contains("order"));
  // A conversation on a release that a process has never run.
  const std::string id = fleet.begin(b, "order");
  fleet.publish(a, {kAsk});
  auto& c = fleet.start();
  CHECK(text_of(fleet.say(c, id, "soup")) == "Paid: r");
  fleet.wait_ms(1'000);
  CHECK_FALSE(b.releases.active("default")->flows().contains("order"));
}

}  // namespace
