#include "wire/prose.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"

namespace parley::wire {
namespace {

// Only these are tags: "<id>" in "use <id>" is a placeholder that must stay.
constexpr std::array<std::string_view, 46> kTags{
    "a",       "abbr",  "b",    "blockquote", "br",  "caption", "cite", "code",  "col",   "dd",
    "details", "div",   "dl",   "dt",         "em",  "font",    "h1",   "h2",    "h3",    "h4",
    "h5",      "h6",    "hr",   "i",          "img", "kbd",     "li",   "ol",    "p",     "pre",
    "s",       "small", "span", "strong",     "sub", "summary", "sup",  "table", "tbody", "td",
    "th",      "thead", "tr",   "tt",         "u",   "ul",
};

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&amp;", "&"},
    {"&quot;", "\""},
    {"&#39;", "'"},
    {"&nbsp;", " "},
};

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Bytes of the tag that begins here; 0 when none does.
std::size_t tag_length(std::string_view text) {
  std::size_t at = 1;
  if (at < text.size() && text[at] == '/') ++at;
  const std::size_t begin = at;
  const auto in_name = [&](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (at > begin && c >= '0' && c <= '9');
  };
  while (at < text.size() && in_name(text[at])) ++at;
  const std::string name = ascii_lower(text.substr(begin, at - begin));
  if (std::ranges::find(kTags, name) == kTags.end()) return 0;
  if (at < text.size() && text[at] != '>' && text[at] != '/' && !is_space(text[at])) return 0;
  const std::size_t end = text.find('>', at);
  return end == std::string_view::npos ? 0 : end + 1;
}

// Bytes of "![alt](url)" when it begins here.
std::size_t image_length(std::string_view text) {
  if (!text.starts_with("![")) return 0;
  const std::size_t middle = text.find("](");
  if (middle == std::string_view::npos) return 0;
  const std::size_t end = text.find(')', middle);
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string stripped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto space = [&out] {
    if (!out.empty() && out.back() != ' ') out += ' ';
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    if (is_space(c)) {
      space();
      ++at;
      continue;
    }
    if (c == '<' || c == '!') {
      const std::size_t length = c == '<' ? tag_length(rest) : image_length(rest);
      if (length > 0) {
        space();
        at += length;
        continue;
      }
    }
    if (c == '&') {
      const auto* entity = std::ranges::find_if(kEntities, [rest](const auto& known) {
        return rest.starts_with(known.first);
      });
      if (entity != std::end(kEntities)) {
        out += entity->second;
        at += entity->first.size();
        continue;
      }
    }
    out += c;
    ++at;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string limited(std::string text) {
  if (text.size() <= kMaxDescription) return text;
  constexpr std::string_view kMore = "…";
  text.resize(utf8_prefix(text, kMaxDescription - kMore.size()).size());
  return text.append(kMore);
}

// Up to a full stop that ends a sentence: "e.g. this" does not.
std::string_view first_sentence(std::string_view text) {
  for (std::size_t at = text.find(". "); at != std::string_view::npos; at = text.find(". ", at + 1)) {
    const bool abbreviation = at >= 2 && (text[at - 2] == '.' || text[at - 2] == ' ' || text[at - 2] == '(');
    const char next = at + 2 < text.size() ? text[at + 2] : 'A';
    if (!abbreviation && !(next >= 'a' && next <= 'z')) return text.substr(0, at + 1);
  }
  return text;
}

}  // namespace

std::string plain_text(std::string_view text) {
  return limited(stripped(text));
}

std::string tool_description(std::string_view summary, std::string_view description) {
  std::string text = stripped(summary);
  if (!text.empty()) return limited(std::move(text));
  // A paragraph ends a sentence too, so look before lines are joined.
  const std::size_t begin = description.find_first_not_of(" \r\n\t");
  if (begin == std::string_view::npos) return {};
  description.remove_prefix(begin);
  const std::string_view paragraph = description.substr(0, description.find("\n\n"));
  const std::string first = stripped(paragraph);
  text = first_sentence(first);
  if (text.empty()) text = first_sentence(stripped(description));
  return limited(std::move(text));
}

std::string beyond(std::string_view told, std::string_view description, const Value& tags) {
  std::string text;
  if (tags.is_list()) {
    for (const Value& tag : tags.as_list()) {
      if (tag.is_string()) text += std::string(tag.as_string()) + ". ";
    }
  }
  std::string rest = stripped(description);
  if (rest.starts_with(told)) rest.erase(0, told.size());
  return plain_text(text + rest);
}

}  // namespace parley::wire
