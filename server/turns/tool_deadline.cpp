#include "server/turns/tool_deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace parley::turns {

namespace {

// A tool call against its deadline. Both sides run on one loop; the first to finish decides, and a late
// answer finds nobody waiting.
struct Race {
  explicit Race(ToolCall tool_call) : call(std::move(tool_call)) {}

  void settle(Result<ToolAnswer> result) {
    if (!done) return;
    deadline.reset();
    std::exchange(done, nullptr)(std::move(result));
  }

  std::unique_ptr<Alarm> deadline;
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

// Only the running tool keeps the race: the coroutine that waits in here must not keep alive what keeps it.
Awaitable<Result<ToolAnswer>> run_with_deadline(ToolRunner& tools, Alarms& alarms, ToolCall call) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  co_return co_await net::await_callback<Result<ToolAnswer>>([&](auto done) {
    const auto race = std::make_shared<Race>(std::move(call));
    race->done = std::move(done);
    const std::chrono::milliseconds limit(race->call.timeout_ms);
    race->deadline = alarms.set(executor, limit, [waiting = std::weak_ptr(race)] {
      const auto late = waiting.lock();
      if (late == nullptr) return;
      late->settle(fail(
          ErrorCode::deadline_exceeded,
          late->call.tool + " did not answer within " + std::to_string(late->call.timeout_ms) + " ms",
          "timeout"
      ));
    });
    boost::asio::co_spawn(executor, run_tool(tools, race), boost::asio::detached);
  });
}

}  // namespace parley::turns
