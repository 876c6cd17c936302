#include "expr/tagged_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

void append_text(std::string& out, std::string_view text) {
  append_json_string(out, text);
}

// As Python and most of CEL's own tools write a double: plain between 1e-4 and 1e16.
std::string double_text(double number) {
  if (!std::isfinite(number)) return shortest(number);
  double size = std::fabs(number);
  if (size != 0 && (size < 1e-4 || size >= 1e16)) {
    char buffer[32];
    char* end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::scientific).ptr;
    return {buffer, end};
  }
  char buffer[64];
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::fixed).ptr;
  std::string text(buffer, end);
  if (!text.contains('.')) text += ".0";
  return text;
}

void append_items(std::string& out, std::span<const Value> items) {
  out += '[';
  for (const Value& item : items) {
    if (&item != items.data()) out += ',';
    append_tagged(out, item);
  }
  out += ']';
}

void append_pairs(std::string& out, std::span<const Value::Entry> entries) {
  out += '[';
  for (const Value::Entry& entry : entries) {
    out += &entry == entries.data() ? "[" : ",[";
    append_tagged(out, entry.key);
    out += ',';
    append_tagged(out, entry.value);
    out += ']';
  }
  out += ']';
}

void append_content(std::string& out, const Value& value) {
  switch (value.type()) {
    case ValueType::null:
    case ValueType::boolean:
      return append_json(out, value);
    case ValueType::integer:
      return append_text(out, std::to_string(value.as_int()));
    case ValueType::unsigned_integer:
      return append_text(out, std::to_string(value.as_uint()));
    case ValueType::real:
      return append_text(out, double_text(value.as_double()));
    case ValueType::string:
    case ValueType::type:
      return append_text(out, value.as_string());
    case ValueType::bytes:
      return append_text(out, base64_encode(value.as_bytes()));
    case ValueType::timestamp:
      return append_text(out, format_timestamp(value.as_timestamp()));
    case ValueType::duration:
      return append_text(out, format_duration(value.as_duration()));
    case ValueType::list:
      return append_items(out, value.as_list());
    case ValueType::map:
      return append_pairs(out, value.entries());
    case ValueType::optional: {
      const Value* held = value.optional_value();
      return append_items(out, held == nullptr ? std::span<const Value>() : std::span(held, 1));
    }
  }
}

std::unexpected<Error> unreadable(std::string_view type) {
  return fail(
      ErrorCode::invalid_input,
      "A value of type " + std::string(type) + " cannot be read.",
      {},
      R"(values are written {"int":"1"}, {"string":"a"}, {"list":[…]}, {"map":[[key,value],…]})"
  );
}

template <typename Integer>
Result<Value> integer_of(std::string_view type, const Value& content) {
  if (content.is_int() || content.is_uint()) {
    if (std::is_signed_v<Integer> ? content.is_int() : content.is_uint()) return content;
    if (content.is_int() && content.as_int() >= 0) return static_cast<Integer>(content.as_int());
  }
  if (!content.is_string()) return unreadable(type);
  std::string_view text = content.as_string();
  Integer number = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return unreadable(type);
  return number;
}

Result<Value> double_of(const Value& content) {
  if (content.is_number()) return content.to_double();
  std::optional<double> number =
      content.is_string() ? parse_double(content.as_string()) : std::optional<double>();
  if (!number) return unreadable("double");
  return *number;
}

Result<std::vector<Value>> items_of(std::string_view type, const Value& content) {
  if (!content.is_list()) return unreadable(type);
  std::vector<Value> items;
  items.reserve(content.size());
  for (const Value& item : content.as_list()) {
    Result<Value> read = read_tagged(item);
    if (!read) return std::unexpected(std::move(read.error()));
    items.push_back(*std::move(read));
  }
  return items;
}

Result<Value> map_of(const Value& content) {
  if (!content.is_list()) return unreadable("map");
  std::vector<Value::Entry> entries;
  for (const Value& pair : content.as_list()) {
    Result<std::vector<Value>> both = items_of("map", pair);
    if (!both) return std::unexpected(std::move(both.error()));
    if (both->size() != 2) return unreadable("map");
    Value& key = (*both)[0];
    if (!key.is_string() && !key.is_bool() && !key.is_int() && !key.is_uint()) return unreadable("map");
    entries.push_back({std::move(key), std::move((*both)[1])});
  }
  std::size_t duplicate = Value::kNoDuplicate;
  Value map = Value::adopt_map(entries, duplicate);
  if (duplicate != Value::kNoDuplicate) return unreadable("map");
  return map;
}

Result<Value> text_of(std::string_view type, const Value& content) {
  if (!content.is_string()) return unreadable(type);
  std::string_view text = content.as_string();
  if (type == "string") return content;
  if (type == "type") return Value::type_named(text);
  if (type == "bytes") {
    if (auto octets = base64_decode(text)) return Value::bytes(*octets);
  } else if (type == "timestamp") {
    if (auto time = parse_timestamp(text)) return *time;
  } else if (type == "duration") {
    if (auto duration = parse_duration(text)) return *duration;
  }
  return unreadable(type);
}

}  // namespace

void append_tagged(std::string& out, const Value& value) {
  out += "{\"";
  out += name(value.type());
  out += "\":";
  append_content(out, value);
  out += '}';
}

Result<Value> read_tagged(const Value& json) {
  if (!json.is_map() || json.size() != 1) return unreadable("map");
  std::string_view type = json.entries()[0].key.as_string();
  const Value& content = json.entries()[0].value;
  if (type == "null") return content.is_null() ? Result<Value>(Value()) : unreadable(type);
  if (type == "bool") return content.is_bool() ? Result<Value>(content) : unreadable(type);
  if (type == "int") return integer_of<std::int64_t>(type, content);
  if (type == "uint") return integer_of<std::uint64_t>(type, content);
  if (type == "double") return double_of(content);
  if (type == "map") return map_of(content);
  if (type != "list" && type != "optional") return text_of(type, content);
  Result<std::vector<Value>> items = items_of(type, content);
  if (!items) return std::unexpected(std::move(items.error()));
  if (type == "list") return Value::adopt_list(*items);
  if (items->size() > 1) return unreadable(type);
  return items->empty() ? Value::optional_none() : Value::optional_of(std::move(items->front()));
}

}  // namespace parley::expr
