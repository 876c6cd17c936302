#include "expr/operators.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expr/money.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kOverflow = "the result does not fit into 64 bits";
constexpr std::string_view kByZero = "division by zero";
constexpr std::string_view kTimeRange = "the time is out of range";

bool deep_equals(const Value& a, const Value& b, Budget& budget) {
  if (!budget.spend(a.size() + 1) || a.size() != b.size()) return false;
  if (a.is_list()) {
    std::span<const Value> left = a.as_list();
    std::span<const Value> right = b.as_list();
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!equals(left[i], right[i], budget)) return false;
    }
    return true;
  }
  for (const Value::Entry& entry : a.entries()) {
    const Value* other = b.find(entry.key);
    if (other == nullptr || !equals(entry.value, *other, budget)) return false;
  }
  return true;
}

template <typename T>
Order order_of(const T& a, const T& b) {
  if (a < b) return Order::less;
  return b < a ? Order::greater : Order::equal;
}

Order order_of_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Order::unordered;
  return order_of(a, b);
}

Order reversed(Order order) {
  if (order == Order::less) return Order::greater;
  return order == Order::greater ? Order::less : order;
}

Order order_of_numbers(const Value& a, const Value& b) {
  if (a.is_double()) {
    if (b.is_double()) return order_of_doubles(a.as_double(), b.as_double());
    return reversed(order_of_numbers(b, a));
  }
  // CEL compares an integer as a double here, even where that rounds it.
  if (b.is_double()) return order_of_doubles(a.to_double(), b.as_double());
  if (a.is_int() && b.is_int()) return order_of(a.as_int(), b.as_int());
  if (a.is_uint() && b.is_uint()) return order_of(a.as_uint(), b.as_uint());
  if (a.is_int()) {
    if (a.as_int() < 0) return Order::less;
    return order_of(static_cast<std::uint64_t>(a.as_int()), b.as_uint());
  }
  return reversed(order_of_numbers(b, a));
}

template <typename Integer>
Outcome integer_arithmetic(Op op, Integer a, Integer b, Value& result, std::string_view& problem) {
  Integer out = 0;
  bool overflow = false;
  switch (op) {
    case Op::add:
      overflow = __builtin_add_overflow(a, b, &out);
      break;
    case Op::subtract:
      overflow = __builtin_sub_overflow(a, b, &out);
      break;
    case Op::multiply:
      overflow = __builtin_mul_overflow(a, b, &out);
      break;
    default:
      if (b == 0) {
        problem = kByZero;
        return Outcome::failed;
      }
      // The smallest int divided by -1 is one too large.
      if constexpr (std::is_signed_v<Integer>) overflow = b == -1 && a == INT64_MIN;
      if (!overflow) out = op == Op::divide ? a / b : a % b;
      break;
  }
  if (overflow) {
    problem = kOverflow;
    return Outcome::failed;
  }
  result = out;
  return Outcome::done;
}

Outcome double_arithmetic(Op op, double a, double b, Value& result) {
  switch (op) {
    case Op::add:
      result = a + b;
      return Outcome::done;
    case Op::subtract:
      result = a - b;
      return Outcome::done;
    case Op::multiply:
      result = a * b;
      return Outcome::done;
    case Op::divide:
      result = a / b;
      return Outcome::done;
    default:
      return Outcome::no_overload;
  }
}

template <typename T>
Outcome time_result(Result<T> time, Value& result, std::string_view& problem) {
  if (!time) {
    problem = kTimeRange;
    return Outcome::failed;
  }
  result = *time;
  return Outcome::done;
}

// CEL wants the span between two timestamps to fit into 64 bits of nanoseconds.
Result<Duration> span_between(Timestamp later, Timestamp earlier) {
  constexpr std::int64_t kLongestSeconds = INT64_MAX / 1'000'000'000;
  Result<Duration> span = difference(later, earlier);
  if (span && (span->seconds >= kLongestSeconds || span->seconds <= -kLongestSeconds)) {
    return parley::fail(ErrorCode::evaluation, "The span is out of range.");
  }
  return span;
}

Outcome time_arithmetic(Op op, const Value& a, const Value& b, Value& result, std::string_view& problem) {
  if (op == Op::add) {
    if (a.is_timestamp() && b.is_duration()) {
      return time_result(parley::add(a.as_timestamp(), b.as_duration()), result, problem);
    }
    if (a.is_duration() && b.is_timestamp()) {
      return time_result(parley::add(b.as_timestamp(), a.as_duration()), result, problem);
    }
    if (a.is_duration() && b.is_duration()) {
      return time_result(parley::add(a.as_duration(), b.as_duration()), result, problem);
    }
  }
  if (op == Op::subtract) {
    if (a.is_timestamp() && b.is_duration()) {
      return time_result(parley::subtract(a.as_timestamp(), b.as_duration()), result, problem);
    }
    if (a.is_timestamp() && b.is_timestamp()) {
      return time_result(span_between(a.as_timestamp(), b.as_timestamp()), result, problem);
    }
    if (a.is_duration() && b.is_duration()) {
      return time_result(parley::add(a.as_duration(), parley::negate(b.as_duration())), result, problem);
    }
  }
  return Outcome::no_overload;
}

Outcome concatenate(const Value& a, const Value& b, Value& result, Budget& budget) {
  if (a.is_list()) {
    if (!budget.spend(a.size() + b.size())) return Outcome::failed;
    std::vector<Value> items;
    items.reserve(a.size() + b.size());
    items.insert(items.end(), a.as_list().begin(), a.as_list().end());
    items.insert(items.end(), b.as_list().begin(), b.as_list().end());
    result = Value::adopt_list(items);
    // A list added to itself holds its parts twice.
    return weigh(result, budget) ? Outcome::done : Outcome::failed;
  }
  if (!budget.spend_bytes(a.size() + b.size())) return Outcome::failed;
  std::string joined;
  joined.reserve(a.size() + b.size());
  joined += a.is_string() ? a.as_string() : a.as_bytes();
  joined += b.is_string() ? b.as_string() : b.as_bytes();
  result = a.is_string() ? Value(joined) : Value::bytes(joined);
  return Outcome::done;
}

Order order_of_money(const Value& a, const Value& b) {
  std::optional<Money> left = read_money(a);
  std::optional<Money> right = read_money(b);
  if (!left || !right) return Order::no_overload;
  if (left->currency != right->currency) return Order::unlike_currencies;
  return order_of(left->amount, right->amount);
}

}  // namespace

bool equals(const Value& a, const Value& b, Budget& budget) {
  if (a.type() == b.type() && (a.is_list() || a.is_map())) return deep_equals(a, b, budget);
  if (a.type() == b.type() && a.type() == ValueType::optional) {
    const Value* left = a.optional_value();
    const Value* right = b.optional_value();
    if (left == nullptr || right == nullptr) return left == right;
    return budget.spend(1) && equals(*left, *right, budget);
  }
  return a == b;
}

Order compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b);
  if (a.type() != b.type()) return Order::no_overload;
  switch (a.type()) {
    case ValueType::boolean:
      return order_of(a.as_bool(), b.as_bool());
    case ValueType::string:
      return order_of(a.as_string(), b.as_string());
    case ValueType::bytes:
      return order_of(a.as_bytes(), b.as_bytes());
    case ValueType::timestamp:
      return order_of(a.as_timestamp(), b.as_timestamp());
    case ValueType::duration:
      return order_of(a.as_duration(), b.as_duration());
    case ValueType::map:
      return order_of_money(a, b);
    default:
      return Order::no_overload;
  }
}

Outcome arithmetic(
    Op op, const Value& a, const Value& b, Value& result, std::string_view& problem, Budget& budget
) {
  if (a.is_number() && b.is_number()) {
    if (a.is_int() && b.is_int()) return integer_arithmetic(op, a.as_int(), b.as_int(), result, problem);
    if (a.is_uint() && b.is_uint()) return integer_arithmetic(op, a.as_uint(), b.as_uint(), result, problem);
    // CEL leaves a mix to the author. JSON does not tell 12 from 12.0, so here a double takes the other
    // along.
    if (a.is_double() || b.is_double()) return double_arithmetic(op, a.to_double(), b.to_double(), result);
    return Outcome::no_overload;
  }
  if (a.is_timestamp() || a.is_duration()) return time_arithmetic(op, a, b, result, problem);
  if (a.is_map() || b.is_map()) return money_arithmetic(op, a, b, result, problem);
  bool joins = op == Op::add && a.type() == b.type() && (a.is_string() || a.is_bytes() || a.is_list());
  return joins ? concatenate(a, b, result, budget) : Outcome::no_overload;
}

Outcome negate(const Value& a, Value& result, std::string_view& problem) {
  if (a.is_double()) {
    result = -a.as_double();
    return Outcome::done;
  }
  if (std::optional<Money> money = read_money(a)) {
    result = money_value({money->amount.negated(), money->currency});
    return Outcome::done;
  }
  if (!a.is_int()) return Outcome::no_overload;
  if (a.as_int() == INT64_MIN) {
    problem = kOverflow;
    return Outcome::failed;
  }
  result = -a.as_int();
  return Outcome::done;
}

bool weigh(const Value& value, Budget& budget) {
  if (value.is_list()) {
    if (!budget.spend(value.size())) return false;
    for (const Value& item : value.as_list()) {
      if (!weigh(item, budget)) return false;
    }
  } else if (value.is_map()) {
    if (!budget.spend(value.size())) return false;
    for (const Value::Entry& entry : value.entries()) {
      if (!weigh(entry.value, budget)) return false;
    }
  } else if (value.type() == ValueType::optional && value.optional_value() != nullptr) {
    return weigh(*value.optional_value(), budget);
  }
  return true;
}

const Value* find_key(const Value& map, const Value& key) {
  if (key.is_double()) {
    double real = key.as_double();
    if (std::trunc(real) != real) return nullptr;
    if (real >= -9223372036854775808.0 && real < 9223372036854775808.0) {
      return map.find(Value(static_cast<std::int64_t>(real)));
    }
    if (real >= 0 && real < 18446744073709551616.0) return map.find(Value(static_cast<std::uint64_t>(real)));
    return nullptr;
  }
  bool may_be_key = key.is_string() || key.is_bool() || key.is_int() || key.is_uint();
  return may_be_key ? map.find(key) : nullptr;
}

const Value* find_element(const Value& target, const Value& key, std::string_view& problem) {
  if (target.is_map()) {
    bool may_be_key = key.is_string() || key.is_bool() || key.is_number();
    if (!may_be_key) problem = "a map's key is a string, a number or a bool";
    return may_be_key ? find_key(target, key) : nullptr;
  }
  if (!target.is_list()) {
    problem = "only lists and maps have elements";
    return nullptr;
  }
  if (!key.is_number()) {
    problem = "a list's index is a number";
    return nullptr;
  }
  if (key.is_double() && std::trunc(key.as_double()) != key.as_double()) {
    problem = "a list's index is a whole number";
    return nullptr;
  }
  double position = key.to_double();
  if (!(position >= 0 && position < static_cast<double>(target.size()))) return nullptr;
  return &target.as_list()[static_cast<std::size_t>(position)];
}

std::string_view symbol_of(Op op) {
  switch (op) {
    case Op::add:
      return "+";
    case Op::subtract:
      return "-";
    case Op::multiply:
      return "*";
    case Op::divide:
      return "/";
    case Op::modulo:
      return "%";
    case Op::equal:
      return "==";
    case Op::not_equal:
      return "!=";
    case Op::less:
      return "<";
    case Op::less_equal:
      return "<=";
    case Op::greater:
      return ">";
    case Op::greater_equal:
      return ">=";
    case Op::in:
      return "in";
    case Op::logical_not:
      return "!";
    case Op::negate:
      return "-";
    default:
      return "?";
  }
}

std::string_view signatures_of(Op op) {
  switch (op) {
    case Op::add:
      return "int, int -> int; uint, uint -> uint; double, number -> double; number, double -> double; "
             "string, string -> string; bytes, bytes -> bytes; list(A), list(A) -> list(A); "
             "timestamp, duration -> timestamp; duration, timestamp -> timestamp; "
             "duration, duration -> duration; money, money -> money";
    case Op::subtract:
      return "int, int -> int; uint, uint -> uint; double, number -> double; number, double -> double; "
             "timestamp, duration -> timestamp; timestamp, timestamp -> duration; "
             "duration, duration -> duration; money, money -> money";
    case Op::multiply:
      return "int, int -> int; uint, uint -> uint; double, number -> double; number, double -> double; "
             "money, number -> money; number, money -> money; money, string -> money; string, money -> money";
    case Op::divide:
      return "int, int -> int; uint, uint -> uint; double, number -> double; number, double -> double; "
             "money, number -> money; money, string -> money";
    case Op::modulo:
      return "int, int -> int; uint, uint -> uint";
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return "number, number -> bool; string, string -> bool; bool, bool -> bool; bytes, bytes -> bool; "
             "timestamp, timestamp -> bool; duration, duration -> bool; money, money -> bool";
    case Op::in:
      return "A, list(B) -> bool; A, map(B, C) -> bool";
    case Op::logical_not:
      return "bool -> bool";
    case Op::negate:
      return "int -> int; double -> double; money -> money";
    default:
      return {};
  }
}

const Value* named_type(std::string_view name) {
  static const Value types[] = {
      Value::type_named("bool"),
      Value::type_named("int"),
      Value::type_named("uint"),
      Value::type_named("double"),
      Value::type_named("string"),
      Value::type_named("bytes"),
      Value::type_named("list"),
      Value::type_named("map"),
      Value::type_named("null_type"),
      Value::type_named("type"),
      Value::type_named("optional_type"),
      Value::type_named("google.protobuf.Timestamp"),
      Value::type_named("google.protobuf.Duration"),
  };
  for (const Value& type : types) {
    if (type.as_string() == name) return &type;
  }
  return nullptr;
}

}  // namespace parley::expr
