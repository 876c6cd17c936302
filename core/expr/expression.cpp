#include "expr/expression.hpp"

#include <utility>

#include "expr/evaluate.hpp"
#include "expr/parser.hpp"

namespace parley::expr {

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

const std::string& Expression::source() const {
  return program_->ast.source;
}

const Ast& Expression::ast() const {
  return program_->ast;
}

}  // namespace parley::expr
