#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/json_tags.hpp"

namespace parley {
namespace {

void append_tagged(std::string& out, std::string_view tag, std::string_view text) {
  out += "{\"";
  out += tag;
  out += "\":";
  append_json_string(out, text);
  out += '}';
}

void append_typed_double(std::string& out, double real) {
  if (std::isnan(real)) return append_tagged(out, "@double", "NaN");
  if (std::isinf(real)) return append_tagged(out, "@double", real > 0 ? "Infinity" : "-Infinity");
  if (real == 0 && std::signbit(real)) out += '-';
  std::size_t start = out.size();
  append_json_number(out, real);
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

void append_typed_list(std::string& out, std::span<const Value> items) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_typed(out, items[i]);
  }
  out += ']';
}

bool is_plain_key(const Value::Entry& entry) {
  return entry.key.is_string() && !entry.key.as_string().starts_with('@');
}

void append_plain_map(std::string& out, std::span<const Value::Entry> entries) {
  std::vector<const Value::Entry*> sorted;
  sorted.reserve(entries.size());
  for (const Value::Entry& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const Value::Entry* a, const Value::Entry* b) {
    return a->key.as_string() < b->key.as_string();
  });
  out += '{';
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, sorted[i]->key.as_string());
    out += ':';
    append_typed(out, sorted[i]->value);
  }
  out += '}';
}

void append_typed_map(std::string& out, std::span<const Value::Entry> entries) {
  if (std::all_of(entries.begin(), entries.end(), is_plain_key)) return append_plain_map(out, entries);
  std::vector<std::pair<std::string, const Value*>> sorted;
  sorted.reserve(entries.size());
  for (const Value::Entry& entry : entries) sorted.emplace_back(write_typed(entry.key), &entry.value);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  out += "{\"@map\":[";
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    out += i > 0 ? ",[" : "[";
    out += sorted[i].first;
    out += ',';
    append_typed(out, *sorted[i].second);
    out += ']';
  }
  out += "]}";
}

std::unexpected<Error> bad_tag(std::string_view tag) {
  return fail(ErrorCode::invalid_input, "The typed value \"" + std::string(tag) + "\" cannot be read.");
}

Result<Value> uint_of(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return bad_tag("@uint");
  return Value(number);
}

Result<Value> double_of(std::string_view text) {
  if (text == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (text == "Infinity") return Value(std::numeric_limits<double>::infinity());
  if (text == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
  return bad_tag("@double");
}

Result<Value> map_of(const Value& pairs) {
  if (!pairs.is_list()) return bad_tag("@map");
  std::vector<Value::Entry> entries;
  entries.reserve(pairs.size());
  for (const Value& pair : pairs.as_list()) {
    if (!pair.is_list() || pair.size() != 2) return bad_tag("@map");
    const Value& key = pair.as_list()[0];
    if (!key.is_string() && !key.is_bool() && !key.is_int() && !key.is_uint()) return bad_tag("@map");
    entries.push_back({key, pair.as_list()[1]});
  }
  std::size_t duplicate = Value::kNoDuplicate;
  Value map = Value::adopt_map(entries, duplicate);
  if (duplicate != Value::kNoDuplicate) return bad_tag("@map");
  return map;
}

Result<Value> optional_of(const Value& items) {
  if (!items.is_list() || items.size() > 1) return bad_tag("@optional");
  return items.size() == 0 ? Value::optional_none() : Value::optional_of(items.as_list()[0]);
}

template <typename T, typename Convert>
Result<Value> converted(std::string_view tag, const Result<T>& read, Convert convert) {
  if (!read) return bad_tag(tag);
  return convert(*read);
}

}  // namespace

Result<Value> value_of_tag(std::string_view tag, const Value& inner) {
  if (tag == "@map") return map_of(inner);
  if (tag == "@optional") return optional_of(inner);
  if (!inner.is_string()) return bad_tag(tag);
  std::string_view text = inner.as_string();
  if (tag == "@uint") return uint_of(text);
  if (tag == "@double") return double_of(text);
  if (tag == "@bytes") return converted(tag, base64_decode(text), Value::bytes);
  if (tag == "@time")
    return converted(tag, parse_timestamp(text), [](Timestamp time) { return Value(time); });
  if (tag == "@duration")
    return converted(tag, parse_duration(text), [](Duration span) { return Value(span); });
  if (tag == "@type") return Value::type_named(text);
  return bad_tag(tag);
}

void append_typed(std::string& out, const Value& value) {
  switch (value.type()) {
    case ValueType::null:
    case ValueType::boolean:
    case ValueType::integer:
    case ValueType::string:
      append_json(out, value);
      return;
    case ValueType::unsigned_integer:
      append_tagged(out, "@uint", std::to_string(value.as_uint()));
      return;
    case ValueType::real:
      append_typed_double(out, value.as_double());
      return;
    case ValueType::bytes:
      append_tagged(out, "@bytes", base64_encode(value.as_bytes()));
      return;
    case ValueType::timestamp:
      append_tagged(out, "@time", format_timestamp(value.as_timestamp()));
      return;
    case ValueType::duration:
      append_tagged(out, "@duration", format_duration(value.as_duration()));
      return;
    case ValueType::type:
      append_tagged(out, "@type", value.as_string());
      return;
    case ValueType::list:
      append_typed_list(out, value.as_list());
      return;
    case ValueType::map:
      append_typed_map(out, value.entries());
      return;
    case ValueType::optional: {
      const Value* held = value.optional_value();
      out += "{\"@optional\":";
      append_typed_list(out, held == nullptr ? std::span<const Value>() : std::span(held, 1));
      out += '}';
      return;
    }
  }
}

std::string write_typed(const Value& value) {
  std::string out;
  append_typed(out, value);
  return out;
}

}  // namespace parley
