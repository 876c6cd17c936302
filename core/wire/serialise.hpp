// Values as text in paths, queries, headers and forms: OpenAPI's styles. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

// Everything but unreserved characters as %XX; with `allow_reserved`, RFC 3986's reserved ones stay too.
[[nodiscard]] std::string percent_encoded(std::string_view text, bool allow_reserved = false);

// What an author wrote into a URL, with what no URL can have as %XX.
[[nodiscard]] std::string literal_encoded(std::string_view text);

// A string as it is, null as nothing, lists and maps as JSON.
[[nodiscard]] std::string text_of(const Value& value);

// "name=value" pairs, encoded, for a query or an url-encoded form.
void append_pairs(std::vector<std::string>& pairs, const Binding& binding, const Value& value);

// What replaces {name} in a path template, encoded.
[[nodiscard]] std::string path_text(const Binding& binding, const Value& value);

// The value of a header, not encoded.
[[nodiscard]] std::string header_text(const Binding& binding, const Value& value);

}  // namespace parley::wire
