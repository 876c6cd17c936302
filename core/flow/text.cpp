// Choice of a language's form of a text.
#include "flow/text.hpp"

#include <algorithm>

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
  if (same_language != nullptr) return *same_language;
  // Two documents that differ only in the order of their keys are the same flow, so the order decides
  // nothing.
  const auto before = [](const Text::Form& a, const Text::Form& b) {
    if ((a.name == "en") != (b.name == "en")) return a.name == "en";
    return a.name < b.name;
  };
  return *std::ranges::min_element(languages.forms, before);
}

std::string_view in_language(std::string_view otherwise, const Wordings& wordings, std::string_view locale) {
  if (wordings.empty()) return otherwise;
  const std::string wanted = ascii_lower(locale);
  const std::string_view language = std::string_view(wanted).substr(0, wanted.find('-'));
  const Wording* same_language = nullptr;
  for (const Wording& each : wordings) {
    const std::string own = ascii_lower(each.locale);
    if (own == wanted) return each.text;
    if (own == language) same_language = &each;
  }
  return same_language != nullptr ? std::string_view(same_language->text) : otherwise;
}

}  // namespace parley::flow
