// A bare server for load generators:
//   net_bench [port] [loops]   serves /livez (a fixed answer), /sse?tokens=N (a burst of N events) and /ws
//   (echo).
#include <cstdio>
#include <cstdlib>
#include <string>

#include "server/net/server.hpp"
#include "wire/sse.hpp"

using namespace parley;
using namespace parley::net;

namespace {

Awaitable<void> stream_tokens(const StreamWriter& stream, long tokens) {
  std::string event;
  for (long i = 0; i < tokens; ++i) {
    event.clear();
    wire::append_sse_event(event, "{\"delta\":\"token\"}");
    if (!stream.send(event)) co_return;
    if (stream.unsent() > 256 * 1024) co_await stream.drained();
  }
}

Awaitable<Response> serve(Request& request, Exchange& exchange) {
  if (request.path == "/livez") co_return Response{.content_type = "text/plain", .body = "ok\n"};
  if (request.path == "/sse") {
    const std::string tokens(request.query.find("tokens").value_or("500"));
    co_await stream_tokens(exchange.start_stream(200), std::atol(tokens.c_str()));
    co_return Response{};
  }
  if (request.path == "/ws") {
    auto socket = exchange.accept_websocket();
    if (!socket) co_return std::move(socket.error());
    while (auto message = co_await socket->receive()) socket->send(message->payload);
    co_return Response{};
  }
  co_return Response{.status = 404};
}

}  // namespace

int main(int argc, char** argv) {
  ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8080);
  options.loops = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  options.limits.connections_per_address = 0;
  Server server(options, serve);
  if (auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  std::printf("listening on %u; Enter ends\n", server.port());
  std::getchar();
  server.wait(std::chrono::seconds(5));
}
