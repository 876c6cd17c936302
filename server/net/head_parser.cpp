#include "server/net/head_parser.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace parley::net {
namespace {

constexpr std::size_t kMaxMethod = 24;

constexpr auto kTokenChars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<std::uint8_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

constexpr auto kValueChars = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 256; ++c) table[c] = c != 0x7F;
  table['\t'] = true;
  return table;
}();

bool all_in(const std::array<bool, 256>& table, std::string_view text) {
  for (char c : text) {
    if (!table[static_cast<std::uint8_t>(c)]) return false;
  }
  return true;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Visible ASCII only, and nothing that readers disagree on.
bool is_target(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7F' && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
  });
}

// Fields that must not come twice, whatever they say.
constexpr std::string_view kSingletons[] = {
    "host",
    "content-length",
    "transfer-encoding",
    "content-type",
    "authorization",
    "expect",
    "content-encoding",
    "sec-websocket-key",
    "sec-websocket-version",
    "origin",
    "upgrade"
};

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  return !text.empty() && all_in(kTokenChars, text);
}

bool is_field_value(std::string_view text) {
  return all_in(kValueChars, text);
}

bool lists_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    if (equals_ignoring_case(trim_blanks(item), word)) return true;
  }
  return false;
}

bool is_host(std::string_view text) {
  std::size_t host_end = 0;
  if (text.starts_with('[')) {
    host_end = text.find(']');
    if (host_end == std::string_view::npos) return false;
    const std::string_view inside = text.substr(1, host_end - 1);
    if (inside.find(':') == std::string_view::npos ||
        inside.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
      return false;
    }
    ++host_end;
  } else {
    host_end = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, host_end);
    if (host.empty() || host.size() > 255) return false;
    for (char c : host) {
      const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!alphanumeric && c != '-' && c != '.' && c != '_') return false;
    }
    if (host.front() == '.' || host.find("..") != std::string_view::npos) return false;
  }
  if (host_end == text.size()) return true;
  if (text[host_end] != ':') return false;
  const std::string_view port = text.substr(host_end + 1);
  if (!is_digits(port) || port.size() > 5) return false;
  unsigned number = 0;
  for (char c : port) number = number * 10 + static_cast<unsigned>(c - '0');
  return number <= 65535;
}

void HeadParser::reset() {
  auto fields = std::move(fields_);
  fields.clear();
  *this = {};
  fields_ = std::move(fields);
}

HeadParser::Outcome HeadParser::refuse(int status, std::string_view code, std::string_view message) {
  refusal_ = {status, code, message};
  return Outcome::refused;
}

HeadParser::Outcome HeadParser::advance(std::string_view window, const Limits& limits) {
  for (;;) {
    const void* found = scanned_ < window.size()
                            ? std::memchr(window.data() + scanned_, '\n', window.size() - scanned_)
                            : nullptr;
    if (found == nullptr) return wait_for_line(window, limits);
    const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
    if (feed >= limits.head_bytes) {
      return refuse(431, "header_too_large", "The request head is larger than this server accepts.");
    }
    if (feed == line_start_ || window[feed - 1] != '\r') {
      return refuse(400, "bare_line_feed", "Lines of a request head end with CR LF.");
    }
    const std::string_view line = window.substr(line_start_, feed - 1 - line_start_);
    Outcome outcome = Outcome::need_more;
    if (have_request_line_) {
      if (line.empty()) {
        line_start_ = feed + 1;
        return finish(window);
      }
      outcome = parse_field(window, line, limits);
    } else if (line.empty() && !skipped_empty_line_) {
      skipped_empty_line_ = true;  // some clients send one after a body; RFC 9112 asks servers to ignore it
    } else {
      outcome = parse_request_line(window, line, limits);
    }
    if (outcome == Outcome::refused) return outcome;
    line_start_ = scanned_ = feed + 1;
  }
}

HeadParser::Outcome HeadParser::wait_for_line(std::string_view window, const Limits& limits) {
  scanned_ = window.size();
  if (window.size() >= limits.head_bytes && have_request_line_) {
    return refuse(431, "header_too_large", "The request head is larger than this server accepts.");
  }
  if (!have_request_line_ && window.size() > line_start_) {
    // A peer that does not speak HTTP (a TLS hello, say) is told so at once.
    const std::string_view partial = window.substr(line_start_);
    const std::string_view method = partial.substr(0, std::min(partial.find(' '), kMaxMethod + 1));
    if (partial != "\r" && (method.size() > kMaxMethod || !is_token(method))) {
      return refuse(400, "bad_request_line", "This is not an HTTP request.");
    }
    if (partial.size() > limits.target_bytes + kMaxMethod + 16 || window.size() >= limits.head_bytes) {
      return refuse(414, "target_too_long", "The request target is longer than this server accepts.");
    }
  }
  return Outcome::need_more;
}

HeadParser::Outcome HeadParser::parse_request_line(
    std::string_view window, std::string_view line, const Limits& limits
) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const std::string_view method = line.substr(0, first);
  if (first == std::string_view::npos || first == last || method.size() > kMaxMethod || !is_token(method)) {
    return refuse(400, "bad_request_line", "The request line must be METHOD SP target SP version.");
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.target_bytes) {
    return refuse(414, "target_too_long", "The request target is longer than this server accepts.");
  }
  if (!is_target(target)) {
    return refuse(400, "bad_target", "The request target holds a character that must be percent-encoded.");
  }
  const auto start = static_cast<std::uint32_t>(line.data() - window.data());
  method_ = {start, static_cast<std::uint32_t>(first)};
  target_ = {start + static_cast<std::uint32_t>(first) + 1, static_cast<std::uint32_t>(target.size())};
  if (parse_version(line.substr(last + 1)) == Outcome::refused) return Outcome::refused;
  have_request_line_ = true;
  return parse_form(window);
}

HeadParser::Outcome HeadParser::parse_version(std::string_view version) {
  if (version == "HTTP/1.1") return Outcome::need_more;
  if (version == "HTTP/1.0") {
    is_http_1_0_ = true;
    return Outcome::need_more;
  }
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           is_digits(version.substr(5, 1)) && version[6] == '.' &&
                           is_digits(version.substr(7));
  if (well_formed) return refuse(505, "http_version", "This server speaks HTTP/1.1 and HTTP/1.0.");
  return refuse(400, "bad_request_line", "The request line must end with HTTP/1.1.");
}

HeadParser::Outcome HeadParser::parse_form(std::string_view window) {
  const std::string_view target = target_.in(window);
  origin_ = target_;
  if (target.front() == '/') return Outcome::need_more;
  if (target == "*" && method_.in(window) == "OPTIONS") return Outcome::need_more;

  const std::size_t scheme = target.find("://");
  const std::string_view name = target.substr(0, scheme);
  if (scheme == std::string_view::npos ||
      !(equals_ignoring_case(name, "http") || equals_ignoring_case(name, "https"))) {
    return refuse(400, "bad_target", "The request target must be a path starting with '/'.");
  }
  const std::size_t host = scheme + 3;
  const std::size_t host_end = std::min(target.find_first_of("/?", host), target.size());
  authority_ = {target_.at + static_cast<std::uint32_t>(host), static_cast<std::uint32_t>(host_end - host)};
  origin_ = {
      target_.at + static_cast<std::uint32_t>(host_end), static_cast<std::uint32_t>(target.size() - host_end)
  };
  if (!is_host(authority_.in(window))) return refuse(400, "bad_target", "The target names no valid host.");
  return Outcome::need_more;
}

HeadParser::Outcome HeadParser::parse_field(
    std::string_view window, std::string_view line, const Limits& limits
) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(400, "folded_header", "Header fields must not be folded over lines.");
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return refuse(
        400, "bad_header", "A header field must be name, colon, value, with no space before the colon."
    );
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) {
    return refuse(400, "bad_header", "A header value holds a control character.");
  }
  if (fields_.size() == limits.header_fields) {
    return refuse(431, "too_many_headers", "The request has more header fields than this server accepts.");
  }
  const auto span = [&](std::string_view text) {
    return Span{
        static_cast<std::uint32_t>(text.data() - window.data()), static_cast<std::uint32_t>(text.size())
    };
  };
  fields_.push_back({span(name), span(value)});
  if (equals_ignoring_case(name, "host")) host_ = span(value);
  return note_field(name, value, limits);
}

HeadParser::Outcome HeadParser::note_field(
    std::string_view name, std::string_view value, const Limits& limits
) {
  for (std::size_t i = 0; i < std::size(kSingletons); ++i) {
    if (!equals_ignoring_case(name, kSingletons[i])) continue;
    if ((seen_once_ & 1U << i) != 0) {
      return refuse(400, "duplicate_header", "A header field that may come once came twice.");
    }
    seen_once_ |= 1U << i;
    break;
  }
  if (equals_ignoring_case(name, "content-length")) return note_length(value, limits);
  if (equals_ignoring_case(name, "transfer-encoding")) return note_transfer_coding(value);
  if (equals_ignoring_case(name, "connection")) note_connection(value);
  if (equals_ignoring_case(name, "host") && !is_host(value)) {
    return refuse(400, "bad_host", "The Host header is not a valid host.");
  }
  if (equals_ignoring_case(name, "expect")) {
    if (!equals_ignoring_case(value, "100-continue")) {
      return refuse(417, "expectation_failed", "The only expectation this server knows is 100-continue.");
    }
    expects_continue_ = true;
  }
  if (equals_ignoring_case(name, "content-encoding") && !equals_ignoring_case(value, "identity")) {
    return refuse(415, "content_encoding", "Request bodies must not be compressed.");
  }
  return Outcome::need_more;
}

HeadParser::Outcome HeadParser::note_length(std::string_view value, const Limits& limits) {
  if (!is_digits(value) || value.size() > 18) {
    // 19 digits and more may be a real number, but never one within the limit.
    if (is_digits(value))
      return refuse(413, "body_too_large", "The body is larger than this server accepts.");
    return refuse(400, "bad_content_length", "Content-Length must be one decimal number.");
  }
  std::size_t length = 0;
  for (char c : value) length = length * 10 + static_cast<std::size_t>(c - '0');
  if (length > limits.body_bytes) {
    return refuse(413, "body_too_large", "The body is larger than this server accepts.");
  }
  content_length_ = length;
  return Outcome::need_more;
}

HeadParser::Outcome HeadParser::note_transfer_coding(std::string_view value) {
  has_transfer_encoding_ = true;
  if (equals_ignoring_case(value, "chunked")) {
    chunked_ = true;
    return Outcome::need_more;
  }
  // A real coding we do not speak is told so; anything else is an attempt to be read in two ways.
  for (std::string_view known : {"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"}) {
    const std::string_view first = trim_blanks(value.substr(0, value.find(',')));
    if (!equals_ignoring_case(first, known)) continue;
    const std::size_t comma = value.find(',');
    if (comma == std::string_view::npos ||
        equals_ignoring_case(trim_blanks(value.substr(comma + 1)), "chunked")) {
      return refuse(501, "transfer_encoding", "The only transfer coding this server knows is chunked.");
    }
  }
  return refuse(400, "transfer_encoding", "Transfer-Encoding must be exactly chunked.");
}

void HeadParser::note_connection(std::string_view value) {
  if (lists_word(value, "close")) close_ = true;
}

HeadParser::Outcome HeadParser::finish(std::string_view window) {
  const std::string_view host = host_.in(window);
  if (host.empty() && !is_http_1_0_) return refuse(400, "bad_host", "HTTP/1.1 requests need a Host header.");
  if (authority_.size > 0 && !host.empty() && !equals_ignoring_case(host, authority_.in(window))) {
    return refuse(400, "bad_host", "The Host header and the target name different hosts.");
  }
  if (has_transfer_encoding_ && (content_length_ || is_http_1_0_)) {
    return refuse(400, "ambiguous_length", "The request gives its length in two ways.");
  }
  return Outcome::complete;
}

HeadParser::Outcome HeadParser::fill(std::string_view window, Request& request) {
  request.method = method_.in(window);
  request.target = target_.in(window);
  request.is_http_1_0 = is_http_1_0_;
  request.http_keep_alive = !close_ && !is_http_1_0_;
  request.headers.clear();
  for (const auto& field : fields_)
    request.headers.push_back({field.name.in(window), field.value.in(window)});
  request.query.clear();

  const std::string_view origin = origin_.in(window);
  if (origin == "*") {
    request.path = "*";
    return Outcome::complete;
  }
  if (origin.empty()) {
    request.path = "/";
    return Outcome::complete;
  }
  bool ok = false;
  if (origin.front() == '?') {  // absolute form without a path
    ok = parse_target(std::string("/").append(origin), request.path, request.query);
  } else {
    ok = parse_target(origin, request.path, request.query);
  }
  if (!ok) return refuse(400, "bad_target", "The request target does not decode to a plain path and query.");
  return Outcome::complete;
}

}  // namespace parley::net
