// A listener at one server, turns at another: each is given once and in order, however it is heard of.
#include "server/api/live/follower.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::api;
using turns::testing::World;

namespace {

// Notes whatever it is told: a turn is one record.
constexpr std::string_view kNotes =
    R"({"id": "notes", "slots": {"said": {"type": "text", "ask": "What?", "ask_if": "always"}}, "steps": [
  {"id": "listen", "type": "input", "gather": ["said"]},
  {"id": "answer", "type": "message", "text": "Noted: {{ said }}."},
  {"id": "again", "type": "goto", "step": "listen"}]})";

// Writes down what it is given: "turn 2 @3", "status @3", "words".
class Book : public EventSink {
 public:
  void event(std::string_view kind, std::string_view json, std::uint64_t sequence) override {
    std::string line(kind);
    if (kind == "turn") line += " " + std::to_string(parse_json(json).value()["turn"].as_int());
    given.push_back(line + " @" + std::to_string(sequence));
  }
  void provisional(std::string_view) override { given.emplace_back("words"); }
  std::string take() {
    std::string all;
    for (const std::string& line : std::exchange(given, {})) all.append(all.empty() ? "" : ", ").append(line);
    return all;
  }

  std::vector<std::string> given;
};

// Two servers on one store that hear nothing of each other but what the test brings over. `there` talks,
// `here` is where somebody listens.
struct Servers {
  World there;
  World here{&there.store};
  Book book;
  std::string id;
  std::shared_ptr<Follower> follower;
  std::shared_ptr<turns::Subscription> told;  // what is published there

  explicit Servers(std::string flow = "notes") {
    there.publish({turns::testing::kOrder, kNotes});
    REQUIRE(here.run(here.releases->restore("default")).has_value());
    id = there.begin(std::move(flow));
    told = there.hub.subscribe("default", id);
  }
  // A listener that waits keeps itself.
  ~Servers() {
    if (follower != nullptr) follower->stop();
    here.poll();
  }
  bool listen(std::optional<std::uint64_t> after = std::nullopt) {
    follower = std::make_shared<Follower>(*here.driver, here.store, "default", id);
    const auto begun = here.run(follower->begin(after));
    if (!begun || !*begun) return false;
    here.spawn<bool>(
        [](Follower& listener, Book& out) -> turns::Awaitable<bool> {
          co_await listener.run(out);
          co_return true;
        }(*follower, book),
        [](bool) {}
    );
    here.poll();
    return true;
  }
  // A turn there; what was published of it.
  std::vector<turns::HubElementPtr> say(std::string text) {
    REQUIRE(there.say(id, std::move(text)).has_value());
    std::vector<turns::HubElementPtr> elements;
    there.spawn<bool>(
        [](turns::Subscription& from, std::vector<turns::HubElementPtr>& out) -> turns::Awaitable<bool> {
          while (const auto element = co_await from.next()) out.push_back(element);
          co_return true;
        }(*told, elements),
        [](bool) {}
    );
    there.poll();
    told->close();
    there.poll();
    told = there.hub.subscribe("default", id);
    return elements;
  }
  void hear(const std::vector<turns::HubElementPtr>& elements) {
    for (const auto& element : elements) here.hub.publish("default", *element);
    here.poll();
  }
  void interrupt() {
    here.hub.interrupt();
    here.poll();
  }
};

}  // namespace

TEST_CASE("what is heard is given as it comes, and not twice") {
  Servers servers;
  REQUIRE(servers.listen());
  CHECK(servers.book.take().empty());
  const auto second = servers.say("hello?");
  servers.hear(second);
  CHECK(servers.book.take() == "turn 1 @2");
  servers.hear(second);
  servers.interrupt();
  const std::string again = servers.book.take();
  CHECK(again == "owner @2, status @2");  // where things stand is said once
  servers.interrupt();
  servers.hear(second);
  CHECK(servers.book.take().empty());
}

TEST_CASE("what was not heard is read from the log") {
  Servers servers;
  REQUIRE(servers.listen());
  servers.say("hello?");
  CHECK(servers.book.take().empty());
  SUBCASE("because something may have been missed") {
    servers.interrupt();
    CHECK(servers.book.take() == "turn 1 @2, owner @2, status @2");
  }
  SUBCASE("because the numbers leave a gap") {
    servers.say("hello again?");
    servers.hear(servers.say("and again?"));
    CHECK(servers.book.take() == "turn 1 @2, turn 2 @3, turn 3 @4, owner @4, status @4");
    servers.hear(servers.say("once more?"));
    CHECK(servers.book.take() == "turn 4 @5");
  }
}

TEST_CASE("whoever comes back goes on where he was") {
  Servers servers;
  for (const char* text : {"one?", "two?", "three?"}) servers.say(text);
  struct {
    std::optional<std::uint64_t> after;
    const char* given;
  } cases[] = {
      {std::nullopt, ""},
      {0, "turn 0 @1, turn 1 @2, turn 2 @3, turn 3 @4, owner @4, status @4"},
      {2, "turn 2 @3, turn 3 @4, owner @4, status @4"},
      {4, "owner @4, status @4"},
      {99, "owner @4, status @4"},
  };
  for (const auto& test : cases) {
    REQUIRE(servers.listen(test.after));
    CHECK(servers.book.take() == test.given);
    servers.follower->stop();
    servers.here.poll();
  }
  servers.id = "c_0";
  CHECK_FALSE(servers.listen());
}

TEST_CASE("a turn that is still going on is given when it is over") {
  Servers servers("order");
  std::move_only_function<void(bool)> go;
  servers.there.tools.answer = [&](const turns::ToolCall&) -> turns::Awaitable<Result<turns::ToolAnswer>> {
    if (!go) co_await net::await_callback<bool>([&](auto done) { go = std::move(done); });
    co_return turns::ToolAnswer{MapBuilder().set("id", "r_1").build(), true};
  };
  bool answered = false;
  servers.there.spawn<Result<turns::Answer>>(
      servers.there.driver->chat(World::request(servers.id, "pizza")), [&](auto) { answered = true; }
  );
  servers.there.run_until([&] { return static_cast<bool>(go); });
  REQUIRE(servers.listen(0));
  CHECK(servers.book.take() == "turn 0 @1, owner @1, status @1");
  servers.interrupt();
  CHECK(servers.book.take().empty());
  go(true);
  servers.there.poll();
  REQUIRE(answered);
  servers.interrupt();
  CHECK(servers.book.take() == "turn 1 @4, status @4");
}

TEST_CASE("words that are not final pass, and stop() ends it") {
  Servers servers;
  REQUIRE(servers.listen());
  servers.here.hub.publish("default", {servers.id, turns::kProvisional, "delta", "{}"});
  servers.here.poll();
  CHECK(servers.book.take() == "words");
  servers.follower->stop();
  servers.here.poll();
  servers.hear(servers.say("hello?"));
  CHECK(servers.book.take().empty());
}
