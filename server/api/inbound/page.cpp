#include "server/api/inbound/page.hpp"

namespace parley::api {

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

// Referrer-Policy: with "no-referrer" browsers send "Origin: null" with the form, which no server should
// trust.
net::Response page(int status, std::string_view title, std::string_view content) {
  net::Response response{.status = status, .content_type = "text/html; charset=utf-8"};
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
      {"Cache-Control", "no-store"},
      {"Referrer-Policy", "same-origin"},
      {"X-Content-Type-Options", "nosniff"},
  };
  response.body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  response.body += title;
  response.body +=
      "</title><meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" "
      "href=\"/page.css\"></head><body><main><h1>";
  response.body += title;
  response.body += "</h1>";
  response.body += content;
  response.body += "</main></body></html>\n";
  return response;
}

}  // namespace parley::api
