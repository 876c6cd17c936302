// The tools of an MCP server as a connector. The description is what the server said when it was added:
// {"mcp": {"url": …}, "tools": […]}, each tool as in the answer to tools/list. A server that is a program has
// no url: the settings say how it is started, never a description. Pure.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire::mcp {

// Fails only when the document as a whole is no such description. What a tool says of its own effect is a
// hint, which counts where the author trusts the server: readOnlyHint makes it "read", idempotentHint
// "natural"; otherwise it is "unsafe". x-parley-effect of an overlay is the author's word, and better.
[[nodiscard]] Result<Connector> compile(const Value& document, const CompileOptions& options = {});

}  // namespace parley::wire::mcp
