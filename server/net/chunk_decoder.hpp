// Decodes a chunked request body, strictly: CR LF only, no blanks around sizes, sizes of at most 8 digits.
// Chunk extensions are skipped and trailer fields are checked and dropped, both within a small budget.
// One decoder per body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/net/head_parser.hpp"

namespace parley::net {

class ChunkDecoder {
 public:
  enum class Outcome { need_more, complete, refused };

  void reset() { *this = {}; }

  // Takes bytes off the front of `input`; bytes of a following request stay in it.
  [[nodiscard]] Outcome feed(std::string_view& input, std::string& body, std::size_t max_body);
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t { size, extension, size_feed, data, data_return, data_feed, trailer };

  Outcome refuse(int status, std::string_view code, std::string_view message);
  Outcome bad_chunk();
  Outcome on_size(char c);
  Outcome on_size_end(const std::string& body, std::size_t max_body);
  Outcome on_trailer(char c);

  State state_ = State::size;
  std::uint8_t digits_ = 0;
  std::size_t left_ = 0;      // of the chunk being read
  std::size_t overhead_ = 0;  // bytes of extensions and trailers so far
  std::string line_;          // of the trailer
  Refusal refusal_;
};

}  // namespace parley::net
