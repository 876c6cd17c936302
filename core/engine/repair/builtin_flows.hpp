// The handler flows shipped in the binary: flows/*.yaml, one a handler. An assistant replaces one by naming
// its own flow under `handlers`, or by having a flow of the same id ("repair.cancel").
#pragma once

#include <span>
#include <string_view>

#include "flow/flow.hpp"

namespace parley::engine {

struct BuiltinDocument {
  std::string_view handler;  // "cancel"; the flow's id is "repair.cancel"
  std::string_view json;
  std::string_view yaml;  // as written, with its comments
};
[[nodiscard]] std::span<const BuiltinDocument> builtin_documents();

// Null when there is no built-in flow of this id. Compiled once, at the first call.
[[nodiscard]] const flow::Flow* builtin_flow(std::string_view id);
[[nodiscard]] std::span<const flow::FlowPtr> builtin_flows();

}  // namespace parley::engine
