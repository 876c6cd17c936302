// One evaluation of an Ast: a walk over its nodes that copies nothing it can point at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/ast.hpp"
#include "expr/functions.hpp"
#include "expr/scope.hpp"

namespace parley::expr {

// Lives for one evaluation, on one thread.
class Evaluation {
 public:
  Evaluation(const Ast& ast, const Scope& scope, std::uint64_t cost_limit)
      : ast_(ast), scope_(scope), budget_{.left = cost_limit} {}

  [[nodiscard]] Result<Value> run();

 private:
  // The value of a node: `room` when it was computed, otherwise a pointer to where it lives already (scope,
  // constants, a variable's slot). Null: failed, and the error is kept. `room` may hold anything after that.
  const Value* value_of(NodeIndex index, Value& room);

  const Value* name(const Node& node);
  const Value* qualified_name(const Node& node);
  const Value* select(const Node& node, Value& room);
  const Value* has_field(const Node& node);
  const Value* element(const Node& node, Value& room);
  const Value* optional_element(const Value* found, Value& room);
  const Value* call(const Node& node, Value& room);
  const Value* matches(const Node& node);
  const Value* unary(const Node& node, Value& room);
  const Value* binary(const Node& node, Value& room);
  const Value* ordering(const Node& node, const Value& a, const Value& b);
  const Value* membership(const Node& node, const Value& item, const Value& container);
  const Value* conditional(const Node& node, Value& room);
  const Value* logical(const Node& node);
  const Value* list(const Node& node, Value& room);
  const Value* map(const Node& node, Value& room);
  // Of a list or map literal's child: false on failure; `absent` when an optional leaves it out.
  bool child(NodeIndex index, Value& out, bool& absent);

  // evaluate_macros.cpp
  const Value* macro(const Node& node, Value& room);
  const Value* bind(const Node& node, Value& room);
  const Value* optional_macro(const Node& node, Value& room);
  template <typename Visit>
  bool each(const Node& node, const Value& range, Visit visit);
  const Value* quantifier(const Node& node, const Value& range);
  const Value* count_one(const Node& node, const Value& range);
  const Value* filter(const Node& node, const Value& range, Value& room);
  const Value* transform_list(const Node& node, const Value& range, Value& room);
  const Value* transform_map(const Node& node, const Value& range, Value& room);
  enum class Truth : std::uint8_t { no, yes, failed };
  Truth condition(NodeIndex index);

  // Moves or copies the value of a node into `out`.
  bool store(NodeIndex index, Value& out);

  const Value* fail(const Node& node, std::string_view problem, std::string hint = {});
  const Value* fail_overload(
      const Node& node, std::string_view what, std::span<const Value* const> arguments
  );
  const Value* fail_limit(const Node& node);
  const Value* give(Value& room, Value value) {
    room = std::move(value);
    return &room;
  }

  // Most results are one of these two, so they are never built.
  const Value* boolean(bool value) const { return &ast_.constants[value ? kTrueConstant : kFalseConstant]; }

  const Ast& ast_;
  const Scope& scope_;
  Budget budget_;
  std::optional<Error> error_;
  const Value* locals_[kMaxLocals];  // set by the macro that owns the slot before anything reads it
};

}  // namespace parley::expr
