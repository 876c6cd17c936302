// The tables of CEL's grammar: reserved words, operators with their precedence, macros.
#pragma once

#include <cstdint>
#include <string_view>

#include "expr/ast.hpp"
#include "expr/lexer.hpp"

namespace parley::expr {

inline constexpr std::string_view kReserved[] = {
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
};

inline constexpr std::string_view kTypeNames[] = {
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "optional_type",
};

struct BinaryOperator {
  std::uint16_t symbol;
  int level;  // higher binds tighter
  Op op;
};

inline constexpr int kOrLevel = 0;
inline constexpr int kAndLevel = 1;
inline constexpr int kRelationLevel = 2;
inline constexpr BinaryOperator kOperators[] = {
    {symbol('|', '|'), kOrLevel, Op::logical_or},
    {symbol('&', '&'), kAndLevel, Op::logical_and},
    {symbol('=', '='), kRelationLevel, Op::equal},
    {symbol('!', '='), kRelationLevel, Op::not_equal},
    {symbol('<'), kRelationLevel, Op::less},
    {symbol('<', '='), kRelationLevel, Op::less_equal},
    {symbol('>'), kRelationLevel, Op::greater},
    {symbol('>', '='), kRelationLevel, Op::greater_equal},
    {symbol('+'), 3, Op::add},
    {symbol('-'), 3, Op::subtract},
    {symbol('*'), 4, Op::multiply},
    {symbol('/'), 4, Op::divide},
    {symbol('%'), 4, Op::modulo},
};
inline constexpr BinaryOperator kInOperator = {0, kRelationLevel, Op::in};

struct Macro {
  std::string_view name;
  Op op;
  int min_variables;
  int max_variables;
  bool may_filter;  // an optional extra argument before the last one
  std::string_view usage;
};

inline constexpr Macro kMacros[] = {
    {"all", Op::all, 1, 2, false, "items.all(x, condition)"},
    {"exists", Op::exists, 1, 2, false, "items.exists(x, condition)"},
    {"exists_one", Op::exists_one, 1, 2, false, "items.exists_one(x, condition)"},
    {"existsOne", Op::exists_one, 1, 2, false, "items.existsOne(x, condition)"},
    {"filter", Op::filter, 1, 1, false, "items.filter(x, condition)"},
    {"map", Op::transform_list, 1, 1, true, "items.map(x, result) or items.map(x, condition, result)"},
    {"transformList", Op::transform_list, 2, 2, true, "items.transformList(i, x, result)"},
    {"transformMap", Op::transform_map, 2, 2, true, "items.transformMap(key, value, result)"},
    {"transformMapEntry",
     Op::transform_map_entry,
     2,
     2,
     true,
     "items.transformMapEntry(key, value, {newKey: newValue})"},
    {"optMap", Op::opt_map, 1, 1, false, "value.optMap(x, result)"},
    {"optFlatMap", Op::opt_flat_map, 1, 1, false, "value.optFlatMap(x, result)"},
};

}  // namespace parley::expr
