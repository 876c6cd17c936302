#include "cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/json.hpp"
#include "base/unseen.hpp"
#include "base/utf8.hpp"

namespace parley::cli {
namespace {

// What stands in one column on screen; wide characters are rare in ids and not worth a table.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const Value& value) {
  print(write_json_pretty(value) + "\n");
}

void note(std::string_view line) {
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

int report(const Error& error, int exit_code) {
  const bool colour = wants_colour(stderr);
  note((colour ? "\033[1;31merror:\033[0m " : "error: ") + error.message);
  if (!error.hint.empty()) note((colour ? "\033[1mhelp:\033[0m " : "help: ") + error.hint);
  return exit_code;
}

bool is_terminal(std::FILE* stream) {
  return ::isatty(::fileno(stream)) == 1;
}

bool wants_colour(std::FILE* stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return is_terminal(stream);
}

std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCodePoint next = decode_utf8(text, at);
    if (next.length == 0) {
      append_utf8(out, 0xFFFD);
    } else if (is_unseen(next.code_point)) {
      constexpr std::string_view kHex = "0123456789abcdef";
      std::string digits;
      for (char32_t left = next.code_point; left != 0 || digits.empty(); left /= 16)
        digits.insert(digits.begin(), kHex[left % 16]);
      out += "\\u{" + digits + "}";
    } else {
      out += text.substr(at, next.length);
    }
    at += std::max<std::size_t>(1, next.length);
  }
  return out;
}

std::string table(const Rows& given) {
  Rows rows = given;
  for (auto& row : rows) {
    for (std::string& cell : row) cell = visible(cell);
  }
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (row.size() > widths.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - width(row[i]) + 2, ' ');
    }
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
  return out;
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string shown(Timestamp time) {
  time.nanos = 0;
  std::string text = format_timestamp(time);
  if (text.size() == 20) text[10] = ' ';
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

}  // namespace parley::cli
