#include "wire/websocket.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/sha1.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kMaxControlPayload = 125;

std::unexpected<WebSocketViolation> violation(std::uint16_t code, std::string_view reason) {
  return std::unexpected(WebSocketViolation{code, reason});
}

WebSocketViolation protocol_error(std::string_view reason) {
  return {kCloseProtocolError, reason};
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const auto digest = sha1(text);
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool is_websocket_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  const auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  // 16 bytes leave four unused bits in the last digit, which must be zero.
  return std::ranges::all_of(key.substr(0, 22), in_alphabet) &&
         std::string_view("AQgw").find(key[21]) != std::string_view::npos;
}

bool is_close_code(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != kCloseNoStatus && code != kCloseAbnormal;
}

void apply_mask(char* bytes, std::size_t size, const MaskKey& mask, std::size_t phase) {
  std::array<std::uint8_t, 8> wide{};
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = mask[(phase + i) % 4];
  std::uint64_t key = 0;
  std::memcpy(&key, wide.data(), 8);
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes + at, 8);
    eight ^= key;
    std::memcpy(bytes + at, &eight, 8);
  }
  for (; at < size; ++at) bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(wide[at % 8]));
}

void append_frame(
    std::string& out, Opcode opcode, std::string_view payload, bool final, std::optional<MaskKey> mask
) {
  const std::uint8_t mask_bit = mask ? 0x80 : 0;
  out += static_cast<char>((final ? 0x80 : 0) | static_cast<std::uint8_t>(opcode));
  const std::uint64_t size = payload.size();
  int length_bytes = 0;
  if (size <= 125) {
    out += static_cast<char>(mask_bit | size);
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(mask_bit | 126);
    length_bytes = 2;
  } else {
    out += static_cast<char>(mask_bit | 127);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) out += static_cast<char>(size >> (i * 8) & 0xFF);
  if (!mask) {
    out += payload;
    return;
  }
  out.append(reinterpret_cast<const char*>(mask->data()), mask->size());
  const std::size_t start = out.size();
  out += payload;
  apply_mask(out.data() + start, payload.size(), *mask, 0);
}

void append_close(
    std::string& out, std::uint16_t code, std::string_view reason, std::optional<MaskKey> mask
) {
  std::string payload;
  if (code != kCloseNoStatus) {
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xFF);
    std::size_t cut = std::min(reason.size(), kMaxControlPayload - 2);
    while (cut > 0 && cut < reason.size() && (static_cast<std::uint8_t>(reason[cut]) & 0xC0) == 0x80) --cut;
    payload += reason.substr(0, cut);
  }
  append_frame(out, Opcode::close, payload, true, mask);
}

std::expected<std::optional<WebSocketItem>, WebSocketViolation> MessageDecoder::next(std::string_view& input
) {
  for (;;) {
    if (!in_payload_) {
      if (!collect_header(input)) {
        // The first two bytes already show most violations; do not wait for the rest of the header.
        if (header_have_ >= 2) {
          const auto opcode = static_cast<Opcode>(header_[0] & 0x0F);
          if (auto bad = check_opcode((header_[0] & 0x80) != 0, opcode)) return std::unexpected(*bad);
        }
        return std::nullopt;
      }
      if (auto bad = parse_header()) return std::unexpected(*bad);
      in_payload_ = true;
      taken_ = 0;
    }
    if (auto bad = take_payload(input)) return std::unexpected(*bad);
    if (taken_ < length_) return std::nullopt;
    in_payload_ = false;
    header_have_ = 0;
    auto item = finish_frame();
    if (!item || item->has_value()) return item;
  }
}

bool MessageDecoder::collect_header(std::string_view& input) {
  for (;;) {
    std::size_t need = 2;
    if (header_have_ >= 2) {
      const int short_length = header_[1] & 0x7F;
      need += short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
      if ((header_[1] & 0x80) != 0) need += 4;
    }
    if (header_have_ >= need) return true;
    const std::size_t take = std::min(need - header_have_, input.size());
    if (take == 0) return false;
    std::memcpy(header_.data() + header_have_, input.data(), take);
    header_have_ += take;
    input.remove_prefix(take);
  }
}

MessageDecoder::Check MessageDecoder::check_opcode(bool final, Opcode opcode) {
  if ((header_[0] & 0x70) != 0) return protocol_error("reserved bits are set");
  const bool masked = (header_[1] & 0x80) != 0;
  if (masked != (role_ == Role::server)) {
    return protocol_error(masked ? "frame from a server is masked" : "frame from a client is not masked");
  }
  switch (opcode) {
    case Opcode::continuation:
      if (!fragmented_) return protocol_error("continuation without a message");
      break;
    case Opcode::text:
    case Opcode::binary:
      if (fragmented_) return protocol_error("new message inside a fragmented one");
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!final) return protocol_error("control frame is fragmented");
      if ((header_[1] & 0x7F) > kMaxControlPayload) return protocol_error("control frame is too long");
      break;
    default:
      return protocol_error("unknown opcode");
  }
  return std::nullopt;
}

MessageDecoder::Check MessageDecoder::parse_header() {
  final_ = (header_[0] & 0x80) != 0;
  opcode_ = static_cast<Opcode>(header_[0] & 0x0F);
  if (auto bad = check_opcode(final_, opcode_)) return bad;

  std::uint64_t length = header_[1] & 0x7F;
  std::size_t at = 2;
  if (length >= 126) {
    const std::size_t bytes = length == 126 ? 2 : 8;
    length = 0;
    for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | header_[at++];
    if (length >> 63 != 0) return protocol_error("payload length is negative");
    if (length <= (bytes == 2 ? 125U : 0xFFFFU)) return protocol_error("payload length is not minimal");
  }
  if ((header_[1] & 0x80) != 0) std::memcpy(mask_.data(), header_.data() + at, mask_.size());
  const std::size_t room = is_control() ? kMaxControlPayload : max_message_ - message_.size();
  if (length > room) return WebSocketViolation{kCloseTooBig, "message is too big"};
  length_ = static_cast<std::size_t>(length);

  if (opcode_ == Opcode::text || opcode_ == Opcode::binary) message_kind_ = opcode_;
  if (!is_control()) fragmented_ = !final_;
  return std::nullopt;
}

MessageDecoder::Check MessageDecoder::take_payload(std::string_view& input) {
  const std::size_t take = std::min(length_ - taken_, input.size());
  if (take == 0) return std::nullopt;
  std::string& target = is_control() ? control_ : message_;
  const std::size_t start = target.size();
  target += input.substr(0, take);
  input.remove_prefix(take);
  if (role_ == Role::server) apply_mask(target.data() + start, take, mask_, taken_);
  taken_ += take;
  if (!is_control() && message_kind_ == Opcode::text && !utf8_.feed(std::string_view(target).substr(start))) {
    return WebSocketViolation{kCloseBadData, "text is not UTF-8"};
  }
  return std::nullopt;
}

std::expected<std::optional<WebSocketItem>, WebSocketViolation> MessageDecoder::finish_frame() {
  if (is_control()) return finish_control();
  if (!final_) return std::nullopt;
  if (message_kind_ == Opcode::text && !utf8_.complete()) {
    return violation(kCloseBadData, "text ends inside a character");
  }
  utf8_.reset();
  return WebSocketItem{message_kind_, std::exchange(message_, {}), 0};
}

std::expected<std::optional<WebSocketItem>, WebSocketViolation> MessageDecoder::finish_control() {
  WebSocketItem item{opcode_, std::exchange(control_, {}), 0};
  if (opcode_ != Opcode::close) return item;
  if (item.payload.empty()) {
    item.close_code = kCloseNoStatus;
    return item;
  }
  if (item.payload.size() == 1) return violation(kCloseProtocolError, "close code is cut off");
  item.close_code = static_cast<std::uint16_t>(
      static_cast<std::uint8_t>(item.payload[0]) << 8 | static_cast<std::uint8_t>(item.payload[1])
  );
  item.payload.erase(0, 2);
  if (!is_close_code(item.close_code)) return violation(kCloseProtocolError, "close code is not allowed");
  if (!is_utf8(item.payload)) return violation(kCloseBadData, "close reason is not UTF-8");
  return item;
}

}  // namespace parley::wire
