// From the source of a text to the parts of a Template. Internal to core/expr.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "expr/texts/template_choice.hpp"

namespace parley::expr {

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view source) : source_(source) {}

  // The whole source, or what is wrong with it.
  std::optional<SyntaxProblem> parse(Template& made);

 private:
  using Problem = std::optional<SyntaxProblem>;
  using Parts = Template::Parts;
  using Choice = Template::Choice;

  // What surrounds the text being read.
  struct Place {
    int depth = 0;        // of phrases around it; 0 is the text itself
    bool plural = false;  // # is a number here
  };
  // `{argument, kind,`: where the parts of a choice stand.
  struct Opening {
    std::size_t argument_begin = 0;
    std::size_t argument_end = 0;
    std::string_view word;
    std::size_t after = 0;
  };

  Problem parse_parts(Parts& parts, Place place);
  Problem parse_expression(Parts& parts);
  Problem parse_choice(Parts& parts, const Opening& opening, Place place);
  Problem parse_cases(Choice& choice, Place place);
  Problem parse_case(Choice& choice, Place place);
  Problem compile_at(Parts& parts, std::size_t begin, std::size_t end);
  Problem check_cases(const Choice& choice) const;
  [[nodiscard]] std::optional<Opening> opening() const;
  Problem check_opening(const Opening& opening, Place place, bool& literal) const;
  bool escape(std::string& text, Place place);

  [[nodiscard]] bool at(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  [[nodiscard]] bool done() const { return at_ >= source_.size(); }
  void skip_spaces();

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace parley::expr
