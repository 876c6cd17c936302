// Words that stand in texts about anything: "the", "and", "ist". English and German. Pure; thread-safe.
#pragma once

#include <string_view>

namespace parley::language {

// `word` in lower case, as tokenise() gives it.
[[nodiscard]] bool is_stop_word(std::string_view word);

}  // namespace parley::language
