// Text with {{ expressions }}, and data whose strings are such texts.
//
// Both are immutable after compile() and may be used from several threads at once.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/check/check.hpp"
#include "expr/expression.hpp"

namespace parley::expr {

// "Confirm your cart: {{ items }}". `\{{` writes two braces. Values are shown by display() (display.hpp).
class Template {
 public:
  Template() = default;
  [[nodiscard]] static std::expected<Template, SyntaxProblem> compile(std::string_view source);

  // An expression that fails makes the whole rendering fail with its error.
  [[nodiscard]] Result<std::string> render(const Scope& scope, std::uint64_t cost_limit = kDefaultCostLimit)
      const;

  // The typed value when the source is exactly one {{ expression }}, otherwise the rendered text.
  [[nodiscard]] Result<Value> evaluate(const Scope& scope, std::uint64_t cost_limit = kDefaultCostLimit)
      const;

  [[nodiscard]] bool constant() const;  // no expression inside
  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] std::vector<Reference> references() const;                     // offsets are into source()
  [[nodiscard]] std::vector<TypeProblem> check(const TypeNames& names) const;  // likewise
  // Its expressions in order, for checks; they live as long as this.
  [[nodiscard]] std::vector<const Expression*> expressions() const;

 private:
  struct Part {
    std::string text;                    // literal, when expression is empty
    std::vector<Expression> expression;  // zero or one
    std::size_t offset = 0;              // of the expression's text in source_
  };
  std::string source_;
  std::vector<Part> parts_;
};

}  // namespace parley::expr
