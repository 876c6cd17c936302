// math.greatest, math.least, rounding, sign and bits: CEL's math extension.
#include <cmath>
#include <string>

#include "expr/functions.hpp"
#include "expr/operators.hpp"

namespace parley::expr {
namespace {

Outcome extreme(Call& call, Order wanted) {
  if (call[0].is_number()) return call.give(call[0]);
  if (!call[0].is_list()) return Outcome::no_overload;
  if (!call.budget().spend(call[0].size())) return Outcome::failed;
  const Value* best = nullptr;
  for (const Value& item : call[0].as_list()) {
    if (!item.is_number()) return Outcome::no_overload;
    if (best == nullptr || compare(item, *best) == wanted) best = &item;
  }
  if (best == nullptr) return call.fail("the list is empty");
  return call.give(*best);
}

Outcome greatest(Call& call) {
  return extreme(call, Order::greater);
}
Outcome least(Call& call) {
  return extreme(call, Order::less);
}

template <double (*Round)(double)>
Outcome rounded(Call& call) {
  if (!call[0].is_double()) return Outcome::no_overload;
  return call.give(Round(call[0].as_double()));
}

double ceil_of(double x) {
  return std::ceil(x);
}
double floor_of(double x) {
  return std::floor(x);
}
double trunc_of(double x) {
  return std::trunc(x);
}
double round_of(double x) {
  return std::round(x);
}

Outcome square_root(Call& call) {
  if (!call[0].is_number()) return Outcome::no_overload;
  return call.give(std::sqrt(call[0].to_double()));
}

Outcome absolute(Call& call) {
  const Value& value = call[0];
  if (value.is_uint()) return call.give(value);
  if (value.is_double()) return call.give(std::fabs(value.as_double()));
  if (!value.is_int()) return Outcome::no_overload;
  if (value.as_int() == INT64_MIN) return call.fail("the result does not fit into an int");
  return call.give(value.as_int() < 0 ? -value.as_int() : value.as_int());
}

Outcome sign(Call& call) {
  const Value& value = call[0];
  if (value.is_int()) return call.give(std::int64_t{(value.as_int() > 0) - (value.as_int() < 0)});
  if (value.is_uint()) return call.give(std::uint64_t{value.as_uint() > 0});
  if (!value.is_double()) return Outcome::no_overload;
  double real = value.as_double();
  if (std::isnan(real)) return call.give(real);
  return call.give(static_cast<double>((real > 0) - (real < 0)));
}

Outcome is_nan(Call& call) {
  if (!call[0].is_double()) return Outcome::no_overload;
  return call.give(std::isnan(call[0].as_double()));
}
Outcome is_inf(Call& call) {
  if (!call[0].is_double()) return Outcome::no_overload;
  return call.give(std::isinf(call[0].as_double()));
}
Outcome is_finite(Call& call) {
  if (!call[0].is_double()) return Outcome::no_overload;
  return call.give(std::isfinite(call[0].as_double()));
}

template <typename Combine>
Outcome combine_bits(Call& call, Combine combine) {
  if (call[0].is_int() && call[1].is_int()) return call.give(combine(call[0].as_int(), call[1].as_int()));
  if (call[0].is_uint() && call[1].is_uint()) return call.give(combine(call[0].as_uint(), call[1].as_uint()));
  return Outcome::no_overload;
}

Outcome bit_and(Call& call) {
  return combine_bits(call, [](auto a, auto b) { return a & b; });
}
Outcome bit_or(Call& call) {
  return combine_bits(call, [](auto a, auto b) { return a | b; });
}
Outcome bit_xor(Call& call) {
  return combine_bits(call, [](auto a, auto b) { return a ^ b; });
}

Outcome bit_not(Call& call) {
  if (call[0].is_int()) return call.give(~call[0].as_int());
  if (call[0].is_uint()) return call.give(~call[0].as_uint());
  return Outcome::no_overload;
}

// Shifts move zeros in, also for negative numbers.
Outcome shift(Call& call, bool left) {
  bool fits = (call[0].is_int() || call[0].is_uint()) && call[1].is_int();
  if (!fits) return Outcome::no_overload;
  std::int64_t by = call[1].as_int();
  if (by < 0) return call.fail("the shift is negative");
  std::uint64_t bits = call[0].is_int() ? static_cast<std::uint64_t>(call[0].as_int()) : call[0].as_uint();
  if (by > 63) {
    bits = 0;
  } else {
    bits = left ? bits << by : bits >> by;
  }
  return call[0].is_int() ? call.give(static_cast<std::int64_t>(bits)) : call.give(bits);
}

Outcome shift_left(Call& call) {
  return shift(call, true);
}
Outcome shift_right(Call& call) {
  return shift(call, false);
}

constexpr Function kFunctions[] = {
    {"math.greatest", Style::global, 1, kAnyNumber, greatest, "math.greatest(a, b, …) or math.greatest(list)"
    },
    {"math.least", Style::global, 1, kAnyNumber, least, "math.least(a, b, …) or math.least(list)"},
    {"math.ceil", Style::global, 1, 1, rounded<ceil_of>, "math.ceil(double)"},
    {"math.floor", Style::global, 1, 1, rounded<floor_of>, "math.floor(double)"},
    {"math.round", Style::global, 1, 1, rounded<round_of>, "math.round(double)"},
    {"math.trunc", Style::global, 1, 1, rounded<trunc_of>, "math.trunc(double)"},
    {"math.sqrt", Style::global, 1, 1, square_root, "math.sqrt(number)"},
    {"math.abs", Style::global, 1, 1, absolute, "math.abs(number)"},
    {"math.sign", Style::global, 1, 1, sign, "math.sign(number)"},
    {"math.isNaN", Style::global, 1, 1, is_nan, "math.isNaN(double)"},
    {"math.isInf", Style::global, 1, 1, is_inf, "math.isInf(double)"},
    {"math.isFinite", Style::global, 1, 1, is_finite, "math.isFinite(double)"},
    {"math.bitAnd", Style::global, 2, 2, bit_and, "math.bitAnd(a, b), both int or both uint"},
    {"math.bitOr", Style::global, 2, 2, bit_or, "math.bitOr(a, b), both int or both uint"},
    {"math.bitXor", Style::global, 2, 2, bit_xor, "math.bitXor(a, b), both int or both uint"},
    {"math.bitNot", Style::global, 1, 1, bit_not, "math.bitNot(int or uint)"},
    {"math.bitShiftLeft", Style::global, 2, 2, shift_left, "math.bitShiftLeft(int or uint, places)"},
    {"math.bitShiftRight", Style::global, 2, 2, shift_right, "math.bitShiftRight(int or uint, places)"},
};

}  // namespace

std::span<const Function> math_functions() {
  return kFunctions;
}

}  // namespace parley::expr
