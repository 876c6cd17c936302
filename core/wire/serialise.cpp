#include "wire/serialise.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"

namespace parley::wire {
namespace {

constexpr bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Unreserved characters and those of `more` as they are, all others as %XX.
std::string encoded_but(std::string_view text, std::string_view more) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || more.contains(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

bool is_container(const Value& value) {
  return value.is_list() || value.is_map();
}

std::string key_text(const Value& key) {
  return key.is_string() ? std::string(key.as_string()) : write_json(key);
}

// "a,b,c", or "k,v,k,v" for a map; `separator` is part of the syntax and stays as it is. Pairs are "k=v".
std::string joined(const Value& value, std::string_view separator, bool pairs, auto&& encode) {
  std::string out;
  bool first = true;
  const auto add = [&](const std::string& part) {
    if (!first) out += separator;
    first = false;
    out += part;
  };
  if (value.is_list()) {
    for (const Value& item : value.as_list()) add(encode(text_of(item)));
  } else if (value.is_map()) {
    for (const auto& [key, member] : value.entries()) {
      const std::string name = encode(key_text(key));
      if (pairs) {
        add(name + "=" + encode(text_of(member)));
      } else {
        add(name);
        add(encode(text_of(member)));
      }
    }
  } else {
    add(encode(text_of(value)));
  }
  return out;
}

// To any depth: a[b][0]=x. Lists are numbered, as the SDKs of services that use this style do.
void append_deep(
    std::vector<std::string>& pairs, const std::string& name, const Value& value, bool allow_reserved
) {
  if (value.is_map() && value.size() > 0) {
    for (const auto& [key, member] : value.entries()) {
      append_deep(pairs, name + "[" + key_text(key) + "]", member, allow_reserved);
    }
  } else if (value.is_list() && value.size() > 0) {
    std::size_t index = 0;
    for (const Value& item : value.as_list()) {
      append_deep(pairs, name + "[" + std::to_string(index++) + "]", item, allow_reserved);
    }
  } else {
    const std::string text = is_container(value) ? std::string() : text_of(value);
    pairs.push_back(percent_encoded(name) + "=" + percent_encoded(text, allow_reserved));
  }
}

// RFC 6265: as it is, but for what would end the cookie or cannot stand in one.
std::string cookie_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool stays = byte > 0x20 && byte < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    out += stays ? std::string(1, c) : percent_encoded({&c, 1});
  }
  return out;
}

void append_cookies(std::vector<std::string>& pairs, const Binding& binding, const Value& value) {
  const std::string name = percent_encoded(binding.wire_name) + "=";
  if (binding.explode && value.is_list()) {
    for (const Value& item : value.as_list()) pairs.push_back(name + cookie_text(text_of(item)));
  } else if (binding.explode && value.is_map()) {
    for (const auto& [key, member] : value.entries())
      pairs.push_back(percent_encoded(key_text(key)) + "=" + cookie_text(text_of(member)));
  } else {
    pairs.push_back(name + joined(value, "%2C", false, cookie_text));
  }
}

std::string_view separator_of(Style style) {
  switch (style) {
    case Style::space_delimited:
      return "%20";
    case Style::tab_delimited:
      return "%09";
    case Style::pipe_delimited:
      return "%7C";
    default:
      return ",";
  }
}

}  // namespace

std::string percent_encoded(std::string_view text, bool allow_reserved) {
  // '&', '=', '+' and '#' end or change a value whatever is allowed.
  return encoded_but(text, allow_reserved ? ":/?@!$'()*,;[]" : "");
}

std::string literal_encoded(std::string_view text) {
  return encoded_but(text, ":/?#[]@!$&'()*+,;=%");
}

std::string text_of(const Value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_bytes()) return std::string(value.as_bytes());
  if (value.is_null()) return {};
  std::string text = write_json(value);
  // Times and durations are strings in JSON.
  const bool quoted = !is_container(value) && text.size() >= 2 && text.starts_with('"');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

void append_pairs(std::vector<std::string>& pairs, const Binding& binding, const Value& value) {
  const bool reserved = binding.allow_reserved;
  const auto encode = [reserved](std::string_view text) { return percent_encoded(text, reserved); };
  const std::string name = binding.wire_name.empty() ? "" : percent_encoded(binding.wire_name) + "=";
  if (binding.style == Style::json) {
    pairs.push_back(name + encode(write_json(value)));
    return;
  }
  if (binding.style == Style::cookie) return append_cookies(pairs, binding, value);
  if (binding.style == Style::deep_object) return append_deep(pairs, binding.wire_name, value, reserved);
  const bool nested = value.is_list() && std::ranges::any_of(value.as_list(), is_container);
  if (binding.place == Place::field && (value.is_map() || nested)) {
    pairs.push_back(name + encode(write_json(value)));
  } else if (binding.explode && value.is_list()) {
    for (const Value& item : value.as_list()) pairs.push_back(name + encode(text_of(item)));
  } else if (binding.explode && value.is_map()) {
    for (const auto& [key, member] : value.entries()) {
      pairs.push_back(percent_encoded(key_text(key)) + "=" + encode(text_of(member)));
    }
  } else {
    pairs.push_back(name + joined(value, separator_of(binding.style), false, encode));
  }
}

std::string path_text(const Binding& binding, const Value& value) {
  // Whatever is allowed, a value is never more than its own segment.
  const auto encode = [&](std::string_view text) {
    return encoded_but(text, binding.allow_reserved ? ":@!$&'()*+,;=" : "");
  };
  const std::string name = percent_encoded(binding.wire_name);
  switch (binding.style) {
    case Style::json:
      return encode(write_json(value));
    case Style::label:
      return "." + joined(value, binding.explode ? "." : ",", binding.explode, encode);
    case Style::matrix: {
      if (!binding.explode || !is_container(value))
        return ";" + name + "=" + joined(value, ",", false, encode);
      std::string out;
      if (value.is_list()) {
        for (const Value& item : value.as_list()) out += ";" + name + "=" + encode(text_of(item));
      } else {
        out = ";" + joined(value, ";", true, encode);
      }
      return out;
    }
    default:
      return joined(value, ",", binding.explode, encode);
  }
}

std::string header_text(const Binding& binding, const Value& value) {
  if (binding.style == Style::json) return write_json(value);
  return joined(value, ",", binding.explode, [](std::string text) { return text; });
}

}  // namespace parley::wire
