// One OpenAPI or Swagger document: its version, and $ref inside it.
// Not thread-safe: remembers what it has resolved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire::openapi {

enum class Version : std::uint8_t {
  swagger2,
  v30,
  v31,  // and later, and documents that do not say
};

class Document {
 public:
  // `root` must outlive the document and everything compiled from it.
  explicit Document(const Value& root);

  [[nodiscard]] const Value& root() const { return root_; }
  [[nodiscard]] Version version() const { return version_; }

  // What a JSON pointer in a fragment ("#/paths/~1a/get") names.
  [[nodiscard]] Result<const Value*> at(std::string_view reference);
  // The value itself, or what its chain of $ref ends at.
  [[nodiscard]] Result<const Value*> follow(const Value& value);

 private:
  const Value& root_;
  Version version_;
  std::unordered_map<std::string, const Value*> resolved_;
};

// The tokens of a JSON pointer, decoded: %XX first, then ~1 and ~0.
[[nodiscard]] std::string decode_token(std::string_view token);

}  // namespace parley::wire::openapi
