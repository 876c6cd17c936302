// GraphQL schemas as connectors: every field of the query and mutation types becomes a tool. Values never
// stand in the document that is sent, always in its variables. Pure.
#pragma once

#include "base/result.hpp"
#include "wire/graphql/schema.hpp"
#include "wire/tool.hpp"

namespace parley::wire::graphql {

[[nodiscard]] Result<Connector> compile(Schema schema, const CompileOptions& options = {});

}  // namespace parley::wire::graphql
