#include "wire/conduct/fill.hpp"

#include <optional>
#include <utility>

#include "expr/template.hpp"

namespace parley::wire {
namespace {

class Filling {
 public:
  Filling(const expr::Scope& scope, bool strict) : scope_(scope), strict_(strict) {}

  Value fill(const Value& data) {
    if (data.is_string()) return fill_text(data);
    if (data.is_list()) {
      ListBuilder list;
      list.reserve(data.size());
      for (const Value& item : data.as_list()) list.add(fill(item));
      return list.build();
    }
    if (!data.is_map()) return data;
    MapBuilder map;
    map.reserve(data.size());
    for (const auto& [key, member] : data.entries()) {
      Value value = fill(member);
      if (!strict_ || !value.is_null()) map.set(key, std::move(value));
    }
    return map.build();
  }

  std::optional<Error> problem;

 private:
  Value fill_text(const Value& text) {
    if (text.as_string().find("{{") == std::string_view::npos) return text;
    const auto compiled = expr::Template::compile(text.as_string());
    if (!compiled) {
      note({ErrorCode::invalid_input, compiled.error().message, {}, compiled.error().hint});
      return strict_ ? Value() : text;
    }
    auto value = compiled->evaluate(scope_);
    if (value) return *std::move(value);
    note(std::move(value.error()));
    return {};
  }

  void note(Error error) {
    if (!problem) problem = std::move(error);
  }

  const expr::Scope& scope_;
  bool strict_;
};

}  // namespace

Value filled(const Value& data, const expr::Scope& scope) {
  return Filling(scope, false).fill(data);
}

Result<Value> filled_strictly(const Value& data, const expr::Scope& scope) {
  Filling filling(scope, true);
  Value value = filling.fill(data);
  if (filling.problem) return std::unexpected(*std::move(filling.problem));
  return value;
}

}  // namespace parley::wire
