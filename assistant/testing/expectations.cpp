#include "assistant/testing/expectations.hpp"

namespace parley::assistant {

namespace {

constexpr std::string_view kEllipsis = "…";

}  // namespace

bool text_matches(std::string_view expected, std::string_view said) {
  const bool open_start = expected.starts_with(kEllipsis);
  const bool open_end = expected.ends_with(kEllipsis) && expected.size() > kEllipsis.size();
  if (open_start) expected.remove_prefix(kEllipsis.size());
  if (open_end) expected.remove_suffix(kEllipsis.size());
  if (open_start && open_end) return said.find(expected) != std::string_view::npos;
  if (open_start) return said.ends_with(expected);
  if (open_end) return said.starts_with(expected);
  return said == expected;
}

bool covers(const Value& expected, const Value& actual) {
  if (expected.is_map() && actual.is_map()) {
    for (const auto& [key, value] : expected.entries()) {
      const Value* found = actual.find(key);
      if (found == nullptr || !covers(value, *found)) return false;
    }
    return true;
  }
  if (expected.is_list() && actual.is_list()) {
    const auto left = expected.as_list();
    const auto right = actual.as_list();
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!covers(left[i], right[i])) return false;
    }
    return true;
  }
  return expected == actual;
}

}  // namespace parley::assistant
