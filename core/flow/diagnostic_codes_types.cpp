// F035: what the type checker finds in expressions.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0351", R"(F0351: a condition that is not true or false

What stands in if, when, while, validate, guard or approve, beside && and || or before ? must be true
or false. A number or a text is neither, so evaluating it would fail.

Wrong:
    if: items

Right:
    if: size(items) > 0
)"},
    {"F0352", R"(F0352: an operator that does not take these values

The types of both sides are known, and the operator has no meaning for them.

Wrong:
    if: name > 5

Right:
    if: size(name) > 5
)"},
    {"F0353", R"(F0353: a function that does not take these values

The types of the arguments are known, and the function has no meaning for them.

Wrong:
    if: size(quantity) > 0

Right:
    if: quantity > 0
)"},
    {"F0354", R"(F0354: a field that does not exist

The value's fields are known, and this is none of them; or the value has no fields at all.

Wrong:
    text: "Hello {{ user.nme }}"

Right:
    text: "Hello {{ user.id }}"
)"},
    {"F0355", R"(F0355: a field that the tool's description does not name

The description of the tool's answer names a field much like it. This is a warning: descriptions may
leave fields out.

Wrong:
    text: "Your payment is {{ payment.statsu }}"

Right:
    text: "Your payment is {{ payment.status }}"
)"},
    {"F0356", R"(F0356: a comparison that always gives the same answer

Values of these types are never equal: a text is not a number, even if it looks like one. This is a
warning.

Wrong:
    if: quantity == '3'

Right:
    if: quantity == 3
)"},
};

}  // namespace

std::span<const Explanation> type_explanations() {
  return kRows;
}

}  // namespace parley::flow
