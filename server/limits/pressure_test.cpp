// What is refused when there is more work than the server manages, and how it goes back to normal.
#include "server/limits/pressure.hpp"

#include <doctest/doctest.h>

using namespace parley::limits;

namespace {

void ticks(Pressure& pressure, int count, double load) {
  for (int i = 0; i < count; ++i) pressure.tick(load);
}

int refused_of(Pressure& pressure, Work work, int requests) {
  int refused = 0;
  for (int i = 0; i < requests; ++i) refused += pressure.refuses(work) ? 1 : 0;
  return refused;
}

}  // namespace

TEST_CASE("the longer it is too much, the more is refused, in the declared order") {
  struct {
    const char* name;
    int ticks;
    double load;
    double reading, fresh, running;
  } cases[] = {
      {"nothing to do", 100, 0, 0, 0, 0},
      {"much to do, but in time", 100, 0.99, 0, 0, 0},
      {"too much for a moment", 11, 1.01, 0, 0, 0},
      {"for a second and more", 16, 1.0001, 0.2, 0, 0},
      {"for a few seconds", 42, 1.0001, 1, 0.5, 0},
      {"twice as much needs half the time", 22, 2, 1, 0.5, 0},
      {"ten times as much is not quicker", 22, 10, 1, 0.5, 0},
      {"for long", 62, 1.0001, 1, 1, 0.5},
      {"for ever: some messages get through", 1000, 10, 1, 1, 0.95},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    Pressure pressure;
    ticks(pressure, test.ticks, test.load);
    CHECK(pressure.share(Work::reading) == doctest::Approx(test.reading));
    CHECK(pressure.share(Work::fresh) == doctest::Approx(test.fresh));
    CHECK(pressure.share(Work::running) == doctest::Approx(test.running));
    CHECK(pressure.share(Work::vital) == 0);
  }
}

TEST_CASE("a hiccup changes nothing") {
  Pressure pressure;
  for (int i = 0; i < 200; ++i) pressure.tick(i % 3 == 0 ? 0.1 : 50);
  CHECK(pressure.share(Work::reading) == 0);
}

TEST_CASE("between half and full load it keeps still, then it recovers within five seconds") {
  Pressure pressure;
  ticks(pressure, 1000, 10);
  ticks(pressure, 500, 0.7);
  CHECK(pressure.share(Work::running) == doctest::Approx(0.95));
  CHECK(pressure.retry_after_seconds() == 4);
  ticks(pressure, 50, 0.1);
  CHECK(pressure.share(Work::reading) == 0);
  CHECK(pressure.retry_after_seconds() == 1);
}

TEST_CASE("shares are kept exactly and counted") {
  Pressure pressure;
  ticks(pressure, 16, 1.0001);  // 0.2 of reading
  CHECK(refused_of(pressure, Work::reading, 100) == 20);
  CHECK(refused_of(pressure, Work::fresh, 100) == 0);
  ticks(pressure, 1000, 10);
  CHECK(refused_of(pressure, Work::reading, 100) == 100);
  CHECK(refused_of(pressure, Work::fresh, 100) == 100);
  CHECK(refused_of(pressure, Work::running, 100) == 95);
  CHECK(refused_of(pressure, Work::vital, 100) == 0);
  CHECK(pressure.refused(Work::reading) == 120);
  CHECK(pressure.refused(Work::running) == 95);
}
