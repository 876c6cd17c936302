// optional.of, optional.none, … and orValue().
#include "expr/functions.hpp"

namespace parley::expr {
namespace {

bool is_optional(const Value& value) {
  return value.type() == ValueType::optional;
}

bool is_zero(const Value& value) {
  switch (value.type()) {
    case ValueType::null:
      return true;
    case ValueType::boolean:
      return !value.as_bool();
    case ValueType::integer:
    case ValueType::unsigned_integer:
    case ValueType::real:
      return value.to_double() == 0;
    case ValueType::timestamp:
      return value.as_timestamp() == Timestamp{};
    case ValueType::duration:
      return value.as_duration() == Duration{};
    case ValueType::optional:
      return value.optional_value() == nullptr;
    case ValueType::type:
      return false;
    default:
      return value.size() == 0;
  }
}

Outcome of(Call& call) {
  return call.give(Value::optional_of(call[0]));
}

Outcome of_non_zero(Call& call) {
  return call.give(is_zero(call[0]) ? Value::optional_none() : Value::optional_of(call[0]));
}

Outcome none(Call& call) {
  return call.give(Value::optional_none());
}

Outcome has_value(Call& call) {
  if (!is_optional(call[0])) return Outcome::no_overload;
  return call.give(call[0].optional_value() != nullptr);
}

Outcome value(Call& call) {
  if (!is_optional(call[0])) return Outcome::no_overload;
  if (call[0].optional_value() == nullptr) return call.fail("the optional has no value");
  return call.give(*call[0].optional_value());
}

Outcome or_other(Call& call) {
  if (!is_optional(call[0]) || !is_optional(call[1])) return Outcome::no_overload;
  return call.give(call[0].optional_value() != nullptr ? call[0] : call[1]);
}

// Beyond CEL: null gives the default as well, and any other value itself, for slots that may be empty.
Outcome or_value(Call& call) {
  const Value* found = is_optional(call[0]) ? call[0].optional_value() : &call[0];
  bool absent = found == nullptr || (found == &call[0] && found->is_null());
  return call.give(absent ? call[1] : *found);
}

constexpr Function kFunctions[] = {
    {"optional.of",
     Style::global,
     "A -> optional(A)",
     of,
     "optional.of(value)",
     "An optional that has this value.",
     "optional.of(1).value() → 1"},
    {"optional.ofNonZeroValue",
     Style::global,
     "A -> optional(A)",
     of_non_zero,
     "optional.ofNonZeroValue(value)",
     "An optional that has this value unless it is empty, zero, false or null.",
     "optional.ofNonZeroValue('').hasValue() → false"},
    {"optional.none",
     Style::global,
     "-> optional(A)",
     none,
     "optional.none()",
     "An optional without a value.",
     "optional.none().hasValue() → false"},
    {"hasValue",
     Style::method,
     "optional(A) -> bool",
     has_value,
     "optional.hasValue()",
     "Is there a value?",
     "optional.of(1).hasValue() → true"},
    {"value",
     Style::method,
     "optional(A) -> A",
     value,
     "optional.value()",
     "The value; an error when there is none.",
     "optional.of(1).value() → 1"},
    {"or",
     Style::method,
     "optional(A), optional(A) -> optional(A)",
     or_other,
     "optional.or(other optional)",
     "This optional, or the other when it has no value.",
     "optional.none().or(optional.of(2)).value() → 2"},
    {"orValue",
     Style::method,
     "optional(A), A -> A; null, A -> A; A, A -> A",
     or_value,
     "value.orValue(default)",
     "The value, or the default when there is none; null counts as none.",
     "{'a': 1}.?b.orValue(7) → 7"},
};

}  // namespace

std::span<const Function> optional_functions() {
  return kFunctions;
}

}  // namespace parley::expr
