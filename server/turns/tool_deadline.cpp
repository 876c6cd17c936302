#include "server/turns/tool_deadline.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace parley::turns {

namespace {

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

// A tool call against its deadline. Both sides run on one loop; the first to finish decides, and a late
// answer finds nobody waiting.
struct Race {
  Race(net::Executor executor, ToolCall tool_call) : timer(executor), call(std::move(tool_call)) {}

  void settle(Result<ToolAnswer> result) {
    if (!done) return;
    timer.cancel();
    std::exchange(done, nullptr)(std::move(result));
  }

  Timer timer;
  ToolCall call;
  std::move_only_function<void(Result<ToolAnswer>)> done;
};

Awaitable<void> run_tool(ToolRunner& tools, std::shared_ptr<Race> race) {
  Result<ToolAnswer> result = fail(ErrorCode::internal, "the tool broke", "tool_broke");
  try {
    result = co_await tools.run(race->call);
  } catch (const std::exception& problem) {
    result = fail(ErrorCode::internal, "the tool broke: " + std::string(problem.what()), "tool_broke");
  }
  race->settle(std::move(result));
}

}  // namespace

Awaitable<Result<ToolAnswer>> run_with_deadline(ToolRunner& tools, ToolCall call) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  const auto race = std::make_shared<Race>(executor, std::move(call));
  co_return co_await net::await_callback<Result<ToolAnswer>>([&](auto done) {
    race->done = std::move(done);
    race->timer.expires_after(std::chrono::milliseconds(race->call.timeout_ms));
    race->timer.async_wait([race](const boost::system::error_code& error) {
      if (error) return;
      race->settle(fail(
          ErrorCode::deadline_exceeded,
          race->call.tool + " did not answer within " + std::to_string(race->call.timeout_ms) + " ms",
          "timeout"
      ));
    });
    boost::asio::co_spawn(executor, run_tool(tools, race), boost::asio::detached);
  });
}

}  // namespace parley::turns
