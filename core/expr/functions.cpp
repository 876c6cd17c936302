#include "expr/functions.hpp"

#include <array>
#include <vector>

#include "base/edit_distance.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kMacros[] = {
    "has",
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "map",
    "filter",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "cel.bind",
    "optMap",
    "optFlatMap",
};

// What the same thing is called in other languages.
struct Foreign {
  std::string_view name;
  std::string_view ours;
};
constexpr Foreign kForeign[] = {
    {"length", "size"},       {"len", "size"},          {"count", "size"},     {"includes", "contains"},
    {"toLowerCase", "lower"}, {"toUpperCase", "upper"}, {"str", "string"},     {"toString", "string"},
    {"float", "double"},      {"parseInt", "int"},      {"any", "exists"},     {"some", "exists"},
    {"every", "all"},         {"match", "matches"},     {"concat", "join"},    {"round", "math.round"},
    {"floor", "math.floor"},  {"ceil", "math.ceil"},    {"abs", "math.abs"},   {"max", "math.greatest"},
    {"min", "math.least"},    {"default", "orValue"},   {"date", "timestamp"},
};

}  // namespace

std::span<const std::span<const Function>> function_tables() {
  static const std::array tables = {
      conversion_functions(),
      format_functions(),
      list_functions(),
      math_functions(),
      money_functions(),
      optional_functions(),
      string_functions(),
      text_functions(),
      time_functions(),
  };
  return tables;
}

const Function* find_function(std::string_view name, bool as_method, std::size_t arguments) {
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) {
      if (row.name != name || row.style == (as_method ? Style::global : Style::method)) continue;
      if (arguments < row.min_arguments) continue;
      if (row.max_arguments == kAnyNumber || arguments <= row.max_arguments) return &row;
    }
  }
  return nullptr;
}

const Function* find_function_named(std::string_view name) {
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) {
      if (row.name == name) return &row;
    }
  }
  return nullptr;
}

std::string_view nearest_function(std::string_view name) {
  for (const Foreign& foreign : kForeign) {
    if (foreign.name == name) return foreign.ours;
  }
  std::vector<std::string_view> known(std::begin(kMacros), std::end(kMacros));
  for (std::span<const Function> table : function_tables()) {
    for (const Function& row : table) known.push_back(row.name);
  }
  return nearest(name, std::span<const std::string_view>(known));
}

}  // namespace parley::expr
