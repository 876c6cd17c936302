#include "expr/parser.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "expr/functions.hpp"
#include "expr/grammar.hpp"
#include "expr/lexer.hpp"

namespace parley::expr {
namespace {

class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens, const CompileOptions& options)
      : tokens_(std::move(tokens)), options_(options) {
    ast_.source = source;
    ast_.nodes.emplace_back();  // what parsing returns after a mistake, so that callers need no checks
    ast_.constants = {Value(false), Value(true)};
    ast_.nodes[0].a = 0;
  }

  std::expected<Ast, SyntaxProblem> run() {
    if (token().kind == TokenKind::end) fail(0, ast_.source.size(), "The expression is empty.", "");
    ast_.root = expression();
    if (token().kind != TokenKind::end) fail_at_leftover();
    if (failed_) return std::unexpected(std::move(problem_));
    return std::move(ast_);
  }

 private:
  // --- tokens

  [[nodiscard]] const Token& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] std::string_view text(const Token& token) const {
    return std::string_view(ast_.source).substr(token.begin, token.end - token.begin);
  }
  [[nodiscard]] bool is(std::uint16_t wanted, std::size_t ahead = 0) const {
    return token(ahead).kind == TokenKind::symbol && token(ahead).symbol == wanted;
  }
  [[nodiscard]] bool is_identifier(std::size_t ahead = 0) const {
    return token(ahead).kind == TokenKind::identifier;
  }
  void advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool take(std::uint16_t wanted) {
    if (!is(wanted)) return false;
    advance();
    return true;
  }
  [[nodiscard]] std::uint32_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  // --- mistakes

  // Only the first mistake counts: jumping to the end makes every caller return quickly.
  NodeIndex fail(std::size_t begin, std::size_t end, std::string message, std::string hint) {
    if (!failed_) problem_ = {begin, end, std::move(message), std::move(hint)};
    failed_ = true;
    at_ = tokens_.size() - 1;
    return 0;
  }

  NodeIndex fail_expected(std::string_view wanted, std::string hint = {}) {
    std::string found = token().kind == TokenKind::end ? "but the expression ends here."
                                                       : "found " + std::string(text(token())) + ".";
    return fail(
        token().begin, token().end, "Expected " + std::string(wanted) + ", " + found, std::move(hint)
    );
  }

  void close(char bracket, const Token& opening) {
    if (take(symbol(bracket))) return;
    if (token().kind == TokenKind::end) {
      fail(
          opening.begin,
          opening.end,
          "This " + std::string(text(opening)) + " is never closed.",
          std::string("add the missing ") + bracket
      );
      return;
    }
    fail_expected(std::string(1, bracket), word_operator_hint());
  }

  [[nodiscard]] std::string word_operator_hint() const {
    std::string_view word = text(token());
    if (word == "and" || word == "AND") return "write && for \"and\"";
    if (word == "or" || word == "OR") return "write || for \"or\"";
    if (word == "not") return "write ! for \"not\"";
    if (word == "is") return "write == for \"is\"";
    if (word == "mod") return "write % for the remainder";
    if (word == "if" || word == "then") return "write condition ? a : b";
    if (word == "contains" || word == "matches" || word == "startsWith" || word == "endsWith") {
      return "call it on the text: text." + std::string(word) + "('…')";
    }
    return {};
  }

  void fail_at_leftover() {
    std::string hint = word_operator_hint();
    if (hint.empty() && is(symbol(')'))) hint = "there is no ( for it";
    if (hint.empty() && token().kind != TokenKind::symbol) hint = "an operator is missing before it";
    fail(token().begin, token().end, "Unexpected " + std::string(text(token())) + ".", std::move(hint));
  }

  // --- nodes

  [[nodiscard]] std::uint16_t height(NodeIndex node) const {
    return node == kNoNode ? 0 : ast_.nodes[node].height;
  }

  NodeIndex add(Node node, std::initializer_list<NodeIndex> below, std::span<const NodeIndex> more = {}) {
    if (failed_) return 0;
    std::uint16_t highest = 0;
    for (NodeIndex child : below) highest = std::max(highest, height(child));
    for (NodeIndex child : more) highest = std::max(highest, height(child));
    if (highest >= kMaxHeight) return fail_too_deep(node.begin, node.end);
    node.height = static_cast<std::uint16_t>(highest + 1);
    ast_.nodes.push_back(node);
    return static_cast<NodeIndex>(ast_.nodes.size() - 1);
  }

  NodeIndex fail_too_deep(std::size_t begin, std::size_t end) {
    return fail(begin, end, "The expression is nested too deeply.", "split it into several steps");
  }

  NodeIndex add_constant(Value value) {
    ast_.constants.push_back(std::move(value));
    return static_cast<NodeIndex>(ast_.constants.size() - 1);
  }

  NodeIndex constant(Value value, std::uint32_t begin) {
    NodeIndex stored = add_constant(std::move(value));
    return add({.op = Op::constant, .a = stored, .begin = begin, .end = last_end()}, {});
  }

  NodeIndex add_children(std::span<const NodeIndex> children) {
    auto first = static_cast<NodeIndex>(ast_.children.size());
    ast_.children.insert(ast_.children.end(), children.begin(), children.end());
    return first;
  }

  [[nodiscard]] std::uint32_t begin_of(NodeIndex node) const { return ast_.nodes[node].begin; }

  // --- grammar

  NodeIndex expression() {
    if (++depth_ > kMaxDepth) fail_too_deep(token().begin, token().end);
    NodeIndex condition = binary(kOrLevel);
    if (take(symbol('?'))) {
      NodeIndex then = binary(kOrLevel);
      if (!failed_ && !take(symbol(':'))) fail_expected(":", "a condition is written c ? a : b");
      NodeIndex otherwise = expression();
      condition =
          add({.op = Op::conditional,
               .a = condition,
               .b = then,
               .c = otherwise,
               .begin = begin_of(condition),
               .end = last_end()},
              {condition, then, otherwise});
    }
    --depth_;
    return condition;
  }

  [[nodiscard]] const BinaryOperator* binary_operator() const {
    if (is_identifier() && text(token()) == "in") return &kInOperator;
    if (token().kind != TokenKind::symbol) return nullptr;
    for (const BinaryOperator& candidate : kOperators) {
      if (candidate.symbol == token().symbol) return &candidate;
    }
    return nullptr;
  }

  // Precedence climbing: operands of operators that bind at least as tightly as `level`.
  NodeIndex binary(int level) {
    NodeIndex left = unary();
    for (;;) {
      const BinaryOperator* found = failed_ ? nullptr : binary_operator();
      if (found == nullptr || found->level < level) return left;
      if (found->level <= kAndLevel) {
        left = logical(left, *found);
        continue;
      }
      advance();
      NodeIndex right = binary(found->level + 1);
      left =
          add({.op = found->op, .a = left, .b = right, .begin = begin_of(left), .end = last_end()},
              {left, right});
    }
  }

  // a && b && c is one node, however long the chain.
  NodeIndex logical(NodeIndex first, const BinaryOperator& op) {
    std::vector<NodeIndex> operands = {first};
    while (take(op.symbol)) operands.push_back(binary(op.level + 1));
    auto count = static_cast<std::uint16_t>(std::min<std::size_t>(operands.size(), 0xFFFF));
    return add(
        {.op = op.op, .count = count, .b = add_children(operands), .begin = begin_of(first), .end = last_end()
        },
        {},
        operands
    );
  }

  NodeIndex unary() {
    std::uint32_t begin = token().begin;
    if (!is(symbol('!')) && !is(symbol('-'))) return postfix();
    if (is(symbol('-')) && is_number(token(1))) return postfix();
    // A pair of signs cancels out, except that it still demands the right type: keep one pair of a longer
    // run.
    std::uint16_t sign = token().symbol;
    std::size_t run = 0;
    while (is(sign) && !(sign == symbol('-') && is_number(token(1)))) {
      advance();
      ++run;
    }
    NodeIndex operand = unary_operand();
    Op op = sign == symbol('!') ? Op::logical_not : Op::negate;
    for (std::size_t left = run > 2 ? 2 - run % 2 : run; left > 0; --left) {
      operand = add({.op = op, .a = operand, .begin = begin, .end = last_end()}, {operand});
    }
    return operand;
  }

  NodeIndex unary_operand() {
    if (++depth_ > kMaxDepth) fail_too_deep(token().begin, token().end);
    NodeIndex operand = unary();
    --depth_;
    return operand;
  }

  static bool is_number(const Token& token) {
    return token.kind == TokenKind::integer || (token.kind == TokenKind::literal && token.value.is_double());
  }

  NodeIndex postfix() {
    reference_ = kNoReference;
    NodeIndex target = primary();
    while (!failed_) {
      if (is(symbol('.'))) {
        advance();
        target = member(target);
      } else if (is(symbol('['))) {
        target = index(target);
      } else if (is(symbol('{')) &&
                 (ast_.nodes[target].op == Op::name || ast_.nodes[target].op == Op::select)) {
        return fail(
            begin_of(target),
            token().end,
            "Messages of a named type cannot be made here.",
            "write a map: {'field': value}"
        );
      } else {
        break;
      }
    }
    return target;
  }

  NodeIndex member(NodeIndex target) {
    bool optional = take(symbol('?'));
    Token field = token();
    if (field.kind == TokenKind::identifier) {
      if (is(symbol('('), 1) && !optional) return method(target);
    } else if (field.kind != TokenKind::quoted_identifier) {
      return fail_expected("a field name after the dot");
    }
    advance();
    Value name = field.kind == TokenKind::identifier ? Value(text(field)) : field.value;
    if (reference_ != kNoReference) {
      Reference& reference = ast_.references[reference_];
      reference.path += '.';
      reference.path += name.as_string();
      reference.end = field.end;
    }
    NodeIndex stored = add_constant(std::move(name));
    return add(
        {.op = Op::select,
         .optional = optional,
         .a = target,
         .b = stored,
         .begin = begin_of(target),
         .end = field.end},
        {target}
    );
  }

  NodeIndex index(NodeIndex target) {
    Token opening = token();
    advance();
    bool optional = take(symbol('?'));
    NodeIndex key = expression();
    close(']', opening);
    reference_ = kNoReference;
    return add(
        {.op = Op::index,
         .optional = optional,
         .a = target,
         .b = key,
         .begin = begin_of(target),
         .end = last_end()},
        {target, key}
    );
  }

  NodeIndex primary() {
    const Token& first = token();
    switch (first.kind) {
      case TokenKind::integer:
        return integer(false);
      case TokenKind::literal: {
        Value value = first.value;
        std::uint32_t begin = first.begin;
        advance();
        return constant(std::move(value), begin);
      }
      case TokenKind::identifier:
        return identifier();
      case TokenKind::symbol:
        break;
      default:
        return fail_expected("a value");
    }
    if (is(symbol('-'))) return negative_number();
    if (is(symbol('('))) return parenthesised();
    if (is(symbol('['))) return list();
    if (is(symbol('{'))) return map();
    if (is(symbol('.')) && is_identifier(1)) {
      advance();
      return name(true);
    }
    return fail_expected("a value", word_operator_hint());
  }

  NodeIndex integer(bool negative) {
    std::uint32_t begin = negative ? tokens_[at_ - 1].begin : token().begin;
    std::uint64_t magnitude = token().value.as_uint();
    constexpr std::uint64_t kLargest = 0x7FFFFFFFFFFFFFFF;
    if (magnitude > kLargest + (negative ? 1 : 0)) {
      return fail(
          begin, token().end, "The number is too large for an int.", "write 1u for uint, 1.0 for double"
      );
    }
    advance();
    return constant(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude), begin);
  }

  NodeIndex negative_number() {
    std::uint32_t begin = token().begin;
    advance();
    if (token().kind == TokenKind::integer) return integer(true);
    Value value = -token().value.as_double();
    advance();
    return constant(std::move(value), begin);
  }

  NodeIndex parenthesised() {
    Token opening = token();
    advance();
    NodeIndex inside = expression();
    close(')', opening);
    reference_ = kNoReference;
    if (!failed_) {
      ast_.nodes[inside].begin = opening.begin;
      ast_.nodes[inside].end = last_end();
    }
    return inside;
  }

  NodeIndex list() {
    Token opening = token();
    advance();
    std::vector<NodeIndex> items;
    while (!failed_ && !is(symbol(']'))) {
      bool optional = take(symbol('?'));
      NodeIndex item = expression();
      items.push_back(optional ? optional_entry(item) : item);
      if (!take(symbol(','))) break;
    }
    close(']', opening);
    reference_ = kNoReference;
    return collection(Op::list, opening.begin, items);
  }

  NodeIndex map() {
    Token opening = token();
    advance();
    std::vector<NodeIndex> items;
    while (!failed_ && !is(symbol('}'))) {
      bool optional = take(symbol('?'));
      items.push_back(expression());
      if (!failed_ && !take(symbol(':'))) fail_expected(":", "a map is written {'key': value}");
      NodeIndex value = expression();
      items.push_back(optional ? optional_entry(value) : value);
      if (!take(symbol(','))) break;
    }
    close('}', opening);
    reference_ = kNoReference;
    return collection(Op::map, opening.begin, items);
  }

  NodeIndex optional_entry(NodeIndex value) {
    return add({.op = Op::optional_entry, .a = value, .begin = begin_of(value), .end = last_end()}, {value});
  }

  NodeIndex collection(Op op, std::uint32_t begin, const std::vector<NodeIndex>& items) {
    if (items.size() > 0xFFFE) return fail(begin, last_end(), "The list is too long.", "pass it as data");
    if (NodeIndex folded = constant_collection(op, begin, items); folded != kNoNode) return folded;
    return add(
        {.op = op,
         .count = static_cast<std::uint16_t>(items.size()),
         .b = add_children(items),
         .begin = begin,
         .end = last_end()},
        {},
        items
    );
  }

  // ["DE", "FR"] is one constant, so that evaluation builds nothing.
  NodeIndex constant_collection(Op op, std::uint32_t begin, const std::vector<NodeIndex>& items) {
    if (failed_) return kNoNode;
    std::vector<Value> values;
    for (NodeIndex item : items) {
      if (ast_.nodes[item].op != Op::constant) return kNoNode;
      values.push_back(ast_.constants[ast_.nodes[item].a]);
    }
    if (op == Op::list) return constant(Value::adopt_list(values), begin);
    std::vector<Value::Entry> entries;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
      const Value& key = values[i];
      if (!key.is_string() && !key.is_int() && !key.is_uint() && !key.is_bool()) return kNoNode;
      entries.push_back({key, values[i + 1]});
    }
    // Evaluation reports a key that repeats.
    std::size_t duplicate = Value::kNoDuplicate;
    Value map = Value::adopt_map(entries, duplicate);
    return duplicate == Value::kNoDuplicate ? constant(std::move(map), begin) : kNoNode;
  }

  // --- names

  NodeIndex identifier() {
    std::uint32_t begin = token().begin;
    std::string_view word = text(token());
    if (word == "true" || word == "false" || word == "null") {
      advance();
      return constant(word == "null" ? Value() : Value(word == "true"), begin);
    }
    if (word == "in") return fail_expected("a value", "'in' stands between a value and a list");
    if (is(symbol('('), 1)) return global_call(std::string(word));
    if (is(symbol('.'), 1) && is_identifier(2) && is(symbol('('), 3) && local_slot(word) == kNoNode) {
      std::string qualified = std::string(word) + "." + std::string(text(token(2)));
      if (qualified == "cel.bind") return bind();
      if (find_function_named(qualified) != nullptr) {
        at_ += 2;
        return global_call(std::move(qualified), begin);
      }
    }
    return name(false);
  }

  NodeIndex name(bool absolute) {
    Token word = token();
    std::string_view spelled = text(word);
    if (std::ranges::find(kReserved, spelled) != std::end(kReserved)) {
      std::string hint = word_operator_hint();
      return fail(
          word.begin,
          word.end,
          "'" + std::string(spelled) + "' is a reserved word.",
          hint.empty() ? "choose another name" : hint
      );
    }
    advance();
    if (NodeIndex slot = absolute ? kNoNode : local_slot(spelled); slot != kNoNode) {
      reference_ = kNoReference;
      return add({.op = Op::local, .a = slot, .begin = word.begin, .end = word.end}, {});
    }
    reference_ = ast_.references.size();
    // google.protobuf.Timestamp and …Duration are types as well.
    bool is_type = spelled == "google" || std::ranges::find(kTypeNames, spelled) != std::end(kTypeNames);
    ast_.references.push_back({std::string(spelled), std::string(spelled), word.begin, word.end, is_type});
    ast_.names.emplace_back(spelled);
    return add(
        {.op = Op::name,
         .a = static_cast<NodeIndex>(ast_.names.size() - 1),
         .begin = word.begin,
         .end = word.end},
        {}
    );
  }

  [[nodiscard]] NodeIndex local_slot(std::string_view name) const {
    for (std::size_t i = locals_.size(); i-- > 0;) {
      if (locals_[i] == name) return static_cast<NodeIndex>(i);
    }
    return kNoNode;
  }

  // --- calls

  std::vector<NodeIndex> arguments() {
    Token opening = token();
    advance();
    std::vector<NodeIndex> items;
    while (!failed_ && !is(symbol(')'))) {
      items.push_back(expression());
      if (!take(symbol(','))) break;
    }
    close(')', opening);
    reference_ = kNoReference;
    return items;
  }

  NodeIndex global_call(std::string function, std::uint32_t begin) {
    Token word = token();
    advance();
    std::vector<NodeIndex> items = arguments();
    word.begin = begin;
    return call(function, word, false, items, begin);
  }

  NodeIndex global_call(std::string function) {
    std::uint32_t begin = token().begin;
    if (function != "has") return global_call(std::move(function), begin);
    Token word = token();
    advance();
    std::vector<NodeIndex> items = arguments();
    if (failed_) return 0;
    if (items.size() != 1 || ast_.nodes[items[0]].op != Op::select) {
      return fail(word.begin, last_end(), "has() needs exactly one field.", "write has(user.name)");
    }
    // The whole chain may be optional: has(a.?b.c).
    ast_.nodes[items[0]].op = Op::has_field;
    ast_.nodes[items[0]].begin = begin;
    ast_.nodes[items[0]].end = last_end();
    return items[0];
  }

  NodeIndex method(NodeIndex target) {
    Token word = token();
    std::string_view spelled = text(word);
    for (const Macro& macro : kMacros) {
      if (macro.name == spelled) return macro_call(target, macro);
    }
    advance();
    std::vector<NodeIndex> items = arguments();
    items.insert(items.begin(), target);
    return call(spelled, word, true, items, begin_of(target));
  }

  NodeIndex call(
      std::string_view function,
      const Token& word,
      bool as_method,
      std::vector<NodeIndex>& items,
      std::uint32_t begin
  ) {
    if (failed_) return 0;
    const Function* row = find_function(function, as_method, items.size());
    if (row == nullptr) return unknown_function(function, word, as_method, begin);
    if (row->max_arguments == kAnyNumber && items.size() > 1) {
      items = {collection(Op::list, begin, items)};
    }
    if (function == "matches" && items.size() == 2) {
      if (NodeIndex node = constant_pattern(items, begin); node != kNoNode) return node;
    }
    ast_.functions.push_back(row);
    return add(
        {.op = Op::call,
         .count = static_cast<std::uint16_t>(items.size()),
         .a = static_cast<NodeIndex>(ast_.functions.size() - 1),
         .b = add_children(items),
         .begin = begin,
         .end = last_end()},
        {},
        items
    );
  }

  NodeIndex constant_pattern(const std::vector<NodeIndex>& items, std::uint32_t begin) {
    const Node& pattern = ast_.nodes[items[1]];
    if (pattern.op != Op::constant || !ast_.constants[pattern.a].is_string()) return kNoNode;
    auto compiled = Regex::compile(ast_.constants[pattern.a].as_string());
    if (!compiled) {
      return fail(
          pattern.begin, pattern.end, std::move(compiled.error().message), std::move(compiled.error().hint)
      );
    }
    ast_.patterns.push_back(std::move(*compiled));
    return add(
        {.op = Op::matches,
         .a = items[0],
         .b = static_cast<NodeIndex>(ast_.patterns.size() - 1),
         .begin = begin,
         .end = last_end()},
        {items[0]}
    );
  }

  NodeIndex unknown_function(
      std::string_view function, const Token& word, bool as_method, std::uint32_t begin
  ) {
    if (options_.allow_unknown_functions) {
      return add({.op = Op::call, .begin = begin, .end = last_end()}, {});
    }
    const Function* row = find_function_named(function);
    if (row != nullptr) {
      bool other_style = row->style == (as_method ? Style::global : Style::method);
      return fail(
          word.begin,
          last_end(),
          std::string(function) +
              (other_style ? "() is called in another way." : "() takes other arguments."),
          "write " + std::string(row->usage)
      );
    }
    // math.rund(x) reads as a method of a name "math".
    std::string_view qualified = std::string_view(ast_.source).substr(begin, word.end - begin);
    std::string_view nearest = nearest_function(as_method && qualified.contains('.') ? qualified : function);
    if (nearest.empty()) nearest = nearest_function(function);
    return fail(
        word.begin,
        word.end,
        "There is no function " + std::string(function) + "().",
        nearest.empty() ? "" : "did you mean " + std::string(nearest) + "()?"
    );
  }

  // --- macros

  // After "(": `x, …` or `i, x, …`. Declares the variables; the caller drops them again.
  int variables(const Macro& macro) {
    int count = 0;
    while (count < macro.max_variables && is_identifier() && is(symbol(','), 1)) {
      bool surplus = count >= macro.min_variables && !is_another_variable(count);
      if (surplus) break;
      locals_.push_back(text(token()));
      at_ += 2;
      ++count;
    }
    return count;
  }

  // `all(x, y, …)`: y is a second variable because something follows it.
  [[nodiscard]] bool is_another_variable(int count) const { return count < 2 && is(symbol(','), 1); }

  NodeIndex macro_call(NodeIndex target, const Macro& macro) {
    Token word = token();
    advance();
    Token opening = token();
    advance();
    auto slot = static_cast<NodeIndex>(locals_.size());
    int count = variables(macro);
    if (count < macro.min_variables) return fail_macro(macro, word);
    if (locals_.size() > kMaxLocals) return fail_too_deep(word.begin, word.end);
    NodeIndex filter = kNoNode;
    NodeIndex body = expression();
    if (macro.may_filter && take(symbol(','))) {
      filter = body;
      body = expression();
    }
    if (!failed_ && is(symbol(','))) fail_macro(macro, word);
    close(')', opening);
    locals_.resize(slot);
    reference_ = kNoReference;
    return add(
        {.op = macro.op,
         .count = static_cast<std::uint16_t>(count),
         .a = target,
         .b = body,
         .c = slot,
         .filter = filter,
         .begin = begin_of(target),
         .end = last_end()},
        {target, body, filter}
    );
  }

  NodeIndex fail_macro(const Macro& macro, const Token& word) {
    return fail(
        word.begin,
        word.end,
        std::string(macro.name) + "() takes other arguments.",
        "write " + std::string(macro.usage)
    );
  }

  // cel.bind(x, value, result)
  NodeIndex bind() {
    std::uint32_t begin = token().begin;
    at_ += 3;
    Token opening = token();
    advance();
    if (!is_identifier() || !is(symbol(','), 1)) {
      return fail(
          begin, token().end, "cel.bind() takes other arguments.", "write cel.bind(x, value, result)"
      );
    }
    std::string_view variable = text(token());
    at_ += 2;
    NodeIndex value = expression();
    if (!failed_ && !take(symbol(','))) fail_expected(",", "write cel.bind(x, value, result)");
    auto slot = static_cast<NodeIndex>(locals_.size());
    locals_.push_back(variable);
    if (locals_.size() > kMaxLocals) return fail_too_deep(begin, token().end);
    NodeIndex body = expression();
    locals_.pop_back();
    close(')', opening);
    reference_ = kNoReference;
    return add(
        {.op = Op::bind, .count = 1, .a = value, .b = body, .c = slot, .begin = begin, .end = last_end()},
        {value, body}
    );
  }

  static constexpr std::size_t kNoReference = static_cast<std::size_t>(-1);

  Ast ast_;
  std::vector<Token> tokens_;
  const CompileOptions& options_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t reference_ = kNoReference;  // the one that a following .field extends
  std::vector<std::string_view> locals_;  // by slot
  bool failed_ = false;
  SyntaxProblem problem_;
};

}  // namespace

std::expected<Ast, SyntaxProblem> parse(std::string_view source, const CompileOptions& options) {
  if (source.size() > kMaxSourceBytes) {
    return std::unexpected(
        SyntaxProblem{0, source.size(), "The expression is too long.", "the limit is 64 KiB"}
    );
  }
  auto tokens = scan(source);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  return Parser(source, std::move(*tokens), options).run();
}

}  // namespace parley::expr
