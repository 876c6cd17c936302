// A blocking client for the tests of this folder: raw bytes to a loopback port, and back. Tests only.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/net/server.hpp"
#include "wire/websocket.hpp"

namespace parley::net::test {

// A call that takes this long has failed.
inline constexpr int kPatienceMs = 20'000;

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Client& operator=(Client&&) = delete;
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] bool connected() const { return connected_; }

  Client& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  // Reads once into the buffer; false at the end of the stream.
  bool read_more() {
    pollfd wait{fd_, POLLIN, 0};
    REQUIRE_MESSAGE(::poll(&wait, 1, kPatienceMs) == 1, "the server kept silent; so far: ", buffer_);
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  // Everything up to and including `mark`.
  std::string read_until(std::string_view mark) {
    for (;;) {
      const std::size_t at = buffer_.find(mark);
      if (at != std::string::npos) return take(at + mark.size());
      if (!read_more()) return take(buffer_.size());
    }
  }
  std::string read_bytes(std::size_t count) {
    while (buffer_.size() < count && read_more()) continue;
    return take(std::min(count, buffer_.size()));
  }
  std::string read_to_end() {
    while (read_more()) continue;
    return take(buffer_.size());
  }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  // One response with a Content-Length (or without a body).
  Answer read_answer(bool has_body = true) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    if (answer.head.size() > 12) answer.status = std::atoi(answer.head.c_str() + 9);
    const std::size_t at = answer.head.find("Content-Length: ");
    if (has_body && at != std::string::npos) {
      answer.body = read_bytes(static_cast<std::size_t>(std::atoi(answer.head.c_str() + at + 16)));
    }
    return answer;
  }
  Answer ask(std::string_view request) { return send(request).read_answer(); }

 private:
  std::string take(std::size_t count) {
    std::string out = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return out;
  }

  int fd_;
  bool connected_ = false;
  std::string buffer_;
};

// A WebSocket on top of it.
class WebSocketClient : public Client {
 public:
  explicit WebSocketClient(std::uint16_t port, std::string_view path = "/ws") : Client(port) {
    send(
        "GET " + std::string(path) +
        " HTTP/1.1\r\nHost: t\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    handshake = read_until("\r\n\r\n");
  }
  static std::string frame(wire::Opcode opcode, std::string_view payload, bool final = true) {
    std::string out;
    wire::append_frame(out, opcode, payload, final, wire::MaskKey{1, 2, 3, 4});
    return out;
  }
  void send_text(std::string_view text) { send(frame(wire::Opcode::text, text)); }
  // The next frame, as "text:…", "ping:…", "pong:…" or "close:<code>"; "end" if the server hung up.
  std::string next() {
    for (;;) {
      std::string_view input = unread_;
      auto item = decoder_.next(input);
      unread_.erase(0, unread_.size() - input.size());
      REQUIRE(item.has_value());
      if (item->has_value()) {
        const auto& got = **item;
        if (got.kind == wire::Opcode::close) return "close:" + std::to_string(got.close_code);
        const char* kind = got.kind == wire::Opcode::text   ? "text:"
                           : got.kind == wire::Opcode::ping ? "ping:"
                                                            : "";
        if (got.kind == wire::Opcode::pong) kind = "pong:";
        return kind + got.payload;
      }
      const std::string more = read_bytes(1);
      if (more.empty()) return "end";
      unread_ += more;
    }
  }

  std::string handshake;

 private:
  wire::MessageDecoder decoder_{wire::MessageDecoder::Role::client, 1 << 26};
  std::string unread_;
};

inline std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n" + std::string(more) + "\r\n";
}

// A server of one loop, with fast sweeps and without a limit per address unless told otherwise.
struct TestServer {
  explicit TestServer(Handler handler, ServerOptions options = with_limits({.sweep_ms = 10})) {
    if (options.loops == 0) options.loops = 1;
    server.emplace(std::move(options), std::move(handler));
    const auto started = server->start();
    REQUIRE(started.has_value());
  }
  static ServerOptions with_limits(Limits limits) {
    limits.connections_per_address = 0;
    if (limits.sweep_ms == 250) limits.sweep_ms = 10;
    ServerOptions options;
    options.limits = limits;
    return options;
  }
  [[nodiscard]] std::uint16_t port() const { return server->port(); }

  std::optional<Server> server;
};

}  // namespace parley::net::test
