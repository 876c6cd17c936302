// What a function takes and gives, read from the text in its row: "string, int -> string; list(A) -> A". A
// capital letter stands for a type that the arguments decide; `list(A)...` also takes its elements one by
// one.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "expr/check/type.hpp"

namespace parley::expr {

struct Overload {
  std::vector<Type> parameters;
  Type result;
};

// A type as signatures write it: "map(string, list(int))". Nothing when the text is no type.
[[nodiscard]] std::optional<Type> parse_type(std::string_view text);

// INVARIANT: the text is well formed; it comes from our own tables.
[[nodiscard]] std::vector<Overload> parse_signatures(std::string_view text);

// What a call with these arguments gives: the join of all overloads that may be meant. Nothing when none may.
[[nodiscard]] std::optional<Type> resolve(
    std::span<const Overload> overloads, std::span<const Type> arguments
);

}  // namespace parley::expr
