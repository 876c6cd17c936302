// What several processes share besides the store: a cache of sessions, which is never authority, what is
// heard elsewhere, and what a model was asked.
#include <map>

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

constexpr std::string_view kPizza =
    R"({"id": "pizza", "triggers": [{"phrases": ["order a pizza"]}], "slots": {
    "count": {"type": "integer", "ask": "How many?"}, "size": {"type": "text", "ask": "Size?"}},
  "steps": [{"id": "collect", "type": "input", "gather": ["count", "size"]},
            {"id": "done", "type": "message", "text": "{{ count }} coming."}]})";

// Like a server for caches that all processes reach; it answers at once.
class SharedMap : public SessionCache {
 public:
  [[nodiscard]] bool keeps() const override { return true; }
  Awaitable<std::optional<CachedSession>> get(
      std::string_view /*tenant*/, std::string_view id, std::uint64_t newer_than
  ) override {
    const auto found = kept.find(std::string(id));
    if (found == kept.end() || found->second.sequence <= newer_than) co_return std::nullopt;
    ++hits;
    co_return found->second;
  }
  void put(std::string_view /*tenant*/, std::string_view id, std::uint64_t sequence, std::string bytes)
      override {
    if (takes) kept[std::string(id)] = {sequence, std::move(bytes)};
  }
  void remove(std::string_view /*tenant*/, std::string_view id) override { kept.erase(std::string(id)); }

  std::map<std::string, CachedSession> kept;
  bool takes = true;
  int hits = 0;
};

struct Cached {
  Cached() {
    fleet.publish(a, {kAsk});
    REQUIRE(fleet.run(b, b.releases.restore("default")).has_value());
    id = fleet.begin(a, "ask");
  }
  std::string say(Fleet::Process& process, const std::string& text) {
    return text_of(fleet.say(process, id, text));
  }
  [[nodiscard]] static std::uint64_t loads(const Fleet::Process& process) {
    return process.driver->metrics().loads.load();
  }
  [[nodiscard]] static std::uint64_t conflicts(const Fleet::Process& process) {
    return process.driver->metrics().conflicts.load();
  }

  SharedMap cache;
  Fleet fleet;
  Fleet::Process& a = fleet.start(true, {}, cache);
  Fleet::Process& b = fleet.start(true, {}, cache);
  std::string id;
};

TEST_CASE("a process goes on from the session that another has left in the cache, without the store") {
  Cached world;
  for (int i = 0; i < 4; ++i) {
    const std::string text = "m" + std::to_string(i);
    CHECK(world.say(i % 2 == 0 ? world.b : world.a, text) == "Noted " + text + ". | What?");
  }
  CHECK(Cached::loads(world.a) + Cached::loads(world.b) == 0);
  CHECK(Cached::conflicts(world.a) + Cached::conflicts(world.b) == 0);
  CHECK(world.cache.hits == 4);
  CHECK(world.say(world.a, "m4") == "Noted m4. | What?");  // its own is the newest
  CHECK(world.cache.hits == 4);
}

TEST_CASE("what the cache says is never believed against the store") {
  Cached world;
  const CachedSession old = world.cache.kept[world.id];
  REQUIRE(world.say(world.a, "one") == "Noted one. | What?");
  const CachedSession other = [&] {
    const std::string second = world.fleet.begin(world.a, "ask");
    return world.cache.kept[second];
  }();
  world.cache.takes = false;
  CachedSession renumbered = old;
  renumbered.sequence = 99;
  struct {
    std::string_view name;
    std::optional<CachedSession> session;
    std::uint64_t conflicts;
  } cases[] = {
      {"nothing", std::nullopt, 0},
      {"an older state", old, 1},
      {"noise", CachedSession{7, "noise"}, 0},
      {"half of a state", CachedSession{old.sequence, old.bytes.substr(0, old.bytes.size() / 2)}, 0},
      {"a state under another number", renumbered, 0},
      {"another conversation's state", CachedSession{50, other.bytes}, 0},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    world.cache.kept.clear();
    if (c.session) world.cache.kept[world.id] = *c.session;
    auto& fresh = world.fleet.start(true, {}, world.cache);
    CHECK(world.say(fresh, std::string(c.name)) == "Noted " + std::string(c.name) + ". | What?");
    CHECK(Cached::loads(fresh) == 1);
    CHECK(Cached::conflicts(fresh) == c.conflicts);
  }
  CHECK(world.fleet.said(world.a, world.id).size() == 1 + std::size(cases));
}

TEST_CASE("what happens at one process is told to the others, if somebody there wants it") {
  class Told : public LiveEvents {
   public:
    [[nodiscard]] bool wanted(std::string_view /*tenant*/, std::string_view id) const override {
      return id == interesting;
    }
    void publish(std::string_view /*tenant*/, const HubElement& element) override {
      kinds.push_back(element.kind + " " + std::to_string(element.sequence));
    }
    std::string interesting;
    std::vector<std::string> kinds;
  };
  Told told;
  Fleet fleet;
  auto& a = fleet.start(true, {}, no_session_cache(), told);
  fleet.publish(a, {kAsk});
  const std::string quiet = fleet.begin(a, "ask");
  told.interesting = fleet.begin(a, "ask");
  REQUIRE(fleet.say(a, quiet, "x").has_value());
  CHECK(told.kinds.empty());
  const auto answer = fleet.say(a, told.interesting, "x");
  const auto view = fleet.run(a, a.driver->conversation("default", told.interesting));
  CHECK(told.kinds == std::vector<std::string>{"turn " + std::to_string(view->summary.sequence)});
}

TEST_CASE("a model is asked about a message once for one state, and again for another") {
  struct {
    std::string_view name;
    bool moves_on;  // the conversation, while the model thinks; else only the registration is lost
    int asked;
  } cases[] = {{"the same state", false, 1}, {"a newer state", true, 2}};
  for (const auto& c : cases) {
    INFO(c.name);
    Fleet fleet;
    DriverOptions options;
    options.understands_with_model = [] { return true; };
    auto& a = fleet.start(true, options);
    fleet.publish(a, {kPizza});
    auto& b = fleet.start();
    ChatRequest first = World::request("", "order a pizza");
    first.flow = "pizza";
    first.text.clear();
    const auto begun = fleet.run(a, a.driver->start(first));
    REQUIRE(begun.has_value());
    int asked = 0;
    fleet.book.answer = [&](const ToolCall& call) -> Result<ToolAnswer> {
      if (call.tool == "model.understand") ++asked;
      return ToolAnswer{
          .result =
              parse_json(R"({"commands": [{"do": "set_slot", "slot": "count", "value": "two"}]})").value()
      };
    };
    fleet.book.takes = 100;
    std::optional<Result<Answer>> answer;
    fleet.spawn(a, a.driver->chat(World::request(begun->conversation_id, "feed me and a friend")), answer);
    fleet.wait_ms(50);
    if (c.moves_on) {
      REQUIRE(fleet.say(b, begun->conversation_id, "/unknown").has_value());
    } else {
      REQUIRE(fleet.run(a, fleet.memory.retire(a.driver->membership().worker())).has_value());
    }
    fleet.until([&] { return answer.has_value(); });
    REQUIRE_MESSAGE(answer->has_value(), text_of(*answer));
    CHECK(asked == c.asked);
    CHECK(Cached::conflicts(a) == 1);
  }
}

}  // namespace
