#include "wire/model_api/schema_phrase.hpp"

#include <utility>

#include "wire/dialect/dialect.hpp"

namespace parley::wire::model_api {

PhrasedSchema phrase_schema(const Value& schema, bool strict) {
  // Only objects can be the whole of a strict answer.
  if (!strict || schema.text("type") != "object") return {schema, false};
  Phrased phrased = wire::phrased(schema, Dialect::openai_strict);
  return phrased.strict ? PhrasedSchema{std::move(phrased.parameters), true} : PhrasedSchema{schema, false};
}

}  // namespace parley::wire::model_api
