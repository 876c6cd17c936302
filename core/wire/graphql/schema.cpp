#include "wire/graphql/schema.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace parley::wire::graphql {
namespace {

// The first of every name; the others are named in the warnings.
template <typename Item>
void keep_first(std::vector<Item>& items, const std::string& owner, std::vector<std::string>& warnings) {
  std::unordered_set<std::string> seen;
  std::erase_if(items, [&](const Item& item) {
    if (seen.insert(item.name).second) return false;
    warnings.push_back(owner + "." + item.name + " is defined twice; the first counts");
    return true;
  });
}

}  // namespace

std::string TypeRef::text() const {
  std::string out = is_list() ? "[" + item.front().text() + "]" : name;
  if (required) out += '!';
  return out;
}

bool Field::needs_arguments() const {
  return std::ranges::any_of(arguments, &InputValue::must_be_given);
}

const Field* Type::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Type* Schema::find(std::string_view name) const {
  const auto found = types.find(name);
  return found == types.end() ? nullptr : &found->second;
}

void Schema::add(Type type, bool extends) {
  const auto known = types.find(type.name);
  if (known == types.end()) {
    keep_first(type.fields, type.name, warnings);
    keep_first(type.inputs, type.name, warnings);
    std::string name = type.name;
    types.emplace(std::move(name), std::move(type));
    return;
  }
  if (!extends) {
    warnings.push_back("the type " + type.name + " is defined twice; the first counts");
    return;
  }
  Type& whole = known->second;
  std::ranges::move(type.fields, std::back_inserter(whole.fields));
  std::ranges::move(type.inputs, std::back_inserter(whole.inputs));
  std::ranges::move(type.members, std::back_inserter(whole.members));
  keep_first(whole.fields, whole.name, warnings);
  keep_first(whole.inputs, whole.name, warnings);
}

}  // namespace parley::wire::graphql
