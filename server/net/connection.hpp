// One client connection: reads requests, runs the handler, writes answers, and carries streams and
// WebSockets. Internal to this folder; lives on one loop, kept alive by its coroutine and by callbacks it
// waits for.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/exchange.hpp"
#include "server/net/http.hpp"
#include "server/net/loop.hpp"
#include "server/net/outbox.hpp"
#include "server/net/request_reader.hpp"
#include "server/net/response_writer.hpp"
#include "server/net/websocket.hpp"

namespace parley::net {

class Worker;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Worker> worker, int socket, const PeerAddress& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static Awaitable<void> run(std::shared_ptr<Connection> self);

  // From the loop.
  void sweep(std::uint64_t now_ms);
  void begin_drain();
  void close_outlasting();
  [[nodiscard]] bool outlasts() const { return outlasts_; }
  void abort(StreamEnd why);
  [[nodiscard]] std::size_t slot() const { return slot_; }
  void set_slot(std::size_t slot) { slot_ = slot; }

  // For Exchange.
  [[nodiscard]] Worker& worker() const { return *worker_; }
  [[nodiscard]] std::shared_ptr<Outbox> start_stream(const Response& head);
  [[nodiscard]] std::expected<WebSocket, Response> accept_websocket(const std::vector<std::string>& protocols
  );
  [[nodiscard]] const Request& request() const { return reader_->request(); }
  void on_disconnect(std::function<void()> callback);

  // For WebSocket.
  [[nodiscard]] WebSocketSession& websocket() { return *websocket_; }
  void outlast_requests();
  [[nodiscard]] Awaitable<Result<Message>> receive_message();
  void close_websocket(std::uint16_t code, std::string_view reason);

  // For Outbox. Bytes written; 0 if the socket is full, nullopt if it is broken.
  [[nodiscard]] std::optional<std::size_t> write_some(std::string_view first, std::string_view second = {});
  void wait_writable(std::shared_ptr<Outbox> outbox);
  void clear_write_deadline() { write_deadline_ = kNever; }

 private:
  enum class Phase : std::uint8_t { idle, request, handling, stream, websocket, linger };
  enum class Reading : std::uint8_t { complete, refused, closed };
  enum class Readiness : std::uint8_t { ready, timed_out, closed };
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Awaitable<Reading> read_request();
  Awaitable<void> refuse();
  Awaitable<bool> answer();
  Awaitable<bool> finish_stream(bool failed);
  Awaitable<bool> send(Response response, std::string_view request_id, bool is_head);
  Awaitable<bool> write_all(std::string first, std::string second);
  Awaitable<Readiness> readable();
  Awaitable<Readiness> first_bytes();
  Awaitable<void> linger();
  void enter_request(std::uint32_t body_or_head_ms);
  void rest_reader();
  void report(std::string_view request_id, std::string_view what) const;

  // Bytes received; 0 at the end, nullopt if there is nothing now.
  [[nodiscard]] std::optional<std::size_t> receive_into(std::span<char> space);
  void watch();
  void on_watch();

  std::optional<Response> refuse_handshake() const;
  std::optional<Result<Message>> decode_message();
  Result<Message> websocket_gone();
  Awaitable<void> finish_websocket(bool failed);
  void sweep_websocket();
  void leave_websocket();

  std::shared_ptr<Worker> worker_;
  boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor> socket_;
  PeerAddress peer_;
  std::size_t slot_ = 0;

  Phase phase_ = Phase::idle;
  bool timed_out_ = false;
  bool closed_ = false;
  bool answered_any_ = false;
  bool outlasts_ = false;
  bool keep_ = true;
  std::uint64_t deadline_ = kNever;
  std::uint64_t write_deadline_ = kNever;
  std::uint32_t watch_generation_ = 0;
  bool watching_ = false;

  std::unique_ptr<RequestReader> reader_;  // none while idle
  std::array<char, 512> first_;            // what ends idleness arrives here; most heads fit
  std::shared_ptr<Outbox> outbox_;         // of the stream, if there is one
  std::unique_ptr<WebSocketSession> websocket_;
  std::function<void()> on_disconnect_;
};

}  // namespace parley::net
