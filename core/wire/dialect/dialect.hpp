// What each family of model providers takes for a tool's parameters. Pure.
//
// A dialect is for the model only: calls are checked against the tool's own schema, which says more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

enum class Dialect : std::uint8_t {
  full,           // everything that the compiler knows
  openai,         // functions without `strict`
  openai_strict,  // every property required, nothing else allowed; optional ones may be null
  anthropic,      // no $ref, nothing but properties at the top
  minimal,        // small models and the edge: types, texts, choices and nothing else
};

// "full", "openai", "openai-strict", "anthropic", "minimal".
[[nodiscard]] std::optional<Dialect> dialect_named(std::string_view name);

// Providers move these; they are settings, not constants of the code.
struct DialectLimits {
  std::size_t strict_depth = 10;          // of objects inside objects
  std::size_t strict_properties = 5'000;  // of one tool
  std::size_t strict_choices = 1'000;     // enum members of one tool
  std::size_t inline_depth = 6;           // references inside references, where $ref is not taken
};

struct Phrased {
  Value parameters;
  bool strict = false;
};

// A tool that cannot be strict (free-form maps, too deep) is phrased for `openai` instead.
[[nodiscard]] Phrased phrased(const Value& parameters, Dialect dialect, const DialectLimits& limits = {});

// The arguments of a strict call as the tool's own schema wants them: a null for an optional argument that
// does not take null means that it was left out.
[[nodiscard]] Value without_nulls(const Value& parameters, const Value& arguments);

}  // namespace parley::wire
