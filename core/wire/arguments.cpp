#include "wire/arguments.hpp"

#include <algorithm>
#include <utility>

#include "wire/names.hpp"

namespace parley::wire {
namespace {

// Who may keep a name that several want: first the body, then the path.
int rank(Place place) {
  switch (place) {
    case Place::path:
      return 1;
    case Place::query:
      return 2;
    case Place::header:
      return 3;
    case Place::cookie:
      return 4;
    case Place::member:
    case Place::field:
    case Place::part:
    case Place::body:
    case Place::variable:
      break;
  }
  return 0;
}

std::string wanted_name(std::string_view wire_name, Place place) {
  std::string wanted = clean_name(wire_name, true);
  if (wanted.empty()) wanted = "_";
  if (wanted.size() > kMaxNameLength) {
    wanted = shortened(wanted, std::string(name(place)) + ":" + std::string(wire_name));
  }
  return wanted;
}

}  // namespace

std::string_view name(Place place) {
  switch (place) {
    case Place::path:
      return "path";
    case Place::query:
      return "query";
    case Place::header:
      return "header";
    case Place::cookie:
      return "cookie";
    case Place::member:
    case Place::field:
    case Place::part:
    case Place::body:
      return "body";
    case Place::variable:
      return "variable";
  }
  return "body";
}

bool is_in_body(Place place) {
  return rank(place) == 0;
}

void ArgumentTable::add(Binding binding, Value schema, bool required) {
  rows_.push_back({std::move(binding), std::move(schema), required});
}

bool ArgumentTable::has(Place place, std::string_view wire_name) const {
  return std::ranges::any_of(rows_, [&](const Row& row) {
    return row.binding.place == place && row.binding.wire_name == wire_name;
  });
}

void ArgumentTable::name_all() {
  // Within a place, what needs no cleaning comes first: "StartTime" keeps its name beside "StartTime<".
  std::vector<std::pair<int, std::size_t>> order;
  order.reserve(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Binding& binding = rows_[i].binding;
    const bool clean = clean_name(binding.wire_name, true) == binding.wire_name;
    order.emplace_back(rank(binding.place) * 2 + (clean ? 0 : 1), i);
  }
  std::ranges::sort(order);
  for (const auto& [place, index] : order) {
    Row* row = &rows_[index];
    Binding& binding = row->binding;
    std::string wanted =
        wanted_name(binding.argument.empty() ? binding.wire_name : binding.argument, binding.place);
    if (binding.place == Place::body) {
      const bool wanted_by_another = std::ranges::any_of(rows_, [&](const Row& other) {
        return &other != row && clean_name(other.binding.wire_name, true) == wanted;
      });
      if (wanted_by_another) wanted = "payload";
    }
    if (taken(wanted)) wanted = wanted_name(wanted + "__" + std::string(name(binding.place)), binding.place);
    if (taken(wanted)) wanted = shortened(wanted, std::string(name(binding.place)) + ":" + binding.wire_name);
    while (taken(wanted)) wanted = shortened(wanted, wanted);
    names_.insert(wanted);
    binding.argument = std::move(wanted);
  }
}

Value ArgumentTable::dependencies() const {
  const std::unordered_set<std::string_view> together(together_.begin(), together_.end());
  std::vector<std::string_view> needed;
  std::vector<std::string_view> all;
  for (const Row& row : rows_) {
    if (!is_in_body(row.binding.place)) continue;
    all.emplace_back(row.binding.argument);
    if (together.contains(row.binding.wire_name)) needed.emplace_back(row.binding.argument);
  }
  MapBuilder dependencies;
  if (needed.empty()) return dependencies.build();
  // Of very many, each needs the first, which needs all others: that is the same.
  constexpr std::size_t kMostPairs = 4096;
  const bool by_way_of_first = all.size() * needed.size() > kMostPairs;
  for (const std::string_view argument : all) {
    ListBuilder others;
    for (const std::string_view other : needed) {
      if (other != argument) others.add(other);
      if (by_way_of_first && argument != needed.front()) break;
    }
    if (others.size() > 0) dependencies.set(argument, others.build());
  }
  return dependencies.build();
}

Value ArgumentTable::build(std::vector<Binding>& bindings) {
  name_all();
  MapBuilder properties;
  ListBuilder required;
  properties.reserve(rows_.size());
  bindings.reserve(rows_.size());
  for (Row& row : rows_) {
    if (row.required) required.add(row.binding.argument);
    properties.set(row.binding.argument, std::move(row.schema));
    bindings.push_back(row.binding);
  }
  MapBuilder schema;
  schema.set("type", "object").set("properties", properties.build());
  if (required.size() > 0) schema.set("required", required.build());
  if (!together_.empty()) {
    if (Value needed = dependencies(); needed.size() > 0) schema.set("dependentRequired", std::move(needed));
  }
  schema.set("additionalProperties", false);
  return schema.build();
}

}  // namespace parley::wire
