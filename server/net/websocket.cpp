#include "server/net/websocket.hpp"

#include <algorithm>
#include <utility>

#include "server/net/connection.hpp"
#include "server/net/worker.hpp"

namespace parley::net {
namespace {

// Browsers send Origin; a page of another site must not talk to us with the visitor's cookies.
bool same_host(std::string_view origin, const Request& request) {
  const std::size_t scheme = origin.find("://");
  const auto host = request.header("host");
  return scheme != std::string_view::npos && host && equals_ignoring_case(origin.substr(scheme + 3), *host);
}

Response handshake_refusal(
    int status, std::string_view code, std::string_view message, const Request& request
) {
  return refusal_response({status, code, message}, request.request_id);
}

std::string choose_protocol(const Request& request, const std::vector<std::string>& spoken) {
  for (const auto& protocol : spoken) {
    for (const auto& field : request.headers) {
      if (equals_ignoring_case(field.name, "sec-websocket-protocol") && lists_word(field.value, protocol)) {
        return protocol;
      }
    }
  }
  return {};
}

}  // namespace

bool WebSocketSender::send_frame(wire::Opcode opcode, std::string_view payload) const {
  if (!outbox_->open()) return false;
  std::string frame;
  frame.reserve(payload.size() + 10);
  wire::append_frame(frame, opcode, payload);
  return outbox_->push(frame);
}

Awaitable<Result<Message>> WebSocket::receive() {
  return connection_->receive_message();
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  connection_->close_websocket(code, reason);
}

void WebSocket::outlast_requests() {
  connection_->outlast_requests();
}

std::uint16_t WebSocket::close_code() const {
  return connection_->websocket().close_code;
}

std::string_view WebSocket::protocol() const {
  return connection_->websocket().protocol;
}

// The server's half of the protocol; the members of Connection that deal with it live here.

std::optional<Response> Connection::refuse_handshake() const {
  const Request& asked = request();
  const auto refused = [&](int status, std::string_view code, std::string_view message) {
    return handshake_refusal(status, code, message, asked);
  };
  const auto upgrade = asked.header("upgrade");
  const bool wants_upgrade = std::ranges::any_of(asked.headers, [](const Header& field) {
    return equals_ignoring_case(field.name, "connection") && lists_word(field.value, "upgrade");
  });
  if (!upgrade || !equals_ignoring_case(*upgrade, "websocket") || !wants_upgrade) {
    auto response = refused(426, "upgrade_required", "This address speaks WebSocket only.");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (asked.method != "GET" || asked.is_http_1_0 || !asked.body.empty()) {
    return refused(400, "bad_handshake", "A WebSocket handshake is an HTTP/1.1 GET without a body.");
  }
  if (asked.header("sec-websocket-version") != "13") {
    auto response =
        refused(426, "websocket_version", "This server speaks version 13 of the WebSocket protocol.");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  if (!wire::is_websocket_key(asked.header("sec-websocket-key").value_or(""))) {
    return refused(400, "bad_handshake", "Sec-WebSocket-Key must be 16 bytes in base64.");
  }
  if (const auto origin = asked.header("origin")) {
    const auto& allow = worker_->shared().options.allow_origin;
    if (!(allow ? allow(*origin, asked) : same_host(*origin, asked))) {
      return refused(403, "origin_not_allowed", "Pages of this origin may not connect.");
    }
  }
  return std::nullopt;
}

std::expected<WebSocket, Response> Connection::accept_websocket(const std::vector<std::string>& protocols) {
  INVARIANT(!outbox_, "a handler accepts at most one WebSocket");
  if (auto refusal = refuse_handshake()) return std::unexpected(std::move(*refusal));

  Response head{.status = 101};
  head.headers.emplace_back("Upgrade", "websocket");
  head.headers.emplace_back("Connection", "Upgrade");
  head.headers.emplace_back(
      "Sec-WebSocket-Accept", wire::websocket_accept(*request().header("sec-websocket-key"))
  );
  std::string protocol = choose_protocol(request(), protocols);
  if (!protocol.empty()) head.headers.emplace_back("Sec-WebSocket-Protocol", protocol);
  std::string bytes;
  const bool appended = append_head(
      bytes,
      head,
      {.framing = BodyFraming::upgrade, .date = worker_->date(), .request_id = request().request_id}
  );
  INVARIANT(appended, "headers of the handshake are made by the server and are safe");

  ++watch_generation_;  // receive() reads from now on
  websocket_ = std::make_unique<WebSocketSession>(WebSocketSession{
      .decoder = {wire::MessageDecoder::Role::server, worker_->limits().websocket_message_bytes},
      .protocol = std::move(protocol),
      .unread = std::string(reader_->rest()),
  });
  reader_->compact();
  phase_ = Phase::websocket;
  deadline_ = worker_->deadline_in(worker_->limits().ping_ms);
  outbox_ = std::make_shared<Outbox>(*this, false, std::move(bytes));
  outbox_->flush();
  if (worker_->draining()) begin_drain();
  return WebSocket(*this, outbox_);
}

Result<Message> Connection::websocket_gone() {
  abort(StreamEnd::client_gone);
  return fail(ErrorCode::unavailable, "the WebSocket is closed");
}

Awaitable<Result<Message>> Connection::receive_message() {
  WebSocketSession& session = *websocket_;
  INVARIANT(!session.receiving, "one receive() at a time");
  session.receiving = true;
  if (worker_->draining()) leave_websocket();
  for (;;) {
    if (auto result = decode_message()) {
      session.receiving = false;
      co_return std::move(*result);
    }
    const auto got = closed_ ? std::optional<std::size_t>(0) : receive_into(worker_->scratch());
    if (!got) {
      co_await readable();
      continue;
    }
    if (*got == 0) {
      session.receiving = false;
      co_return websocket_gone();
    }
    session.awaiting_pong = false;
    if (!session.close_sent) deadline_ = worker_->deadline_in(worker_->limits().ping_ms);
    session.unread.assign(worker_->scratch().data(), *got);
  }
}

// The next message in what was received, or the end; nullopt if more bytes are needed.
std::optional<Result<Message>> Connection::decode_message() {
  WebSocketSession& session = *websocket_;
  const auto closed = [] { return Result<Message>(fail(ErrorCode::unavailable, "the WebSocket is closed")); };
  if (session.close_seen) return closed();
  std::string_view input = std::string_view(session.unread).substr(session.unread_at);
  while (!input.empty()) {
    auto item = session.decoder.next(input);
    if (!item) {
      session.close_seen = true;
      session.close_code = item.error().close_code;
      close_websocket(item.error().close_code, item.error().reason);
      return closed();
    }
    if (!item->has_value()) break;
    wire::WebSocketItem& got = **item;
    if (got.kind == wire::Opcode::close) {
      session.close_seen = true;
      session.close_code = got.close_code;
      close_websocket(got.close_code, {});
      return closed();
    }
    if (got.kind == wire::Opcode::ping && !session.close_sent) {
      std::string pong;
      wire::append_frame(pong, wire::Opcode::pong, got.payload);
      outbox_->append(pong);
    }
    const bool data = got.kind == wire::Opcode::text || got.kind == wire::Opcode::binary;
    // After our close frame the peer may still have messages on their way; nobody waits for them.
    if (!data || session.close_sent) continue;
    Message message{got.kind == wire::Opcode::text, std::move(got.payload)};
    session.unread_at = session.unread.size() - input.size();
    return message;
  }
  session.unread = {};
  session.unread_at = 0;
  return std::nullopt;
}

void Connection::outlast_requests() {
  if (!std::exchange(outlasts_, true)) worker_->shared().outlasting.fetch_add(1, std::memory_order_relaxed);
}

void Connection::close_outlasting() {
  if (websocket_ && outlasts_) close_websocket(wire::kCloseGoingAway, "the server is restarting");
}

void Connection::close_websocket(std::uint16_t code, std::string_view reason) {
  WebSocketSession& session = *websocket_;
  if (closed_ || std::exchange(session.close_sent, true)) return;
  outbox_->seal();
  std::string frame;
  wire::append_close(frame, code, reason);
  outbox_->append(frame);
  deadline_ = worker_->deadline_in(worker_->limits().close_ms);
}

// The client connects again, to another server or to the next process. What requests in flight need stays.
void Connection::leave_websocket() {
  if (outlasts_) return;
  close_websocket(wire::kCloseGoingAway, "the server is restarting");
}

Awaitable<void> Connection::finish_websocket(bool failed) {
  WebSocketSession& session = *websocket_;
  close_websocket(failed ? wire::kCloseInternal : wire::kCloseNormal, {});
  const auto outbox = outbox_;
  const bool flushed = co_await outbox->finish();
  // Wait for the peer's half of the handshake; close_ms bounds it.
  while (flushed && !closed_ && !session.close_seen) (void)co_await receive_message();
  if (!closed_) co_await linger();
  outbox->detach();
  outbox_.reset();
}

void Connection::sweep_websocket() {
  WebSocketSession& session = *websocket_;
  // While the handler does not receive, an answer to our ping may wait unread: that is no proof of death.
  if (session.close_sent || (session.awaiting_pong && session.receiving)) {
    abort(StreamEnd::client_gone);
    return;
  }
  deadline_ = worker_->deadline_in(worker_->limits().ping_ms);
  if (std::exchange(session.awaiting_pong, true)) return;
  std::string ping;
  wire::append_frame(ping, wire::Opcode::ping, "");
  outbox_->append(ping);
}

}  // namespace parley::net
