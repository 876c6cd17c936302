#include "expr/template.hpp"

#include <utility>

#include "expr/display.hpp"

namespace parley::expr {
namespace {

// The offset just behind a string literal that starts at `at`; the text's end when it is not closed. A string
// is raw when an r stands right before its quote.
std::size_t skip_string(std::string_view text, std::size_t at) {
  char quote = text[at];
  bool raw = at > 0 && (text[at - 1] == 'r' || text[at - 1] == 'R');
  std::string_view closing =
      text.substr(at, 3) == std::string(3, quote) ? text.substr(at, 3) : text.substr(at, 1);
  for (at += closing.size(); at < text.size(); ++at) {
    if (text[at] == '\\' && !raw) {
      ++at;
    } else if (text.substr(at).starts_with(closing)) {
      return at + closing.size();
    }
  }
  return text.size();
}

// The offset of the }} that ends the expression starting at `at`; npos when there is none.
std::size_t find_end(std::string_view text, std::size_t at) {
  std::size_t open_braces = 0;
  while (at < text.size()) {
    char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_string(text, at);
      continue;
    }
    if (c == '{') ++open_braces;
    if (c == '}') {
      if (open_braces == 0 && text.substr(at).starts_with("}}")) return at;
      if (open_braces > 0) --open_braces;
    }
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::expected<Template, SyntaxProblem> Template::compile(std::string_view source) {
  constexpr std::string_view kSpaces = " \t\r\n";
  Template made;
  made.source_ = source;
  std::string text;
  auto end_text = [&] {
    if (!text.empty()) made.parts_.push_back({.text = std::exchange(text, {}), .expression = {}});
  };
  for (std::size_t at = 0; at < source.size();) {
    if (source.substr(at).starts_with("\\{{")) {
      text += "{{";
      at += 3;
      continue;
    }
    if (!source.substr(at).starts_with("{{")) {
      text += source[at++];
      continue;
    }
    std::size_t end = find_end(source, at + 2);
    if (end == std::string_view::npos) {
      return std::unexpected(
          SyntaxProblem{at, at + 2, "This {{ is never closed.", "add }}, or write \\{{ for two plain braces"}
      );
    }
    std::size_t begin = source.find_first_not_of(kSpaces, at + 2);
    std::size_t last = source.find_last_not_of(kSpaces, end - 1) + 1;
    if (begin >= end) {
      return std::unexpected(SyntaxProblem{
          at, end + 2, "There is no expression between the braces.", "write \\{{ for two plain braces"
      });
    }
    auto expression = Expression::compile(source.substr(begin, last - begin));
    if (!expression) {
      SyntaxProblem problem = std::move(expression.error());
      problem.begin += begin;
      problem.end += begin;
      return std::unexpected(std::move(problem));
    }
    end_text();
    made.parts_.push_back({.text = {}, .expression = {std::move(*expression)}, .offset = begin});
    at = end + 2;
  }
  end_text();
  return made;
}

Result<std::string> Template::render(const Scope& scope, std::uint64_t cost_limit) const {
  std::string out;
  for (const Part& part : parts_) {
    if (part.expression.empty()) {
      out += part.text;
      continue;
    }
    Result<Value> value = part.expression[0].evaluate(scope, cost_limit);
    if (!value) return std::unexpected(std::move(value.error()));
    if (value->is_string()) {
      out += value->as_string();
    } else {
      out += display(*value);
    }
  }
  return out;
}

Result<Value> Template::evaluate(const Scope& scope, std::uint64_t cost_limit) const {
  if (parts_.size() == 1 && !parts_[0].expression.empty()) {
    Result<Value> value = parts_[0].expression[0].evaluate(scope, cost_limit);
    // Outside expressions an optional is its value, or null.
    if (!value || value->type() != ValueType::optional) return value;
    const Value* inner = value->optional_value();
    return inner == nullptr ? Value() : Value(*inner);
  }
  Result<std::string> text = render(scope, cost_limit);
  if (!text) return std::unexpected(std::move(text.error()));
  return Value(*text);
}

bool Template::constant() const {
  for (const Part& part : parts_) {
    if (!part.expression.empty()) return false;
  }
  return true;
}

std::vector<TypeProblem> Template::check(const TypeNames& names) const {
  std::vector<TypeProblem> all;
  for (const Part& part : parts_) {
    if (part.expression.empty()) continue;
    for (TypeProblem& problem : expr::check(part.expression[0], names).problems) {
      problem.begin += part.offset;
      problem.end += part.offset;
      all.push_back(std::move(problem));
    }
  }
  return all;
}

std::vector<const Expression*> Template::expressions() const {
  std::vector<const Expression*> all;
  for (const Part& part : parts_) {
    if (!part.expression.empty()) all.push_back(&part.expression[0]);
  }
  return all;
}

std::vector<Reference> Template::references() const {
  std::vector<Reference> all;
  for (const Part& part : parts_) {
    if (part.expression.empty()) continue;
    for (Reference reference : part.expression[0].references()) {
      reference.begin += part.offset;
      reference.end += part.offset;
      all.push_back(std::move(reference));
    }
  }
  return all;
}

}  // namespace parley::expr
