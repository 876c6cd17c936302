// int() uint() double() string() bytes() bool() type() dyn(), and display() of ours.
#include <charconv>
#include <cmath>
#include <string>

#include "base/utf8.hpp"
#include "expr/display.hpp"
#include "expr/functions.hpp"
#include "expr/numbers.hpp"
#include "expr/operators.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kIntRange = "the number does not fit into an int";
constexpr std::string_view kUintRange = "the number does not fit into a uint";

template <typename Integer>
Outcome parse_integer(Call& call) {
  std::string_view text = call[0].as_string();
  if (text.starts_with('+')) text.remove_prefix(1);
  Integer number = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc::result_out_of_range) return call.fail("the number is out of range");
  if (status != std::errc{} || end != text.data() + text.size()) {
    return call.fail("the text is not a whole number");
  }
  return call.give(number);
}

Outcome to_int(Call& call) {
  const Value& value = call[0];
  switch (value.type()) {
    case ValueType::integer:
      return call.give(value);
    case ValueType::unsigned_integer:
      if (value.as_uint() > INT64_MAX) return call.fail(std::string(kIntRange));
      return call.give(static_cast<std::int64_t>(value.as_uint()));
    case ValueType::real:
      if (!(value.as_double() > -9223372036854775808.0 && value.as_double() < 9223372036854775808.0)) {
        return call.fail(std::string(kIntRange));
      }
      return call.give(static_cast<std::int64_t>(value.as_double()));
    case ValueType::string:
      return parse_integer<std::int64_t>(call);
    case ValueType::timestamp:
      return call.give(value.as_timestamp().seconds);
    case ValueType::duration:
      return call.give(value.as_duration().seconds);
    default:
      return Outcome::no_overload;
  }
}

Outcome to_uint(Call& call) {
  const Value& value = call[0];
  switch (value.type()) {
    case ValueType::unsigned_integer:
      return call.give(value);
    case ValueType::integer:
      if (value.as_int() < 0) return call.fail(std::string(kUintRange));
      return call.give(static_cast<std::uint64_t>(value.as_int()));
    case ValueType::real:
      if (!(value.as_double() > -1.0 && value.as_double() < 18446744073709551616.0)) {
        return call.fail(std::string(kUintRange));
      }
      return call.give(static_cast<std::uint64_t>(value.as_double()));
    case ValueType::string:
      return parse_integer<std::uint64_t>(call);
    default:
      return Outcome::no_overload;
  }
}

Outcome to_double(Call& call) {
  const Value& value = call[0];
  if (value.is_number()) return call.give(value.to_double());
  if (!value.is_string()) return Outcome::no_overload;
  std::optional<double> number = parse_double(value.as_string());
  if (!number) return call.fail("the text is not a number");
  return call.give(*number);
}

Outcome to_string(Call& call) {
  const Value& value = call[0];
  switch (value.type()) {
    case ValueType::string:
      return call.give(value);
    case ValueType::boolean:
      return call.give(value.as_bool() ? "true" : "false");
    case ValueType::integer:
      return call.give(std::to_string(value.as_int()));
    case ValueType::unsigned_integer:
      return call.give(std::to_string(value.as_uint()));
    case ValueType::real:
      return call.give(shortest(value.as_double()));
    case ValueType::bytes:
      if (!call.afford(value.size())) return Outcome::failed;
      if (!is_utf8(value.as_bytes())) return call.fail("the bytes are not valid UTF-8");
      return call.give(value.as_bytes());
    case ValueType::timestamp:
      return call.give(format_timestamp(value.as_timestamp()));
    case ValueType::duration:
      return call.give(format_duration(value.as_duration()));
    default:
      return Outcome::no_overload;
  }
}

Outcome to_bytes(Call& call) {
  if (call[0].is_bytes()) return call.give(call[0]);
  if (!call[0].is_string()) return Outcome::no_overload;
  if (!call.afford(call[0].size())) return Outcome::failed;
  return call.give(Value::bytes(call[0].as_string()));
}

Outcome to_bool(Call& call) {
  if (call[0].is_bool()) return call.give(call[0]);
  if (!call[0].is_string()) return Outcome::no_overload;
  for (std::string_view text : {"true", "TRUE", "True", "t", "1"}) {
    if (call[0].as_string() == text) return call.give(true);
  }
  for (std::string_view text : {"false", "FALSE", "False", "f", "0"}) {
    if (call[0].as_string() == text) return call.give(false);
  }
  return call.fail("the text is neither true nor false");
}

std::string_view cel_type_name(ValueType type) {
  switch (type) {
    case ValueType::null:
      return "null_type";
    case ValueType::timestamp:
      return "google.protobuf.Timestamp";
    case ValueType::duration:
      return "google.protobuf.Duration";
    case ValueType::optional:
      return "optional_type";
    default:
      return name(type);
  }
}

Outcome type_of(Call& call) {
  return call.give(Value::type_named(cel_type_name(call[0].type())));
}

Outcome dyn(Call& call) {
  return call.give(call[0]);
}

Outcome display_text(Call& call) {
  if (call.count() == 2 && !call[1].is_string()) return Outcome::no_overload;
  if (!weigh(call[0], call.budget())) return Outcome::failed;
  std::string text = display(call[0], call.count() == 2 ? call[1].as_string() : "en");
  if (!call.afford(text.size())) return Outcome::failed;
  return call.give(text);
}

constexpr Function kFunctions[] = {
    {"int",
     Style::global,
     "number -> int; string -> int; timestamp -> int; duration -> int",
     to_int,
     "int(number, text, timestamp or duration)",
     "A whole number: fractions are cut off, a time gives seconds since 1970, a duration its seconds.",
     "int('42') + int(2.9) → 44"},
    {"uint",
     Style::global,
     "number -> uint; string -> uint",
     to_uint,
     "uint(number or text)",
     "A whole number that is never negative.",
     "uint(42) → 42u"},
    {"double",
     Style::global,
     "number -> double; string -> double",
     to_double,
     "double(number or text)",
     "A number with a fraction.",
     "double('2.5') → 2.5"},
    {"string",
     Style::global,
     "string -> string; bool -> string; number -> string; bytes -> string; timestamp -> string; duration -> "
     "string",
     to_string,
     "string(value); display(value) shows lists and maps",
     "A plain value as text, as CEL writes it.",
     "string(2.5) + string(true) → '2.5true'"},
    {"bytes",
     Style::global,
     "string -> bytes; bytes -> bytes",
     to_bytes,
     "bytes(text)",
     "The UTF-8 bytes of a text.",
     "bytes('abc') → b'abc'"},
    {"bool",
     Style::global,
     "bool -> bool; string -> bool",
     to_bool,
     "bool(text)",
     "True or false from its word.",
     "bool('true') → true"},
    {"type",
     Style::global,
     "A -> type",
     type_of,
     "type(value)",
     "The type of a value, to compare with int, string, list and the others.",
     "type(1) == int → true"},
    {"dyn",
     Style::global,
     "A -> dyn",
     dyn,
     "dyn(value)",
     "The value itself, its type unknown to the checker.",
     "dyn(1) == 1.0 → true"},
    {"display",
     Style::either,
     "A -> string; A, string -> string",
     display_text,
     "display(value) or display(value, 'en')",
     "Any value as people read it, in a language.",
     "display([1, 2, 3]) → '1, 2 and 3'"},
};

}  // namespace

std::span<const Function> conversion_functions() {
  return kFunctions;
}

}  // namespace parley::expr
