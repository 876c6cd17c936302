#include "base/json_schema/uri.hpp"

#include "base/encoding.hpp"

namespace parley {
namespace {

struct Parts {
  std::string_view scheme;     // with ':'
  std::string_view authority;  // with "//"
  std::string_view path;
  std::string_view query;     // with '?'
  std::string_view fragment;  // with '#'
};

Parts split(std::string_view uri) {
  Parts parts;
  if (std::size_t hash = uri.find('#'); hash != std::string_view::npos) {
    parts.fragment = uri.substr(hash);
    uri = uri.substr(0, hash);
  }
  if (std::size_t mark = uri.find('?'); mark != std::string_view::npos) {
    parts.query = uri.substr(mark);
    uri = uri.substr(0, mark);
  }
  std::size_t colon = uri.find(':');
  if (colon != std::string_view::npos && uri.find('/') > colon) {
    parts.scheme = uri.substr(0, colon + 1);
    uri = uri.substr(colon + 1);
  }
  if (uri.starts_with("//")) {
    std::size_t end = uri.find('/', 2);
    parts.authority = uri.substr(0, end);
    uri = end == std::string_view::npos ? std::string_view() : uri.substr(end);
  }
  parts.path = uri;
  return parts;
}

std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    std::size_t end = path.find('/', 1);
    std::string_view segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
      if (path.empty()) out += '/';
    } else {
      out += segment;
    }
  }
  return out;
}

std::string join(
    std::string_view scheme, std::string_view authority, std::string_view path, const Parts& rest
) {
  std::string out(scheme);
  out += authority;
  out += path;
  out += rest.query;
  out += rest.fragment;
  return out;
}

}  // namespace

SplitUri split_fragment(std::string_view uri) {
  std::size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base_uri, std::string_view reference) {
  Parts base = split(base_uri);
  Parts wanted = split(reference);
  if (!wanted.scheme.empty()) return std::string(reference);
  if (!wanted.authority.empty())
    return join(base.scheme, wanted.authority, without_dots(wanted.path), wanted);
  if (wanted.path.empty()) {
    if (wanted.query.empty()) wanted.query = base.query;
    return join(base.scheme, base.authority, base.path, wanted);
  }
  if (wanted.path.starts_with('/'))
    return join(base.scheme, base.authority, without_dots(wanted.path), wanted);
  std::string merged(base.path.substr(0, base.path.rfind('/') + 1));
  if (merged.empty() && !base.authority.empty()) merged = "/";
  merged += wanted.path;
  return join(base.scheme, base.authority, without_dots(merged), wanted);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      auto octet = hex_decode(text.substr(at + 1, 2));
      if (octet && octet->size() == 1) {
        out += *octet;
        at += 2;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

}  // namespace parley
