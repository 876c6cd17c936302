#include "expr/functions/format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

constexpr int kDefaultPrecision = 6;
constexpr int kMaxPrecision = 100;

bool append_list(std::string& out, std::span<const Value> items, Budget& budget) {
  out += '[';
  for (const Value& item : items) {
    if (&item != items.data()) out += ", ";
    if (!append_plain(out, item, budget)) return false;
  }
  out += ']';
  return true;
}

bool append_map(std::string& out, std::span<const Value::Entry> entries, Budget& budget) {
  std::vector<std::pair<std::string, const Value*>> sorted;  // pointers into one array
  for (const Value::Entry& entry : entries) {
    std::string key;
    if (!append_plain(key, entry.key, budget)) return false;
    sorted.emplace_back(std::move(key), &entry.value);
  }
  // The key's place breaks ties (1 and "1"), so that every sort algorithm gives the same order.
  std::ranges::sort(sorted);
  out += '{';
  bool first = true;
  for (const auto& [key, value] : sorted) {
    if (!first) out += ", ";
    first = false;
    out.append(key).append(": ");
    if (!append_plain(out, *value, budget)) return false;
  }
  out += '}';
  return true;
}

bool append_octal_or_hex(std::string& out, const Value& value, int base, bool upper) {
  char buffer[72];
  char* end = buffer;
  if (value.is_int()) {
    end = std::to_chars(buffer, buffer + sizeof(buffer), value.as_int(), base).ptr;
  } else if (value.is_uint()) {
    end = std::to_chars(buffer, buffer + sizeof(buffer), value.as_uint(), base).ptr;
  } else {
    return false;
  }
  for (char* at = buffer; upper && at != end; ++at) {
    if (*at >= 'a' && *at <= 'f') *at = static_cast<char>(*at - 32);
  }
  out.append(buffer, end);
  return true;
}

bool append_hex(std::string& out, const Value& value, bool upper) {
  if (!value.is_string() && !value.is_bytes()) return append_octal_or_hex(out, value, 16, upper);
  std::string hex = hex_encode(value.is_string() ? value.as_string() : value.as_bytes());
  for (char& c : hex) {
    if (upper && c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  }
  out += hex;
  return true;
}

bool append_decimal(std::string& out, const Value& value) {
  if (value.is_int()) {
    out += std::to_string(value.as_int());
  } else if (value.is_uint()) {
    out += std::to_string(value.as_uint());
  } else if (value.is_double()) {
    out += shortest(value.as_double());
  } else {
    return false;
  }
  return true;
}

bool append_binary(std::string& out, const Value& value) {
  if (!value.is_bool()) return append_octal_or_hex(out, value, 2, false);
  out += value.as_bool() ? '1' : '0';
  return true;
}

// Infinities and NaN may also arrive as their names.
bool append_real(std::string& out, const Value& value, char clause, int precision) {
  double number = 0;
  if (value.is_number()) {
    number = value.to_double();
  } else if (std::optional<double> named;
             value.is_string() && (named = parse_double(value.as_string())) && !std::isfinite(*named)) {
    number = *named;
  } else {
    return false;
  }
  out += clause == 'f' ? fixed(number, precision) : scientific(number, precision);
  return true;
}

bool append_clause(std::string& out, char clause, int precision, const Value& value, Budget& budget) {
  switch (clause) {
    case 's':
      return append_plain(out, value, budget);
    case 'd':
      return append_decimal(out, value);
    case 'f':
    case 'e':
      return append_real(out, value, clause, precision);
    case 'b':
      return append_binary(out, value);
    case 'o':
      return append_octal_or_hex(out, value, 8, false);
    default:
      return append_hex(out, value, clause == 'X');
  }
}

}  // namespace

bool append_plain(std::string& out, const Value& value, Budget& budget) {
  if (!budget.spend(1) || !budget.spend_bytes(value.is_string() || value.is_bytes() ? value.size() : 0)) {
    return false;
  }
  switch (value.type()) {
    case ValueType::null:
      out += "null";
      return true;
    case ValueType::boolean:
      out += value.as_bool() ? "true" : "false";
      return true;
    case ValueType::integer:
    case ValueType::unsigned_integer:
    case ValueType::real:
      return append_decimal(out, value);
    case ValueType::string:
    case ValueType::type:
      out += value.as_string();
      return true;
    case ValueType::bytes:
      out += repair_utf8(value.as_bytes());
      return true;
    case ValueType::timestamp:
      out += format_timestamp(value.as_timestamp());
      return true;
    case ValueType::duration:
      out += format_duration(value.as_duration());
      return true;
    case ValueType::list:
      return append_list(out, value.as_list(), budget);
    case ValueType::map:
      return append_map(out, value.entries(), budget);
    case ValueType::optional:
      return value.optional_value() == nullptr || append_plain(out, *value.optional_value(), budget);
  }
  return true;
}

bool format_text(
    std::string_view pattern,
    std::span<const Value> arguments,
    Budget& budget,
    std::string& out,
    std::string& problem
) {
  if (!budget.spend_bytes(pattern.size())) return false;
  std::size_t next = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      out += pattern[at];
      continue;
    }
    if (++at < pattern.size() && pattern[at] == '%') {
      out += '%';
      continue;
    }
    int precision = kDefaultPrecision;
    bool has_precision = at < pattern.size() && pattern[at] == '.';
    if (has_precision) {
      auto [end, status] =
          std::from_chars(pattern.data() + at + 1, pattern.data() + pattern.size(), precision);
      if (status != std::errc{} || precision < 0 || precision > kMaxPrecision) {
        problem = "a precision is a number from 0 to 100";
        return false;
      }
      at = static_cast<std::size_t>(end - pattern.data());
    }
    if (at >= pattern.size() || std::string_view("sdfeboxX").find(pattern[at]) == std::string_view::npos) {
      problem = "unknown placeholder: use %s %d %f %e %b %o %x %X or %%";
      return false;
    }
    if (next == arguments.size()) {
      problem = "there are more placeholders than values";
      return false;
    }
    if (!budget.spend(1)) return false;
    if (!append_clause(out, pattern[at], precision, arguments[next], budget)) {
      problem =
          std::string("%") + pattern[at] + " cannot show a " + std::string(name(arguments[next].type()));
      return false;
    }
    ++next;
  }
  return true;
}

}  // namespace parley::expr
