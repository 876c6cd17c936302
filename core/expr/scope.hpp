// How an expression sees the world: names looked up on demand, so nothing is copied for an evaluation.
#pragma once

#include <string_view>

#include "base/value.hpp"

namespace parley::expr {

// A non-owning view of a name table. `lookup` returns null for an unknown name, otherwise a pointer that
// stays valid for the whole evaluation. Cheap to copy.
class Scope {
 public:
  using Lookup = const Value* (*)(const void* table, std::string_view name);

  Scope(Lookup lookup, const void* table) : lookup_(lookup), table_(table) {}

  // Names are the keys of a map Value, which must outlive the scope.
  static Scope of_map(const Value& map) {
    return Scope(
        [](const void* table, std::string_view name) { return static_cast<const Value*>(table)->find(name); },
        &map
    );
  }

  [[nodiscard]] const Value* find(std::string_view name) const { return lookup_(table_, name); }

 private:
  Lookup lookup_;
  const void* table_;
};

}  // namespace parley::expr
