#include "server/tools/sign_in/challenge.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace parley::tools {
namespace {

constexpr std::size_t kLongest = 8U << 10U;

bool is_token(char c) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kSigns.contains(c);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text.substr(0, kLongest)) {}

  std::string_view token() {
    std::size_t end = 0;
    while (end < rest_.size() && is_token(rest_[end])) ++end;
    return take(end);
  }
  void skip(std::string_view signs) {
    const std::size_t end = rest_.find_first_not_of(signs);
    rest_.remove_prefix(std::min(end, rest_.size()));
  }
  bool eat(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A token, or a text in quotation marks, in which a backslash takes the next character as it is.
  std::optional<std::string> value() {
    if (!eat('"')) return std::string(token());
    std::string out;
    while (!rest_.empty()) {
      if (eat('"')) return out;
      if (eat('\\') && rest_.empty()) break;
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }
  // The rest of a credential that is no list of parameters.
  void skip_to_comma() { take(std::min(rest_.find(','), rest_.size())); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

void put(BearerChallenge& challenge, const std::string& name, std::string value) {
  std::string* member = name == "resource_metadata" ? &challenge.resource_metadata
                        : name == "scope"           ? &challenge.scope
                        : name == "error"           ? &challenge.error
                                                    : nullptr;
  if (member != nullptr && member->empty()) *member = std::move(value);
}

}  // namespace

std::optional<BearerChallenge> bearer_challenge(std::string_view header) {
  std::optional<BearerChallenge> found;
  bool inside = false;  // of the challenge that is wanted
  Reader reader(header);
  while (!reader.at_end()) {
    reader.skip(" \t,");
    const std::string word = ascii_lower(reader.token());
    if (word.empty()) break;
    reader.skip(" \t");
    if (!reader.eat('=')) {  // a scheme: the next challenge begins
      if (found) break;
      inside = word == "bearer";
      if (inside) found.emplace();
      continue;
    }
    reader.skip(" \t");
    auto value = reader.value();
    if (!value) break;
    if (inside) put(*found, word, *std::move(value));
    reader.skip(" \t");
    reader.skip_to_comma();
  }
  return found;
}

}  // namespace parley::tools
