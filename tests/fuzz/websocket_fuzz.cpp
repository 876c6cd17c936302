// Any bytes as WebSocket frames: "role, seed, frames". What comes in pieces means the same as what comes at
// once, and every message can be sent on and arrives unchanged.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tests/fuzz/fuzz_bytes.hpp"
#include "wire/websocket.hpp"

using namespace parley;
using wire::MessageDecoder;

namespace {

constexpr std::size_t kMaxMessage = 2000;

void describe(std::string& out, const wire::WebSocketItem& item) {
  out += std::to_string(static_cast<int>(item.kind)) + "," + std::to_string(item.close_code) + ":" +
         item.payload + "\n";
}

// Appends what `input` means. False after a violation.
bool feed(MessageDecoder& decoder, std::string_view input, std::string& out) {
  while (!input.empty()) {
    auto item = decoder.next(input);
    if (!item) {
      out += "violation " + std::to_string(item.error().close_code) + " " + std::string(item.error().reason);
      INVARIANT(wire::is_close_code(item.error().close_code), "a violation has a code that may be sent");
      return false;
    }
    if (!*item) continue;
    INVARIANT((*item)->payload.size() <= kMaxMessage, "messages keep their limit");
    describe(out, **item);
  }
  return true;
}

// The items of `out` are messages that a peer of the other role would send to us.
void check_round_trip(MessageDecoder::Role role, const wire::WebSocketItem& item) {
  std::optional<wire::MaskKey> mask;
  if (role == MessageDecoder::Role::server) mask = wire::MaskKey{1, 0x80, 0xff, 7};
  std::string frame;
  if (item.kind == wire::Opcode::close) {
    const bool no_code = item.close_code == wire::kCloseNoStatus;
    wire::append_close(frame, item.close_code, no_code ? std::string_view() : item.payload, mask);
  } else {
    wire::append_frame(frame, item.kind, item.payload, true, mask);
  }
  MessageDecoder decoder(role, kMaxMessage);
  std::string_view input = frame;
  const auto again = decoder.next(input);
  INVARIANT(again.has_value() && again->has_value() && input.empty(), "our own frame is a whole item");
  std::string before;
  std::string after;
  describe(before, item);
  describe(after, **again);
  INVARIANT(before == after, "a frame arrives as it was sent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const auto role = bytes.choose(2) == 0 ? MessageDecoder::Role::server : MessageDecoder::Role::client;
  fuzz::Pieces pieces(bytes.byte());
  const std::string_view stream = bytes.rest();

  std::string whole;
  MessageDecoder at_once(role, kMaxMessage);
  feed(at_once, stream, whole);

  std::string parts;
  MessageDecoder in_pieces(role, kMaxMessage);
  std::string_view rest = stream;
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, pieces.next());
    rest.remove_prefix(piece.size());
    if (!feed(in_pieces, piece, parts)) break;
  }
  INVARIANT(whole == parts, "pieces mean the same as the whole");

  MessageDecoder decoder(role, kMaxMessage);
  std::string_view input = stream;
  while (!input.empty()) {
    const auto item = decoder.next(input);
    if (!item) break;
    if (*item) check_round_trip(role, **item);
  }
  return 0;
}
