// Descriptions of services in any of the languages that tools are made from. Pure.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

// Tells the language by what the document contains: OpenAPI or Swagger, OpenRPC, a GraphQL introspection
// result, the text of a GraphQL schema, the tools of an MCP server, or of a worker.
[[nodiscard]] Result<Connector> compile_description(
    const Value& document, const CompileOptions& options = {}
);

}  // namespace parley::wire
