// Pages of the server itself: set-up, signing in at a service. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "server/net/http.hpp"

namespace parley::api {

[[nodiscard]] std::string escape_html(std::string_view text);

struct Page {
  int status = 200;
  std::string_view title;    // plain text
  std::string content = {};  // HTML
  std::string_view language = "en";
  std::string_view script = {};  // path of a script of this server, for a page that is better with it
  std::string leads_to = {};     // the browser goes there by itself
};

[[nodiscard]] net::Response render(const Page& page);

}  // namespace parley::api
