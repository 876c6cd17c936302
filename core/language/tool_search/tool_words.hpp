// The words of tools and of tasks, as they are compared: names taken apart at capitals and signs, stems, and
// what stands for the same (see synonyms.hpp). Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/retrieval/terms.hpp"

namespace parley::language {

// "getMovie_credits" → "get Movie credits".
[[nodiscard]] std::string spaced(std::string_view name);
// The same in lower case, word by word.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

// As terms_of(), and a term for each set of synonyms that a word is in; "my" and "the current user" are one.
[[nodiscard]] Terms tool_terms(std::string_view text, std::string_view locale);

// Of "POST /v1/charges": nothing is changed by it, as far as its method says.
[[nodiscard]] bool only_gets(std::string_view place);

// "POST /v1/charges" → "/v1/charges".
[[nodiscard]] std::string_view path_of(std::string_view place);
// Those that stand for identifiers begin with '{'.
[[nodiscard]] std::vector<std::string_view> segments_of(std::string_view path);
// "/artists/{id}/top-tracks" → " artists top tracks".
[[nodiscard]] std::string fixed_path(std::string_view path);

}  // namespace parley::language
