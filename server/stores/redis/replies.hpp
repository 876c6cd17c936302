// The answers of a Redis out of the bytes that it sent, by hiredis' reader, and requests as bytes.
//
// hiredis' own asynchronous layer is not used: an answer that nobody asked for ends the process there
// (docs/adr/0035). Here everything is bounded, so that a Redis that lies costs no more than its connection.
// One reader belongs to one connection; no thread-safety.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace parley::stores::redis {

struct Reply {
  enum class Kind : std::uint8_t { nil, status, integer, text, list, error };
  Kind kind = Kind::nil;
  std::string text = {};  // of a status, text or error
  std::int64_t integer = 0;
  std::vector<Reply> items = {};

  [[nodiscard]] bool is_text() const { return kind == Kind::text; }
};

class ReplyReader {
 public:
  static constexpr int kMostItems = 1024;  // of one list

  explicit ReplyReader(std::size_t most_bytes);
  ~ReplyReader();
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) = delete;

  // Adds the answers that are complete. False: this is no Redis, or it says too much; the reader is of no
  // more use then.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<Reply>& out);

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t most_bytes_;
};

void append_command(std::string& out, std::span<const std::string_view> words);

}  // namespace parley::stores::redis
