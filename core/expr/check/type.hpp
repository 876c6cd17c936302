// The types that the checker reasons with. CEL is checked gradually here: what is known only at run time is
// `dyn`, which agrees with everything, so that a problem is reported only where it is certain.
//
// Types are small immutable values: copying one shares its parts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.hpp"

namespace parley::expr {

class Type {
 public:
  enum class Kind : std::uint8_t {
    dyn,  // anything
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    string,
    bytes,
    timestamp,
    duration,
    type,
    list,      // of element()
    map,       // from key() to element()
    optional,  // of element()
    object,    // a map whose fields are known by name
    number,    // int, uint or double: what is known of a JSON number
    variable,  // only in signatures: a type that the arguments decide
  };
  using Field = std::pair<std::string, Type>;

  Type() = default;  // dyn
  Type(Kind kind) : kind_(kind) {}
  [[nodiscard]] static Type list_of(Type element);
  [[nodiscard]] static Type map_of(Type key, Type element);
  [[nodiscard]] static Type optional_of(Type element);
  // A closed object has no other fields. `name` is what people call it ("money"), or empty.
  [[nodiscard]] static Type object_of(std::vector<Field> fields, bool closed, std::string name = {});
  [[nodiscard]] static Type money();  // {amount: string, currency: string}
  [[nodiscard]] static Type variable(char letter);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_dyn() const { return kind_ == Kind::dyn; }
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_money() const;
  [[nodiscard]] char letter() const { return letter_; }
  // dyn where nothing is known; so is every part of a type that has no such part.
  [[nodiscard]] const Type& element() const;
  [[nodiscard]] const Type& key() const;
  [[nodiscard]] std::span<const Field> fields() const;
  [[nodiscard]] const Type* field(std::string_view name) const;
  [[nodiscard]] bool closed() const;

  // "list(int)", "map(string, dyn)", "money", "object{id, total}".
  [[nodiscard]] std::string to_text() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Parts;
  Type(Kind kind, std::shared_ptr<const Parts> parts) : kind_(kind), parts_(std::move(parts)) {}
  [[nodiscard]] static Type built(Kind kind, Parts parts);
  [[nodiscard]] std::size_t weight() const;

  Kind kind_ = Kind::dyn;
  char letter_ = 0;
  std::shared_ptr<const Parts> parts_;  // of lists, maps, optionals and objects
};

// May a value of type `given` stand where `wanted` is needed? False only when no value of `given` may.
[[nodiscard]] bool agrees(const Type& given, const Type& wanted);

// Is every value of type `given` one of `wanted`?
[[nodiscard]] bool covers(const Type& wanted, const Type& given);

// The narrowest type that covers both: list(int) and list(string) give list(dyn).
[[nodiscard]] Type join(const Type& a, const Type& b);

// The type of a value, as narrow as it can be said. Maps with text keys become closed objects.
[[nodiscard]] Type type_of(const Value& value);

// Is `value` of this type? Everything is dyn.
[[nodiscard]] bool has_type(const Value& value, const Type& type);

}  // namespace parley::expr
