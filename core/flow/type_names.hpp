// What is known of the names in a flow's expressions, for the type checker (expr/check/check.hpp).
#pragma once

#include <string_view>

#include "base/value.hpp"
#include "expr/check/check.hpp"
#include "flow/slot.hpp"

namespace parley::flow {

// `user`, `conversation`, `now`… as the engine defines them; a test of the engine holds them together.
// Names that are missing here (`context`, `error`…) are open.
[[nodiscard]] const expr::TypeNames& builtin_names();

// What a filled slot holds. An empty one is null, which the checker never holds against an expression.
[[nodiscard]] expr::Type type_of(const SlotType& slot);

// What a JSON Schema promises; dyn where it leaves a choice or says nothing.
[[nodiscard]] expr::Type type_of_schema(const Value& schema);

// The code of a diagnostic for this kind of problem: "F0351"…
[[nodiscard]] std::string_view code_of(expr::TypeProblem::Kind kind);
// Evaluating the expression would fail; otherwise the problem is only likely a mistake.
[[nodiscard]] bool is_certain(expr::TypeProblem::Kind kind);

}  // namespace parley::flow
