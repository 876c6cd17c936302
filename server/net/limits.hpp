// What one peer may ask of the server. Plain values; the defaults suit a server behind a proxy.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::net {

struct Limits {
  // Sizes.
  std::size_t target_bytes = 8 * 1024;
  std::size_t head_bytes = 16 * 1024;  // request line and header fields
  std::size_t header_fields = 100;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t websocket_message_bytes = 1024 * 1024;
  std::size_t outbox_bytes = 4 * 1024 * 1024;  // unread by the client of a stream; more cuts it off

  // Times. They are kept to within one sweep, never early.
  std::uint32_t head_ms = 10'000;
  std::uint32_t body_ms = 30'000;
  std::uint32_t idle_ms = 75'000;
  std::uint32_t write_stall_ms = 30'000;  // without a single byte taken by the peer
  std::uint32_t ping_ms = 30'000;         // WebSocket; two without any sign of life end the connection
  std::uint32_t close_ms = 5'000;         // how long we wait for the peer's half of a WebSocket close
  std::uint32_t linger_ms = 2'000;        // how long we read on after a refusal, so that it reaches the peer
  std::uint32_t sweep_ms = 250;

  // Connections; 0 means no limit.
  std::size_t connections = 20'000;
  std::size_t connections_per_address = 100;  // an IPv6 address counts by its /64
};

}  // namespace parley::net
