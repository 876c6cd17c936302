// References between schema documents: just enough of RFC 3986.
#pragma once

#include <string>
#include <string_view>

namespace parley {

struct SplitUri {
  std::string_view document;  // everything before '#'
  std::string_view fragment;  // everything after, still percent-encoded
};

[[nodiscard]] SplitUri split_fragment(std::string_view uri);
// `reference` as seen from `base` (RFC 3986, section 5.2), fragment included.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace parley
