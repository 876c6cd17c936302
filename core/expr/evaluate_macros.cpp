// Macros: all, exists, exists_one, filter, map, transformList, transformMap, cel.bind, optMap, optFlatMap.
#include <utility>
#include <vector>

#include "base/map_order.hpp"
#include "expr/evaluate.hpp"
#include "expr/operators.hpp"

namespace parley::expr {

const Value* Evaluation::macro(const Node& node, Value& room) {
  if (node.op == Op::bind) return bind(node, room);
  if (node.op == Op::opt_map || node.op == Op::opt_flat_map) return optional_macro(node, room);
  Value range_room;
  const Value* range = value_of(node.a, range_room);
  if (range == nullptr) return nullptr;
  if (!range->is_list() && !range->is_map()) {
    return fail(node, "only lists and maps have elements, not " + std::string(parley::name(range->type())));
  }
  switch (node.op) {
    case Op::all:
    case Op::exists:
      return quantifier(node, *range);
    case Op::exists_one:
      return count_one(node, *range);
    case Op::filter:
      return filter(node, *range, room);
    case Op::transform_list:
      return transform_list(node, *range, room);
    default:
      return transform_map(node, *range, room);
  }
}

// Calls visit(element, key) with the macro's variables set, until it returns false or the budget ends. One
// variable is a list's element or a map's key; two are index and element, or key and value.
template <typename Visit>
bool Evaluation::each(const Node& node, const Value& range, Visit visit) {
  const Value** slots = &locals_[node.c];
  bool both = node.count == 2;
  if (range.is_list()) {
    std::int64_t position = 0;
    for (const Value& item : range.as_list()) {
      Value index(position++);
      slots[0] = both ? &index : &item;
      if (both) slots[1] = &item;
      if (!visit(item, index)) return false;
    }
    return true;
  }
  for (const Value::Entry* entry : entries_by_key(range)) {
    slots[0] = &entry->key;
    if (both) slots[1] = &entry->value;
    if (!visit(entry->key, entry->key)) return false;
  }
  return true;
}

// As with && and ||, a deciding element wins over errors elsewhere.
const Value* Evaluation::quantifier(const Node& node, const Value& range) {
  Truth decisive = node.op == Op::exists ? Truth::yes : Truth::no;
  bool decided = false;
  bool failed = false;
  std::optional<Error> first;
  auto visit = [&](const Value&, const Value&) {
    Truth truth = condition(node.b);
    decided = truth == decisive;
    if (truth == Truth::failed && !failed) {
      first = std::move(error_);
      failed = true;
    }
    return !decided && !budget_.exhausted;
  };
  each(node, range, visit);
  if (decided) return boolean(decisive == Truth::yes);
  if (budget_.exhausted) return fail_limit(node);
  if (!failed) return boolean(decisive == Truth::no);
  error_ = std::move(first);
  return nullptr;
}

const Value* Evaluation::count_one(const Node& node, const Value& range) {
  std::size_t count = 0;
  auto visit = [&](const Value&, const Value&) {
    Truth truth = condition(node.b);
    count += truth == Truth::yes ? 1 : 0;
    return truth != Truth::failed;
  };
  bool complete = each(node, range, visit);
  return complete ? boolean(count == 1) : nullptr;
}

const Value* Evaluation::filter(const Node& node, const Value& range, Value& room) {
  std::vector<Value> kept;
  auto visit = [&](const Value& item, const Value&) {
    Truth truth = condition(node.b);
    if (truth == Truth::yes) kept.push_back(item);
    return truth != Truth::failed;
  };
  bool complete = each(node, range, visit);
  return complete ? give(room, Value::adopt_list(kept)) : nullptr;
}

const Value* Evaluation::transform_list(const Node& node, const Value& range, Value& room) {
  std::vector<Value> made;
  made.reserve(node.filter == kNoNode ? range.size() : 0);
  auto visit = [&](const Value&, const Value&) {
    Truth wanted = node.filter == kNoNode ? Truth::yes : condition(node.filter);
    if (wanted != Truth::yes) return wanted == Truth::no;
    Value item;
    bool absent = false;
    if (!child(node.b, item, absent)) return false;
    made.push_back(std::move(item));
    return true;
  };
  bool complete = each(node, range, visit);
  return complete ? give(room, Value::adopt_list(made)) : nullptr;
}

const Value* Evaluation::transform_map(const Node& node, const Value& range, Value& room) {
  std::vector<Value::Entry> made;
  auto visit = [&](const Value&, const Value& key) {
    Truth wanted = node.filter == kNoNode ? Truth::yes : condition(node.filter);
    if (wanted != Truth::yes) return wanted == Truth::no;
    Value item;
    bool absent = false;
    if (!child(node.b, item, absent)) return false;
    if (node.op == Op::transform_map) {
      made.push_back({key, std::move(item)});
      return true;
    }
    if (!item.is_map()) {
      fail(node, "each entry must be a map {key: value}");
      return false;
    }
    made.insert(made.end(), item.entries().begin(), item.entries().end());
    return true;
  };
  bool complete = each(node, range, visit);
  if (!complete) return nullptr;
  std::size_t duplicate = Value::kNoDuplicate;
  Value built = Value::adopt_map(made, duplicate);
  if (duplicate != Value::kNoDuplicate) return fail(node, "two entries have the same key");
  return give(room, std::move(built));
}

const Value* Evaluation::bind(const Node& node, Value& room) {
  Value bound_room;
  const Value* bound = value_of(node.a, bound_room);
  if (bound == nullptr) return nullptr;
  locals_[node.c] = bound;
  // Copied into `room`: the result may point into what is bound here.
  return store(node.b, room) ? &room : nullptr;
}

const Value* Evaluation::optional_macro(const Node& node, Value& room) {
  Value target_room;
  const Value* target = value_of(node.a, target_room);
  if (target == nullptr) return nullptr;
  if (target->type() != ValueType::optional) {
    return fail(
        node, "optMap() and optFlatMap() need an optional, not " + std::string(parley::name(target->type()))
    );
  }
  const Value* inner = target->optional_value();
  if (inner == nullptr) return give(room, Value::optional_none());
  locals_[node.c] = inner;
  Value result;
  if (!store(node.b, result)) return nullptr;
  if (node.op == Op::opt_map) return give(room, Value::optional_of(std::move(result)));
  if (result.type() != ValueType::optional)
    return fail(node, "the result of optFlatMap() must be an optional");
  return give(room, std::move(result));
}

}  // namespace parley::expr
