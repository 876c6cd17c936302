#include "base/edit_distance.hpp"

#include <algorithm>
#include <vector>

#include "base/utf8.hpp"

namespace parley {
namespace {

std::u32string code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    DecodedCodePoint decoded = decode_utf8(text, at);
    out += decoded.length == 0 ? U'\uFFFD' : decoded.code_point;
    at += std::max(decoded.length, 1U);
  }
  return out;
}

template <typename Text>
std::string_view nearest_of(std::string_view name, std::span<const Text> candidates) {
  std::string wanted = to_lower(name);
  std::size_t limit = std::clamp<std::size_t>(count_code_points(name) / 3, 1, 3);
  std::string_view best;
  for (const Text& candidate : candidates) {
    std::size_t distance = edit_distance(wanted, to_lower(std::string_view(candidate)), limit);
    if (distance > limit) continue;
    best = candidate;
    if (distance == 0) break;
    limit = distance - 1;
  }
  return best;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  std::u32string left = code_points(a);
  std::u32string right = code_points(b);
  std::size_t difference = std::max(left.size(), right.size()) - std::min(left.size(), right.size());
  if (difference > limit) return limit + 1;

  // Three rows of the usual table: two back, one back, current.
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    std::size_t smallest = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      std::size_t substitution = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[right.size()], limit + 1);
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
  return nearest_of(name, candidates);
}

std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  return nearest_of(name, candidates);
}

}  // namespace parley
