#include "expr/check/check.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/edit_distance.hpp"
#include "expr/ast.hpp"
#include "expr/check/signature.hpp"
#include "expr/functions.hpp"
#include "expr/operators.hpp"

namespace parley::expr {
namespace {

using Kind = Type::Kind;

std::string listed(std::span<const Type> types) {
  std::string text;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i > 0) text += i + 1 == types.size() ? " and " : ", ";
    text += types[i].to_text();
  }
  return text;
}

class Checker {
 public:
  Checker(const Ast& ast, const TypeNames& names) : ast_(ast), names_(names) {}

  Checked run() {
    Type type = type_of_node(ast_.root);
    return {std::move(type), std::move(problems_)};
  }

 private:
  Type type_of_node(NodeIndex index) {
    const Node& node = ast_.nodes[index];
    switch (node.op) {
      case Op::constant:
        return type_of(ast_.constants[node.a]);
      case Op::name:
        return name(node);
      case Op::local:
        return locals_[node.a];
      case Op::select:
        return select(node);
      case Op::has_field:
        return has_field(node);
      case Op::index:
        return element(node);
      case Op::call:
        return call(node);
      case Op::matches:
        return applied(node, kMatches, std::array{type_of_node(node.a), Type(Kind::string)});
      case Op::logical_not:
      case Op::negate:
        return operation(node, std::array{type_of_node(node.a)});
      case Op::conditional:
        return conditional(node);
      case Op::logical_and:
      case Op::logical_or:
        return logical(node);
      case Op::list:
        return list(node);
      case Op::map:
        return map(node);
      case Op::optional_entry:
        return optional_entry(node);
      case Op::bind:
        locals_[node.c] = type_of_node(node.a);
        return type_of_node(node.b);
      case Op::opt_map:
      case Op::opt_flat_map:
        return optional_macro(node);
      case Op::all:
      case Op::exists:
      case Op::exists_one:
      case Op::filter:
      case Op::transform_list:
      case Op::transform_map:
      case Op::transform_map_entry:
        return comprehension(node);
      default:
        return binary(node);
    }
  }

  // --- problems

  // What has a problem is dyn, so that one mistake is reported once.
  Type report(TypeProblem::Kind kind, const Node& node, std::string message, std::string hint = {}) {
    problems_.push_back({kind, node.begin, node.end, std::move(message), std::move(hint)});
    return Type();
  }

  void expect_bool(NodeIndex index) {
    Type type = type_of_node(index);
    if (agrees(type, Kind::boolean)) return;
    report(
        TypeProblem::Kind::condition,
        ast_.nodes[index],
        "A condition must be true or false, not " + type.to_text() + ".",
        type.is(Kind::list) || type.is(Kind::string) || type.is(Kind::map) ? "compare it, such as size(x) > 0"
                                                                           : "compare it with something"
    );
  }

  [[nodiscard]] std::optional<bool> constant_bool(NodeIndex index) const {
    const Node& node = ast_.nodes[index];
    if (node.op != Op::constant || !ast_.constants[node.a].is_bool()) return std::nullopt;
    return ast_.constants[node.a].as_bool();
  }

  // --- names and fields

  Type name(const Node& node) {
    const std::string& spelled = ast_.names[node.a];
    if (auto found = names_.find(spelled); found != names_.end()) return found->second;
    return named_type(spelled) != nullptr ? Type(Kind::type) : Type();
  }

  // Hosts may bind "a.b" as one name; a chain whose root is unknown is looked up as evaluation does.
  [[nodiscard]] std::optional<Type> qualified(const Node& node) const {
    std::string path;
    const Node* at = &node;
    for (; at->op == Op::select && !at->optional; at = &ast_.nodes[at->a]) {
      path.insert(0, "." + std::string(ast_.constants[at->b].as_string()));
    }
    if (at->op != Op::name || names_.contains(ast_.names[at->a])) return std::nullopt;
    path.insert(0, ast_.names[at->a]);
    if (auto found = names_.find(path); found != names_.end()) return found->second;
    return named_type(path) != nullptr ? std::optional<Type>(Kind::type) : std::nullopt;
  }

  Type select(const Node& node) {
    if (auto whole = qualified(node)) return *whole;
    Type target = type_of_node(node.a);
    bool through_optional = target.is(Kind::optional);
    bool may_lack = node.optional || through_optional;
    Type field = field_of(node, through_optional ? target.element() : target, may_lack);
    return may_lack ? Type::optional_of(field) : field;
  }

  Type field_of(const Node& node, const Type& target, bool may_lack) {
    std::string_view field = ast_.constants[node.b].as_string();
    switch (target.kind()) {
      case Kind::dyn:
        return Type();
      case Kind::map:
        if (agrees(Kind::string, target.key())) return target.element();
        return report(
            TypeProblem::Kind::unknown_field,
            node,
            "The keys of this map are " + target.key().to_text() + ", so it has no field \"" +
                std::string(field) + "\".",
            "write map[key]"
        );
      case Kind::object:
        return field_of_object(node, target, field, may_lack);
      default:
        return report(
            TypeProblem::Kind::unknown_field,
            node,
            "A value of type " + target.to_text() + " has no field \"" + std::string(field) + "\".",
            target.is(Kind::list)
                ? "take an element first, such as list[0], or write list.map(x, x." + std::string(field) + ")"
                : ""
        );
    }
  }

  Type field_of_object(const Node& node, const Type& target, std::string_view field, bool may_lack) {
    if (const Type* found = target.field(field)) return *found;
    if (may_lack) return Type();
    std::vector<std::string_view> known;
    for (const Type::Field& row : target.fields()) known.push_back(row.first);
    std::string_view meant = nearest(field, known);
    if (!target.closed() && meant.empty()) return Type();
    std::string hint;
    if (!meant.empty()) {
      hint = "did you mean \"" + std::string(meant) + "\"?";
    } else if (!known.empty() && known.size() <= kFieldsInHint) {
      hint = "it has ";
      for (std::string_view row : known) hint.append(row == known.front() ? "" : ", ").append(row);
    }
    return report(
        target.closed() ? TypeProblem::Kind::unknown_field : TypeProblem::Kind::unlisted_field,
        node,
        "There is no field \"" + std::string(field) + "\" in " + described(node.a) + ".",
        std::move(hint)
    );
  }

  // The source of a node, for messages.
  [[nodiscard]] std::string described(NodeIndex index) const {
    constexpr std::size_t kLongest = 40;
    const Node& node = ast_.nodes[index];
    std::size_t size = node.end - node.begin;
    return size > kLongest ? "this value" : ast_.source.substr(node.begin, size);
  }

  Type has_field(const Node& node) {
    Type target = type_of_node(node.a);
    if (target.is(Kind::optional)) target = target.element();
    if (!target.is_dyn() && !target.is(Kind::map) && !target.is(Kind::object) && !target.is(Kind::null)) {
      report(
          TypeProblem::Kind::unknown_field, node, "A value of type " + target.to_text() + " has no fields."
      );
    }
    return Kind::boolean;
  }

  Type element(const Node& node) {
    Type target = type_of_node(node.a);
    Type key = type_of_node(node.b);
    bool through_optional = target.is(Kind::optional);
    Type found = element_of(node, through_optional ? target.element() : target, key);
    return node.optional || through_optional ? Type::optional_of(found) : found;
  }

  Type element_of(const Node& node, const Type& target, const Type& key) {
    switch (target.kind()) {
      case Kind::dyn:
        return Type();
      case Kind::list:
        if (agrees(key, Kind::number)) return target.element();
        return report(
            TypeProblem::Kind::operands, node, "A list's index is a number, not " + key.to_text() + "."
        );
      case Kind::map:
      case Kind::object: {
        if (!may_be_key(key)) {
          return report(
              TypeProblem::Kind::operands,
              node,
              "A map's key is a string, a number or a bool, not " + key.to_text() + "."
          );
        }
        if (target.is(Kind::map)) return target.element();
        const Node& written = ast_.nodes[node.b];
        bool fixed = written.op == Op::constant && ast_.constants[written.a].is_string();
        const Type* field = fixed ? target.field(ast_.constants[written.a].as_string()) : nullptr;
        return field == nullptr ? Type() : *field;
      }
      default:
        return report(
            TypeProblem::Kind::operands,
            node,
            "Only lists and maps have elements, not " + target.to_text() + ".",
            target.is(Kind::string) ? "write text.charAt(index)" : ""
        );
    }
  }

  static bool may_be_key(const Type& type) {
    return type.is_dyn() || type.is_number() || type.is(Kind::string) || type.is(Kind::boolean);
  }

  // --- calls and operators

  Type call(const Node& node) {
    if (node.a == kNoNode) return Type();
    std::vector<Type> arguments;
    for (std::size_t i = 0; i < node.count; ++i) {
      arguments.push_back(type_of_node(ast_.children[node.b + i]));
    }
    const Function& function = *ast_.functions[node.a];
    if (auto result = resolve(parse_signatures(function.signatures), arguments)) return *result;
    return report(
        TypeProblem::Kind::arguments,
        node,
        std::string(function.name) + "() does not apply to " + listed(arguments) + ".",
        "write " + std::string(function.usage)
    );
  }

  Type applied(const Node& node, std::string_view signatures, std::span<const Type> arguments) {
    if (auto result = resolve(parse_signatures(signatures), arguments)) return *result;
    return report(
        TypeProblem::Kind::arguments,
        node,
        "matches() does not apply to " + arguments[0].to_text() + ".",
        "write text.matches(pattern)"
    );
  }

  Type operation(const Node& node, std::span<const Type> operands) {
    if (auto result = resolve(parse_signatures(signatures_of(node.op)), operands)) return *result;
    return report(
        TypeProblem::Kind::operands,
        node,
        std::string(symbol_of(node.op)) + " does not apply to " + listed(operands) + ".",
        operand_hint(node.op, operands)
    );
  }

  static std::string operand_hint(Op op, std::span<const Type> operands) {
    if (operands.size() < 2)
      return op == Op::logical_not ? "write x == false, or compare it with something" : "";
    const Type& left = operands[0];
    const Type& right = operands[1];
    if (op == Op::in && right.is(Kind::string)) return "write text.contains(part)";
    if (left.is(Kind::null) || right.is(Kind::null)) return "write x.orValue(default) for what may be empty";
    if (left.is(Kind::optional) || right.is(Kind::optional)) return "write optional.orValue(default)";
    if (left.is_number() && right.is_number()) return "convert one side: int(x), uint(x) or double(x)";
    if (op == Op::add && (left.is(Kind::string) || right.is(Kind::string))) {
      return "convert the other side with string(x)";
    }
    if (left.is(Kind::string) != right.is(Kind::string)) {
      return "convert one side: string(x), int(x) or double(x)";
    }
    return {};
  }

  Type binary(const Node& node) {
    std::array operands = {type_of_node(node.a), type_of_node(node.b)};
    if (node.op == Op::equal || node.op == Op::not_equal) {
      compare(node, operands[0], operands[1]);
      return Kind::boolean;
    }
    if (node.op == Op::in) return membership(node, operands);
    return operation(node, operands);
  }

  void compare(const Node& node, const Type& a, const Type& b) {
    if (may_equal(a, b)) return;
    report(
        TypeProblem::Kind::never_equal,
        node,
        a.to_text() + " and " + b.to_text() + " are never equal, so this is always " +
            (node.op == Op::equal ? "false." : "true."),
        a.is(Kind::string) != b.is(Kind::string) ? "convert one side: string(x), int(x) or double(x)" : ""
    );
  }

  // Anything may be null: slots are until they are filled.
  static bool may_equal(const Type& a, const Type& b) {
    if (a.is(Kind::null) || b.is(Kind::null) || (a.is_number() && b.is_number())) return true;
    // Lists and maps may be empty, whatever they hold; what they hold may be of mixed number types.
    bool mappings = (a.is(Kind::map) || a.is(Kind::object)) && (b.is(Kind::map) || b.is(Kind::object));
    return mappings || a.kind() == b.kind() || agrees(a, b);
  }

  Type membership(const Node& node, const std::array<Type, 2>& operands) {
    const Type& container = operands[1];
    if (container.is(Kind::object)) return Kind::boolean;
    bool fits = container.is_dyn() || container.is(Kind::list) || container.is(Kind::map);
    if (!fits) return operation(node, operands);
    const Type& inside = container.is(Kind::map) ? container.key() : container.element();
    if (!container.is_dyn() && !may_equal(operands[0], inside)) {
      report(
          TypeProblem::Kind::never_equal,
          node,
          operands[0].to_text() + " is never in " + container.to_text() + ", so this is always false."
      );
    }
    return Kind::boolean;
  }

  Type conditional(const Node& node) {
    std::optional<bool> decided = constant_bool(node.a);
    if (!decided) expect_bool(node.a);
    std::size_t before = problems_.size();
    Type then = type_of_node(node.b);
    // What is never evaluated cannot fail.
    if (decided == false) problems_.resize(before);
    before = problems_.size();
    Type otherwise = type_of_node(node.c);
    if (decided == true) problems_.resize(before);
    return join(then, otherwise);
  }

  // An operand that decides hides the failures of the others.
  Type logical(const Node& node) {
    bool decisive = node.op == Op::logical_or;
    std::size_t before = problems_.size();
    bool decided = false;
    for (std::size_t i = 0; i < node.count; ++i) {
      NodeIndex operand = ast_.children[node.b + i];
      decided = decided || constant_bool(operand) == decisive;
      expect_bool(operand);
    }
    if (decided) problems_.resize(before);
    return Kind::boolean;
  }

  // --- literals

  Type list(const Node& node) {
    if (node.count == 0) return Type::list_of(Type());
    std::optional<Type> element;
    for (std::size_t i = 0; i < node.count; ++i) {
      Type item = type_of_node(ast_.children[node.b + i]);
      element = element ? join(*element, item) : item;
    }
    return Type::list_of(*element);
  }

  Type optional_entry(const Node& node) {
    Type type = type_of_node(node.a);
    if (agrees(type, Type::optional_of(Type()))) return type.element();
    return report(
        TypeProblem::Kind::operands,
        node,
        "An entry marked with ? must be an optional, not " + type.to_text() + ".",
        "leave the ? out, or write optional.of(x)"
    );
  }

  Type map(const Node& node) {
    std::vector<Type::Field> fields;
    std::optional<Type> key;
    std::optional<Type> element;
    bool fixed = true;
    for (std::size_t i = 0; i + 1 < node.count; i += 2) {
      const Node& written = ast_.nodes[ast_.children[node.b + i]];
      const Node& content = ast_.nodes[ast_.children[node.b + i + 1]];
      Type name = type_of_node(ast_.children[node.b + i]);
      Type value = type_of_node(ast_.children[node.b + i + 1]);
      fixed =
          fixed && written.op == Op::constant && name.is(Kind::string) && content.op != Op::optional_entry;
      if (fixed) fields.emplace_back(std::string(ast_.constants[written.a].as_string()), value);
      key = key ? join(*key, name) : name;
      element = element ? join(*element, value) : value;
    }
    if (node.count == 0) return Type::map_of(Type(), Type());
    if (fixed) return Type::object_of(std::move(fields), true);
    return Type::map_of(*key, *element);
  }

  // --- macros

  Type optional_macro(const Node& node) {
    Type target = type_of_node(node.a);
    if (!agrees(target, Type::optional_of(Type()))) {
      return report(
          TypeProblem::Kind::arguments,
          node,
          "optMap() and optFlatMap() need an optional, not " + target.to_text() + ".",
          "write optional.of(x).optMap(…)"
      );
    }
    locals_[node.c] = target.element();
    Type body = type_of_node(node.b);
    if (node.op == Op::opt_map) return Type::optional_of(body);
    if (agrees(body, Type::optional_of(Type()))) return Type::optional_of(body.element());
    return report(
        TypeProblem::Kind::arguments,
        ast_.nodes[node.b],
        "The result of optFlatMap() must be an optional, not " + body.to_text() + ".",
        "write optMap() for a plain value"
    );
  }

  Type comprehension(const Node& node) {
    Type range = type_of_node(node.a);
    bool is_list = range.is(Kind::list);
    bool is_map = range.is(Kind::map) || range.is(Kind::object);
    if (!is_list && !is_map && !range.is_dyn()) {
      return report(
          TypeProblem::Kind::arguments,
          ast_.nodes[node.a],
          "Only lists and maps have elements, not " + range.to_text() + "."
      );
    }
    // The index of a list or the key of a map; and what a single variable stands for.
    Type key = is_list ? Type(Kind::integer) : range.key();
    Type single = is_list ? range.element() : key;
    bool both = node.count == 2;
    locals_[node.c] = both ? key : single;
    if (both) locals_[node.c + 1] = range.element();
    if (node.filter != kNoNode) expect_bool(node.filter);
    switch (node.op) {
      case Op::all:
      case Op::exists:
      case Op::exists_one:
        expect_bool(node.b);
        return Kind::boolean;
      case Op::filter:
        expect_bool(node.b);
        return Type::list_of(single);
      case Op::transform_list:
        return Type::list_of(type_of_node(node.b));
      case Op::transform_map:
        return Type::map_of(key, type_of_node(node.b));
      default:
        return map_of_entries(node);
    }
  }

  Type map_of_entries(const Node& node) {
    Type entry = type_of_node(node.b);
    if (entry.is(Kind::map)) return entry;
    if (entry.is_dyn() || entry.is(Kind::object)) return Type::map_of(entry.key(), Type());
    return report(
        TypeProblem::Kind::arguments,
        ast_.nodes[node.b],
        "Each entry must be a map {key: value}, not " + entry.to_text() + "."
    );
  }

  static constexpr std::string_view kMatches = "string, string -> bool";
  static constexpr std::size_t kFieldsInHint = 8;

  const Ast& ast_;
  const TypeNames& names_;
  std::array<Type, kMaxLocals> locals_;
  std::vector<TypeProblem> problems_;
};

}  // namespace

Checked check(const Expression& expression, const TypeNames& names) {
  return Checker(expression.ast(), names).run();
}

}  // namespace parley::expr
