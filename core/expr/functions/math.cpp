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
    {"math.greatest",
     Style::global,
     "int -> int; uint -> uint; double -> double; list(int)... -> int; list(uint)... -> uint; "
     "list(double)... -> double; list(number)... -> number",
     greatest,
     "math.greatest(a, b, …) or math.greatest(list)",
     "The greatest of some numbers.",
     "math.greatest(1, 3, 2) → 3"},
    {"math.least",
     Style::global,
     "int -> int; uint -> uint; double -> double; list(int)... -> int; list(uint)... -> uint; "
     "list(double)... -> double; list(number)... -> number",
     least,
     "math.least(a, b, …) or math.least(list)",
     "The least of some numbers.",
     "math.least([3, 1, 2]) → 1"},
    {"math.ceil",
     Style::global,
     "double -> double",
     rounded<ceil_of>,
     "math.ceil(double)",
     "The next whole number above.",
     "math.ceil(1.2) → 2.0"},
    {"math.floor",
     Style::global,
     "double -> double",
     rounded<floor_of>,
     "math.floor(double)",
     "The next whole number below.",
     "math.floor(1.8) → 1.0"},
    {"math.round",
     Style::global,
     "double -> double",
     rounded<round_of>,
     "math.round(double)",
     "The nearest whole number; halves go away from zero.",
     "math.round(1.5) → 2.0"},
    {"math.trunc",
     Style::global,
     "double -> double",
     rounded<trunc_of>,
     "math.trunc(double)",
     "The number without its fraction.",
     "math.trunc(-1.8) → -1.0"},
    {"math.sqrt",
     Style::global,
     "number -> double",
     square_root,
     "math.sqrt(number)",
     "The square root.",
     "math.sqrt(9) → 3.0"},
    {"math.abs",
     Style::global,
     "int -> int; uint -> uint; double -> double",
     absolute,
     "math.abs(number)",
     "The number without its sign.",
     "math.abs(-3) → 3"},
    {"math.sign",
     Style::global,
     "int -> int; uint -> uint; double -> double",
     sign,
     "math.sign(number)",
     "-1, 0 or 1.",
     "math.sign(-3) → -1"},
    {"math.isNaN",
     Style::global,
     "double -> bool",
     is_nan,
     "math.isNaN(double)",
     "Is it not a number?",
     "math.isNaN(0.0 / 0.0) → true"},
    {"math.isInf",
     Style::global,
     "double -> bool",
     is_inf,
     "math.isInf(double)",
     "Is it infinite?",
     "math.isInf(1.0 / 0.0) → true"},
    {"math.isFinite",
     Style::global,
     "double -> bool",
     is_finite,
     "math.isFinite(double)",
     "Is it an ordinary number?",
     "math.isFinite(1.0) → true"},
    {"math.bitAnd",
     Style::global,
     "int, int -> int; uint, uint -> uint",
     bit_and,
     "math.bitAnd(a, b), both int or both uint",
     "The bits that both have.",
     "math.bitAnd(6, 3) → 2"},
    {"math.bitOr",
     Style::global,
     "int, int -> int; uint, uint -> uint",
     bit_or,
     "math.bitOr(a, b), both int or both uint",
     "The bits that either has.",
     "math.bitOr(6, 3) → 7"},
    {"math.bitXor",
     Style::global,
     "int, int -> int; uint, uint -> uint",
     bit_xor,
     "math.bitXor(a, b), both int or both uint",
     "The bits that one of both has.",
     "math.bitXor(6, 3) → 5"},
    {"math.bitNot",
     Style::global,
     "int -> int; uint -> uint",
     bit_not,
     "math.bitNot(int or uint)",
     "All bits turned over.",
     "math.bitNot(0) → -1"},
    {"math.bitShiftLeft",
     Style::global,
     "int, int -> int; uint, int -> uint",
     shift_left,
     "math.bitShiftLeft(int or uint, places)",
     "The bits moved up; zeros come in.",
     "math.bitShiftLeft(1, 4) → 16"},
    {"math.bitShiftRight",
     Style::global,
     "int, int -> int; uint, int -> uint",
     shift_right,
     "math.bitShiftRight(int or uint, places)",
     "The bits moved down; zeros come in.",
     "math.bitShiftRight(16, 4) → 1"},
};

}  // namespace

std::span<const Function> math_functions() {
  return kFunctions;
}

}  // namespace parley::expr
