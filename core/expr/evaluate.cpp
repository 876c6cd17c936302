#include "expr/evaluate.hpp"

#include <array>
#include <utility>
#include <vector>

#include "expr/operators.hpp"

namespace parley::expr {
namespace {

// As people call the types of what they get from a tool or a user.
std::string_view type_name(const Value& value) {
  return name(value.type());
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

Result<Value> Evaluation::run() {
  Value room;
  const Value* result = value_of(ast_.root, room);
  if (result == nullptr) return std::unexpected(std::move(*error_));
  if (result == &room) return room;
  return *result;
}

const Value* Evaluation::value_of(NodeIndex index, Value& room) {
  const Node& node = ast_.nodes[index];
  if (!budget_.spend(1)) return fail_limit(node);
  switch (node.op) {
    case Op::constant:
      return &ast_.constants[node.a];
    case Op::name:
      return name(node);
    case Op::local:
      return locals_[node.a];
    case Op::select:
      return select(node, room);
    case Op::has_field:
      return has_field(node);
    case Op::index:
      return element(node, room);
    case Op::call:
      return call(node, room);
    case Op::matches:
      return matches(node);
    case Op::logical_not:
    case Op::negate:
      return unary(node, room);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::modulo:
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::in:
      return binary(node, room);
    case Op::conditional:
      return conditional(node, room);
    case Op::logical_and:
    case Op::logical_or:
      return logical(node);
    case Op::list:
      return list(node, room);
    case Op::map:
      return map(node, room);
    case Op::optional_entry:
      return value_of(node.a, room);
    default:
      return macro(node, room);
  }
}

bool Evaluation::store(NodeIndex index, Value& out) {
  const Value* value = value_of(index, out);
  if (value == nullptr) return false;
  if (value != &out) out = *value;
  return true;
}

// --- errors

const Value* Evaluation::fail(const Node& node, std::string_view problem, std::string hint) {
  constexpr std::size_t kShown = 60;
  std::string_view source = std::string_view(ast_.source).substr(node.begin, node.end - node.begin);
  Error& error = error_.emplace(Error{.code = ErrorCode::evaluation, .message = {}});
  if (source.size() > kShown) {
    error.message.append(source.substr(0, kShown)).append("…");
  } else {
    error.message.append(source);
  }
  error.message.append(": ").append(problem).append(".");
  error.hint = std::move(hint);
  return nullptr;
}

const Value* Evaluation::fail_overload(
    const Node& node, std::string_view what, std::span<const Value* const> arguments
) {
  std::string problem = std::string(what) + " does not apply to ";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) problem += i + 1 == arguments.size() ? " and " : ", ";
    problem += type_name(*arguments[i]);
  }
  std::string hint;
  if (node.op == Op::call) {
    hint = "use " + std::string(ast_.functions[node.a]->usage);
  } else if (arguments.size() == 2 && (arguments[0]->is_string() != arguments[1]->is_string())) {
    hint = "convert one side: string(x), int(x) or double(x)";
  }
  return fail(node, problem, std::move(hint));
}

const Value* Evaluation::fail_limit(const Node& node) {
  fail(node, "the expression takes too many steps", "work on fewer elements, or split it into several steps");
  error_->code = ErrorCode::limit_exceeded;
  return nullptr;
}

// --- names and fields

const Value* Evaluation::name(const Node& node) {
  const std::string& spelled = ast_.names[node.a];
  if (const Value* found = scope_.find(spelled)) return found;
  if (const Value* type = named_type(spelled)) return type;
  return fail(node, "there is no " + quoted(spelled), "check the spelling, or set it before this step");
}

// The names of a chain a.b.c when its root is not in scope: hosts may bind "a.b" as one name. Null if not.
const Value* Evaluation::qualified_name(const Node& node) {
  std::string_view fields[8];
  std::size_t count = 0;
  const Node* at = &node;
  while (at->op == Op::select && !at->optional && count < 8) {
    fields[count++] = ast_.constants[at->b].as_string();
    at = &ast_.nodes[at->a];
  }
  if (at->op != Op::name || count == 8 || scope_.find(ast_.names[at->a]) != nullptr) return nullptr;
  std::string joined = ast_.names[at->a];
  while (count > 0) joined.append(".").append(fields[--count]);
  if (const Value* found = scope_.find(joined)) return found;
  return named_type(joined);
}

const Value* Evaluation::select(const Node& node, Value& room) {
  Value target_room;
  const Value* target = value_of(node.a, target_room);
  if (target == nullptr) return budget_.exhausted ? nullptr : qualified_name(node);
  const Value& field = ast_.constants[node.b];
  bool through_optional = target->type() == ValueType::optional;
  const Value* inner = through_optional ? target->optional_value() : target;
  if (inner == nullptr) return give(room, Value::optional_none());
  if (!inner->is_map()) {
    return fail(node, std::string(type_name(*inner)) + " has no field " + quoted(field.as_string()));
  }
  const Value* found = inner->find(field.as_string());
  if (node.optional || through_optional) return optional_element(found, room);
  if (found == nullptr) {
    return fail(
        node,
        "there is no field " + quoted(field.as_string()),
        "test it with has(), or use .?field.orValue(…)"
    );
  }
  if (target == &target_room) return give(room, *found);
  return found;
}

const Value* Evaluation::optional_element(const Value* found, Value& room) {
  return give(room, found == nullptr ? Value::optional_none() : Value::optional_of(*found));
}

const Value* Evaluation::has_field(const Node& node) {
  Value target_room;
  const Value* target = value_of(node.a, target_room);
  if (target == nullptr) return nullptr;
  if (target->type() == ValueType::optional) {
    target = target->optional_value();
    if (target == nullptr) return boolean(false);
  }
  std::string_view field = ast_.constants[node.b].as_string();
  if (!target->is_map()) return fail(node, std::string(type_name(*target)) + " has no fields");
  return boolean(target->find(field) != nullptr);
}

const Value* Evaluation::element(const Node& node, Value& room) {
  Value target_room;
  Value key_room;
  const Value* target = value_of(node.a, target_room);
  if (target == nullptr) return nullptr;
  const Value* key = value_of(node.b, key_room);
  if (key == nullptr) return nullptr;
  bool through_optional = target->type() == ValueType::optional;
  const Value* inner = through_optional ? target->optional_value() : target;
  if (inner == nullptr) return give(room, Value::optional_none());
  std::string_view problem;
  const Value* found = find_element(*inner, *key, problem);
  if (!problem.empty()) return fail(node, problem);
  if (node.optional || through_optional) return optional_element(found, room);
  if (found == nullptr) {
    return fail(
        node,
        inner->is_list() ? "the index is outside the list, whose size is " + std::to_string(inner->size())
                         : "there is no such key",
        "use [?key].orValue(…) for what may be absent"
    );
  }
  if (target == &target_room) return give(room, *found);
  return found;
}

// --- calls

const Value* Evaluation::call(const Node& node, Value& room) {
  if (node.a == kNoNode) return fail(node, "there is no such function");
  const Function& function = *ast_.functions[node.a];
  std::array<Value, kMaxArguments> rooms;
  std::array<const Value*, kMaxArguments> arguments{};
  INVARIANT(node.count <= kMaxArguments, "no row of the function table takes more");
  for (std::size_t i = 0; i < node.count; ++i) {
    arguments[i] = value_of(ast_.children[node.b + i], rooms[i]);
    if (arguments[i] == nullptr) return nullptr;
  }
  std::span<const Value* const> given(arguments.data(), node.count);
  std::string problem;
  Call call(given, budget_, room, problem);
  switch (function.body(call)) {
    case Outcome::done:
      return budget_.exhausted ? fail_limit(node) : &room;
    case Outcome::no_overload:
      return fail_overload(node, std::string(function.name) + "()", given);
    case Outcome::failed:
      break;
  }
  return budget_.exhausted ? fail_limit(node) : fail(node, problem);
}

const Value* Evaluation::matches(const Node& node) {
  Value text_room;
  const Value* text = value_of(node.a, text_room);
  if (text == nullptr) return nullptr;
  if (!text->is_string()) {
    return fail(node, "matches() does not apply to " + std::string(type_name(*text)));
  }
  if (!budget_.spend_bytes(text->size())) return fail_limit(node);
  return boolean(ast_.patterns[node.b].search(text->as_string()));
}

// --- operators

const Value* Evaluation::unary(const Node& node, Value& room) {
  Value operand_room;
  const Value* operand = value_of(node.a, operand_room);
  if (operand == nullptr) return nullptr;
  if (node.op == Op::logical_not && operand->is_bool()) return boolean(!operand->as_bool());
  std::string_view problem;
  Outcome outcome = node.op == Op::negate ? expr::negate(*operand, room, problem) : Outcome::no_overload;
  if (outcome == Outcome::done) return &room;
  if (outcome == Outcome::failed) return fail(node, problem);
  return fail_overload(node, symbol_of(node.op), {&operand, 1});
}

const Value* Evaluation::binary(const Node& node, Value& room) {
  Value left_room;
  Value right_room;
  const Value* left = value_of(node.a, left_room);
  if (left == nullptr) return nullptr;
  const Value* right = value_of(node.b, right_room);
  if (right == nullptr) return nullptr;
  switch (node.op) {
    case Op::equal:
    case Op::not_equal: {
      bool same = equals(*left, *right, budget_);
      if (budget_.exhausted) return fail_limit(node);
      return boolean(same == (node.op == Op::equal));
    }
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return ordering(node, *left, *right);
    case Op::in:
      return membership(node, *left, *right);
    default:
      break;
  }
  std::string_view problem;
  Outcome outcome = arithmetic(node.op, *left, *right, room, problem, budget_);
  if (outcome == Outcome::done) return &room;
  if (budget_.exhausted) return fail_limit(node);
  if (outcome == Outcome::failed) return fail(node, problem);
  return fail_overload(node, symbol_of(node.op), std::array{left, right});
}

const Value* Evaluation::ordering(const Node& node, const Value& a, const Value& b) {
  Order order = compare(a, b);
  if (order == Order::unlike_currencies) return fail(node, "the amounts are in different currencies");
  if (order == Order::no_overload) return fail_overload(node, symbol_of(node.op), std::array{&a, &b});
  switch (node.op) {
    case Op::less:
      return boolean(order == Order::less);
    case Op::less_equal:
      return boolean(order == Order::less || order == Order::equal);
    case Op::greater:
      return boolean(order == Order::greater);
    default:
      return boolean(order == Order::greater || order == Order::equal);
  }
}

const Value* Evaluation::membership(const Node& node, const Value& item, const Value& container) {
  if (container.is_map()) return boolean(find_key(container, item) != nullptr);
  if (!container.is_list()) return fail_overload(node, "in", std::array{&item, &container});
  if (!budget_.spend(container.size())) return fail_limit(node);
  bool found = false;
  for (const Value& candidate : container.as_list()) {
    found = equals(item, candidate, budget_);
    if (found) break;
  }
  if (budget_.exhausted) return fail_limit(node);
  return boolean(found);
}

const Value* Evaluation::conditional(const Node& node, Value& room) {
  switch (condition(node.a)) {
    case Truth::yes:
      return value_of(node.b, room);
    case Truth::no:
      return value_of(node.c, room);
    default:
      return nullptr;
  }
}

Evaluation::Truth Evaluation::condition(NodeIndex index) {
  Value room;
  const Value* value = value_of(index, room);
  if (value == nullptr) return Truth::failed;
  if (value->is_bool()) return value->as_bool() ? Truth::yes : Truth::no;
  fail(
      ast_.nodes[index],
      "a condition must be true or false, not " + std::string(type_name(*value)),
      "compare it with something"
  );
  return Truth::failed;
}

// A deciding operand wins over an error on either side of it, as CEL demands; otherwise the first error does.
const Value* Evaluation::logical(const Node& node) {
  Truth decisive = node.op == Op::logical_or ? Truth::yes : Truth::no;
  bool failed = false;
  std::optional<Error> first;
  for (std::size_t i = 0; i < node.count; ++i) {
    Truth truth = condition(ast_.children[node.b + i]);
    if (truth == decisive) return boolean(decisive == Truth::yes);
    if (truth != Truth::failed) continue;
    if (budget_.exhausted) return nullptr;
    if (!failed) first = std::move(error_);
    failed = true;
  }
  if (!failed) return boolean(decisive == Truth::no);
  error_ = std::move(first);
  return nullptr;
}

// --- literals

bool Evaluation::child(NodeIndex index, Value& out, bool& absent) {
  absent = false;
  if (!store(index, out)) return false;
  if (ast_.nodes[index].op == Op::optional_entry) {
    if (out.type() != ValueType::optional) {
      fail(ast_.nodes[index], "an entry marked with ? must be an optional");
      return false;
    }
    const Value* inner = out.optional_value();
    absent = inner == nullptr;
    out = absent ? Value() : Value(*inner);
  }
  if ((out.is_list() || out.is_map()) && !weigh(out, budget_)) {
    fail_limit(ast_.nodes[index]);
    return false;
  }
  return true;
}

const Value* Evaluation::list(const Node& node, Value& room) {
  std::vector<Value> items;
  items.reserve(node.count);
  for (std::size_t i = 0; i < node.count; ++i) {
    Value item;
    bool absent = false;
    if (!child(ast_.children[node.b + i], item, absent)) return nullptr;
    if (!absent) items.push_back(std::move(item));
  }
  return give(room, Value::adopt_list(items));
}

const Value* Evaluation::map(const Node& node, Value& room) {
  std::vector<Value::Entry> entries;
  entries.reserve(node.count / 2);
  for (std::size_t i = 0; i + 1 < node.count; i += 2) {
    Value key;
    Value value;
    bool absent = false;
    if (!store(ast_.children[node.b + i], key)) return nullptr;
    if (!key.is_string() && !key.is_int() && !key.is_uint() && !key.is_bool()) {
      return fail(node, "a map's key is a string, an int, a uint or a bool");
    }
    if (!child(ast_.children[node.b + i + 1], value, absent)) return nullptr;
    if (!absent) entries.push_back({std::move(key), std::move(value)});
  }
  std::size_t duplicate = Value::kNoDuplicate;
  Value built = Value::adopt_map(entries, duplicate);
  if (duplicate != Value::kNoDuplicate) return fail(node, "the map has the same key twice");
  return give(room, std::move(built));
}

}  // namespace parley::expr
