// Numbers of payment cards, by their check digit and by how they are printed.
#include <algorithm>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// ISO/IEC 7812: every second digit from the right counts twice, and the sum ends with 0.
bool has_right_check_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

// Whole, 4-4-4-4, 4-6-5 (15 digits) and 4-6-4 (14).
bool is_printed_so(const std::vector<std::size_t>& groups) {
  using Groups = std::vector<std::size_t>;
  return groups.size() == 1 || groups == Groups{4, 4, 4, 4} || groups == Groups{4, 6, 5} ||
         groups == Groups{4, 6, 4} || groups == Groups{4, 4, 4, 4, 3};
}

}  // namespace

std::vector<Found> find_cards(std::string_view text) {
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    std::string digits;
    std::vector<std::size_t> groups(1);
    const char mark = [&] {
      std::size_t end = begin;
      while (end < text.size() && is_digit(text[end])) ++end;
      return end < text.size() && (text[end] == '-' || text[end] == ' ') ? text[end] : '\0';
    }();
    for (; at < text.size(); ++at) {
      if (is_digit(text[at])) {
        digits += text[at];
        ++groups.back();
      } else if (mark != '\0' && text[at] == mark && at + 1 < text.size() && is_digit(text[at + 1])) {
        groups.push_back(0);
      } else {
        break;
      }
    }
    const bool fits = digits.size() >= 13 && digits.size() <= 19 && is_printed_so(groups);
    if (fits && digits.front() != '0' && has_right_check_digit(digits))
      found.push_back({Value(digits), begin, at});
  }
  return found;
}

}  // namespace parley::language
