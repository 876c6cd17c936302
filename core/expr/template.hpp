// Text with {{ expressions }} and choices between phrasings, in the notation of ICU's MessageFormat.
//
// Both are immutable after compile() and may be used from several threads at once.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/check/check.hpp"
#include "expr/expression.hpp"
#include "expr/texts/plural_rules.hpp"

namespace parley::expr {

// A plural in a text: which forms its author wrote, for a check of completeness.
struct PluralUse {
  PluralKind kind = PluralKind::cardinal;
  std::vector<std::string> words;  // "one", "other", "=0"
  std::size_t begin = 0;           // of the whole choice in the source
  std::size_t end = 0;
};

// "Confirm your cart: {{ items }}". `\{{` writes two braces. Values are shown by display() (display.hpp).
//
// "{size(items), plural, =0 {nothing} one {# thing} other {# things}}" chooses by a number's plural form in
// the language, `selectordinal` by that of its rank, `select` by a word. The argument is an expression; # is
// the number. Inside a phrase the apostrophe quotes as in ICU: '{' writes a brace, '' an apostrophe.
class Template {
 public:
  Template() = default;
  [[nodiscard]] static std::expected<Template, SyntaxProblem> compile(std::string_view source);

  // An expression that fails makes the whole rendering fail with its error. Numbers, lists and plural forms
  // are those of `locale`, times those of the offset. `shown`, where given, gets each value as it stands in
  // the text.
  [[nodiscard]] Result<std::string> render(
      const Scope& scope,
      std::string_view locale = "en",
      std::uint64_t cost_limit = kDefaultCostLimit,
      std::vector<std::string>* shown = nullptr,
      std::int32_t utc_offset_seconds = 0
  ) const;

  // The typed value when the source is exactly one {{ expression }}, otherwise the rendered text.
  [[nodiscard]] Result<Value> evaluate(const Scope& scope, std::uint64_t cost_limit = kDefaultCostLimit)
      const;

  [[nodiscard]] bool constant() const;  // no expression inside
  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] std::vector<Reference> references() const;                     // offsets are into source()
  [[nodiscard]] std::vector<TypeProblem> check(const TypeNames& names) const;  // likewise
  // Its expressions in order, for checks; they live as long as this.
  [[nodiscard]] std::vector<const Expression*> expressions() const;
  [[nodiscard]] std::vector<PluralUse> plurals() const;

 private:
  friend class TemplateParser;
  friend class Rendering;
  struct Choice;
  struct Part {
    std::string text;                      // literal, when expression is empty
    std::vector<Expression> expression;    // zero or one
    std::size_t offset = 0;                // of the expression's text in source_
    std::shared_ptr<const Choice> choice;  // what the expression chooses from; null: its value is shown
    bool number = false;                   // the number that the phrase around it was chosen by
  };
  using Parts = std::vector<Part>;
  // The whole text, when nothing in it changes; otherwise null.
  [[nodiscard]] const std::string* fixed() const;
  // Calls visit(part) for every part, those inside of phrases too.
  template <typename Visit>
  static void each_part(const Parts& parts, const Visit& visit);

  std::string source_;
  std::vector<Part> parts_;
};

}  // namespace parley::expr
