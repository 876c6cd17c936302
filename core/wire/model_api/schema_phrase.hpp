// The JSON Schema of an answer as providers take it. Pure.
#pragma once

#include "base/value.hpp"

namespace parley::wire::model_api {

struct PhrasedSchema {
  Value schema;
  bool strict = false;
};

// `strict`: as OpenAI's strict mode wants it, when the schema can be said so (every property required,
// optional ones may be null); otherwise as it is.
[[nodiscard]] PhrasedSchema phrase_schema(const Value& schema, bool strict);

}  // namespace parley::wire::model_api
