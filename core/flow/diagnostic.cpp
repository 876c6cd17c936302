// Order and terminal form of diagnostics.
#include "flow/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "base/utf8.hpp"

namespace parley::flow {
namespace {

struct Palette {
  std::string_view error;
  std::string_view warning;
  std::string_view frame;
  std::string_view bold;
  std::string_view off;
};

constexpr Palette kPlain{};
constexpr Palette kColoured{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"};

std::string_view line_of(std::string_view source, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

// A caret line must be as wide as the text above it: a column per code point, tabs kept.
std::string blanks_as_wide_as(std::string_view text) {
  std::string blanks;
  for (const char c : text) {
    if (c == '\t')
      blanks += '\t';
    else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U)
      blanks += ' ';
  }
  return blanks;
}

std::size_t code_points(std::string_view text) {
  return blanks_as_wide_as(text).size();
}

// The part of a very long line that a reader needs, cut at code points.
struct Excerpt {
  std::string_view text;
  std::size_t column;  // of the caret, from 0
};

std::size_t code_point_start(std::string_view text, std::size_t at) {
  // At most three steps back: a file that is not UTF-8 may have any number of such bytes in a row.
  for (int i = 0; i < 3 && at > 0 && at < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) break;
    --at;
  }
  return at;
}

Excerpt excerpt(std::string_view line, std::size_t column) {
  constexpr std::size_t kWidest = 160;
  constexpr std::size_t kBefore = 60;
  column = std::min(column, line.size());
  if (line.size() <= kWidest) return {line, column};
  const std::size_t begin = column > kBefore ? code_point_start(line, column - kBefore) : 0;
  const std::size_t end = code_point_start(line, std::min(begin + kWidest, line.size()));
  return {line.substr(begin, end - begin), column - begin};
}

// One place a line, their texts in a column.
std::string ways(std::span<const Waypoint> way, std::size_t indent) {
  std::size_t width = 0;
  std::vector<std::string> places;
  for (const Waypoint& point : way) {
    places.push_back(point.file + ":" + std::to_string(point.line));
    width = std::max(width, places.back().size());
  }
  std::string out;
  for (std::size_t i = 0; i < way.size(); ++i) {
    if (i > 0) out.append(indent, ' ');
    out += places[i] + std::string(width - places[i].size() + 2, ' ') + way[i].text + '\n';
  }
  return out;
}

}  // namespace

void sort_diagnostics(Diagnostics& diagnostics) {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.file, d.position.line, d.position.column, d.code, d.message);
  };
  std::ranges::sort(diagnostics, [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto same = std::ranges::unique(diagnostics);
  diagnostics.erase(same.begin(), same.end());
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(const Diagnostic& diagnostic, std::string_view source, bool colour) {
  const Palette& palette = colour ? kColoured : kPlain;
  const bool error = diagnostic.severity == Severity::error;
  const std::string_view accent = error ? palette.error : palette.warning;
  const std::string number = std::to_string(diagnostic.position.line);
  const std::string margin(number.size() + 2, ' ');
  const auto put = [&palette](std::string& out, std::string_view style, std::string_view text) {
    out.append(style).append(text).append(style.empty() ? "" : palette.off);
  };

  std::string out;
  put(out, accent, std::string(error ? "error" : "warning") + "[" + diagnostic.code + "]");
  put(out, palette.bold, ": " + diagnostic.message);
  out += '\n';
  const bool placed = diagnostic.position.line > 0;
  if (!diagnostic.file.empty()) {
    put(out, palette.frame, margin.substr(1) + "--> ");
    out += diagnostic.file;
    if (placed) out += ":" + number + ":" + std::to_string(diagnostic.position.column);
    out += '\n';
  }
  if (placed && !source.empty()) {
    const std::string_view line = line_of(source, diagnostic.position.line);
    const std::size_t column = diagnostic.position.column > 0 ? diagnostic.position.column - 1 : 0;
    const Excerpt part = excerpt(line, column);
    const std::string_view marked =
        part.text.substr(std::min(part.column, part.text.size()), diagnostic.position.length);
    put(out, palette.frame, margin + "|");
    out += '\n';
    put(out, palette.frame, " " + number + " |");
    out.append(part.text.empty() ? "" : " ").append(part.text).append("\n");
    put(out, palette.frame, margin + "|");
    out += ' ' + blanks_as_wide_as(part.text.substr(0, part.column));
    put(out, accent, std::string(std::max<std::size_t>(code_points(marked), 1), '^'));
    out += '\n';
  }
  if (!diagnostic.way.empty()) {
    put(out, palette.frame, margin + "= ");
    put(out, palette.bold, "way");
    out += ": " + ways(diagnostic.way, margin.size() + 7);
  }
  if (!diagnostic.help.empty()) {
    put(out, palette.frame, margin + "= ");
    put(out, palette.bold, "help");
    out += ": " + diagnostic.help + '\n';
  }
  return out;
}

}  // namespace parley::flow
