#include "wire/tool.hpp"

#include <algorithm>
#include <iterator>

namespace parley::wire {

const Tool* Connector::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(tools, id, {}, &Tool::id);
  if (found != tools.end() && found->id == id) return &*found;
  if (!name.empty()) {
    if (!id.starts_with(name) || id.size() <= name.size() || id[name.size()] != '.') return nullptr;
    id.remove_prefix(name.size() + 1);
  }
  const auto aliased = std::ranges::find(tools, id, &Tool::alias);
  if (aliased == tools.end() || id.empty()) return nullptr;
  // A name that the description gave to several operations names none of them.
  const auto another =
      std::find_if(std::next(aliased), tools.end(), [&](const Tool& tool) { return tool.alias == id; });
  return another == tools.end() ? &*aliased : nullptr;
}

const Tool* Connector::find_named(std::string_view tool_name) const {
  const auto found = std::ranges::find(tools, tool_name, &Tool::name);
  return found == tools.end() ? nullptr : &*found;
}

}  // namespace parley::wire
