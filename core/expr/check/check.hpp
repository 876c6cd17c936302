// The type checker: walks a compiled expression and finds what must fail when it is evaluated, before any
// conversation does. Gradual: what is not known is `dyn`, and only certain mistakes are reported.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "expr/check/type.hpp"
#include "expr/expression.hpp"

namespace parley::expr {

// What is known of the names in scope. A name that is missing here is dyn.
using TypeNames = std::map<std::string, Type, std::less<>>;

struct TypeProblem {
  enum class Kind : std::uint8_t {
    condition,       // something else than bool where a condition is needed
    arguments,       // a function or macro that does not take these types
    operands,        // an operator that does not take these types
    unknown_field,   // a field that the object cannot have, or a field of something without fields
    unlisted_field,  // one that an open object does not name, but that reads like one it does
    never_equal,     // a comparison of unlike types: it does not fail, but its answer never changes
  };
  Kind kind = Kind::operands;
  std::size_t begin = 0;  // [begin, end) in the source
  std::size_t end = 0;
  std::string message;
  std::string hint;
};

struct Checked {
  Type type;  // of the expression's value, if it has one
  std::vector<TypeProblem> problems;
};

[[nodiscard]] Checked check(const Expression& expression, const TypeNames& names);

}  // namespace parley::expr
