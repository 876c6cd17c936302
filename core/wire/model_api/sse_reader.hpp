// Reads Server-Sent Events that arrive in pieces of any size: CR, LF and CRLF, a byte order mark, comments,
// data over several lines, as text/event-stream defines them. Ids and retry times are of no use here and are
// skipped. One object per stream; not shared between threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::wire::model_api {

class SseReader {
 public:
  static constexpr std::size_t kMostEventBytes = 1U << 20U;

  // Gets each event's name (often empty) and data; false stops the reading.
  using Take = std::function<bool(std::string_view event, std::string_view data)>;

  explicit SseReader(std::size_t most_event_bytes = kMostEventBytes) : most_(most_event_bytes) {}

  // False when the taker wanted no more. Error: an event is too long.
  [[nodiscard]] Result<bool> feed(std::string_view piece, const Take& take);
  // The stream has ended; an event that was not closed by an empty line is given too: servers forget it.
  [[nodiscard]] Result<bool> finish(const Take& take);

 private:
  [[nodiscard]] Result<bool> end_line(const Take& take);
  void field(std::string_view line);

  std::size_t most_;
  std::string line_;
  std::string event_;
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_line_ = true;
};

}  // namespace parley::wire::model_api
