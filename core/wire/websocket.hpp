// The WebSocket protocol (RFC 6455) without sockets: bytes in, messages out, and back.
//
// MessageDecoder joins fragments, unmasks, checks UTF-8 while it arrives and refuses every frame the RFC
// forbids. Errors carry the close code the peer must be told. One decoder per connection, not shared between
// threads; the functions are pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "wire/utf8_stream.hpp"

namespace parley::wire {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Close codes we send; a peer may send others.
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseNoStatus = 1005;  // never on the wire: the peer gave no code
inline constexpr std::uint16_t kCloseAbnormal = 1006;  // never on the wire: no close frame came
inline constexpr std::uint16_t kCloseBadData = 1007;
inline constexpr std::uint16_t kClosePolicy = 1008;
inline constexpr std::uint16_t kCloseTooBig = 1009;
inline constexpr std::uint16_t kCloseInternal = 1011;

// The answer to Sec-WebSocket-Key.
[[nodiscard]] std::string websocket_accept(std::string_view key);
// True for the base64 form of exactly 16 bytes.
[[nodiscard]] bool is_websocket_key(std::string_view key);
// True for codes a peer may put into a close frame.
[[nodiscard]] bool is_close_code(std::uint16_t code);

using MaskKey = std::array<std::uint8_t, 4>;

// Appends one frame. Clients must pass a mask, servers must not.
void append_frame(
    std::string& out,
    Opcode opcode,
    std::string_view payload,
    bool final = true,
    std::optional<MaskKey> mask = std::nullopt
);
// Appends a close frame; the reason is cut to fit (at a character boundary). kCloseNoStatus sends no code.
void append_close(
    std::string& out,
    std::uint16_t code,
    std::string_view reason = {},
    std::optional<MaskKey> mask = std::nullopt
);

// Exclusive-or with the mask; `phase` is the position in the payload of the first byte.
void apply_mask(char* bytes, std::size_t size, const MaskKey& mask, std::size_t phase);

struct WebSocketItem {
  Opcode kind = Opcode::text;  // text, binary, close, ping or pong
  std::string payload;         // of a close frame: the reason
  std::uint16_t close_code = 0;
};

struct WebSocketViolation {
  std::uint16_t close_code = kCloseProtocolError;
  std::string_view reason;
};

class MessageDecoder {
 public:
  enum class Role { server, client };  // which side we are; a server insists on masked frames

  MessageDecoder(Role role, std::size_t max_message) : role_(role), max_message_(max_message) {}

  // Takes bytes off the front of `input` until one item is complete (then it may be called again) or the
  // input is used up (then nullopt). After a violation the connection must be closed.
  [[nodiscard]] std::expected<std::optional<WebSocketItem>, WebSocketViolation> next(std::string_view& input);

 private:
  using Check = std::optional<WebSocketViolation>;

  [[nodiscard]] bool collect_header(std::string_view& input);
  [[nodiscard]] Check parse_header();
  [[nodiscard]] Check check_opcode(bool final, Opcode opcode);
  [[nodiscard]] Check take_payload(std::string_view& input);
  [[nodiscard]] std::expected<std::optional<WebSocketItem>, WebSocketViolation> finish_frame();
  [[nodiscard]] std::expected<std::optional<WebSocketItem>, WebSocketViolation> finish_control();
  [[nodiscard]] bool is_control() const { return static_cast<std::uint8_t>(opcode_) >= 8; }

  Role role_;
  std::size_t max_message_;

  std::array<std::uint8_t, 14> header_{};
  std::size_t header_have_ = 0;
  bool in_payload_ = false;

  bool final_ = false;
  Opcode opcode_ = Opcode::text;
  MaskKey mask_{};
  std::size_t length_ = 0;
  std::size_t taken_ = 0;

  bool fragmented_ = false;  // a data message has begun and its last frame has not come
  Opcode message_kind_ = Opcode::text;
  std::string message_;
  std::string control_;
  Utf8Stream utf8_;
};

}  // namespace parley::wire
