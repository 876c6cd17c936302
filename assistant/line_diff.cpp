#include "assistant/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace parley::assistant {

namespace {

using Lines = std::vector<std::string_view>;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

struct Row {
  char mark;
  std::string_view text;
};

// By the longest common subsequence of what is left between equal beginnings and ends.
std::vector<Row> compare(const Lines& before, const Lines& after) {
  std::size_t head = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::size_t rows = before.size() - head - tail;
  const std::size_t columns = after.size() - head - tail;
  std::vector<std::uint32_t> lengths((rows + 1) * (columns + 1), 0);
  const auto length = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return lengths[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      length(i, j) = before[head + i] == after[head + j] ? length(i + 1, j + 1) + 1
                                                         : std::max(length(i + 1, j), length(i, j + 1));
    }
  }
  std::vector<Row> result;
  for (std::size_t i = 0; i < head; ++i) result.push_back({' ', before[i]});
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[head + i] == after[head + j]) {
      result.push_back({' ', before[head + i]});
      ++i;
      ++j;
    } else if (i < rows && (j == columns || length(i + 1, j) >= length(i, j + 1))) {
      result.push_back({'-', before[head + i++]});
    } else {
      result.push_back({'+', after[head + j++]});
    }
  }
  for (std::size_t k = before.size() - tail; k < before.size(); ++k) result.push_back({' ', before[k]});
  return result;
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after, std::size_t context) {
  if (before == after) return {};
  const std::vector<Row> rows = compare(split(before), split(after));
  std::vector<bool> shown(rows.size(), false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].mark == ' ') continue;
    const std::size_t from = i < context ? 0 : i - context;
    for (std::size_t k = from; k < std::min(rows.size(), i + context + 1); ++k) shown[k] = true;
  }
  std::string text;
  bool gap = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!shown[i]) {
      gap = true;
      continue;
    }
    if (gap) text += "  …\n";
    gap = false;
    text += rows[i].mark;
    text += ' ';
    text += rows[i].text;
    text += '\n';
  }
  return text;
}

}  // namespace parley::assistant
