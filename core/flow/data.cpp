// Evaluation of data.
#include "flow/data.hpp"

#include <algorithm>

namespace parley::flow {

Result<Value> Data::evaluate(const expr::Scope& scope) const {
  if (const auto* value = std::get_if<Value>(&node)) return *value;
  if (const auto* form = std::get_if<expr::Template>(&node)) return form->evaluate(scope);
  if (const auto* items = std::get_if<List>(&node)) {
    ListBuilder list;
    list.reserve(items->size());
    for (const Data& item : *items) {
      auto value = item.evaluate(scope);
      if (!value) return value;
      list.add(*std::move(value));
    }
    return list.build();
  }
  const Map& members = std::get<Map>(node);
  MapBuilder map;
  map.reserve(members.size());
  for (const Member& member : members) {
    auto value = member.value.evaluate(scope);
    if (!value) return value;
    map.set(Value(member.key), *std::move(value));
  }
  return map.build();
}

bool Data::constant() const {
  if (const auto* form = std::get_if<expr::Template>(&node)) return form->constant();
  if (const auto* items = std::get_if<List>(&node)) {
    return std::ranges::all_of(*items, [](const Data& item) { return item.constant(); });
  }
  if (const auto* members = std::get_if<Map>(&node)) {
    return std::ranges::all_of(*members, [](const Member& member) { return member.value.constant(); });
  }
  return true;
}

}  // namespace parley::flow
