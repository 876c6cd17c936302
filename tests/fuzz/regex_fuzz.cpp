// Any pattern on any text: "options, length of the pattern, pattern, text". No crash, the three ways to match
// agree, and a text that is repeated many times still ends (libFuzzer's -timeout is the judge of that).
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/regex.hpp"
#include "base/result.hpp"
#include "tests/fuzz/fuzz_bytes.hpp"

using namespace parley;

namespace {

constexpr std::size_t kLongText = 4 * 1024;

void check(const Regex& regex, std::string_view text) {
  const bool found = regex.search(text);
  const auto groups = regex.captures(text);
  INVARIANT(groups.has_value() == found, "search and captures agree");
  if (regex.full_match(text)) INVARIANT(found, "a full match is a match");
  if (!groups) return;
  INVARIANT(groups->size() == regex.group_count() + 1, "every group is there");
  for (const std::string_view group : *groups) {
    if (group.data() == nullptr) continue;
    const bool inside =
        group.data() >= text.data() && group.data() + group.size() <= text.data() + text.size();
    INVARIANT(inside, "a group lies inside the text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const std::uint8_t bits = bytes.byte();
  const RegexOptions options{
      .dialect = (bits & 1U) != 0 ? RegexDialect::ecma : RegexDialect::re2,
      .ignore_case = (bits & 2U) != 0,
      .max_program_size = 400,
  };
  const std::string_view pattern = bytes.text(bytes.byte());
  const std::string_view text = bytes.rest();
  const auto regex = Regex::compile(pattern, options);
  if (!regex) {
    INVARIANT(!regex.error().message.empty(), "a pattern that is refused has a reason");
    return 0;
  }
  check(*regex, text);
  if (!text.empty() && (bits & 4U) != 0) {
    std::string longer;
    while (longer.size() < kLongText) longer += text;
    check(*regex, longer);
  }
  const auto escaped = Regex::compile(regex_escape(text), {.max_program_size = 200'000});
  if (escaped && text.size() < 256) INVARIANT(escaped->full_match(text), "escaped text matches itself");
  return 0;
}
