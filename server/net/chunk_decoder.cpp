#include "server/net/chunk_decoder.hpp"

#include <algorithm>

namespace parley::net {
namespace {

constexpr std::size_t kMaxOverhead = 4096;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkDecoder::Outcome ChunkDecoder::refuse(int status, std::string_view code, std::string_view message) {
  refusal_ = {status, code, message};
  return Outcome::refused;
}

ChunkDecoder::Outcome ChunkDecoder::bad_chunk() {
  return refuse(400, "bad_chunk", "The chunked body is malformed.");
}

ChunkDecoder::Outcome ChunkDecoder::feed(std::string_view& input, std::string& body, std::size_t max_body) {
  while (!input.empty()) {
    if (state_ == State::data) {
      const std::size_t take = std::min(left_, input.size());
      body += input.substr(0, take);
      input.remove_prefix(take);
      left_ -= take;
      if (left_ == 0) state_ = State::data_return;
      continue;
    }
    const char c = input.front();
    input.remove_prefix(1);
    Outcome outcome = Outcome::need_more;
    switch (state_) {
      case State::size:
        outcome = on_size(c);
        break;
      case State::extension:
        if (c == '\r') {
          state_ = State::size_feed;
        } else if (!is_field_value({&c, 1}) || ++overhead_ > kMaxOverhead) {
          return bad_chunk();
        }
        break;
      case State::size_feed:
        outcome = c == '\n' ? on_size_end(body, max_body) : bad_chunk();
        break;
      case State::data:
        break;
      case State::data_return:
        if (c != '\r') return bad_chunk();
        state_ = State::data_feed;
        break;
      case State::data_feed:
        if (c != '\n') return bad_chunk();
        state_ = State::size;
        digits_ = 0;
        break;
      case State::trailer:
        outcome = on_trailer(c);
        break;
    }
    if (outcome != Outcome::need_more) return outcome;
  }
  return Outcome::need_more;
}

ChunkDecoder::Outcome ChunkDecoder::on_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (digits_ == 8) return bad_chunk();
    left_ = left_ * 16 + static_cast<std::size_t>(digit);
    ++digits_;
    return Outcome::need_more;
  }
  if (digits_ == 0 || (c != ';' && c != '\r')) return bad_chunk();
  state_ = c == ';' ? State::extension : State::size_feed;
  return Outcome::need_more;
}

ChunkDecoder::Outcome ChunkDecoder::on_size_end(const std::string& body, std::size_t max_body) {
  if (left_ > max_body - body.size()) {
    return refuse(413, "body_too_large", "The body is larger than this server accepts.");
  }
  state_ = left_ == 0 ? State::trailer : State::data;
  return Outcome::need_more;
}

ChunkDecoder::Outcome ChunkDecoder::on_trailer(char c) {
  if (++overhead_ > kMaxOverhead) {
    return refuse(431, "header_too_large", "The trailer is larger than this server accepts.");
  }
  if (c != '\n') {
    line_ += c;
    return Outcome::need_more;
  }
  if (!line_.ends_with('\r')) return bad_chunk();
  line_.pop_back();
  if (line_.empty()) return Outcome::complete;
  const std::size_t colon = std::min(line_.find(':'), line_.size());
  const std::string_view line = line_;
  if (colon == line.size() || !is_token(line.substr(0, colon)) || !is_field_value(line.substr(colon + 1))) {
    return refuse(400, "bad_header", "The trailer holds a malformed field.");
  }
  line_.clear();
  return Outcome::need_more;
}

}  // namespace parley::net
