// Any bytes as HTTP requests: "seed, bytes". What comes in pieces means the same as what comes at once: two
// servers that disagree about where a request ends are what request smuggling lives on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/utf8.hpp"
#include "server/net/request_reader.hpp"
#include "tests/fuzz/fuzz_bytes.hpp"

using namespace parley;
using net::RequestReader;

namespace {

// Small, so that short inputs meet them.
constexpr net::Limits limits() {
  net::Limits limits;
  limits.target_bytes = 128;
  limits.head_bytes = 512;
  limits.header_fields = 12;
  limits.body_bytes = 6000;
  return limits;
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=").append(std::to_string(value.size())).append(":").append(value).append("\n");
}

void describe(std::string& out, const net::Request& request) {
  INVARIANT(request.path.starts_with('/'), "a path starts at the root");
  INVARIANT(is_utf8(request.path), "a path is text");
  INVARIANT(request.headers.size() <= limits().header_fields, "header fields keep their limit");
  INVARIANT(request.body.size() <= limits().body_bytes, "bodies keep their limit");
  add(out, "method", request.method);
  add(out, "target", request.target);
  add(out, "path", request.path);
  for (const auto& [name, value] : request.query.pairs()) add(out, "query " + name, value);
  for (const auto& [name, value] : request.headers) add(out, "header " + std::string(name), value);
  add(out, "body", request.body);
  out += request.http_keep_alive ? "keep\n" : "close\n";
}

// Reads all requests of the stream. `size_of_piece` says how much arrives at a time.
template <typename SizeOfPiece>
std::string read_all(std::string_view stream, bool compact, SizeOfPiece size_of_piece) {
  std::string out;
  RequestReader reader;
  std::string_view rest = stream;
  while (true) {
    const auto outcome = reader.advance(limits());
    if (outcome == RequestReader::Outcome::refused) {
      const net::Refusal& refusal = reader.refusal();
      INVARIANT(refusal.status >= 400 && refusal.status < 600, "a refusal is an error");
      return out + "refused";  // why may differ: too long so far, or malformed further on
    }
    if (outcome == RequestReader::Outcome::complete) {
      if (compact) reader.compact();
      describe(out, reader.request());
      reader.next();
      if (reader.empty()) reader.trim();
      continue;
    }
    if (rest.empty()) return out + (reader.empty() ? "idle" : "unfinished");
    const std::span<char> space = reader.space();
    INVARIANT(!space.empty(), "there is room until a request is complete");
    const std::size_t size = std::min({space.size(), rest.size(), size_of_piece()});
    std::memcpy(space.data(), rest.data(), size);
    reader.commit(size);
    rest.remove_prefix(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  fuzz::Pieces pieces(bytes.byte());
  const std::string_view stream = bytes.rest();
  const std::string whole = read_all(stream, false, [] { return SIZE_MAX; });
  const std::string parts = read_all(stream, true, [&pieces] { return pieces.next(); });
  INVARIANT(whole == parts, "pieces mean the same as the whole");
  return 0;
}
