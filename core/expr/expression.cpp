#include "expr/expression.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "expr/evaluate.hpp"
#include "expr/parser.hpp"

namespace parley::expr {

std::string located(const SyntaxProblem& problem, std::string_view source) {
  std::string_view before = source.substr(0, problem.begin);
  std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  std::ptrdiff_t line = std::ranges::count(before, '\n') + 1;
  std::size_t column = count_code_points(before.substr(line_begin)) + 1;
  return std::to_string(line) + ":" + std::to_string(column) + ": " + problem.message;
}

struct Expression::Program {
  Ast ast;
};

std::expected<Expression, SyntaxProblem> Expression::compile(
    std::string_view source, const CompileOptions& options
) {
  auto ast = parse(source, options);
  if (!ast) return std::unexpected(std::move(ast.error()));
  return Expression(std::make_shared<const Program>(std::move(*ast)));
}

Result<Value> Expression::evaluate(const Scope& scope, std::uint64_t cost_limit) const {
  return Evaluation(program_->ast, scope, cost_limit).run();
}

std::span<const Reference> Expression::references() const {
  return program_->ast.references;
}

const Ast& Expression::ast() const {
  return program_->ast;
}

const std::string& Expression::source() const {
  return program_->ast.source;
}

}  // namespace parley::expr
