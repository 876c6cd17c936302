#include "wire/model_api/loose_json.hpp"

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"

namespace parley::wire::model_api {

namespace {

// Behind the bracket that closes the one at `begin`; npos when none does.
std::size_t end_of(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<Value> json_in(std::string_view text) {
  if (auto whole = parse_json(text)) return whole;
  constexpr int kTries = 8;
  std::size_t from = 0;
  for (int tries = 0; tries < kTries; ++tries) {
    const std::size_t begin = text.find_first_of("{[", from);
    if (begin == std::string_view::npos) break;
    const std::size_t end = end_of(text, begin);
    if (end == std::string_view::npos) break;
    if (auto value = parse_json(text.substr(begin, end - begin))) return value;
    from = end;
  }
  return std::unexpected(malformed("it has no JSON in it"));
}

}  // namespace parley::wire::model_api
