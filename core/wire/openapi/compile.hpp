// OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 documents as connectors: every operation becomes a tool with one JSON
// Schema for all of its arguments. The rules are in docs/reference/tools.md.
//
// Takes a document already parsed to a Value (YAML or JSON) and is tolerant: `paths` alone is enough, and an
// operation that cannot be understood is dropped with a reason while the others stay. Pure.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire::openapi {

// Fails only when the document as a whole is not an OpenAPI description.
[[nodiscard]] Result<Connector> compile(const Value& document, const CompileOptions& options = {});

}  // namespace parley::wire::openapi
