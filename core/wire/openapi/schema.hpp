// OpenAPI's schemas as JSON Schema 2020-12 that stands alone.
//
// References are never written out: each schema that a $ref names is converted once, when something reaches
// it, and copied into the "$defs" of whoever needs it. Documents with recursive schemas and with references
// that would explode when written out cost nothing extra.
// Not thread-safe: one per document and compilation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/openapi/document.hpp"

namespace parley::wire::openapi {

// What carries the values of a schema decides what they may be.
enum class Carrier : std::uint8_t {
  json,      // a JSON body of a request: no readOnly properties
  text,      // a query or a form: also no null, no empty lists and objects
  segment,   // a path, a header, a cookie: also no empty strings
  response,  // no writeOnly properties
};

class SchemaCompiler {
 public:
  explicit SchemaCompiler(Document& document) : document_(document) {}

  // May contain {"$ref": "#/$defs/Name"}. A $ref to nothing is an error here or in with_definitions().
  [[nodiscard]] Result<Value> compile(const Value& schema, Carrier carrier);

  // What a compiled schema stands for: the definition that its $ref names, and so on.
  [[nodiscard]] Result<const Value*> resolved(const Value& compiled);

  // A property of the document that this carrier does not have.
  [[nodiscard]] bool is_hidden(const Value& property, Carrier carrier);

  // The compiled schema with "$defs" for everything that it reaches.
  [[nodiscard]] Result<Value> with_definitions(Value compiled);

 private:
  struct Definition {
    std::string name;
    std::string reference;  // into the document
    Carrier carrier;
    std::optional<Result<Value>> schema = std::nullopt;  // once somebody asked
    Value resource = {};                                 // whose "$defs" it may refer to; null: its own
    std::vector<Definition*> uses = {};                  // named directly
  };
  struct Scope {
    Carrier carrier;
    std::string_view reference;  // of the definition being converted, for $recursiveRef
    int depth;
    std::vector<Definition*>* uses;
    const Value* resource;  // the outermost schema, which may bring its own "$defs"
  };
  friend class Conversion;

  [[nodiscard]] Result<Value> convert(const Value& schema, const Scope& scope);
  [[nodiscard]] Definition* define(std::string_view reference, const Scope& scope);
  [[nodiscard]] const Result<Value>& converted(Definition& definition);
  void collect(const Value& compiled, std::vector<Definition*>& found) const;

  Document& document_;
  std::deque<Definition> definitions_;
  std::unordered_map<std::string, Definition*> by_name_;
  std::unordered_map<std::string, Definition*> by_reference_;  // carrier and reference
};

}  // namespace parley::wire::openapi
