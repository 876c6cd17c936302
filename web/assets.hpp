// The chat page and the widget as they are inside the binary.
//
// find_asset gives the asset for a request path ("/" and "/index.html" are the chat page), or nullptr. All
// data is static and read-only: it lives as long as the process and may be used from any thread. Names are
// stable and not hashed, so serve them with `Cache-Control: no-cache` and the ETag.
#pragma once
#include <span>
#include <string_view>

namespace parley::web {

struct Asset {
  std::string_view path;          // "/parley-chat.js"
  std::string_view content_type;  // "text/javascript; charset=utf-8"
  std::string_view etag;          // with its quotes, as it goes into the header
  std::span<const unsigned char> gzip;
  std::span<const unsigned char> identity;
};

const Asset* find_asset(std::string_view path);
std::span<const Asset> all_assets();

}  // namespace parley::web
