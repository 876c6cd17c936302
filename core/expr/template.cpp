#include "expr/template.hpp"

#include <utility>

#include "expr/display.hpp"
#include "expr/texts/template_choice.hpp"
#include "expr/texts/template_parser.hpp"

namespace parley::expr {

// One rendering: appends to one string.
class Rendering {
 public:
  Rendering(
      const Scope& scope,
      std::string_view locale,
      std::uint64_t cost_limit,
      std::vector<std::string>* shown,
      std::int32_t utc_offset_seconds
  )
      : scope_(scope),
        locale_(locale),
        cost_limit_(cost_limit),
        shown_(shown),
        utc_offset_seconds_(utc_offset_seconds) {}

  // `number` is that of the plural around the parts, or null.
  Result<void> append(const Template::Parts& parts, const Value* number) {
    for (const Template::Part& part : parts) {
      if (part.number) {
        if (number != nullptr) show(*number);
        continue;
      }
      if (part.expression.empty()) {
        out_ += part.text;
        continue;
      }
      const Result<Value> value = part.expression[0].evaluate(scope_, cost_limit_);
      if (!value) return std::unexpected(value.error());
      if (part.choice != nullptr) {
        if (auto chosen = choose(*part.choice, *value, number); !chosen) return chosen;
      } else {
        show(*value);
      }
    }
    return {};
  }

  std::string take() { return std::move(out_); }

 private:
  using Choice = Template::Choice;

  void show(const Value& value) {
    const std::size_t begin = out_.size();
    if (value.is_string()) {
      out_ += value.as_string();
    } else {
      out_ += display(value, locale_, utc_offset_seconds_);
    }
    if (shown_ != nullptr) shown_->push_back(out_.substr(begin));
  }

  static const Choice::Case* find(const Choice& choice, std::string_view word) {
    for (const Choice::Case& one : choice.cases) {
      if (one.word == word) return &one;
    }
    return nullptr;
  }

  static std::string word_of(const Value& value) {
    if (value.is_bool()) return value.as_bool() ? "true" : "false";
    return display(value);
  }

  Result<void> choose(const Choice& choice, const Value& value, const Value* number) {
    if (choice.kind == Choice::Kind::select) {
      const Choice::Case* found = find(choice, word_of(value));
      return append((found != nullptr ? found : find(choice, "other"))->parts, number);
    }
    const auto operands = plural_operands(value);
    if (!operands) {
      return fail(
          ErrorCode::evaluation,
          "a plural is chosen by a number, not by " + std::string(name(value.type())),
          {},
          "for a list write size(list)"
      );
    }
    const double exact = value.is_number() ? value.to_double() : operands->n;
    for (const Choice::Case& one : choice.cases) {
      if (one.exact && *one.exact == exact) return append(one.parts, &value);
    }
    const Value shown = choice.offset == 0 ? value : less(value, exact, choice.offset);
    const PluralKind kind = choice.kind == Choice::Kind::plural ? PluralKind::cardinal : PluralKind::ordinal;
    const auto left = plural_operands(shown).value_or(*operands);
    const Choice::Case* found = find(choice, name(plural_category(locale_, kind, left)));
    return append((found != nullptr ? found : find(choice, "other"))->parts, &shown);
  }

  // Whole numbers stay whole: "1 more" and not "1.0 more".
  static Value less(const Value& value, double number, double offset) {
    const auto whole = static_cast<std::int64_t>(offset);
    if (value.is_int() && static_cast<double>(whole) == offset) return Value(value.as_int() - whole);
    return Value(number - offset);
  }

  const Scope& scope_;
  std::string_view locale_;
  std::uint64_t cost_limit_;
  std::vector<std::string>* shown_;
  std::int32_t utc_offset_seconds_;
  std::string out_;
};

std::expected<Template, SyntaxProblem> Template::compile(std::string_view source) {
  Template made;
  if (auto problem = TemplateParser(source).parse(made)) return std::unexpected(*std::move(problem));
  return made;
}

Result<std::string> Template::render(
    const Scope& scope,
    std::string_view locale,
    std::uint64_t cost_limit,
    std::vector<std::string>* shown,
    std::int32_t utc_offset_seconds
) const {
  if (const std::string* words = fixed()) return *words;
  Rendering rendering(scope, locale, cost_limit, shown, utc_offset_seconds);
  if (auto done = rendering.append(parts_, nullptr); !done) return std::unexpected(std::move(done.error()));
  return rendering.take();
}

Result<Value> Template::evaluate(const Scope& scope, std::uint64_t cost_limit) const {
  if (parts_.size() == 1 && !parts_[0].expression.empty() && parts_[0].choice == nullptr) {
    Result<Value> value = parts_[0].expression[0].evaluate(scope, cost_limit);
    // Outside expressions an optional is its value, or null.
    if (!value || value->type() != ValueType::optional) return value;
    const Value* inner = value->optional_value();
    return inner == nullptr ? Value() : Value(*inner);
  }
  if (const std::string* words = fixed()) return Value(*words);
  Result<std::string> text = render(scope, "en", cost_limit);
  if (!text) return std::unexpected(std::move(text.error()));
  return Value(*text);
}

const std::string* Template::fixed() const {
  return parts_.size() == 1 && parts_[0].expression.empty() && !parts_[0].number ? &parts_[0].text : nullptr;
}

bool Template::constant() const {
  for (const Part& part : parts_) {
    if (!part.expression.empty()) return false;
  }
  return true;
}

std::vector<TypeProblem> Template::check(const TypeNames& names) const {
  std::vector<TypeProblem> all;
  each_part(parts_, [&](const Part& part) {
    if (part.expression.empty()) return;
    for (TypeProblem& problem : expr::check(part.expression[0], names).problems) {
      problem.begin += part.offset;
      problem.end += part.offset;
      all.push_back(std::move(problem));
    }
  });
  return all;
}

std::vector<const Expression*> Template::expressions() const {
  std::vector<const Expression*> all;
  each_part(parts_, [&](const Part& part) {
    if (!part.expression.empty()) all.push_back(&part.expression[0]);
  });
  return all;
}

std::vector<Reference> Template::references() const {
  std::vector<Reference> all;
  each_part(parts_, [&](const Part& part) {
    if (part.expression.empty()) return;
    for (Reference reference : part.expression[0].references()) {
      reference.begin += part.offset;
      reference.end += part.offset;
      all.push_back(std::move(reference));
    }
  });
  return all;
}

std::vector<PluralUse> Template::plurals() const {
  std::vector<PluralUse> all;
  each_part(parts_, [&](const Part& part) {
    if (part.choice == nullptr || part.choice->kind == Choice::Kind::select) return;
    PluralUse use{
        .kind = part.choice->kind == Choice::Kind::plural ? PluralKind::cardinal : PluralKind::ordinal,
        .words = {},
        .begin = part.choice->begin,
        .end = part.choice->end,
    };
    for (const Choice::Case& one : part.choice->cases) use.words.push_back(one.word);
    all.push_back(std::move(use));
  });
  return all;
}

}  // namespace parley::expr
