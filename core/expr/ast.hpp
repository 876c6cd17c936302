// A compiled expression: nodes in one array that refer to each other by index, with their constants, names
// and patterns beside it. Immutable after parse(), so evaluations on several threads share it. A type checker
// needs nothing else: it walks the same nodes and keeps one type per index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/regex.hpp"
#include "base/value.hpp"
#include "expr/expression.hpp"

namespace parley::expr {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFFFFFF;

struct Function;  // functions.hpp

// Bounds the recursion of parser and evaluator, hence their stack.
inline constexpr std::size_t kMaxDepth = 120;
inline constexpr std::size_t kMaxHeight = 250;
inline constexpr std::size_t kMaxLocals = 32;
inline constexpr std::size_t kMaxSourceBytes = 65'536;
inline constexpr std::size_t kMaxArguments = 4;

enum class Op : std::uint8_t {
  // a, b, c and count of each:
  constant,     // a: constant
  name,         // a: name
  local,        // a: slot of a variable bound by a macro
  select,       // a: target, b: constant with the field's name; optional: .?field
  has_field,    // a: target, b: constant with the field's name; optional: the chain has a .?
  index,        // a: target, b: key; optional: [?key]
  call,         // a: function (kNoNode: unknown), b: first child, count: arguments
  matches,      // a: text, b: pattern (compiled)
  logical_not,  // a
  negate,       // a
  add,          // a, b; so are all up to `in`
  subtract,
  multiply,
  divide,
  modulo,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  conditional,  // a ? b : c
  logical_and,  // b: first child, count: operands
  logical_or,
  list,            // b: first child, count: children
  map,             // b: first child, count: children, key and value by turns
  optional_entry,  // a: the optional that a list or map literal may leave out; only as their child
  // Macros. a: range, b: body, c: first slot, count: variables; filter: see Node.
  all,
  exists,
  exists_one,
  filter,
  transform_list,
  transform_map,
  transform_map_entry,
  bind,     // a: value, b: body, c: slot
  opt_map,  // a: optional, b: body, c: slot
  opt_flat_map,
};

struct Node {
  Op op = Op::constant;
  bool optional = false;
  std::uint16_t count = 0;
  std::uint16_t height = 1;
  NodeIndex a = kNoNode;
  NodeIndex b = kNoNode;
  NodeIndex c = kNoNode;
  NodeIndex filter = kNoNode;  // of transform_…: elements for which it is false are left out
  std::uint32_t begin = 0;     // [begin, end) in the source
  std::uint32_t end = 0;
};

// The first constants of every Ast.
inline constexpr NodeIndex kFalseConstant = 0;
inline constexpr NodeIndex kTrueConstant = 1;

struct Ast {
  std::string source;
  NodeIndex root = kNoNode;
  std::vector<Node> nodes;
  std::vector<NodeIndex> children;
  std::vector<Value> constants;
  std::vector<std::string> names;
  std::vector<Regex> patterns;
  std::vector<const Function*> functions;  // rows of the static tables
  std::vector<Reference> references;
};

}  // namespace parley::expr
