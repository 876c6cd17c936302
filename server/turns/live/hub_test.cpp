#include "server/turns/live/hub.hpp"

#include <doctest/doctest.h>

#include "server/turns/test_driver.hpp"

using namespace parley::turns;
using parley::turns::testing::World;

TEST_CASE("a listener that is too slow is cut off and told so") {
  World world;
  const auto slow = world.hub.subscribe("t", "c", 2);
  for (std::uint64_t i = 1; i <= 3; ++i) world.hub.publish("t", {"c", i, "turn", "{}"});
  CHECK(world.run(slow->next())->sequence == 1);
  CHECK(world.run(slow->next())->sequence == 2);
  CHECK(world.run(slow->next()) == nullptr);
  CHECK(slow->overflowed());
}

TEST_CASE("a waiting listener is woken by an element or by close") {
  World world;
  const auto listener = world.hub.subscribe("t", "c");
  std::vector<std::string> heard;
  const auto listen = [&] {
    world.spawn<HubElementPtr>(listener->next(), [&](HubElementPtr element) {
      heard.push_back(element == nullptr ? "end" : element->json);
    });
    world.poll();
  };
  listen();
  CHECK(heard.empty());
  world.hub.publish("t", {"c", 1, "turn", "one"});
  world.drain();
  listen();
  listener->close();
  world.drain();
  CHECK(heard == std::vector<std::string>{"one", "end"});
  CHECK_FALSE(listener->overflowed());
}

TEST_CASE("tenants and conversations are apart, and nobody is wanted when nobody listens") {
  World world;
  CHECK_FALSE(world.hub.wanted("t", "c"));
  auto listener = world.hub.subscribe("t", "c");
  CHECK(world.hub.wanted("t", "c"));
  CHECK_FALSE(world.hub.wanted("t", "d"));
  CHECK_FALSE(world.hub.wanted("u", "c"));
  world.hub.publish("u", {"c", 1, "turn", "{}"});
  listener->close();
  CHECK(world.run(listener->next()) == nullptr);
  listener.reset();
  world.hub.publish("t", {"c", 2, "turn", "{}"});
  CHECK_FALSE(world.hub.wanted("t", "c"));
}

TEST_CASE("interest is told of when it begins and when it has ended") {
  Hub hub;
  std::vector<std::string> told;
  hub.on_interest([&](std::string_view tenant, std::string_view conversation, bool wanted) {
    told.push_back(std::string(tenant) + "/" + std::string(conversation) + (wanted ? " +" : " -"));
  });
  auto first = hub.subscribe("t", "c");
  auto second = hub.subscribe("t", "c");
  auto all = hub.subscribe("t", "");
  CHECK(told == std::vector<std::string>{"t/c +", "t/ +"});
  first.reset();
  hub.publish("t", {"c", 1, "turn", "{}"});
  CHECK(told.size() == 2);  // one still listens
  second.reset();
  all.reset();
  hub.publish("t", {"c", 2, "turn", "{}"});
  CHECK(told == std::vector<std::string>{"t/c +", "t/ +", "t/c -", "t/ -"});
  auto again = hub.subscribe("t", "c");
  CHECK(told.back() == "t/c +");
}

TEST_CASE("listeners of one conversation are interrupted, and those who have left are noticed") {
  World world;
  std::vector<std::string> told;
  world.hub.on_interest([&](std::string_view, std::string_view conversation, bool wanted) {
    if (!wanted) told.emplace_back(conversation);
  });
  auto one = world.hub.subscribe("t", "c");
  const auto other = world.hub.subscribe("t", "d");
  const auto all = world.hub.subscribe("t", "");
  world.hub.interrupt("t", "c");
  CHECK(one->overflowed());
  CHECK_FALSE(other->overflowed());
  CHECK_FALSE(all->overflowed());
  CHECK(world.hub.listened("t", "c"));
  one.reset();
  CHECK(world.hub.wanted("t", "c"));  // the whole tenant is listened to
  CHECK(told.empty());
  CHECK_FALSE(world.hub.listened("t", "c"));
  CHECK(told == std::vector<std::string>{"c"});
  world.hub.interrupt("t", "");
  CHECK(all->overflowed());
}

TEST_CASE("conversations that were listened to once are not kept in mind for ever") {
  constexpr int kVisitors = 10'000;
  Hub hub;
  int wanted = 0;
  hub.on_interest([&](std::string_view tenant, std::string_view conversation, bool begins) {
    CHECK(tenant == "t");
    CHECK_FALSE(conversation.empty());
    wanted += begins ? 1 : -1;
  });
  const auto stays = hub.subscribe("t", "c_stays");
  // Each listens to the last turn of a conversation and leaves; nothing is published there any more.
  for (int i = 0; i < kVisitors; ++i) (void)hub.subscribe("t", "c_" + std::to_string(i));
  CHECK(hub.topics() <= 128);
  CHECK(static_cast<int>(hub.topics()) == wanted);
  CHECK(hub.listened("t", "c_stays"));
}

TEST_CASE("whoever may have missed something is told to read the log") {
  World world;
  auto listener = world.hub.subscribe("t", "c");
  world.hub.publish("t", {"c", 1, "turn", "one"});
  world.hub.interrupt();
  const auto element = world.run(listener->next());
  REQUIRE(element != nullptr);
  CHECK(element->json == "one");
  CHECK(world.run(listener->next()) == nullptr);
  CHECK(listener->overflowed());
}
