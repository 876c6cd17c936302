// Data whose strings are templates: compiled once, evaluated against a scope.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/scope.hpp"
#include "expr/template.hpp"
#include "flow/document.hpp"

namespace parley::flow {

struct Data {
  struct Member;
  using List = std::vector<Data>;
  using Map = std::vector<Member>;

  std::variant<Value, expr::Template, List, Map> node;
  Position position = {};

  [[nodiscard]] Result<Value> evaluate(const expr::Scope& scope) const;
  [[nodiscard]] bool constant() const;
};

struct Data::Member {
  std::string key;
  Position key_position;
  Data value;
};

}  // namespace parley::flow
