#include "cli/json_lines.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {

int answer_lines(
    const std::function<void(std::string_view line, std::string& out)>& answer, BlankLines blank
) {
  constexpr std::size_t kChunk = 1 << 16;
  std::string input;
  std::string output;
  std::size_t scanned = 0;
  for (bool more = true; more;) {
    print(std::exchange(output, {}));
    std::fflush(stdout);
    const std::size_t old = input.size();
    input.resize(old + kChunk);
    ssize_t got = ::read(STDIN_FILENO, input.data() + old, kChunk);
    while (got < 0 && errno == EINTR) got = ::read(STDIN_FILENO, input.data() + old, kChunk);
    if (got < 0) return report({ErrorCode::unavailable, "the input cannot be read"}, kExitConfiguration);
    input.resize(old + static_cast<std::size_t>(got));
    more = got > 0;
    if (!more && !input.empty() && !input.ends_with('\n')) input += '\n';
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = input.find('\n', std::max(begin, scanned))) != std::string::npos;) {
      const std::string_view line(input.data() + begin, end - begin);
      if (blank == BlankLines::answered || line.find_first_not_of(" \t\r") != std::string_view::npos) {
        answer(line, output);
      }
      begin = end + 1;
    }
    input.erase(0, begin);
    scanned = input.size();
  }
  print(output);
  std::fflush(stdout);
  return kExitOk;
}

Result<Value> object_with_text(std::string_view line, std::string_view text) {
  auto value = parse_json(line);
  if (!value) return value;
  if (!value->is_map()) return fail(ErrorCode::invalid_input, "the line is not a JSON object");
  if (!(*value)[text].is_string()) {
    return fail(ErrorCode::invalid_input, "the line has no text '" + std::string(text) + "'");
  }
  return value;
}

void append_error(std::string& out, const Error& error) {
  const std::string said = error.hint.empty() ? error.message : error.message + " (" + error.hint + ")";
  append_json(out, Value::map({{"error", said}}));
  out += '\n';
}

}  // namespace parley::cli
