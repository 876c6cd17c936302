#include "server/stores/checksum.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::stores {
namespace {

TEST_CASE("CRC-32C gives the published check values") {
  const std::string zeros(32, '\0');
  const std::string ones(32, '\xFF');
  struct {
    std::string_view name;
    std::string_view input;
    std::uint32_t expected;
  } cases[] = {
      {"nothing", "", 0},
      {"the usual nine digits", "123456789", 0xE3069283},
      {"32 zero bytes (RFC 3720)", zeros, 0x8A9136AA},
      {"32 bytes of ones (RFC 3720)", ones, 0x62A8AB43},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    CHECK(crc32c(0, c.input) == c.expected);
    CHECK(crc32c_portable(0, c.input) == c.expected);
  }
}

TEST_CASE("The processor's instruction and the table agree at every length, also in two pieces") {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text.push_back(static_cast<char>(i * 37));
    CAPTURE(text.size());
    CHECK(crc32c(0, text) == crc32c_portable(0, text));
    const std::size_t half = text.size() / 2;
    const std::string_view view = text;
    CHECK(crc32c(crc32c(0, view.substr(0, half)), view.substr(half)) == crc32c(0, text));
  }
}

TEST_CASE("A row's checksum notices every flipped bit and bytes that change column") {
  std::string body = "{\"events\":[1,2,3]}";
  const auto good = RowChecksum(7, std::string_view("c_1"), body).value();
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    body[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    CHECK(RowChecksum(7, std::string_view("c_1"), body).value() != good);
    body[bit / 8] ^= static_cast<char>(1 << (bit % 8));
  }
  CHECK(RowChecksum(7, std::string_view("c_1"), body).value() == good);
  CHECK(
      RowChecksum(std::string_view("ab"), std::string_view("c")).value() !=
      RowChecksum(std::string_view("a"), std::string_view("bc")).value()
  );
}

}  // namespace
}  // namespace parley::stores
