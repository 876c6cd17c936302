#include "server/stores/read_threads.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace parley::stores {
namespace {

using namespace std::chrono_literals;

struct PlainReaders {
  template <typename T, typename Query>
  Result<T> run(const std::string& /*tenant*/, Query& query) {
    return query();
  }
};

TEST_CASE("A read does not wait behind a long one while another thread has nothing to do") {
  boost::asio::io_context loop;
  // The threads begin when both reads wait: one of them finds both.
  std::promise<void> both_wait;
  const std::shared_future<void> begun = both_wait.get_future().share();
  ReadThreads<PlainReaders> threads(2, [begun] {
    begun.wait();
    return std::make_unique<PlainReaders>();
  });

  std::promise<void> short_one_done;
  const std::shared_future<void> done = short_one_done.get_future().share();
  bool in_time = false;
  const auto read = [&](auto query) -> net::Awaitable<void> {
    (void)co_await threads.read<bool>("acme", std::move(query));
  };
  // It is as long as the other one takes.
  boost::asio::co_spawn(
      loop,
      read([&in_time, done] { return in_time = done.wait_for(5s) == std::future_status::ready; }),
      boost::asio::detached
  );
  boost::asio::co_spawn(
      loop,
      read([&short_one_done] {
        short_one_done.set_value();
        return true;
      }),
      boost::asio::detached
  );
  loop.poll();
  both_wait.set_value();
  loop.run();
  CHECK(in_time);
}

}  // namespace
}  // namespace parley::stores
