// What a handler can do with its connection besides returning a Response: stream, or speak WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/net/http.hpp"
#include "server/net/loop.hpp"
#include "server/net/outbox.hpp"
#include "server/net/websocket.hpp"

namespace parley::net {

class Connection;

// The writing end of a streamed response. Copy it freely; copies write to the same stream.
// send() and open() may be called from any thread, the rest on the connection's loop. When the handler
// returns the stream is finished and the connection is used for the next request.
class StreamWriter {
 public:
  explicit StreamWriter(std::shared_ptr<Outbox> outbox) : outbox_(std::move(outbox)) {}

  // Never blocks. False if the client is gone.
  bool send(std::string_view bytes) const { return outbox_->push(bytes); }
  [[nodiscard]] bool open() const { return outbox_->open(); }
  [[nodiscard]] std::size_t unsent() const { return outbox_->unsent(); }
  [[nodiscard]] Awaitable<void> drained() const { return outbox_->drained(); }

  // A handler that only waits for news to forward waits for this, and returns.
  [[nodiscard]] Awaitable<void> ended() const { return outbox_->ended(); }
  void on_end(std::function<void()> callback) const { outbox_->on_end(std::move(callback)); }
  [[nodiscard]] StreamEnd end() const { return outbox_->end(); }

 private:
  std::shared_ptr<Outbox> outbox_;
};

class Exchange {
 public:
  explicit Exchange(Connection& connection) : connection_(connection) {}

  // Begins a streamed response; what the handler returns later is ignored. At most once, and not after
  // accept_websocket.
  [[nodiscard]] StreamWriter start_stream(
      int status,
      std::string content_type = "text/event-stream",
      std::vector<std::pair<std::string, std::string>> headers = {}
  );

  // Completes a WebSocket handshake. On failure: the response the handler should return. `protocols` are the
  // sub-protocols the handler speaks, best first; none need match. The request stays valid but moves to
  // smaller memory: look its fields up again instead of keeping string_views from before.
  [[nodiscard]] std::expected<WebSocket, Response> accept_websocket(
      const std::vector<std::string>& protocols = {}
  );
  // True if the request asks for a WebSocket.
  [[nodiscard]] bool wants_websocket() const;

  // Calls back on this loop if the client goes away before the handler returns. For handlers that return a
  // plain Response after long work.
  void on_disconnect(std::function<void()> callback);

  [[nodiscard]] Executor executor() const;
  [[nodiscard]] std::size_t loop() const;
  [[nodiscard]] bool draining() const;

 private:
  Connection& connection_;
};

}  // namespace parley::net
