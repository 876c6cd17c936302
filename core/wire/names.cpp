#include "wire/names.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/sha256.hpp"
#include "base/utf8.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kKept = 57;
constexpr std::size_t kHashDigits = 6;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string clean_name(std::string_view text, bool dots) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool kept = is_word(c) || c == '_' || c == '-' || (dots && c == '.');
    out += kept ? c : '_';
    // One '_' for a character, however many bytes it has.
    const std::size_t length = decode_utf8(text, at).length;
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string derived_name(std::string_view method, std::string_view path) {
  std::string name = ascii_lower(method);
  for (const char c : path) {
    if (is_word(c)) {
      name += c;
    } else if (name.back() != '_') {
      name += '_';
    }
  }
  while (name.ends_with('_')) name.pop_back();
  return name;
}

std::string shortened(std::string_view name, std::string_view identity) {
  return std::string(name.substr(0, kKept)) + "_" + sha256_hex(identity).substr(0, kHashDigits);
}

std::vector<std::string> unique_names(std::span<const NameRequest> requests, std::string_view prefix) {
  std::unordered_map<std::string, int> wanted_by;
  std::vector<std::string> names;
  names.reserve(requests.size());
  for (const NameRequest& request : requests) {
    std::string name = std::string(prefix) + (request.wanted.empty() ? "_" : request.wanted);
    if (name.size() > kMaxNameLength) name = shortened(name, request.identity);
    ++wanted_by[ascii_lower(name)];
    names.push_back(std::move(name));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (wanted_by[ascii_lower(names[i])] > 1) names[i] = shortened(names[i], requests[i].identity);
  }
  return names;
}

std::string name_prefix(std::string_view given) {
  std::string prefix = clean_name(given);
  if (!prefix.empty() && !prefix.ends_with('_') && !prefix.ends_with('-')) prefix += '_';
  // Room for a name must remain.
  constexpr std::size_t kLongest = 40;
  if (prefix.size() > kLongest) prefix.resize(kLongest);
  return prefix;
}

}  // namespace parley::wire
