// The HTTP server: N loops, each one thread with its own io_context and its own SO_REUSEPORT listener; one
// coroutine per connection; strict HTTP/1.1 with the limits of Limits.
//
// A handler gets every well-formed request, on the loop of its connection. It returns a Response, or turns
// the connection into a stream through Exchange. What it throws is answered with a 500 and reported.
// Thread-safety: start, begin_drain and wait from one controlling thread; the rest from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/net/exchange.hpp"
#include "server/net/http.hpp"
#include "server/net/limits.hpp"
#include "server/net/loop.hpp"
#include "server/net/proxies.hpp"

namespace parley::net {

using Handler = std::function<Awaitable<Response>(Request&, Exchange&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";  // "::" listens on IPv4 too
  std::uint16_t port = 0;             // 0: any free one, see Server::port()
  std::size_t loops = 0;              // 0: one per processor
  Limits limits = {};
  TrustedProxies proxies = {};  // have no limit of connections, and say whose requests they bring
  // Decides on WebSocket handshakes that carry an Origin. Default: only the host the request was sent to.
  std::function<bool(std::string_view origin, const Request&)> allow_origin = {};
  // Told of handlers that threw; `what` is for the operator, the client only sees a 500.
  std::function<void(std::string_view request_id, std::string_view what)> on_handler_error = {};
};

class Worker;
struct Shared;

class Server {
 public:
  Server(ServerOptions options, Handler handler);
  ~Server();  // as wait(0)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts the threads.
  [[nodiscard]] Result<void> start();
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Stops accepting, lets requests in flight finish, closes idle connections, tells streams to end.
  void begin_drain();
  // Waits for that, at most this long, then cuts what is left and joins the threads. False if it had to cut.
  bool wait(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] std::size_t loop_count() const { return workers_.size(); }
  // For timers and coroutines of the composition root; valid until the server is destroyed.
  [[nodiscard]] Executor executor(std::size_t loop) const;
  void post_to_loop(std::size_t loop, std::function<void()> task) const;

 private:
  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::uint16_t port_ = 0;
};

}  // namespace parley::net
