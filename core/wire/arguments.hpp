// The arguments of one tool, from different places of a request, as one flat object.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

class ArgumentTable {
 public:
  // `binding.argument` is what it would like to be called, the name on the wire when empty; build() decides.
  void add(Binding binding, Value schema, bool required);

  // What travels in an optional body is required only when something else of the body is given.
  void require_together(std::vector<std::string> wire_names) { together_ = std::move(wire_names); }

  [[nodiscard]] bool has(Place place, std::string_view wire_name) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  // Names the arguments and gives the JSON Schema of the object (without "$defs"). Names are clean; where two
  // clash, the one in the body keeps it and the other is called like its place: "id", "id__path".
  [[nodiscard]] Value build(std::vector<Binding>& bindings);

 private:
  struct Row {
    Binding binding;
    Value schema;
    bool required;
  };

  void name_all();
  [[nodiscard]] bool taken(const std::string& name) const { return names_.contains(name); }
  [[nodiscard]] Value dependencies() const;

  std::vector<Row> rows_;
  std::vector<std::string> together_;
  std::unordered_set<std::string> names_;
};

[[nodiscard]] std::string_view name(Place place);
[[nodiscard]] bool is_in_body(Place place);

}  // namespace parley::wire
