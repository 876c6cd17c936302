// OpenRPC documents (JSON-RPC 2.0) as connectors: every method becomes a tool. Pure.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire::openrpc {

// Fails only when the document as a whole is not an OpenRPC description.
[[nodiscard]] Result<Connector> compile(const Value& document, const CompileOptions& options = {});

}  // namespace parley::wire::openrpc
