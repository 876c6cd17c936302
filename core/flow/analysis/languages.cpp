// Texts in several languages: each should be there in all of them.
#include <algorithm>
#include <set>
#include <string>

#include "flow/analysis/checks.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

struct PlacedText {
  const Text* text;
  Position position;
  std::string owner;
};

void add(std::vector<PlacedText>& texts, const Text& text, Position position, const std::string& owner) {
  each_text(text, [&](const Text& each) {
    if (each.kind == Text::Kind::languages) texts.push_back({&each, position, owner});
  });
}

std::vector<PlacedText> texts_of(const Flow& flow) {
  std::vector<PlacedText> texts;
  for (const Slot& slot : flow.slots) {
    const std::string owner = "slot " + loading::quote(slot.name);
    add(texts, slot.ask, slot.position, owner);
    for (const Text& again : slot.reprompt) add(texts, again, slot.position, owner);
    add(texts, slot.validate_message, slot.position, owner);
  }
  for (const Step& step : flow.steps) {
    const std::string owner = "step " + loading::quote(step.id);
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      if (const auto* text = step.get<Text>(k)) add(texts, *text, step.field_positions[k], owner);
      if (const auto* buttons = step.get<Buttons>(k)) {
        for (const Button& button : *buttons) add(texts, button.label, button.payload.position, owner);
      }
    }
  }
  return texts;
}

// A user of de-AT is served by the German text, so a text for the language covers all its regions.
bool covers(const Text& text, std::string_view locale) {
  const std::string_view language = locale.substr(0, locale.find('-'));
  return std::ranges::any_of(text.forms, [&](const auto& form) {
    return form.name == locale || form.name == language;
  });
}

}  // namespace

void check_languages(const Flow& flow, Diagnostics& diagnostics) {
  const std::vector<PlacedText> texts = texts_of(flow);
  std::set<std::string_view> locales;
  for (const PlacedText& placed : texts) {
    for (const Text::Form& form : placed.text->forms) locales.insert(form.name);
  }
  for (const PlacedText& placed : texts) {
    std::string missing;
    for (const std::string_view locale : locales) {
      if (!covers(*placed.text, locale)) missing += (missing.empty() ? "" : ", ") + std::string(locale);
    }
    if (missing.empty()) continue;
    Findings{diagnostics, flow}.warning(
        "F0515",
        placed.position,
        "a text of " + placed.owner + " lacks the language " + missing +
            ", which other texts of the flow have",
        "add it; until then its users get the first language of the text"
    );
  }
}

}  // namespace parley::flow::analysis
