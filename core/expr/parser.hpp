// Source text → Ast: CEL's grammar by recursive descent. Macros (all, exists, map…) become nodes of their own
// with numbered variables, so evaluation never searches for a bound name.
#pragma once

#include <expected>
#include <string_view>

#include "expr/ast.hpp"

namespace parley::expr {

[[nodiscard]] std::expected<Ast, SyntaxProblem> parse(std::string_view source, const CompileOptions& options);

}  // namespace parley::expr
