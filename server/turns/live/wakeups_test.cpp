#include "server/turns/live/wakeups.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace parley;
using namespace parley::turns;

namespace {

// Rings when the test says so.
class HandAlarms : public Alarms {
 public:
  std::unique_ptr<Alarm> set(net::Executor, std::chrono::milliseconds, std::move_only_function<void()> ring)
      override {
    rings.push_back(std::move(ring));
    return std::make_unique<Alarm>();
  }
  std::vector<std::move_only_function<void()>> rings;
};

struct Waiting {
  boost::asio::io_context loop{1};
  HandAlarms alarms;
  Wakeups wakeups;
  std::string ended;

  void wait(std::string subject) {
    boost::asio::co_spawn(
        loop,
        [](Waiting& self, std::string what) -> net::Awaitable<void> {
          co_await self.wakeups.wait(self.alarms, what, std::chrono::milliseconds(1));
          self.ended += what + " ";
        }(*this, std::move(subject)),
        boost::asio::detached
    );
    poll();
  }
  void poll() {
    loop.restart();
    loop.poll();
  }
  std::string take() { return std::exchange(ended, {}); }
};

}  // namespace

TEST_CASE("a wait ends with its time or with a word about its subject, and once") {
  Waiting waiting;
  waiting.wait("a");
  waiting.wait("b");
  waiting.wait("a");
  CHECK(waiting.take().empty());
  SUBCASE("its time") {
    waiting.alarms.rings[1]();
    waiting.poll();
    CHECK(waiting.take() == "b ");
  }
  SUBCASE("a word reaches all who wait for the same") {
    waiting.wakeups.wake("a");
    CHECK(waiting.take().empty());  // on their loop, not on whose word it is
    waiting.poll();
    CHECK(waiting.take() == "a a ");
    waiting.wakeups.wake("a");
    waiting.alarms.rings[0]();
    waiting.poll();
    CHECK(waiting.take().empty());
    waiting.wakeups.wake("b");
    waiting.poll();
    CHECK(waiting.take() == "b ");
  }
  SUBCASE("a word that comes before is not kept") {
    waiting.wakeups.wake("c");
    waiting.wait("c");
    waiting.poll();
    CHECK(waiting.take().empty());
  }
  // Those who wait still go with their loop.
  waiting.alarms.rings.clear();
}
