// JSON Schemas as TypeScript types. A schema's "$defs" become types of their own, shared by all schemas that
// have the same ones; recursive schemas become recursive types.
//
// What TypeScript cannot say (patterns, limits, `not`, conditions) is left out, so a type accepts everything
// that its schema does. References out of the schema are `unknown`. Not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.hpp"
#include "wire/typescript/definitions.hpp"

namespace parley::wire {

class SchemaTypes {
 public:
  // A name that nobody else has, made from `wanted`: "stripe.charge" → "StripeCharge".
  [[nodiscard]] std::string fresh_name(std::string_view wanted);
  // Declares `name`, a fresh one, as what the schema describes; null is `unknown`.
  void declare(const std::string& name, const Value& schema, std::string_view description);

  // All declarations so far, in the order in which they were made.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  // One schema, while it is being written.
  struct Root {
    Definitions definitions;
    std::vector<std::pair<std::string, const Value*>> open;  // named, still to be written
  };

  [[nodiscard]] std::string type_named(Root& root, const std::string& reference);
  void write(Root& root, const std::string& name, const Value& schema, std::string_view description);

  [[nodiscard]] std::string type_of(Root& root, const Value& schema, std::size_t depth, bool direct);
  [[nodiscard]] std::string own_type(Root& root, const Value& schema, std::size_t depth);
  [[nodiscard]] std::string object_type(Root& root, const Value& schema, std::size_t depth);
  [[nodiscard]] std::string list_type(Root& root, const Value& schema, std::size_t depth);
  [[nodiscard]] std::string joined(
      Root& root, const Value& schemas, std::string_view separator, std::size_t depth, bool direct
  );
  [[nodiscard]] bool leads_back(const Root& root, const std::string& reference) const;

  std::string text_;
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, std::string, std::less<>> named_;  // identity of a definition → name
  const Value* writing_ = nullptr;                         // the schema whose declaration is being written
};

}  // namespace parley::wire
