// Pages of the server itself, without scripts: set-up, coming back from a sign-in. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "server/net/http.hpp"

namespace parley::api {

[[nodiscard]] std::string escape_html(std::string_view text);

// `title` is plain text without markup, `content` is HTML.
[[nodiscard]] net::Response page(int status, std::string_view title, std::string_view content);

}  // namespace parley::api
