#include "base/map_order.hpp"

#include <algorithm>

namespace parley {

std::vector<const Value::Entry*> entries_by_key(const Value& map) {
  const auto all = map.entries();
  std::vector<const Value::Entry*> ordered;
  ordered.reserve(all.size());
  for (const Value::Entry& entry : all) ordered.push_back(&entry);
  // Keys of one map are unequal, except that 1, 1u and 1.0 may stand for each other: their types decide then.
  std::ranges::sort(ordered, [](const Value::Entry* a, const Value::Entry* b) {
    const Value& left = a->key;
    const Value& right = b->key;
    if (left.is_string() && right.is_string()) return left.as_string() < right.as_string();
    if (left.is_number() && right.is_number() && left.to_double() != right.to_double())
      return left.to_double() < right.to_double();
    if (left.is_bool() && right.is_bool()) return !left.as_bool() && right.as_bool();
    return left.type() < right.type();
  });
  return ordered;
}

}  // namespace parley
