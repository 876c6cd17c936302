// What is embedded is what stands in web/, and the widget keeps its size.
#include "web/assets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace parley::web {
namespace {

std::string text_of(const Asset& asset) {
  return {asset.identity.begin(), asset.identity.end()};
}

TEST_CASE("each asset is found by its path with its content type") {
  const struct {
    std::string_view path;
    std::string_view content_type;
    std::string_view contains;
  } cases[] = {
      {"/", "text/html; charset=utf-8", "<parley-chat mode=\"page\">"},
      {"/index.html", "text/html; charset=utf-8", "<parley-chat mode=\"page\">"},
      {"/widget-demo.html", "text/html; charset=utf-8", "<parley-chat></parley-chat>"},
      {"/page.css", "text/css; charset=utf-8", ":root"},
      {"/page.js", "text/javascript; charset=utf-8", "parley-chat"},
      {"/parley-chat.js", "text/javascript; charset=utf-8", "customElements.define('parley-chat'"},
      {"/parley-session.js", "text/javascript; charset=utf-8", "export class Session"},
      {"/parley-look.js", "text/javascript; charset=utf-8", "*, ::before, ::after"},
      {"/parley-chat.de.js", "text/javascript; charset=utf-8", "export default"},
      {"/sign-in.js", "text/javascript; charset=utf-8", "/sign-ins`"},
      {"/favicon.svg", "image/svg+xml", "<svg"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    const Asset* asset = find_asset(c.path);
    REQUIRE(asset != nullptr);
    CHECK(asset->content_type == c.content_type);
    CHECK(text_of(*asset).find(c.contains) != std::string::npos);
  }
}

TEST_CASE("unknown paths and paths that climb find nothing") {
  for (const std::string_view path :
       {"", "index.html", "//", "/parley-chat.js/", "/../CMakeLists.txt", "/tests/run.mjs"}) {
    CAPTURE(path);
    CHECK(find_asset(path) == nullptr);
  }
}

TEST_CASE("files that are not scripts are embedded byte for byte") {
  for (const char* name : {"widget-demo.html", "page.css", "favicon.svg"}) {
    CAPTURE(name);
    std::ifstream file(std::string(PARLEY_SOURCE_DIR "/web/") + name, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(file), {}};
    CHECK(text_of(*find_asset(std::string("/") + name)) == expected);
  }
}

TEST_CASE("the compressed form is gzip without a time stamp, and its trailer names the plain size") {
  for (const Asset& asset : all_assets()) {
    CAPTURE(asset.path);
    const auto gzip = asset.gzip;
    REQUIRE(gzip.size() > 18);
    CHECK(gzip[0] == 0x1f);
    CHECK(gzip[1] == 0x8b);
    CHECK(std::all_of(gzip.begin() + 4, gzip.begin() + 8, [](unsigned char byte) { return byte == 0; }));
    const auto tail = gzip.last(4);
    CHECK(
        (tail[0] | tail[1] << 8 | tail[2] << 16 | tail[3] << 24) == static_cast<int>(asset.identity.size())
    );
  }
}

TEST_CASE("entity tags are quoted, long enough and different") {
  std::set<std::string_view> seen;
  for (const Asset& asset : all_assets()) {
    CAPTURE(asset.path);
    CHECK(asset.etag.size() == 34);
    CHECK(asset.etag.front() == '"');
    CHECK(asset.etag.back() == '"');
    CHECK(seen.insert(asset.etag).second);
  }
}

TEST_CASE("the widget is at most 15 kB as it is sent") {
  std::size_t total = 0;
  for (const std::string_view path : {"/parley-chat.js", "/parley-session.js", "/parley-look.js"}) {
    total += find_asset(path)->gzip.size();
  }
  CHECK(total <= 15'000);
}

TEST_CASE("no page brings inline script or style, which a strict policy would refuse") {
  for (const Asset& asset : all_assets()) {
    if (!asset.content_type.starts_with("text/html")) continue;
    CAPTURE(asset.path);
    const std::string text = text_of(asset);
    for (const std::string_view forbidden : {"<style", " style=", "javascript:", " onclick=", " onload="}) {
      CAPTURE(forbidden);
      CHECK(text.find(forbidden) == std::string::npos);
    }
    for (std::size_t at = 0; (at = text.find("<script", at)) != std::string::npos; ++at) {
      CHECK(text.substr(at, text.find('>', at) - at).find(" src=") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace parley::web
