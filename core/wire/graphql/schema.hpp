// A GraphQL schema, as far as tools need it. Plain values; reading is tolerant: what is wrong is a warning,
// and of two definitions of one name the first counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire::graphql {

struct TypeRef {
  std::string name;           // of the named type inside all lists
  std::vector<TypeRef> item;  // one when this is a list
  bool required = false;

  [[nodiscard]] bool is_list() const { return !item.empty(); }
  // "[String!]!"
  [[nodiscard]] std::string text() const;
};

struct InputValue {
  std::string name;
  std::string description;
  TypeRef type;
  bool has_default = false;

  [[nodiscard]] bool must_be_given() const { return type.required && !has_default; }
};

struct Field {
  std::string name;
  std::string description;
  TypeRef type;
  std::vector<InputValue> arguments;
  bool deprecated = false;

  [[nodiscard]] bool needs_arguments() const;
};

enum class TypeKind : std::uint8_t { scalar, object, interface, one_of_types, enumeration, input };

struct Type {
  TypeKind kind = TypeKind::scalar;
  std::string name;
  std::string description;
  std::vector<Field> fields;         // object, interface
  std::vector<InputValue> inputs;    // input
  std::vector<std::string> members;  // values of an enumeration, types of a union
  bool exactly_one = false;          // input with @oneOf

  [[nodiscard]] const Field* find(std::string_view field) const;
};

struct Schema {
  std::map<std::string, Type, std::less<>> types;
  std::string query = "Query";
  std::string mutation = "Mutation";
  std::vector<std::string> warnings;

  [[nodiscard]] const Type* find(std::string_view name) const;
  // Adds a type, or what an extension adds to one. Repeated names become warnings.
  void add(Type type, bool extends);
};

// Schema definition language. Fails only when there is not a single type in it.
[[nodiscard]] Result<Schema> read_sdl(std::string_view text);

// The answer to an introspection query, with or without {"data": …} around it.
[[nodiscard]] Result<Schema> read_introspection(const Value& answer);

}  // namespace parley::wire::graphql
