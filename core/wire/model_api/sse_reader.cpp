#include "wire/model_api/sse_reader.hpp"

#include <utility>

#include "wire/model_api/failure.hpp"

namespace parley::wire::model_api {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<bool> SseReader::feed(std::string_view piece, const Take& take) {
  while (!piece.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (piece.front() == '\n') {
        piece.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = piece.find_first_of("\r\n");
    const std::string_view part = piece.substr(0, end);
    if (line_.size() + part.size() > most_)
      return std::unexpected(malformed("an event of its stream is too long"));
    line_ += part;
    if (end == std::string_view::npos) return true;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    auto more = end_line(take);
    if (!more || !*more) return more;
  }
  return true;
}

Result<bool> SseReader::finish(const Take& take) {
  if (!line_.empty()) {
    auto more = end_line(take);
    if (!more || !*more) return more;
  }
  return end_line(take);
}

Result<bool> SseReader::end_line(const Take& take) {
  std::string line = std::exchange(line_, {});
  std::string_view text = line;
  if (std::exchange(first_line_, false) && text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  if (!text.empty()) {
    field(text);
    if (data_.size() > most_) return std::unexpected(malformed("an event of its stream is too long"));
    return true;
  }
  const bool wanted = std::exchange(has_data_, false);
  const std::string event = std::exchange(event_, {});
  const std::string data = std::exchange(data_, {});
  return wanted ? take(event, data) : true;
}

void SseReader::field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // a comment
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    event_ = value;
  }
}

}  // namespace parley::wire::model_api
