// $ref inside one OpenAPI document, and its schemas as self-contained JSON Schema 2020-12.
// Not thread-safe: one resolver serves one operation and counts what it has copied.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

class SchemaResolver {
 public:
  // `document` must outlive the resolver.
  explicit SchemaResolver(const Value& document) : document_(document) {}

  // The value itself, or what its chain of $ref ends at. References to other documents are an error.
  [[nodiscard]] Result<const Value*> follow(const Value& value) const;

  // The schema with every $ref replaced by what it names and OpenAPI 3.0's `nullable` and boolean
  // exclusive limits rewritten. A schema that contains itself accepts anything at the second level. Fails
  // when the result would be unreasonably large.
  [[nodiscard]] Result<Value> inlined(const Value& schema);

 private:
  [[nodiscard]] Result<const Value*> at_pointer(std::string_view reference) const;
  [[nodiscard]] Result<Value> copy(const Value& value, std::size_t depth);
  [[nodiscard]] Result<Value> copy_map(const Value& value, std::size_t depth);

  const Value& document_;
  std::vector<std::string_view> open_;  // references being replaced right now
  std::size_t copied_ = 0;
};

}  // namespace parley::wire
