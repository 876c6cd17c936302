// Answers out of bytes, whole and in pieces, and what a Redis that lies may send.
#include "server/stores/redis/replies.hpp"

#include <doctest/doctest.h>

using namespace parley::stores::redis;

namespace {

std::string show(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::nil:
      return "nil";
    case Reply::Kind::status:
      return "+" + reply.text;
    case Reply::Kind::integer:
      return std::to_string(reply.integer);
    case Reply::Kind::text:
      return "'" + reply.text + "'";
    case Reply::Kind::error:
      return "-" + reply.text;
    case Reply::Kind::list: {
      std::string out = "[";
      for (const Reply& item : reply.items) out += (out.size() > 1 ? " " : "") + show(item);
      return out + "]";
    }
  }
  return {};
}

// All that is read when the bytes come in pieces of that size; "!" when the reader gives up.
std::string read(std::string_view bytes, std::size_t piece) {
  ReplyReader reader(1000);
  std::vector<Reply> replies;
  bool good = true;
  while (good && !bytes.empty()) {
    good = reader.feed(bytes.substr(0, piece), replies);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  std::string out;
  for (const Reply& reply : replies) out += show(reply) + ";";
  return good ? out : out + "!";
}

}  // namespace

TEST_CASE("answers, in pieces of every size") {
  const std::string bytes =
      "+PONG\r\n-ERR "
      "no\r\n:-42\r\n$5\r\nhe\r\no\r\n$-1\r\n$0\r\n\r\n*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n+x\r\n*0\r\n";
  const std::string expected = "+PONG;-ERR no;-42;'he\r\no';nil;'';['a' [1 nil] +x];[];";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(read(bytes, piece) == expected);
}

TEST_CASE("a Redis that is none, or says too much, is left") {
  struct {
    const char* name;
    std::string bytes;
    const char* expected;
  } cases[] = {
      {"another protocol", "HTTP/1.1 200 OK\r\n\r\n", "!"},
      {"no number", ":twelve\r\n", "!"},
      {"a good one first", "+OK\r\n?", "+OK;!"},
      {"a list of a thousand million", "*1000000000\r\n", "!"},
      {"a list of more than there are", "*1025\r\n", "!"},
      {"lists in lists in lists", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "!"},
      {"a text without end", "$100000000\r\n" + std::string(2000, 'x'), "!"},
      {"a line without end", "+" + std::string(2000, 'x'), "!"},
      {"a negative size", "$-2\r\n", "!"},
      {"half of a list, then nonsense", "*2\r\n$1\r\na\r\n?\r\n", "!"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(read(test.bytes, 100) == test.expected);
  }
}

TEST_CASE("commands as bytes") {
  std::string out;
  const std::string_view words[] = {"SET", "k", "a\r\nb"};
  append_command(out, words);
  CHECK(out == "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n");
}
