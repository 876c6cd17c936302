#include "wire/model_api/sse_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace parley;
using namespace parley::wire::model_api;

namespace {

// "event|data" of each event; "!" at the end when the reader refused.
std::string read_in_pieces(std::string_view stream, std::size_t piece, std::size_t most = 100) {
  SseReader reader(most);
  std::string out;
  const auto take = [&](std::string_view event, std::string_view data) {
    out += "[" + std::string(event) + "|" + std::string(data) + "]";
    return true;
  };
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    if (!reader.feed(stream.substr(at, piece), take)) return out + "!";
  }
  return reader.finish(take) ? out : out + "!";
}

}  // namespace

TEST_CASE("events are read the same however their bytes are cut") {
  struct {
    std::string_view name, stream, expected;
  } cases[] = {
      {"data only", "data: a\n\ndata: b\n\n", "[|a][|b]"},
      {"named", "event: error\ndata: {}\n\n", "[error|{}]"},
      {"CRLF", "event: x\r\ndata: a\r\n\r\n", "[x|a]"},
      {"CR alone", "data: a\r\rdata: b\r\r", "[|a][|b]"},
      {"mixed line ends", "data: a\r\n\ndata: b\n\r\n", "[|a][|b]"},
      {"several data lines", "data: a\ndata:\ndata: b\n\n", "[|a\n\nb]"},
      {"comments and other fields", ": ping\nid: 7\nretry: 10\ndata: a\nfoo\n\n", "[|a]"},
      {"no space after the colon", "data:a\n\n", "[|a]"},
      {"only the first space is taken", "data:  a\n\n", "[| a]"},
      {"empty data is an event", "data\n\n", "[|]"},
      {"no data, no event", "event: x\n\ndata: a\n\n", "[|a]"},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "data: a\n\n",
       "[|a]"},
      {"the last event without its empty line", "data: a\n\ndata: b", "[|a][|b]"},
      {"nothing at all", "", ""},
      {"a colon in the data", "data: {\"a\":1}\n\n", "[|{\"a\":1}]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (std::size_t piece = 1; piece <= c.stream.size() + 1; ++piece) {
      CAPTURE(piece);
      CHECK(read_in_pieces(c.stream, piece) == c.expected);
    }
  }
}

TEST_CASE("an event that never ends is refused, not kept") {
  CHECK(read_in_pieces("data: " + std::string(200, 'x'), 7) == "!");
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += "data: 0123456789\n";
  CHECK(read_in_pieces(lines, 5) == "!");
  CHECK(read_in_pieces("data: fine\n\n" + lines, 5) == "[|fine]!");
}

TEST_CASE("a taker that wants no more is not called again") {
  SseReader reader;
  int events = 0;
  const auto more = reader.feed("data: a\n\ndata: b\n\n", [&](auto, auto) {
    ++events;
    return false;
  });
  REQUIRE(more.has_value());
  CHECK_FALSE(*more);
  CHECK(events == 1);
}
