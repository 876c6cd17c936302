#include "wire/sse.hpp"

#include <doctest/doctest.h>

using namespace parley::wire;

TEST_CASE("an event is written so that a receiver reads back the same data") {
  struct Case {
    const char* name;
    std::string data, event, id, expected;
  };
  const Case cases[] = {
      {"data only", "hello", "", "", "data: hello\n\n"},
      {"all fields, id first", "x", "turn.delta", "42", "id: 42\nevent: turn.delta\ndata: x\n\n"},
      {"empty data is still an event", "", "ping", "", "event: ping\ndata: \n\n"},
      {"line feeds split data", "a\nb", "", "", "data: a\ndata: b\n\n"},
      {"CR and CRLF are line breaks too", "a\rb\r\nc", "", "", "data: a\ndata: b\ndata: c\n\n"},
      {"a trailing line break survives", "a\n", "", "", "data: a\ndata: \n\n"},
      {"a leading space survives", " a", "", "", "data:  a\n\n"},
      {"event and id cannot smuggle fields",
       "x",
       "a\ndata: y",
       "1\r\nevent: z",
       "id: 1\nevent: a\ndata: x\n\n"},
      {"an id with NUL is cut", "x", "", std::string("1\0002", 3), "id: 1\ndata: x\n\n"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    std::string out;
    append_sse_event(out, c.data, c.event, c.id);
    CHECK(out == c.expected);
  }
}

TEST_CASE("comments and retry") {
  std::string out;
  append_sse_comment(out, "keep\nalive");
  append_sse_retry(out, 1500);
  CHECK(out == ": keep\n\nretry: 1500\n\n");
}
