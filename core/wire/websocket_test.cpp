#include "wire/websocket.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "wire/sha1.hpp"

using namespace parley::wire;

namespace {

constexpr MaskKey kMask = {0x37, 0xfa, 0x21, 0x3d};

std::string frame(Opcode opcode, std::string_view payload, bool final = true) {
  std::string out;
  append_frame(out, opcode, payload, final, kMask);
  return out;
}

// What a server makes of these bytes: "text:hello", "close:1000:bye", then "!1002" at a violation.
std::vector<std::string> decode(std::string_view bytes, std::size_t step, std::size_t max_message = 1000) {
  MessageDecoder decoder(MessageDecoder::Role::server, max_message);
  std::vector<std::string> seen;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::string_view piece = bytes.substr(at, step);
    for (;;) {
      auto item = decoder.next(piece);
      if (!item) {
        seen.push_back("!" + std::to_string(item.error().close_code));
        return seen;
      }
      if (!*item) break;
      const char* names[] = {"", "text", "binary", "", "", "", "", "", "close", "ping", "pong"};
      std::string text = names[static_cast<int>((*item)->kind)];
      if ((*item)->kind == Opcode::close) text += ":" + std::to_string((*item)->close_code);
      seen.push_back(text + ":" + (*item)->payload);
    }
    CHECK(piece.empty());
  }
  return seen;
}

std::string raw(std::initializer_list<int> bytes) {
  std::string out;
  for (int b : bytes) out += static_cast<char>(b);
  return out;
}

std::string close_frame(std::string_view payload) {
  return frame(Opcode::close, payload);
}

}  // namespace

TEST_CASE("SHA-1 and base64 of published vectors") {
  const auto hex = [](std::string_view text) {
    std::string out;
    for (auto byte : sha1(text)) {
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
    return out;
  };
  CHECK(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(
      hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
  );
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("the handshake answer of RFC 6455 section 1.3") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ=="));
  CHECK_FALSE(is_websocket_key("dGhlIHNhbXBsZSBub25jZQ="));
  CHECK_FALSE(is_websocket_key("dGhlIHNhbXBsZSBub25jZR=="));  // unused bits set
  CHECK_FALSE(is_websocket_key("dGhlIHNhbXBsZSBub25 ZQ=="));
  CHECK_FALSE(is_websocket_key(""));
}

TEST_CASE("frames of RFC 6455 section 5.7") {
  CHECK(
      decode(raw({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}), 100) ==
      std::vector<std::string>{"text:Hello"}
  );
  std::string out;
  append_frame(out, Opcode::text, "Hello");
  CHECK(out == raw({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
  out.clear();
  append_frame(out, Opcode::binary, std::string(256, 'x'));
  CHECK(out.substr(0, 4) == raw({0x82, 0x7E, 0x01, 0x00}));
  out.clear();
  append_frame(out, Opcode::binary, std::string(65536, 'x'));
  CHECK(out.substr(0, 10) == raw({0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST_CASE("a server decodes what is allowed and refuses the rest with the right close code") {
  const std::string snowman = "\xE2\x98\x83";
  struct Case {
    const char* name;
    std::string bytes;
    std::vector<std::string> expected;
  };
  const Case cases[] = {
      {"two messages", frame(Opcode::text, "a") + frame(Opcode::binary, "b"), {"text:a", "binary:b"}},
      {"empty message", frame(Opcode::text, ""), {"text:"}},
      {"three fragments",
       frame(Opcode::text, "a", false) + frame(Opcode::continuation, "b", false) +
           frame(Opcode::continuation, "c"),
       {"text:abc"}},
      {"ping between fragments",
       frame(Opcode::text, "a", false) + frame(Opcode::ping, "p") + frame(Opcode::continuation, "b"),
       {"ping:p", "text:ab"}},
      {"pong", frame(Opcode::pong, "p"), {"pong:p"}},
      {"a character split over fragments",
       frame(Opcode::text, snowman.substr(0, 1), false) + frame(Opcode::continuation, snowman.substr(1)),
       {"text:" + snowman}},
      {"payload of 126 bytes", frame(Opcode::text, std::string(126, 'x')), {"text:" + std::string(126, 'x')}},
      {"close without code", close_frame(""), {"close:1005:"}},
      {"close with code and reason", close_frame(raw({3, 232}) + "bye"), {"close:1000:bye"}},
      {"close with a private code", close_frame(raw({0x0F, 0xA0})), {"close:4000:"}},
      {"close with half a code", close_frame("x"), {"!1002"}},
      {"close code 999", close_frame(raw({3, 231})), {"!1002"}},
      {"close code 1005", close_frame(raw({3, 237})), {"!1002"}},
      {"close code 1006", close_frame(raw({3, 238})), {"!1002"}},
      {"close code 1015", close_frame(raw({3, 247})), {"!1002"}},
      {"close code 2999", close_frame(raw({0x0B, 0xB7})), {"!1002"}},
      {"close code 5000", close_frame(raw({0x13, 0x88})), {"!1002"}},
      {"close reason not UTF-8", close_frame(raw({3, 232, 0xFF})), {"!1007"}},
      {"unmasked frame", raw({0x81, 0x01, 'a'}), {"!1002"}},
      {"reserved bit", raw({0xC1, 0x81, 0, 0, 0, 0, 'a'}), {"!1002"}},
      {"opcode 3", raw({0x83, 0x80, 0, 0, 0, 0}), {"!1002"}},
      {"opcode 11", raw({0x8B, 0x80, 0, 0, 0, 0}), {"!1002"}},
      {"fragmented ping", raw({0x09, 0x80, 0, 0, 0, 0}), {"!1002"}},
      {"ping of 126 bytes", raw({0x89, 0xFE, 0, 126}), {"!1002"}},
      {"continuation first", frame(Opcode::continuation, "a"), {"!1002"}},
      {"new message inside a fragmented one",
       frame(Opcode::text, "a", false) + frame(Opcode::text, "b"),
       {"!1002"}},
      {"length not minimal, 16 bit", raw({0x81, 0xFE, 0, 125, 0, 0, 0, 0}), {"!1002"}},
      {"length not minimal, 64 bit", raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}), {"!1002"}},
      {"negative length", raw({0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}), {"!1002"}},
      {"message of exactly the limit",
       frame(Opcode::binary, std::string(1000, 'x')),
       {"binary:" + std::string(1000, 'x')}},
      {"message over the limit", frame(Opcode::text, std::string(1001, 'x')), {"!1009"}},
      {"fragments over the limit together",
       frame(Opcode::text, std::string(600, 'x'), false) + frame(Opcode::continuation, std::string(401, 'x')),
       {"!1009"}},
      {"huge length without payload",
       raw({0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}),
       {"!1009"}},
      {"text not UTF-8", frame(Opcode::text, "\xC0\x80"), {"!1007"}},
      {"surrogate", frame(Opcode::text, "\xED\xA0\x80"), {"!1007"}},
      {"above U+10FFFF", frame(Opcode::text, "\xF4\x90\x80\x80"), {"!1007"}},
      {"text ends inside a character", frame(Opcode::text, "\xE2\x98"), {"!1007"}},
      {"bad text is refused before the message ends", frame(Opcode::text, "\xFF", false), {"!1007"}},
      {"binary may be anything", frame(Opcode::binary, "\xFF"), {"binary:\xFF"}},
  };
  for (const auto& c : cases) {
    for (std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
      CAPTURE(c.name);
      CAPTURE(step);
      CHECK(decode(c.bytes, step) == c.expected);
    }
  }
}

TEST_CASE("a client refuses masked frames and reads unmasked ones") {
  MessageDecoder decoder(MessageDecoder::Role::client, 100);
  std::string bytes;
  append_frame(bytes, Opcode::text, "hi");
  std::string_view input = bytes;
  auto item = decoder.next(input);
  REQUIRE(item.has_value());
  REQUIRE(item->has_value());
  CHECK((*item)->payload == "hi");
  const std::string masked = frame(Opcode::text, "hi");
  input = masked;
  auto refused = decoder.next(input);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().close_code == kCloseProtocolError);
}

TEST_CASE("a close reason is cut at a character boundary") {
  std::string out;
  append_close(out, kCloseNormal, std::string(122, 'x') + "\xE2\x98\x83");
  CHECK(out.size() == 2 + 2 + 122);
  out.clear();
  append_close(out, kCloseNoStatus);
  CHECK(out == raw({0x88, 0x00}));
}

TEST_CASE("the mask continues over pieces of any size") {
  std::string whole(37, '\0');
  for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<char>(i * 7);
  std::string pieces = whole;
  apply_mask(whole.data(), whole.size(), kMask, 0);
  for (std::size_t at = 0; at < pieces.size();) {
    const std::size_t take = std::min<std::size_t>(at % 11 + 1, pieces.size() - at);
    apply_mask(pieces.data() + at, take, kMask, at);
    at += take;
  }
  CHECK(whole == pieces);
}
