// The chat page and the widget, from the binary.
#include "web/assets.hpp"

#include "server/api/handlers.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kPolicy =
    "default-src 'self'; img-src 'self' https: data:; frame-ancestors 'self'";

bool accepts_gzip(const net::Request& request) {
  const auto accepted = request.header("accept-encoding");
  return accepted && accepted->find("gzip") != std::string_view::npos;
}

std::string text_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Reply get_asset(Api&, Call& call) {
  const web::Asset* asset = web::find_asset(call.request.path);
  if (asset == nullptr) {
    co_return refused(
        {"route_not_found", "There is nothing at " + call.request.path + ".", "/openapi.json lists all paths"
        },
        call
    );
  }
  net::Response response;
  response.headers = {
      {"ETag", std::string(asset->etag)},
      {"Cache-Control", "no-cache"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", std::string(kPolicy)},
      {"Referrer-Policy", "no-referrer"},
      {"Vary", "Accept-Encoding"},
  };
  if (const auto known = call.request.header("if-none-match"); known && *known == asset->etag) {
    response.status = 304;
    co_return response;
  }
  response.content_type = asset->content_type;
  const bool packed = accepts_gzip(call.request) && !asset->gzip.empty();
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = text_of(packed ? asset->gzip : asset->identity);
  co_return response;
}

}  // namespace parley::api
