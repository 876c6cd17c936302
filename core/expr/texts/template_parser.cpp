#include "expr/texts/template_parser.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/edit_distance.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr int kDeepest = 8;

constexpr auto kChoices = std::to_array<std::string_view>({"plural", "select", "selectordinal"});
// What else ICU has between braces.
constexpr auto kFormats =
    std::to_array<std::string_view>({"number", "date", "time", "spellout", "ordinal", "duration", "choice"});

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

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

// Where the }} of an expression stands; npos when there is none.
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

// Where the argument of a choice ends: at a comma outside of all brackets. npos: this is no argument.
std::size_t find_comma(std::string_view text, std::size_t at) {
  int open = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_string(text, at);
      continue;
    }
    if (c == ',' && open == 0) return at;
    if (c == '(' || c == '[' || c == '{') ++open;
    if ((c == ')' || c == ']' || c == '}') && --open < 0) return std::string_view::npos;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<SyntaxProblem> TemplateParser::parse(Template& made) {
  made.source_ = source_;
  return parse_parts(made.parts_, {});
}

void TemplateParser::skip_spaces() {
  while (!done() && kSpaces.contains(source_[at_])) ++at_;
}

// A backslash or, inside a phrase, an apostrophe that makes the next characters plain.
bool TemplateParser::escape(std::string& text, Place place) {
  if (at("\\{{")) {
    text += "{{";
    at_ += 3;
    return true;
  }
  if (place.depth == 0) return false;
  for (const std::string_view plain : {"\\{", "\\}", "\\#"}) {
    if (!at(plain)) continue;
    text += plain[1];
    at_ += 2;
    return true;
  }
  if (at("''")) {
    text += '\'';
    at_ += 2;
    return true;
  }
  if (!at("'{") && !at("'}") && !(place.plural && at("'#"))) return false;
  for (++at_; !done(); ++at_) {
    if (at("''")) {
      ++at_;
    } else if (source_[at_] == '\'') {
      ++at_;
      break;
    }
    text += source_[at_];
  }
  return true;
}

TemplateParser::Problem TemplateParser::parse_parts(Parts& parts, Place place) {
  std::string text;
  const auto end_text = [&] {
    if (!text.empty()) parts.push_back({.text = std::exchange(text, {}), .expression = {}});
  };
  while (!done()) {
    if (escape(text, place)) continue;
    const char c = source_[at_];
    if (place.depth > 0 && c == '}') break;
    if (place.plural && c == '#') {
      end_text();
      parts.push_back({.text = {}, .expression = {}, .number = true});
      ++at_;
    } else if (at("{{")) {
      end_text();
      if (auto problem = parse_expression(parts)) return problem;
    } else if (c == '{') {
      const auto found = opening();
      bool literal = !found;
      if (found) {
        if (auto problem = check_opening(*found, place, literal)) return problem;
      }
      if (literal && place.depth > 0) {
        return SyntaxProblem{
            at_,
            at_ + 1,
            "This { opens nothing that is known here.",
            "write {{ an expression }} for a value, or '{' for a plain brace"
        };
      }
      if (literal) {
        text += source_[at_++];
        continue;
      }
      end_text();
      if (auto problem = parse_choice(parts, *found, place)) return problem;
    } else {
      text += source_[at_++];
    }
  }
  end_text();
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::compile_at(Parts& parts, std::size_t begin, std::size_t end) {
  auto expression = Expression::compile(source_.substr(begin, end - begin));
  if (!expression) {
    SyntaxProblem problem = std::move(expression.error());
    problem.begin += begin;
    problem.end += begin;
    return problem;
  }
  parts.push_back({.text = {}, .expression = {std::move(*expression)}, .offset = begin});
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::parse_expression(Parts& parts) {
  const std::size_t end = find_end(source_, at_ + 2);
  if (end == std::string_view::npos) {
    return SyntaxProblem{
        at_, at_ + 2, "This {{ is never closed.", "add }}, or write \\{{ for two plain braces"
    };
  }
  const std::size_t begin = source_.find_first_not_of(kSpaces, at_ + 2);
  const std::size_t last = source_.find_last_not_of(kSpaces, end - 1) + 1;
  if (begin >= end) {
    return SyntaxProblem{
        at_, end + 2, "There is no expression between the braces.", "write \\{{ for two plain braces"
    };
  }
  at_ = end + 2;
  return compile_at(parts, begin, last);
}

// `{argument, word,` or `{argument, word}` at the current place.
std::optional<TemplateParser::Opening> TemplateParser::opening() const {
  Opening found;
  found.argument_begin = source_.find_first_not_of(kSpaces, at_ + 1);
  if (found.argument_begin == std::string_view::npos || !is_letter(source_[found.argument_begin]))
    return std::nullopt;
  const std::size_t comma = find_comma(source_, found.argument_begin);
  if (comma == std::string_view::npos) return std::nullopt;
  found.argument_end = source_.find_last_not_of(kSpaces, comma - 1) + 1;
  const std::size_t word = source_.find_first_not_of(kSpaces, comma + 1);
  if (word == std::string_view::npos) return std::nullopt;
  std::size_t end = word;
  while (end < source_.size() && is_letter(source_[end])) ++end;
  found.word = source_.substr(word, end - word);
  found.after = source_.find_first_not_of(kSpaces, end);
  if (found.word.empty() || found.after == std::string_view::npos) return std::nullopt;
  if (source_[found.after] != ',' && source_[found.after] != '}') return std::nullopt;
  return found;
}

// Braces are common in plain text, so only what can hardly be anything else is taken for a choice.
TemplateParser::Problem TemplateParser::check_opening(const Opening& opening, Place place, bool& literal)
    const {
  const std::size_t begin = static_cast<std::size_t>(opening.word.data() - source_.data());
  const std::size_t end = begin + opening.word.size();
  const bool more = source_[opening.after] == ',';
  const auto named = [&](const auto& words) { return std::ranges::find(words, opening.word) != words.end(); };
  if (named(kChoices)) {
    if (!more) {
      return SyntaxProblem{
          begin,
          end,
          "There are no phrases to choose from.",
          "write {count, plural, one {# thing} other {# things}}"
      };
    }
    if (place.depth >= kDeepest) {
      return SyntaxProblem{begin, end, "The choices are nested too deeply.", "write fewer, longer phrases"};
    }
    return std::nullopt;
  }
  if (named(kFormats)) {
    return SyntaxProblem{
        begin,
        end,
        "'" + std::string(opening.word) + "' is not a choice between phrases.",
        "write {{ an expression }}: values are shown as the language has them"
    };
  }
  const std::string_view meant = more ? nearest(opening.word, kChoices) : std::string_view();
  if (!meant.empty()) {
    return SyntaxProblem{
        begin,
        end,
        "'" + std::string(opening.word) + "' is not a choice between phrases.",
        "did you mean '" + std::string(meant) + "'?"
    };
  }
  literal = true;
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::parse_choice(Parts& parts, const Opening& opening, Place place) {
  auto choice = std::make_shared<Choice>();
  choice->begin = at_;
  choice->kind = opening.word == "plural"   ? Choice::Kind::plural
                 : opening.word == "select" ? Choice::Kind::select
                                            : Choice::Kind::ordinal;
  if (auto problem = compile_at(parts, opening.argument_begin, opening.argument_end)) return problem;
  at_ = opening.after + 1;
  // A select keeps the number of the plural around it.
  place.plural = place.plural || choice->kind != Choice::Kind::select;
  ++place.depth;
  if (auto problem = parse_cases(*choice, place)) return problem;
  choice->end = at_;
  if (auto problem = check_cases(*choice)) return problem;
  parts.back().choice = std::move(choice);
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::parse_cases(Choice& choice, Place place) {
  skip_spaces();
  if (choice.kind != Choice::Kind::select && at("offset:")) {
    at_ += 7;
    skip_spaces();
    const std::size_t stop = std::min(source_.find_first_not_of("-.0123456789", at_), source_.size());
    const auto offset = parse_double(source_.substr(at_, stop - at_));
    if (!offset) return SyntaxProblem{at_ - 7, at_, "The offset is not a number.", "write offset:1"};
    choice.offset = *offset;
    at_ = stop;
  }
  while (true) {
    skip_spaces();
    if (done()) {
      return SyntaxProblem{
          choice.begin, choice.begin + 1, "This { is never closed.", "every { of a choice needs its }"
      };
    }
    if (source_[at_] == '}') break;
    if (auto problem = parse_case(choice, place)) return problem;
  }
  ++at_;
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::parse_case(Choice& choice, Place place) {
  const std::size_t begin = at_;
  while (!done() && !kSpaces.contains(source_[at_]) && source_[at_] != '{' && source_[at_] != '}') ++at_;
  Choice::Case one{.word = std::string(source_.substr(begin, at_ - begin)), .exact = {}, .parts = {}};
  const std::size_t word_end = std::max(at_, begin + 1);
  skip_spaces();
  if (one.word.empty() || done() || source_[at_] != '{') {
    return SyntaxProblem{
        begin,
        word_end,
        "A word and its phrase in braces are expected here.",
        "write one {# thing} other {# things}"
    };
  }
  const bool plural = choice.kind != Choice::Kind::select;
  if (plural && one.word.starts_with('=')) {
    const auto number = parse_double(std::string_view(one.word).substr(1));
    if (!number || !std::isfinite(*number))
      return SyntaxProblem{begin, word_end, "'" + one.word + "' is not a number.", "write =0"};
    one.exact = *number;
  } else if (plural && !plural_category(one.word)) {
    return SyntaxProblem{
        begin,
        word_end,
        "'" + one.word + "' is not a plural form.",
        "one of: zero, one, two, few, many, other, or a number such as =0"
    };
  }
  if (std::ranges::find(choice.cases, one.word, &Choice::Case::word) != choice.cases.end())
    return SyntaxProblem{begin, word_end, "'" + one.word + "' is given twice.", "remove one of the two"};
  const std::size_t brace = at_++;
  if (auto problem = parse_parts(one.parts, place)) return problem;
  if (done())
    return SyntaxProblem{brace, brace + 1, "This { is never closed.", "every { of a choice needs its }"};
  ++at_;
  choice.cases.push_back(std::move(one));
  return std::nullopt;
}

TemplateParser::Problem TemplateParser::check_cases(const Choice& choice) const {
  if (std::ranges::find(choice.cases, "other", &Choice::Case::word) != choice.cases.end())
    return std::nullopt;
  return SyntaxProblem{
      choice.begin,
      choice.end,
      "The choice lacks 'other'.",
      "add other {…}: it is used when no other word fits"
  };
}

}  // namespace parley::expr
