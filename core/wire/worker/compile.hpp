// The functions of a team's own program as a connector. The description is what a worker registers and what
// a file of the tools folder declares: {"worker": {"version": 1}, "tools": [{name, description, effect,
// timeout, parameters, result, example}]}. A call of such a tool is carried out by a worker that is connected
// to the server; there is no request to render. Pure.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire::worker {

inline constexpr std::int64_t kVersion = 1;
inline constexpr std::size_t kMaxTools = 256;

// Fails only when the document as a whole is no such description. A tool that cannot be used is dropped with
// its reason. A tool without `effect` is "unsafe".
[[nodiscard]] Result<Connector> compile(const Value& document, const CompileOptions& options = {});

}  // namespace parley::wire::worker
