#include "engine/steps/model/kept_words.hpp"

#include <algorithm>

namespace parley::engine::steps {

namespace {

constexpr std::size_t kMostTimesLonger = 3;
constexpr std::size_t kLengthOfAny = 200;  // bytes that an answer to a short text may have

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::vector<std::string_view> words_in(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; begin < text.size();) {
    if (is_space(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

// Words with a digit, links and addresses, without the marks of the sentence around them.
std::vector<std::string_view> exact_words(std::string_view text) {
  constexpr std::string_view kAround = ".,;:!?\"'()[]<>";
  std::vector<std::string_view> found;
  for (std::string_view word : words_in(text)) {
    while (!word.empty() && kAround.find(word.front()) != std::string_view::npos) word.remove_prefix(1);
    while (!word.empty() && kAround.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
    const bool number = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    if (number || word.find("://") != std::string_view::npos || word.find('@') != std::string_view::npos)
      found.push_back(word);
  }
  return found;
}

std::size_t times_in(std::string_view text, std::string_view word) {
  std::size_t times = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size()))
    ++times;
  return times;
}

}  // namespace

std::vector<std::string> kept_words(std::string_view text, std::vector<std::string> shown) {
  std::vector<std::string> keep;
  const auto add = [&](std::string_view word) {
    if (!word.empty() && std::ranges::find(keep, word) == keep.end()) keep.emplace_back(word);
  };
  for (const std::string& value : shown) add(value);
  for (const std::string_view word : exact_words(text)) add(word);
  return keep;
}

bool keeps_words(std::string_view answer, std::string_view text, const Value& keep) {
  if (answer.find_first_not_of(" \n\t\r") == std::string_view::npos) return false;
  if (answer.size() > std::max(kLengthOfAny, kMostTimesLonger * text.size())) return false;
  if (keep.is_list()) {
    for (const Value& word : keep.as_list()) {
      if (times_in(answer, word.as_string()) < times_in(text, word.as_string())) return false;
    }
  }
  return brings_no_own(answer, text);
}

bool brings_no_link(std::string_view answer, std::string_view text, policy::Hosts allowed) {
  for (const std::string_view word : words_in(answer)) {
    const bool plain = policy::without_foreign_links(word, allowed) == word;
    if (!plain && text.find(word) == std::string_view::npos) return false;
  }
  return true;
}

bool brings_no_own(std::string_view answer, std::string_view text) {
  return std::ranges::all_of(exact_words(answer), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

}  // namespace parley::engine::steps
