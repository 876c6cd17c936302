// JSON Schema, draft 2020-12: compiles a schema once, then checks any number of values against it.
//
// References are resolved only inside the document, the documents given in the options and the built-in
// metaschema; nothing is ever fetched. A Schema is an immutable value that shares its program between copies
// and may be used from several threads at once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley {

struct SchemaOptions {
  std::map<std::string, Value> documents = {};  // by absolute URI, for $ref to other documents
  std::string base_uri = {};                    // of the document when it has no $id
  // Whether `format` decides about validity (date-time, date, time, duration, email, uri, uri-reference,
  // uuid, ipv4, ipv6, hostname, regex, json-pointer, relative-json-pointer); otherwise it only describes.
  bool assert_formats = false;
};

struct SchemaProblem {
  std::string instance_pointer;  // JSON pointer into the value, "" = the whole of it
  std::string schema_pointer;    // URI fragment of the keyword, e.g. "#/properties/age/minimum"
  std::string keyword;
  std::string message;  // one sentence for a person
};

struct SchemaProgram;

class Schema {
 public:
  // Errors: a keyword with a value it cannot have, a pattern that is no regular expression, a reference to
  // nothing. Error::pointer is the JSON pointer of the keyword.
  [[nodiscard]] static Result<Schema> compile(Value document, const SchemaOptions& options = {});

  [[nodiscard]] bool valid(const Value& value) const;
  // All problems, in the order of the value's members; empty when valid. At most 100 are collected.
  [[nodiscard]] std::vector<SchemaProblem> validate(const Value& value) const;

 private:
  explicit Schema(std::shared_ptr<const SchemaProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const SchemaProgram> program_;
};

// Whether `text` has the form that a `format` names; true for formats that are not known.
[[nodiscard]] bool matches_format(std::string_view format, std::string_view text);

}  // namespace parley
