// What the assistant says, as its author wrote it: one template, or a choice between texts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/template.hpp"
#include "flow/data.hpp"
#include "flow/experiment.hpp"

namespace parley::flow {

// Choices may stand inside of choices. An empty Text says nothing.
struct Text {
  enum class Kind : std::uint8_t {
    none,
    plain,       // one template
    languages,   // {en: …, de: …}
    tones,       // {tone: {formal: …, casual: …}}
    variants,    // {variants: […]}: one after the other
    key,         // {key: order.confirm}: the words are in the assistant's messages
    experiment,  // {experiment: {id: …, variants: […]}}
  };
  struct Form;

  Kind kind = Kind::none;
  expr::Template plain;
  std::vector<Form> forms;                       // of languages the first is the default one's
  std::string key;                               // of variants: what their turn is counted under
  Data::Map with;                                // of a key: names for the message
  std::shared_ptr<const Experiment> experiment;  // its variants are parallel to `forms`
  Position position;

  [[nodiscard]] bool empty() const { return kind == Kind::none; }
  [[nodiscard]] static Text of(expr::Template form);
  // The template of the first form of everything; null for a key.
  [[nodiscard]] const expr::Template* first() const;
};

struct Text::Form {
  std::string name;  // BCP-47 tag, tone or variant
  Text text;
};

// Of languages: the form for a locale — the exact tag, then the language alone, then the default. INVARIANT:
// there is one.
[[nodiscard]] const Text::Form& form_for(const Text& languages, std::string_view locale);

// A name in the languages that it is written in, for what needs no template: a label, a description.
struct Wording {
  std::string locale;
  std::string text;
};
using Wordings = std::vector<Wording>;
// The one for a locale: the exact tag, then its language; `otherwise` when there is none.
[[nodiscard]] std::string_view in_language(
    std::string_view otherwise, const Wordings& wordings, std::string_view locale
);

// Calls visit(text) for a text and all texts inside of it.
template <typename Visit>
void each_text(const Text& text, const Visit& visit) {
  visit(text);
  for (const Text::Form& form : text.forms) each_text(form.text, visit);
}

}  // namespace parley::flow
