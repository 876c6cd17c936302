#include "server/turns/live/log_watch.hpp"

#include <doctest/doctest.h>

#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

TEST_CASE("listeners of conversations that have gone on are interrupted, and once") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  const auto listener = world.hub.subscribe("default", id);
  const auto other = world.hub.subscribe("default", "c_other");
  LogWatch watch;
  CHECK_FALSE(watch.told("default", id, 1));  // nobody listens yet
  watch.begin("default", id);
  watch.begin("default", "c_other");
  watch.begin("default", "c_left");
  const auto look = [&] { return world.run(watch.look(world.store, world.hub)); };
  CHECK(look() == 2);  // nobody listens to the one that was left
  CHECK(listener->overflowed());
  CHECK_FALSE(other->overflowed());

  const auto again = world.hub.subscribe("default", id);
  CHECK(look() == 2);
  CHECK_FALSE(again->overflowed());
  CHECK_FALSE(watch.told("default", id, 1));
  CHECK(watch.told("default", id, 2));  // heard otherwise
  REQUIRE(world.say(id, "Ana").has_value());
  CHECK(look() == 2);
  CHECK_FALSE(again->overflowed());
  REQUIRE(world.say(id, "red").has_value());
  look();
  CHECK(again->overflowed());
  watch.end("default", id);
  watch.end("default", "c_other");
  CHECK(look() == 0);
}
