#include "expr/needs.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "expr/ast.hpp"

namespace parley::expr {
namespace {

// Sorted and without doubles.
using Names = std::vector<std::string>;

Names both(const Names& a, const Names& b) {
  Names out;
  std::ranges::set_intersection(a, b, std::back_inserter(out));
  return out;
}

Names either(const Names& a, const Names& b) {
  Names out;
  std::ranges::set_union(a, b, std::back_inserter(out));
  return out;
}

struct Facts {
  Names when_true;
  Names when_false;
};

class Reader {
 public:
  explicit Reader(const Ast& ast) : ast_(ast), facts_(ast.nodes.size()) {}

  Needs read(bool result_may_be_null) {
    learn(ast_.root);
    const std::optional<std::string> bare = name_at(ast_.root);
    if (bare && result_may_be_null) {
      need(*bare, Need::Kind::defined, {});
    } else {
      visit(ast_.root, {});
    }
    return {
        .needs = std::move(needs_),
        .when_true = std::move(facts_[ast_.root].when_true),
        .when_false = std::move(facts_[ast_.root].when_false)
    };
  }

 private:
  [[nodiscard]] const Node& node(NodeIndex index) const { return ast_.nodes[index]; }

  // The slot or other name that a node stands for: `x`, or `slots.x`.
  [[nodiscard]] std::optional<std::string> name_at(NodeIndex index) const {
    const Node& at = node(index);
    if (at.op == Op::name) return ast_.names[at.a];
    if (at.op != Op::select || at.optional || node(at.a).op != Op::name) return std::nullopt;
    if (ast_.names[node(at.a).a] != "slots") return std::nullopt;
    const Value& field = ast_.constants[at.b];
    return field.is_string() ? std::optional(std::string(field.as_string())) : std::nullopt;
  }

  [[nodiscard]] bool is_null(NodeIndex index) const {
    return node(index).op == Op::constant && ast_.constants[node(index).a].is_null();
  }
  [[nodiscard]] bool is_value(NodeIndex index) const {
    return node(index).op == Op::constant && !ast_.constants[node(index).a].is_null();
  }

  [[nodiscard]] std::vector<NodeIndex> operands(const Node& at) const {
    std::vector<NodeIndex> found;
    switch (at.op) {
      case Op::constant:
      case Op::name:
      case Op::local:
        break;
      case Op::select:
      case Op::has_field:
      case Op::logical_not:
      case Op::negate:
      case Op::matches:
      case Op::optional_entry:
        found = {at.a};
        break;
      case Op::call:
      case Op::logical_and:
      case Op::logical_or:
      case Op::list:
      case Op::map:
        for (std::size_t i = 0; i < at.count; ++i) found.push_back(ast_.children[at.b + i]);
        break;
      case Op::conditional:
        found = {at.a, at.b, at.c};
        break;
      case Op::transform_map_entry:
      case Op::all:
      case Op::exists:
      case Op::exists_one:
      case Op::filter:
      case Op::transform_list:
      case Op::transform_map:
        found = {at.a, at.b};
        if (at.filter != kNoNode) found.push_back(at.filter);
        break;
      default:
        found = {at.a, at.b};
        break;
    }
    return found;
  }

  // Facts of a node and all below it. The recursion is as deep as the parser allows.
  void learn(NodeIndex index) {
    const Node& at = node(index);
    for (const NodeIndex below : operands(at)) learn(below);
    Facts& facts = facts_[index];
    switch (at.op) {
      case Op::name:
      case Op::select:
        if (const auto name = name_at(index)) facts = {{*name}, {*name}};
        break;
      case Op::has_field:
        if (node(at.a).op == Op::name) {
          const std::string& root = ast_.names[node(at.a).a];
          const Value& field = ast_.constants[at.b];
          facts.when_true = {root == "slots" && field.is_string() ? std::string(field.as_string()) : root};
        }
        break;
      case Op::equal:
      case Op::not_equal:
        learn_comparison(at, facts);
        break;
      case Op::in:
        if (const auto name = name_at(at.a); name && holds_no_null(at.b)) facts.when_true = {*name};
        break;
      case Op::logical_not:
        facts = {facts_[at.a].when_false, facts_[at.a].when_true};
        break;
      case Op::logical_and:
      case Op::logical_or:
        learn_connective(at, facts);
        break;
      case Op::conditional: {
        const Facts& test = facts_[at.a];
        const auto under = [&](Names Facts::* which) {
          return both(
              either(test.when_true, facts_[at.b].*which), either(test.when_false, facts_[at.c].*which)
          );
        };
        facts = {under(&Facts::when_true), under(&Facts::when_false)};
        break;
      }
      default:
        break;
    }
  }

  // A list that is written out, of constants or of values that are not null.
  [[nodiscard]] bool holds_no_null(NodeIndex index) const {
    const Node& at = node(index);
    if (at.op == Op::constant) {
      const Value& list = ast_.constants[at.a];
      return list.is_list() &&
             std::ranges::none_of(list.as_list(), [](const Value& item) { return item.is_null(); });
    }
    if (at.op != Op::list) return false;
    for (std::size_t i = 0; i < at.count; ++i) {
      const Node& item = node(ast_.children[at.b + i]);
      if (item.op == Op::constant && ast_.constants[item.a].is_null()) return false;
    }
    return true;
  }

  void learn_comparison(const Node& at, Facts& facts) {
    for (const auto& [side, other] : {std::pair(at.a, at.b), std::pair(at.b, at.a)}) {
      const auto name = name_at(side);
      if (!name) continue;
      const bool equal = at.op == Op::equal;
      if (is_null(other)) (equal ? facts.when_false : facts.when_true) = {*name};
      if (is_value(other)) (equal ? facts.when_true : facts.when_false) = {*name};
    }
  }

  void learn_connective(const Node& at, Facts& facts) {
    const bool conjunction = at.op == Op::logical_and;
    bool first = true;
    for (const NodeIndex operand : operands(at)) {
      const Facts& one = facts_[operand];
      if (first) {
        facts = one;
      } else if (conjunction) {
        facts = {either(facts.when_true, one.when_true), both(facts.when_false, one.when_false)};
      } else {
        facts = {both(facts.when_true, one.when_true), either(facts.when_false, one.when_false)};
      }
      first = false;
    }
  }

  void need(const std::string& name, Need::Kind kind, const Names& known) {
    if (std::ranges::binary_search(known, name)) return;
    const auto found = std::ranges::find(needs_, name, &Need::name);
    if (found == needs_.end()) {
      needs_.push_back({name, kind});
    } else if (kind == Need::Kind::value) {
      found->kind = kind;
    }
  }

  // Names below a node, given those that are known to hold a value where it counts. An operand of && and ||
  // whose error the others absorb is guarded by them, whatever their order.
  void visit(NodeIndex index, const Names& known) {
    const Node& at = node(index);
    if (const auto name = name_at(index)) return need(*name, Need::Kind::value, known);
    switch (at.op) {
      case Op::equal:
      case Op::not_equal:
      case Op::in:
        for (const NodeIndex side : {at.a, at.b}) {
          const auto name = name_at(side);
          const bool compared = at.op != Op::in || side == at.a;
          if (name && compared) {
            need(*name, Need::Kind::defined, known);
          } else {
            visit(side, known);
          }
        }
        break;
      case Op::has_field:
        if (node(at.a).op != Op::name || ast_.names[node(at.a).a] != "slots") visit(at.a, known);
        break;
      case Op::logical_and:
      case Op::logical_or:
        visit_connective(at, known);
        break;
      case Op::conditional:
        visit(at.a, known);
        visit(at.b, either(known, facts_[at.a].when_true));
        visit(at.c, either(known, facts_[at.a].when_false));
        break;
      case Op::select:
        // slots.?x asks whether there is one.
        if (at.optional && node(at.a).op == Op::name) break;
        visit(at.a, known);
        break;
      default:
        for (const NodeIndex below : operands(at)) visit(below, known);
        break;
    }
  }

  void visit_connective(const Node& at, const Names& known) {
    const auto which = at.op == Op::logical_and ? &Facts::when_true : &Facts::when_false;
    const std::vector<NodeIndex> all = operands(at);
    // From the left and from the right, so that a long chain costs no square of its length.
    std::vector<Names> after(all.size() + 1);
    for (std::size_t i = all.size(); i-- > 0;) after[i] = either(after[i + 1], facts_[all[i]].*which);
    Names before;
    for (std::size_t i = 0; i < all.size(); ++i) {
      visit(all[i], either(known, either(before, after[i + 1])));
      before = either(before, facts_[all[i]].*which);
    }
  }

  const Ast& ast_;
  std::vector<Facts> facts_;  // by node
  std::vector<Need> needs_;
};

}  // namespace

Needs needs_of(const Expression& expression, bool result_may_be_null) {
  return Reader(expression.ast()).read(result_may_be_null);
}

}  // namespace parley::expr
