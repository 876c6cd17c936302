// Which names must hold a value when an expression is evaluated, and which ones are known to hold one when it
// was true or false: `x != null && size(x) > 0` needs nothing, and where it is true x holds a value.
// `slots.x` counts as `x`. All functions are pure; their cost is linear in the expression's size times its
// number of names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "expr/expression.hpp"

namespace parley::expr {

struct Need {
  enum class Kind : std::uint8_t {
    value,    // null would be a mistake: it is shown, computed with, or a field of it is taken
    defined,  // null is fine (`x == null`), but the name must exist
  };
  std::string name;
  Kind kind = Kind::value;

  bool operator==(const Need&) const = default;
};

struct Needs {
  std::vector<Need> needs;              // each name once, with the stronger kind
  std::vector<std::string> when_true;   // names that hold a value then; sorted
  std::vector<std::string> when_false;  // likewise
};

// `result_may_be_null`: the expression's value is passed on as it is, so that a bare name needs no value.
[[nodiscard]] Needs needs_of(const Expression& expression, bool result_may_be_null = false);

}  // namespace parley::expr
