#include "wire/sse.hpp"

#include <cstddef>

namespace parley::wire {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += value.substr(0, value.find_first_of(std::string_view("\r\n\0", 3)));
  out += '\n';
}

}  // namespace

void append_sse_event(std::string& out, std::string_view data, std::string_view event, std::string_view id) {
  if (!id.empty()) append_field(out, "id: ", id);
  if (!event.empty()) append_field(out, "event: ", event);
  for (;;) {
    const std::size_t line_end = data.find_first_of("\r\n");
    out += "data: ";
    out += data.substr(0, line_end);
    out += '\n';
    if (line_end == std::string_view::npos) break;
    const bool crlf = data.substr(line_end, 2) == "\r\n";
    data.remove_prefix(line_end + (crlf ? 2 : 1));
  }
  out += '\n';
}

void append_sse_comment(std::string& out, std::string_view text) {
  append_field(out, ": ", text);
  out += '\n';
}

void append_sse_retry(std::string& out, std::uint32_t retry_ms) {
  append_field(out, "retry: ", std::to_string(retry_ms));
  out += '\n';
}

}  // namespace parley::wire
