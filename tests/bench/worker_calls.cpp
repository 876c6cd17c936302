// How long a call of a worker's tool takes, from the tool runner over the WebSocket to the function and back,
// with calls on another loop than the worker's connection. Usage: worker_calls CALLS. It prints a port and
// waits for a worker at it: node tests/bench/echo_worker.mjs SDK http://127.0.0.1:PORT, or
// tests/bench/echo_worker.py.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "server/net/server.hpp"
#include "server/tools/worker/worker_runner.hpp"

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;

class Line : public turns::WorkerLine {
 public:
  explicit Line(net::WebSocketSender sender) : sender_(std::move(sender)) {}
  bool send(std::string_view text) override { return sender_.send(text); }
  void close(std::uint16_t /*code*/, std::string /*reason*/) override {}

 private:
  net::WebSocketSender sender_;
};

net::Awaitable<net::Response> serve(tools::WorkerPool& pool, net::Exchange& exchange) {
  auto socket = exchange.accept_websocket();
  if (!socket) co_return std::move(socket.error());
  auto session = pool.open(std::make_shared<Line>(socket->sender()));
  while (auto message = co_await socket->receive()) co_await (*session)->take(std::move(message->payload));
  co_return net::Response{.status = 101};
}

Result<turns::ToolAnswer> call(boost::asio::io_context& loop, tools::WorkerRunner& tools) {
  const turns::ToolCall wanted{
      .tool = "worker.echo",
      .arguments = MapBuilder().set("text", "thirty bytes of an argument ab").build(),
      .idempotency_key = "k-1",
  };
  std::optional<Result<turns::ToolAnswer>> answer;
  boost::asio::co_spawn(loop, tools.run(wanted), [&](std::exception_ptr, Result<turns::ToolAnswer> got) {
    answer = std::move(got);
    loop.stop();
  });
  loop.restart();
  loop.run();
  return *std::move(answer);
}

}  // namespace

int main(int count, char** words) {
  const auto calls = static_cast<std::size_t>(count > 1 ? std::atoi(words[1]) : 20'000);
  const auto pool = std::make_shared<tools::WorkerPool>();
  net::Server server({.loops = 1}, [&](net::Request&, net::Exchange& exchange) {
    return serve(*pool, exchange);
  });
  if (!server.start()) return 1;
  std::printf("%u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  boost::asio::io_context loop(1);
  const auto guard = boost::asio::make_work_guard(loop);
  tools::WorkerRunner tools(pool);
  while (!tools.has("worker.echo")) loop.run_for(std::chrono::milliseconds(10));
  for (std::size_t i = 0; i < calls / 10; ++i) {
    if (!call(loop, tools)) return 1;
  }
  std::vector<double> took;
  took.reserve(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto begun = Clock::now();
    if (!call(loop, tools)) return 1;
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
  }
  std::ranges::sort(took);
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(calls - 1))];
  };
  std::printf("%zu calls: p50 %.0f us, p99 %.0f us, max %.0f us\n", calls, at(0.5), at(0.99), took.back());
  return 0;
}
