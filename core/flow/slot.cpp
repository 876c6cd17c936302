// Names of slot types.
#include "flow/slot.hpp"

#include <array>

namespace parley::flow {
namespace {

struct KindName {
  std::string_view name;
  SlotKind kind;
};

constexpr std::array<KindName, 16> kKindNames{{
    {"text", SlotKind::text},
    {"number", SlotKind::number},
    {"integer", SlotKind::integer},
    {"bool", SlotKind::boolean},
    {"money", SlotKind::money},
    {"date", SlotKind::date},
    {"time", SlotKind::time},
    {"datetime", SlotKind::datetime},
    {"duration", SlotKind::duration},
    {"email", SlotKind::email},
    {"phone", SlotKind::phone},
    {"url", SlotKind::url},
    {"choice", SlotKind::choice},
    {"item", SlotKind::item},
    {"list", SlotKind::list},
    {"object", SlotKind::object},
}};

constexpr std::string_view kListOf = "list of ";

}  // namespace

bool SlotType::operator==(const SlotType& other) const {
  if (kind != other.kind) return false;
  if (element == nullptr || other.element == nullptr) return element == other.element;
  return *element == *other.element;
}

std::optional<SlotType> parse_slot_type(std::string_view name) {
  if (name.starts_with(kListOf)) {
    const auto element = parse_slot_type(name.substr(kListOf.size()));
    // Lists of lists have no words in which a user could give them.
    if (!element || element->kind == SlotKind::list) return std::nullopt;
    return SlotType{SlotKind::list, std::make_shared<const SlotType>(*element)};
  }
  for (const KindName& row : kKindNames) {
    if (row.name != name) continue;
    if (row.kind != SlotKind::list) return SlotType{row.kind, nullptr};
    return SlotType{SlotKind::list, std::make_shared<const SlotType>(SlotType{SlotKind::text, nullptr})};
  }
  return std::nullopt;
}

std::string to_string(const SlotType& type) {
  if (type.kind == SlotKind::list && type.element != nullptr) {
    return std::string(kListOf) + to_string(*type.element);
  }
  for (const KindName& row : kKindNames) {
    if (row.kind == type.kind) return std::string(row.name);
  }
  return {};
}

std::vector<std::string_view> slot_kind_names() {
  std::vector<std::string_view> names;
  names.reserve(kKindNames.size());
  for (const KindName& row : kKindNames) names.push_back(row.name);
  return names;
}

}  // namespace parley::flow
