// The entries of a map in an order that hangs on the keys alone. Logs and snapshots do not keep the order of
// insertion, so whatever shows or walks through a map that may have been stored uses this one.
#pragma once

#include <vector>

#include "base/value.hpp"

namespace parley {

// Pointers into the map, which must outlive them. INVARIANT: it is a map.
[[nodiscard]] std::vector<const Value::Entry*> entries_by_key(const Value& map);

}  // namespace parley
