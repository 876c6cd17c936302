// A WebSocket connection as a handler sees it. Pings, pongs, close handshakes, fragments and UTF-8 are taken
// care of.
//
// receive() belongs to the handler's coroutine; send() and close() may be called from any thread, also
// through a WebSocketSender kept elsewhere. When the handler returns, the connection is closed with 1000.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "server/net/loop.hpp"
#include "server/net/outbox.hpp"
#include "wire/websocket.hpp"

namespace parley::net {

class Connection;

struct Message {
  bool is_text = true;
  std::string payload;
};

class WebSocketSender {
 public:
  explicit WebSocketSender(std::shared_ptr<Outbox> outbox) : outbox_(std::move(outbox)) {}
  // Never blocks. False if the connection is closed or closing. `text` must be UTF-8.
  bool send(std::string_view text) const { return send_frame(wire::Opcode::text, text); }
  bool send_binary(std::string_view bytes) const { return send_frame(wire::Opcode::binary, bytes); }
  [[nodiscard]] bool open() const { return outbox_->open(); }

 private:
  bool send_frame(wire::Opcode opcode, std::string_view payload) const;
  std::shared_ptr<Outbox> outbox_;
};

class WebSocket {
 public:
  WebSocket(Connection& connection, std::shared_ptr<Outbox> outbox)
      : connection_(&connection), outbox_(outbox), sender_(std::move(outbox)) {}

  // The next message. Fails with `unavailable` once either side closes or the peer breaks the protocol;
  // close_code() then says how.
  [[nodiscard]] Awaitable<Result<Message>> receive();

  bool send(std::string_view text) const { return sender_.send(text); }
  [[nodiscard]] const WebSocketSender& sender() const { return sender_; }
  [[nodiscard]] std::size_t unsent() const { return outbox_->unsent(); }
  [[nodiscard]] Awaitable<void> drained() const { return outbox_->drained(); }
  // Calls back on the loop when the client is gone or the server drains.
  void on_end(std::function<void()> callback) const { outbox_->on_end(std::move(callback)); }

  // A drain closes this connection only when no others are left: requests in flight need it. on_end() tells
  // of the drain all the same.
  void outlast_requests();

  // Starts the closing handshake; receive() then fails. Loop thread only.
  void close(std::uint16_t code = wire::kCloseNormal, std::string_view reason = {});
  // What the peer closed with; 1005 without a code, 1006 if it just went away.
  [[nodiscard]] std::uint16_t close_code() const;
  [[nodiscard]] std::string_view protocol() const;

 private:
  Connection* connection_;
  std::shared_ptr<Outbox> outbox_;
  WebSocketSender sender_;
};

// What the connection remembers of its WebSocket.
struct WebSocketSession {
  wire::MessageDecoder decoder;
  std::string protocol;
  std::string unread;  // received; decoded up to unread_at
  std::size_t unread_at = 0;
  std::uint16_t close_code = wire::kCloseAbnormal;
  bool receiving = false;
  bool close_sent = false;
  bool close_seen = false;
  bool awaiting_pong = false;
};

}  // namespace parley::net
