#include <algorithm>

#include "base/regex/syntax.hpp"
#include "base/utf8.hpp"

namespace parley {

void CodePointSet::add(const CodePointSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
}

void CodePointSet::add_property(std::span<const CodePointRange> ranges) {
  ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
}

void CodePointSet::fold_case() {
  // Simple case pairs exist only in these blocks; the rest of a large range needs no look.
  constexpr CodePointRange kCased[] = {{0x41, 0x587}, {0x1E00, 0x1EFF}, {0xFF21, 0xFF5A}};
  std::vector<CodePointRange> before = ranges_;
  for (CodePointRange range : before) {
    for (CodePointRange cased : kCased) {
      char32_t last = std::min(range.last, cased.last);
      for (char32_t c = std::max(range.first, cased.first); c <= last; ++c) {
        char32_t lower = to_lower(c);
        char32_t upper = to_upper(c);
        if (lower != c) add(lower, lower);
        if (upper != c) add(upper, upper);
        // The Kelvin sign and the long s fold to k and s.
        if (c == 'k' || c == 'K') add(0x212A, 0x212A);
        if (c == 's' || c == 'S') add(0x17F, 0x17F);
      }
    }
  }
  normalise();
}

void CodePointSet::normalise() {
  std::sort(ranges_.begin(), ranges_.end(), [](const CodePointRange& a, const CodePointRange& b) {
    return a.first < b.first || (a.first == b.first && a.last < b.last);
  });
  std::vector<CodePointRange> merged;
  for (CodePointRange range : ranges_) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges_ = std::move(merged);
}

void CodePointSet::negate() {
  std::vector<CodePointRange> rest;
  char32_t next = 0;
  for (CodePointRange range : ranges_) {
    if (range.first > next) rest.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCodePoint) rest.push_back({next, kLastCodePoint});
  ranges_ = std::move(rest);
}

}  // namespace parley
