// One OpenAPI or Swagger document: its version, and $ref inside it.
// Not thread-safe: remembers what it has resolved.
#pragma once

#include <cstdint>
#include <optional>
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

  // What a reference names: a JSON pointer in a fragment ("#/paths/~1a/get"), an anchor ("#node"), or either
  // of them behind the $id of a schema in this document or the $self of all of it.
  [[nodiscard]] Result<const Value*> at(std::string_view reference);
  // From now on `reference` means `target`.
  void remember(std::string reference, const Value& target);
  // The value itself, or what its chain of $ref ends at.
  [[nodiscard]] Result<const Value*> follow(const Value& value);

 private:
  // Where $id, $anchor and $dynamicAnchor stand; nullptr for a name that stands in several places.
  struct Names {
    std::unordered_map<std::string, const Value*> ids;
    std::unordered_map<std::string, const Value*> anchors;
  };
  static void collect(const Value& value, Names& names, int depth);
  [[nodiscard]] const Names& names();
  // What stands before the '#'.
  [[nodiscard]] const Value* resource(std::string_view address);

  const Value& root_;
  Version version_;
  std::optional<Names> names_;  // once something asked for one
  std::unordered_map<std::string, const Value*> resolved_;
};

// The tokens of a JSON pointer, decoded: %XX first, then ~1 and ~0.
[[nodiscard]] std::string decode_token(std::string_view token);

}  // namespace parley::wire::openapi
