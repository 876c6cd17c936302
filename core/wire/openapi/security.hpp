// Who may call, and which parameters are really credentials. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "wire/openapi/document.hpp"
#include "wire/tool.hpp"

namespace parley::wire::openapi {

// components.securitySchemes, or securityDefinitions of Swagger 2.0; a map.
[[nodiscard]] const Value& security_schemes(const Document& document);

// An operation's own requirements, or else the document's. Each is one way; {} is a way without credentials.
[[nodiscard]] std::vector<SecurityWay> security_ways(const Document& document, const Value& operation);

// Credentials are put into requests by whoever sends them: no model and no flow may see or choose them.
// True for what a scheme declares as its key, for the names by which keys are known, and for a "token" that
// is described as one.
[[nodiscard]] bool is_credential(
    const Value& schemes,
    std::string_view name,
    std::string_view in,
    std::string_view description,
    bool secured
);

}  // namespace parley::wire::openapi
