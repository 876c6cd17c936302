// Exponential and logarithm that give the same bits on every platform, which the C library does not promise.
// Only + - * / on doubles; the folder is compiled without contraction to fused multiply-add.
//
// Absolute error of exact_exp: below 2e-16 times the result; of exact_log: below 1e-15. Pure; thread-safe.
// Source: argument reduction by powers of two, then the Taylor series of exp and of atanh.
#pragma once

namespace parley::language {

// 0 below -700, and e^700 above 700: beyond what a logit can be.
[[nodiscard]] double exact_exp(double x);

// Of a positive, normal number.
[[nodiscard]] double exact_log(double x);

}  // namespace parley::language
