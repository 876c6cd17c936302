#include "server/net/request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/result.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kFirstCapacity = 4 * 1024;
constexpr std::size_t kUsualCapacity = 16 * 1024;
constexpr std::size_t kBodyStep =
    64 * 1024;  // a body's memory grows as its bytes come, not as it is announced

}  // namespace

void RequestReader::reallocate(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (end_ > begin_) std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
  end_ -= begin_;
  begin_ = 0;
}

std::span<char> RequestReader::space() {
  if (stage_ == Stage::length_body && !body_in_buffer_) {
    if (body_.size() == body_have_) {
      body_.resize(std::min(head_.content_length(), body_have_ + kBodyStep));
    }
    return {body_.data() + body_have_, body_.size() - body_have_};
  }
  if (end_ == capacity_) {
    if (begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else {
      reallocate(std::max(kFirstCapacity, capacity_ * 2));
    }
  }
  return spare();
}

void RequestReader::commit(std::size_t bytes) {
  if (stage_ == Stage::length_body && !body_in_buffer_) {
    body_have_ += bytes;
  } else {
    end_ += bytes;
  }
}

RequestReader::Outcome RequestReader::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return Outcome::refused;
}

RequestReader::Outcome RequestReader::advance(const Limits& limits) {
  if (stage_ == Stage::head) {
    const auto outcome = head_.advance(window(), limits);
    if (outcome == HeadParser::Outcome::refused) return refuse(head_.refusal());
    if (outcome == HeadParser::Outcome::need_more) return Outcome::need_more;
    // The target is judged before the body is read; the views are taken again when everything has its place.
    if (head_.fill(window(), request_) == HeadParser::Outcome::refused) return refuse(head_.refusal());
    return begin_body(limits);
  }
  if (stage_ == Stage::length_body) return read_length_body();
  if (stage_ == Stage::chunked_body) return read_chunked_body(limits);
  return Outcome::complete;
}

RequestReader::Outcome RequestReader::begin_body(const Limits& limits) {
  consumed_ = head_.size();
  body_.clear();
  body_have_ = 0;
  if (!head_.chunked() && head_.content_length() == 0) return finish();

  const std::size_t after_head = window().size() - consumed_;
  continue_due_ = head_.expects_continue() && !request_.is_http_1_0 && after_head == 0;
  if (head_.chunked()) {
    stage_ = Stage::chunked_body;
    chunks_.reset();
    return read_chunked_body(limits);
  }
  stage_ = Stage::length_body;
  body_in_buffer_ = head_.content_length() <= std::max(capacity_ - begin_ - consumed_, after_head);
  if (!body_in_buffer_) {
    body_.assign(window().substr(consumed_));
    body_have_ = body_.size();
    end_ -= body_have_;
  }
  return read_length_body();
}

RequestReader::Outcome RequestReader::read_length_body() {
  if (!body_in_buffer_) return body_have_ < head_.content_length() ? Outcome::need_more : finish();
  if (window().size() - consumed_ < head_.content_length()) return Outcome::need_more;
  consumed_ += head_.content_length();
  return finish();
}

RequestReader::Outcome RequestReader::read_chunked_body(const Limits& limits) {
  std::string_view input = window().substr(consumed_);
  const auto outcome = chunks_.feed(input, body_, limits.body_bytes);
  if (outcome == ChunkDecoder::Outcome::refused) return refuse(chunks_.refusal());
  // Decoded bytes are dropped from behind the head, so a long body does not grow the buffer.
  std::memmove(buffer_.get() + begin_ + consumed_, input.data(), input.size());
  end_ = begin_ + consumed_ + input.size();
  return outcome == ChunkDecoder::Outcome::complete ? finish() : Outcome::need_more;
}

RequestReader::Outcome RequestReader::finish() {
  const bool in_buffer = stage_ == Stage::length_body && body_in_buffer_;
  stage_ = Stage::complete;
  (void)head_.fill(window(), request_);
  request_.body = in_buffer ? window().substr(head_.size(), head_.content_length()) : std::string_view(body_);
  return Outcome::complete;
}

bool RequestReader::take_continue() {
  return std::exchange(continue_due_, false);
}

void RequestReader::compact() {
  INVARIANT(stage_ == Stage::complete, "only a complete request can be compacted");
  const bool in_buffer = !request_.body.empty() && consumed_ > head_.size();
  const std::size_t body_size = request_.body.size();
  reallocate(end_ - begin_);
  body_.shrink_to_fit();
  (void)head_.fill(window(), request_);
  request_.body = in_buffer ? window().substr(head_.size(), body_size) : std::string_view(body_);
}

void RequestReader::next() {
  begin_ += consumed_;
  if (begin_ == end_) begin_ = end_ = 0;
  consumed_ = 0;
  stage_ = Stage::head;
  body_in_buffer_ = false;
  continue_due_ = false;
  head_.reset();
}

void RequestReader::trim() {
  if (capacity_ > kUsualCapacity) {
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
  }
  if (body_.capacity() > kUsualCapacity) body_ = {};
}

}  // namespace parley::net
