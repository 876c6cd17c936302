// Delays as the watch tells them: of what came back, and of what does not.
#include "server/limits/delay_watch.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace parley::limits;
using namespace std::chrono_literals;

TEST_CASE("the worst that came back since it was asked last, and how long nothing has come back") {
  const auto start = DelayWatch::Clock::time_point(1h);
  DelayWatch watch;
  CHECK(watch.take_delay(start) == 0us);

  std::optional<DelayWatch::Ticket> slow(std::in_place, watch, start);
  std::optional<DelayWatch::Ticket> quick(std::in_place, watch, start + 10ms);
  quick->finish(start + 15ms);
  CHECK(watch.waiting() == 1);
  CHECK(watch.take_delay(start + 16ms) == 5ms);   // the quick one
  CHECK(watch.take_delay(start + 20ms) == 5ms);   // nothing for five milliseconds
  CHECK(watch.take_delay(start + 90ms) == 75ms);  // it stands still
  slow->finish(start + 100ms);
  CHECK(watch.take_delay(start + 200ms) == 100ms);
  CHECK(watch.take_delay(start + 300ms) == 0us);
  CHECK(watch.waiting() == 0);
}

TEST_CASE("a pause with nothing to do is no delay") {
  const auto start = DelayWatch::Clock::time_point(1h);
  DelayWatch watch;
  DelayWatch::Ticket(watch, start).finish(start + 1ms);
  CHECK(watch.take_delay(start + 2ms) == 1ms);
  DelayWatch::Ticket later(watch, start + 500ms);
  CHECK(watch.take_delay(start + 503ms) == 3ms);
  later.finish(start + 504ms);
}
