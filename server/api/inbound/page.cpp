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
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

// Referrer-Policy: with "no-referrer" browsers send "Origin: null" with the form, which no server should
// trust; nothing is told to other servers either way. A form that led to another server would need that one,
// and all that it leads on to, in form-action: so a page leads there instead.
net::Response render(const Page& page) {
  net::Response response{.status = page.status, .content_type = "text/html; charset=utf-8"};
  const std::string scripts = page.script.empty() ? "" : "script-src 'self'; connect-src 'self'; ";
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; " + scripts +
           "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
      {"Cache-Control", "no-store"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Referrer-Policy", "same-origin"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
  };
  const std::string title = escape_html(page.title);
  std::string& body = response.body;
  body = "<!doctype html><html lang=\"" + std::string(page.language) +
         "\"><head><meta charset=\"utf-8\"><title>" + title +
         "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta "
         "name=\"color-scheme\" content=\"light dark\">";
  if (!page.leads_to.empty())
    body += "<meta http-equiv=\"refresh\" content=\"0;url=" + escape_html(page.leads_to) + "\">";
  body +=
      "<link rel=\"stylesheet\" href=\"/page.css\"></head><body class=\"plain\"><main><h1>" + title + "</h1>";
  body += page.content;
  if (!page.script.empty()) body += "<script src=\"" + std::string(page.script) + "\"></script>";
  body += "</main></body></html>\n";
  return response;
}

}  // namespace parley::api
