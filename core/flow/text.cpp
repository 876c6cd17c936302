// Choice of a language's form of a text.
#include "flow/text.hpp"

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace parley::flow {

Text Text::of(expr::Template form) {
  Text text;
  text.kind = Kind::plain;
  text.plain = std::move(form);
  return text;
}

const expr::Template* Text::first() const {
  if (kind == Kind::plain) return &plain;
  return forms.empty() ? nullptr : forms.front().text.first();
}

const Text::Form& form_for(const Text& languages, std::string_view locale) {
  INVARIANT(!languages.forms.empty(), "a text in languages has at least one form");
  const std::string wanted = ascii_lower(locale);
  const std::string_view language = std::string_view(wanted).substr(0, wanted.find('-'));
  const Text::Form* same_language = nullptr;
  for (const Text::Form& form : languages.forms) {
    const std::string own = ascii_lower(form.name);
    if (own == wanted) return form;
    if (same_language == nullptr && own == language) same_language = &form;
  }
  return same_language != nullptr ? *same_language : languages.forms.front();
}

}  // namespace parley::flow
