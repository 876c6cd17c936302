// What is wrong with a document: collected all at once, sorted by place, shown like a good compiler's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/document.hpp"

namespace parley::flow {

enum class Severity : std::uint8_t { error, warning };

// A place on the way that proves a finding.
struct Waypoint {
  std::string file;
  std::uint32_t line = 0;
  std::string text;  // "confirm (yes)"

  bool operator==(const Waypoint&) const = default;
};

// `code` is "F0201": stable, never reused, explained by explain(). One cause in `message`, one line in
// `help`.
struct Diagnostic {
  std::string code;
  Severity severity = Severity::error;
  std::string file;  // as given by the caller, relative
  Position position;
  std::string message;
  std::string help;
  std::vector<Waypoint> way = {};  // the steps that lead there, when that is what it is about

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

void sort_diagnostics(Diagnostics& diagnostics);  // by file, line, column, code; exact duplicates removed
[[nodiscard]] bool has_errors(std::span<const Diagnostic> diagnostics);

// The block shown in a terminal: code and message, file:line:column, the source line with a caret under the
// offending part, and the help line. `source` is the whole document's text.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view source, bool colour = false);

// Long text for `parley explain CODE`: what it means, a wrong and a right example. Empty for unknown codes.
[[nodiscard]] std::string_view explain(std::string_view code);
[[nodiscard]] std::span<const std::string_view> diagnostic_codes();

}  // namespace parley::flow
