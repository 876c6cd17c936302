#include "wire/dialect/inline.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::wire {
namespace {

constexpr std::string_view kPrefix = "#/$defs/";

class Inliner {
 public:
  Inliner(const Value& definitions, const InlineLimits& limits)
      : definitions_(definitions), limits_(limits) {}

  Value copy(const Value& value) {
    ++nodes_;
    if (value.is_list()) {
      std::vector<Value> items;
      items.reserve(value.size());
      for (const Value& item : value.as_list()) items.push_back(copy(item));
      return Value::list(std::move(items));
    }
    if (!value.is_map()) return value;
    const Value* reference = value.find("$ref");
    if (reference != nullptr && reference->is_string()) return replaced(value, reference->as_string());
    return copied_map(value);
  }

 private:
  Value copied_map(const Value& value) {
    std::vector<Value::Entry> entries;
    entries.reserve(value.size());
    for (const auto& [key, member] : value.entries()) {
      if (key.is_string() && key.as_string() == "$defs") continue;
      entries.push_back({key, copy(member)});
    }
    return Value::map(std::move(entries));
  }

  // What stands beside the reference stays; where both say the same keyword, both must hold.
  Value replaced(const Value& holder, std::string_view reference) {
    if (!reference.starts_with(kPrefix)) return holder.without("$ref");
    const std::string_view name = reference.substr(kPrefix.size());
    const Value* target = definitions_.find(name);
    const Value beside = copied_map(holder.without("$ref"));
    if (target == nullptr) return beside;
    if (open_.size() >= limits_.max_depth || nodes_ > limits_.max_nodes ||
        std::ranges::find(open_, name) != open_.end()) {
      return type_alone(*target, beside);
    }
    open_.push_back(name);
    Value whole = copy(*target);
    open_.pop_back();
    if (!whole.is_map()) return beside;
    for (const auto& [key, member] : beside.entries()) {
      const std::string_view keyword = key.as_string();
      if (keyword != "description" && whole.find(keyword) != nullptr) {
        return MapBuilder().set("allOf", Value::list({whole, beside})).build();
      }
    }
    for (const auto& [key, member] : beside.entries()) whole = whole.with(key.as_string(), member);
    return whole;
  }

  // Where the limits end it: what kind of value it is, and no more.
  static Value type_alone(const Value& target, const Value& beside) {
    Value out = beside;
    if (const Value* type = target.find("type"); type != nullptr && out.find("type") == nullptr) {
      out = out.with("type", *type);
    }
    return out;
  }

  const Value& definitions_;
  const InlineLimits& limits_;
  std::vector<std::string_view> open_;
  std::size_t nodes_ = 0;
};

}  // namespace

Value without_references(const Value& schema, const InlineLimits& limits) {
  if (!schema.is_map()) return schema;
  return Inliner(schema["$defs"], limits).copy(schema);
}

}  // namespace parley::wire
