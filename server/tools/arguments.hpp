// The arguments of a call against the schema of its operation. Immutable after construction; thread-safe.
#pragma once

#include <string_view>

#include "base/json_schema.hpp"
#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::tools {

class ArgumentCheck {
 public:
  // `parameters` is the JSON Schema of an object.
  explicit ArgumentCheck(Value parameters);

  // The arguments that the operation takes. A flow that gives no `with` passes all its slots, so what the
  // operation does not know is left out rather than refused. Error::pointer is the failure code
  // "invalid_arguments"; the message names the argument.
  [[nodiscard]] Result<Value> taken(std::string_view tool, const Value& arguments) const;
  // As a person gives them: what the operation does not know is a mistake.
  [[nodiscard]] Result<void> exact(std::string_view tool, const Value& arguments) const;

 private:
  Value parameters_;
  Result<Schema> schema_;
};

}  // namespace parley::tools
