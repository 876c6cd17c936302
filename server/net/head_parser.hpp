// A strict parser for the head of an HTTP/1 request: request line and header fields.
//
// It never guesses. A second server in front of or behind us may read lenient forms (bare line feeds, folded
// lines, doubled lengths) in another way, and the difference is what request smuggling lives on; so every
// such form is refused. Works on a window of bytes that may grow and move between calls; one parser per
// request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/net/http.hpp"
#include "server/net/limits.hpp"

namespace parley::net {

// Why a request was turned away before any handler saw it.
struct Refusal {
  int status = 400;
  std::string_view code;
  std::string_view message;
};

class HeadParser {
 public:
  enum class Outcome { need_more, complete, refused };

  void reset();

  // `window` starts at the first byte of the request and holds everything received since.
  [[nodiscard]] Outcome advance(std::string_view window, const Limits& limits);

  // After `refused`.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  // After `complete`.
  [[nodiscard]] std::size_t size() const { return line_start_; }  // including the empty line
  [[nodiscard]] bool chunked() const { return chunked_; }
  [[nodiscard]] std::size_t content_length() const { return content_length_.value_or(0); }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  // Fills in everything that comes from the head. The views point into `window`.
  [[nodiscard]] Outcome fill(std::string_view window, Request& request);

 private:
  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    [[nodiscard]] std::string_view in(std::string_view window) const { return window.substr(at, size); }
  };
  struct Field {
    Span name;
    Span value;
  };

  Outcome refuse(int status, std::string_view code, std::string_view message);
  Outcome wait_for_line(std::string_view window, const Limits& limits);
  Outcome parse_request_line(std::string_view window, std::string_view line, const Limits& limits);
  Outcome parse_version(std::string_view version);
  Outcome parse_form(std::string_view window);
  Outcome parse_field(std::string_view window, std::string_view line, const Limits& limits);
  Outcome note_field(std::string_view name, std::string_view value, const Limits& limits);
  Outcome note_length(std::string_view value, const Limits& limits);
  Outcome note_transfer_coding(std::string_view value);
  void note_connection(std::string_view value);
  Outcome finish(std::string_view window);

  std::size_t scanned_ = 0;     // no line feed before this
  std::size_t line_start_ = 0;  // of the line being read
  bool have_request_line_ = false;
  bool skipped_empty_line_ = false;

  Span method_;
  Span target_;
  Span origin_;     // path and query
  Span authority_;  // of an absolute-form target
  Span host_;
  std::vector<Field> fields_;

  bool is_http_1_0_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool close_ = false;
  std::optional<std::size_t> content_length_;
  bool has_transfer_encoding_ = false;
  std::uint32_t seen_once_ = 0;  // singleton fields so far
  Refusal refusal_;
};

// True for a field name, method or similar.
[[nodiscard]] bool is_token(std::string_view text);
// True for what may stand in a field value: no control characters but the tab.
[[nodiscard]] bool is_field_value(std::string_view text);
// True for a host with an optional port, as the Host field carries it.
[[nodiscard]] bool is_host(std::string_view text);
// True if the comma-separated list holds the word, whatever its case.
[[nodiscard]] bool lists_word(std::string_view list, std::string_view word);
[[nodiscard]] std::string_view trim_blanks(std::string_view text);

}  // namespace parley::net
