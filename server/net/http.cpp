#include "server/net/http.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "wire/utf8_stream.hpp"

namespace parley::net {
namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, end - at - 1);
    if (segment == "." || segment == "..") return true;
    at = end;
  }
  return false;
}

// A slash or backslash that only appears after decoding would be a segment border to one reader and not to
// another, so no path may hold one.
bool hides_separator(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const std::string_view escape = path.substr(at + 1, 2);
    if (equals_ignoring_case(escape, "2f") || equals_ignoring_case(escape, "5c")) return true;
  }
  return path.find('\\') != std::string_view::npos;
}

bool parse_query(std::string_view text, Query& query) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value =
        equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) return false;
    query.add(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool PeerAddress::is_v4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

std::string PeerAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& field : headers) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[at + 1]);
      const int low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      at += 2;
      const auto byte = static_cast<std::uint8_t>(c);
      // Text in a query may span lines; nothing else below a space means well.
      const bool text_break = plus_is_space && (c == '\n' || c == '\r' || c == '\t');
      if ((byte < 0x20 && !text_break) || byte == 0x7F) return std::nullopt;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  if (!wire::is_utf8(out)) return std::nullopt;
  return out;
}

bool parse_target(std::string_view target, std::string& path, Query& query) {
  const std::size_t mark = target.find('?');
  const std::string_view raw = target.substr(0, mark);
  if (raw.empty() || raw[0] != '/' || hides_separator(raw)) return false;
  if (raw.find('%') == std::string_view::npos) {
    path.assign(raw);
  } else {
    auto decoded = percent_decode(raw);
    if (!decoded) return false;
    path = std::move(*decoded);
  }
  if (has_dot_segment(path)) return false;
  return mark == std::string_view::npos || parse_query(target.substr(mark + 1), query);
}

}  // namespace parley::net
