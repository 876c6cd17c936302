// Swagger 2.0 in the words of OpenAPI 3: parameters with schemas, and bodies with media types. Everything
// else is compiled by the same code.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/openapi/document.hpp"

namespace parley::wire::openapi {

// The operation with "parameters" (those of its path included, references followed) and "requestBody" as
// OpenAPI 3 has them.
[[nodiscard]] Result<Value> upgraded_operation(
    Document& document, const Value& path_item, const Value& operation
);

// "https" before other schemes; empty when the document names no host.
[[nodiscard]] std::string swagger2_server(const Value& root, const Value& operation);

}  // namespace parley::wire::openapi
