// Lookup in document nodes, and the typing of plain scalars by the YAML 1.2 core schema.
#include "flow/document.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

#include "base/decimal.hpp"

namespace parley::flow {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_number(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t whole_end = skip_digits(text, at);
  const bool has_whole = whole_end > at;
  at = whole_end;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction_end = skip_digits(text, at + 1);
    if (!has_whole && fraction_end == at + 1) return false;
    at = fraction_end;
  } else if (!has_whole) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t exponent_end = skip_digits(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

template <typename Int>
std::optional<Int> whole(std::string_view text, int base) {
  Int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Value> prefixed_integer(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return std::nullopt;
  const int base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 0;
  if (base == 0) return std::nullopt;
  if (text[2] == '-') return std::nullopt;
  if (const auto number = whole<std::int64_t>(text.substr(2), base)) return Value(*number);
  return std::nullopt;
}

std::optional<Value> number_of(std::string_view text) {
  if (auto value = prefixed_integer(text)) return value;
  if (!looks_like_number(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  if (const auto number = whole<std::int64_t>(text, 10)) return Value(*number);
  if (const auto number = whole<std::uint64_t>(text, 10)) return Value(*number);
  const double real = round_decimal(text);
  if (std::isinf(real)) return std::nullopt;  // beyond what a double holds: stays text
  return Value(real);
}

Value plain_scalar(std::string_view text) {
  if (text == "null" || text == "Null" || text == "NULL" || text == "~" || text.empty()) return {};
  if (text == "true" || text == "True" || text == "TRUE") return Value(true);
  if (text == "false" || text == "False" || text == "FALSE") return Value(false);
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return Value(std::numeric_limits<double>::quiet_NaN());
  }
  const std::string_view unsigned_text = text[0] == '-' || text[0] == '+' ? text.substr(1) : text;
  if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value(text[0] == '-' ? -infinity : infinity);
  }
  if (auto number = number_of(text)) return *std::move(number);
  return Value(text);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Value to_value(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return {};
    case Node::Kind::scalar:
      return node.quoted ? Value(node.text) : plain_scalar(node.text);
    case Node::Kind::list: {
      ListBuilder list;
      list.reserve(node.items.size());
      for (const Node& item : node.items) list.add(to_value(item));
      return list.build();
    }
    case Node::Kind::map: {
      MapBuilder map;
      map.reserve(node.members.size());
      for (const Node::Member& member : node.members) map.set(Value(member.key), to_value(member.value));
      return map.build();
    }
  }
  return {};
}

}  // namespace parley::flow
