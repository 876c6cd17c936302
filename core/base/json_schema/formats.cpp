#include <algorithm>
#include <array>

#include "base/json_schema.hpp"
#include "base/regex.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}
bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

int number_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size() || !all_digits(text.substr(at, count))) return -1;
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) number = number * 10 + (text[i] - '0');
  return number;
}

// --- times ---

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int year = number_at(text, 0, 4);
  CivilTime civil;
  civil.year = year == 0 ? 2000 : year;  // year 0000 is a leap year too, but outside Timestamp's range
  civil.month = number_at(text, 5, 2);
  civil.day = number_at(text, 8, 2);
  return year >= 0 && from_civil(civil).has_value();
}

// RFC 3339 full-time; a leap second only where UTC can have one, at 23:59:60.
bool is_time(std::string_view text) {
  int hour = number_at(text, 0, 2);
  int minute = number_at(text, 3, 2);
  int second = number_at(text, 6, 2);
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  std::size_t at = 8;
  if (text[at] == '.') {
    std::size_t first = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == first) return false;
  }
  int offset = 0;
  std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    int hours = zone.size() == 6 ? number_at(zone, 1, 2) : -1;
    int minutes = zone.size() == 6 ? number_at(zone, 4, 2) : -1;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || zone[3] != ':') return false;
    if (zone[0] != '+' && zone[0] != '-') return false;
    offset = (hours * 60 + minutes) * (zone[0] == '+' ? 1 : -1);
  }
  int utc_minute = (hour * 60 + minute - offset + 2 * 1440) % 1440;
  return second < 60 || utc_minute == 1439;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && ascii_lower(text[10]) == 't' && is_date(text.substr(0, 10)) &&
         is_time(text.substr(11));
}

// ISO 8601: units must appear in order, T needs a unit behind it, weeks stand alone.
bool is_iso_duration(std::string_view text) {
  if (text.size() < 3 || text[0] != 'P') return false;
  text.remove_prefix(1);
  if (text.back() == 'W') return all_digits(text.substr(0, text.size() - 1));
  std::string_view units = "YMD";
  bool first_of_part = true;
  bool in_time = false;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    if (text[0] == 'T') {
      if (in_time) return false;
      in_time = true;
      first_of_part = true;
      units = "HMS";
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    if (digits == 0 || digits == text.size()) return false;
    std::size_t unit = units.find(text[digits]);
    // A part may begin with any unit; then each must be the next one: "1Y2D" is not allowed.
    if (unit == std::string_view::npos || (!first_of_part && unit != next_unit)) return false;
    first_of_part = false;
    next_unit = unit + 1;
    text.remove_prefix(digits + 1);
  }
  return true;
}

// --- hosts ---

bool is_ipv4(std::string_view text) {
  int parts = 0;
  for (;;) {
    std::size_t dot = text.find('.');
    std::string_view part = text.substr(0, dot);
    if (!all_digits(part) || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
    if (number_at(part, 0, part.size()) > 255) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

// Groups on one side of "::" (or of the whole), or -1.
int ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int groups = 0;
  for (;;) {
    std::size_t colon = text.find(':');
    std::string_view part = text.substr(0, colon);
    bool last = colon == std::string_view::npos;
    if (last && may_end_in_ipv4 && part.find('.') != std::string_view::npos)
      return is_ipv4(part) ? groups + 2 : -1;
    if (part.empty() || part.size() > 4 || !std::all_of(part.begin(), part.end(), is_hex)) return -1;
    ++groups;
    if (last) return groups;
    text.remove_prefix(colon + 1);
  }
}

bool is_ipv6(std::string_view text) {
  std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  int before = ipv6_groups(text.substr(0, gap), false);
  int after = ipv6_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (;;) {
    std::size_t dot = text.find('.');
    std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(), [](char c) {
          return is_letter(c) || is_digit(c) || c == '-';
        }))
      return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view text, bool international) {
  std::size_t sign = text.rfind('@');
  if (sign == std::string_view::npos || sign == 0) return false;
  std::string_view local = text.substr(0, sign);
  std::string_view domain = text.substr(sign + 1);
  auto is_atom = [international](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+/=?^_`{|}~-.").contains(c) ||
           (international && is_high(c));
  };
  bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
  if (!quoted) {
    if (!std::all_of(local.begin(), local.end(), is_atom)) return false;
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
      return false;
  }
  if (domain.starts_with("[IPv6:") && domain.ends_with(']'))
    return is_ipv6(domain.substr(6, domain.size() - 7));
  if (domain.starts_with('[') && domain.ends_with(']')) return is_ipv4(domain.substr(1, domain.size() - 2));
  if (international && std::any_of(domain.begin(), domain.end(), is_high))
    return domain.find(' ') == std::string_view::npos;
  return is_hostname(domain);
}

// --- URIs ---

bool is_uri_text(std::string_view text, std::string_view extra, bool international) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
      at += 2;
    } else if (!is_letter(c) && !is_digit(c) && !std::string_view("-._~!$&'()*+,;=:@").contains(c) &&
               !extra.contains(c) && !(international && is_high(c))) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text, bool international) {
  if (std::size_t sign = text.rfind('@'); sign != std::string_view::npos) {
    if (text.substr(0, sign).contains('@') || !is_uri_text(text.substr(0, sign), "", international))
      return false;
    text.remove_prefix(sign + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    std::size_t close = text.find(']');
    if (close == std::string_view::npos) return false;
    std::string_view address = text.substr(1, close - 1);
    bool future = address.starts_with('v') && address.contains('.') && is_uri_text(address, "", false);
    if (!future && !is_ipv6(address)) return false;
    port = text.substr(close + 1);
  } else {
    std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon);
    if (!is_uri_text(text.substr(0, colon), "", international)) return false;
  }
  if (port.empty()) return true;
  return port[0] == ':' && (port.size() == 1 || all_digits(port.substr(1)));
}

bool is_uri(std::string_view text, bool needs_scheme, bool international) {
  std::size_t colon = text.find_first_of(":/?#");
  bool has_scheme = colon != std::string_view::npos && text[colon] == ':';
  if (has_scheme) {
    std::string_view scheme = text.substr(0, colon);
    auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
    if (scheme.empty() || !is_letter(scheme[0]) || !std::all_of(scheme.begin(), scheme.end(), fits))
      return false;
    text.remove_prefix(colon + 1);
  } else if (needs_scheme) {
    return false;
  }
  if (std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_uri_text(text.substr(hash + 1), "/?", international)) return false;
    text = text.substr(0, hash);
  }
  if (std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    if (!is_uri_text(text.substr(mark + 1), "/?", international)) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    std::size_t end = text.find('/', 2);
    if (!is_authority(text.substr(2, end == std::string_view::npos ? end : end - 2), international))
      return false;
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  }
  return is_uri_text(text, "/", international);
}

// --- others ---

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  return text.substr(digits) == "#" || is_json_pointer(text.substr(digits));
}

struct Format {
  std::string_view name;
  bool (*matches)(std::string_view);
};

constexpr std::array<Format, 17> kFormats{{
    {"date-time", is_date_time},
    {"date", is_date},
    {"time", is_time},
    {"duration", is_iso_duration},
    {"email", [](std::string_view text) { return is_email(text, false); }},
    {"idn-email", [](std::string_view text) { return is_email(text, true); }},
    {"hostname", is_hostname},
    {"ipv4", is_ipv4},
    {"ipv6", is_ipv6},
    {"uri", [](std::string_view text) { return is_uri(text, true, false); }},
    {"uri-reference", [](std::string_view text) { return is_uri(text, false, false); }},
    {"iri", [](std::string_view text) { return is_uri(text, true, true); }},
    {"iri-reference", [](std::string_view text) { return is_uri(text, false, true); }},
    {"uuid", is_uuid},
    {"json-pointer", is_json_pointer},
    {"relative-json-pointer", is_relative_json_pointer},
    {"regex",
     [](std::string_view text) {
       auto compiled = Regex::compile(text, {.dialect = RegexDialect::ecma});
       // Look-around is fine ECMA-262, although we cannot run it.
       return compiled.has_value() || compiled.error().code != ErrorCode::invalid_input;
     }},
}};

}  // namespace

bool matches_format(std::string_view format, std::string_view text) {
  for (const Format& known : kFormats) {
    if (known.name == format) return known.matches(text);
  }
  return true;
}

}  // namespace parley
