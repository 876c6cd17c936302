// Expressions in the Common Expression Language (CEL, https://github.com/google/cel-spec), compiled once and
// evaluated many times. Side-effect free, bounded in cost, no clock: time is an argument.
//
// An Expression is immutable and may be evaluated from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/scope.hpp"

namespace parley::expr {

struct Ast;  // ast.hpp

// A mistake in an expression's text. [begin, end) are byte offsets into the text, for the caret of a
// diagnostic.
struct SyntaxProblem {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string message;
  std::string hint;
};

// "2:5: Expected a value, found ).", line and column (in code points) from 1.
[[nodiscard]] std::string located(const SyntaxProblem& problem, std::string_view source);

// A name that an expression reads from its scope, with the fields selected from it as far as they are
// constant: `user.address.city` gives root "user" and path "user.address.city". Variables bound by macros are
// not listed.
struct Reference {
  std::string root;
  std::string path;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool names_type = false;  // also the name of a CEL type (`type(x) == string`), so it need not be in scope
};

struct CompileOptions {
  // A call of a function that does not exist fails when it is evaluated, as the specification's own cases
  // expect, instead of being a SyntaxProblem.
  bool allow_unknown_functions = false;
};

// One unit is about one node visited or 16 bytes or elements handled; running out is
// ErrorCode::limit_exceeded.
inline constexpr std::uint64_t kDefaultCostLimit = 100'000;

class Expression {
 public:
  [[nodiscard]] static std::expected<Expression, SyntaxProblem> compile(
      std::string_view source, const CompileOptions& options = {}
  );

  // Errors: ErrorCode::evaluation (unknown name, no such key, division by zero, no matching overload…) or
  // limit_exceeded. The message is fit for the author of the flow.
  [[nodiscard]] Result<Value> evaluate(const Scope& scope, std::uint64_t cost_limit = kDefaultCostLimit)
      const;

  [[nodiscard]] std::span<const Reference> references() const;
  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] const Ast& ast() const;  // for checks; lives as long as this

 private:
  struct Program;
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace parley::expr
