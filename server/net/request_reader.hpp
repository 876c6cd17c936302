// Turns received bytes into requests: buffer, head, body, and what follows them. No sockets.
//
//   read into space(); commit(n); advance() until it says complete; use request(); next().
// The request's views point into this object and stay valid until next(), compact() or destruction.
// Readers are pooled by their loop: an idle connection owns none. Not shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/net/chunk_decoder.hpp"
#include "server/net/head_parser.hpp"
#include "server/net/http.hpp"
#include "server/net/limits.hpp"

namespace parley::net {

class RequestReader {
 public:
  enum class Outcome : std::uint8_t { need_more, complete, refused };

  // Where received bytes go; never empty before a request is complete.
  [[nodiscard]] std::span<char> space();
  void commit(std::size_t bytes);

  [[nodiscard]] Outcome advance(const Limits& limits);
  // Turns the request away for a reason the caller found.
  Outcome refuse(const Refusal& refusal);
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  [[nodiscard]] Request& request() { return request_; }

  [[nodiscard]] bool empty() const { return begin_ == end_ && stage_ == Stage::head; }
  [[nodiscard]] bool in_body() const { return stage_ == Stage::length_body || stage_ == Stage::chunked_body; }
  // True once, if the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool take_continue();

  // After `complete`, without disturbing the request: room for bytes that follow it (may be empty).
  [[nodiscard]] std::span<char> spare() { return {buffer_.get() + end_, capacity_ - end_}; }
  // The bytes that follow the request.
  [[nodiscard]] std::string_view rest() const { return window().substr(consumed_); }
  // Shrinks to what the request needs and points its views there; for requests that live long.
  void compact();
  // Forgets the request, keeps what follows it.
  void next();
  // Gives back memory beyond the usual; before pooling.
  void trim();

 private:
  enum class Stage : std::uint8_t { head, length_body, chunked_body, complete };

  [[nodiscard]] std::string_view window() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void reallocate(std::size_t capacity);
  Outcome begin_body(const Limits& limits);
  Outcome read_length_body();
  Outcome read_chunked_body(const Limits& limits);
  Outcome finish();

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;     // of the current request
  std::size_t end_ = 0;       // of received bytes
  std::size_t consumed_ = 0;  // bytes of the window that belong to the request

  Stage stage_ = Stage::head;
  HeadParser head_;
  ChunkDecoder chunks_;
  bool body_in_buffer_ = false;
  std::string body_;
  std::size_t body_have_ = 0;  // a length-delimited body_ is filled up to here
  bool continue_due_ = false;
  Request request_;
  Refusal refusal_;
};

}  // namespace parley::net
