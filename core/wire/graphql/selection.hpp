// What a tool asks a GraphQL service for. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "wire/graphql/schema.hpp"

namespace parley::wire::graphql {

struct SelectionLimits {
  int depth = 2;
  std::size_t leaves = 60;
};

// " { __typename id … }" for the result of a root field; empty for scalars and enumerations. Leaves first,
// then objects while depth and leaves last; a type is never entered inside itself; fields that need arguments
// are left out; of connections only the count, except at the root.
[[nodiscard]] std::string selection_of(
    const Schema& schema, const Field& root, const SelectionLimits& limits = {}
);

}  // namespace parley::wire::graphql
