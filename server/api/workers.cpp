// GET /v1/workers: processes of the team that carry out calls of its own functions connect here. The protocol
// is the pool's (docs/reference/workers.md); this is its WebSocket. A plain request gets the list of who is
// there.
#include <boost/asio/post.hpp>
#include <memory>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/turns/worker_port.hpp"

namespace parley::api {

namespace {

// Sends from any thread; closes on the connection's loop, while that is there.
class SocketLine : public turns::WorkerLine, public std::enable_shared_from_this<SocketLine> {
 public:
  SocketLine(net::WebSocket& socket, net::Executor executor)
      : socket_(&socket), sender_(socket.sender()), executor_(std::move(executor)) {}

  bool send(std::string_view text) override { return sender_.send(text); }
  void close(std::uint16_t code, std::string reason) override {
    boost::asio::post(executor_, [self = shared_from_this(), code, reason = std::move(reason)] {
      if (self->socket_ != nullptr) self->socket_->close(code, reason);
    });
  }
  // Loop thread only.
  void gone() { socket_ = nullptr; }

 private:
  net::WebSocket* socket_;
  net::WebSocketSender sender_;
  net::Executor executor_;
};

Awaitable<void> serve_worker(Api& api, Call& call, net::WebSocket& socket) {
  const auto line = std::make_shared<SocketLine>(socket, call.exchange.executor());
  auto opened = api.services().workers.open(line);
  if (!opened) {
    note_failure(opened.error(), call.request.request_id);
    line->send(error_body(problem_from(opened.error()), call.request.request_id));
    socket.close(wire::kClosePolicy, opened.error().message);
    co_return;
  }
  const std::shared_ptr<turns::WorkerSession> session = *std::move(opened);
  // Turns in flight need it when the server stops.
  socket.outlast_requests();
  socket.on_end([weak = std::weak_ptr(session), &api] {
    const auto there = weak.lock();
    if (there != nullptr && api.draining()) there->server_stops();
  });
  for (;;) {
    auto message = co_await socket.receive();
    if (!message) break;
    if (!message->is_text) {
      socket.close(wire::kClosePolicy, "messages are JSON texts");
      continue;
    }
    co_await session->take(std::move(message->payload));
  }
  line->gone();
}

}  // namespace

Reply open_workers(Api& api, Call& call) {
  if (!call.exchange.wants_websocket()) {
    co_return json_response(write_json(api.services().workers.describe()));
  }
  auto socket = call.exchange.accept_websocket();
  if (!socket) co_return std::move(socket.error());
  co_await serve_worker(api, call, *socket);
  co_return net::Response{.status = 101};
}

}  // namespace parley::api
