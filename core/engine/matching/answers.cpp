#include "engine/matching/answers.hpp"

#include <algorithm>
#include <utility>

#include "language/vocabulary.hpp"

namespace parley::engine::matching {

namespace {

using language::Filling;
using language::Wanted;

// "No", "nothing", "no wishes" to a question that need not be answered.
bool declines(const Scene& scene, const flow::Slot& asked, std::string_view text) {
  if (!asked.optional || asked.type.kind == flow::SlotKind::boolean || !asked.choices.empty()) return false;
  const language::Utterance said(text, scene.state.locale);
  const language::Vocabulary& words = said.words;
  if (contains(words.no, said.normal) || contains(words.no_alone, said.normal)) return true;
  if (!scene.takes_any_words()) return false;
  if (language::read_polarity(said) != language::Polarity::no) return false;
  return std::all_of(said.tokens.begin(), said.tokens.end(), [&](const language::Token& token) {
    return !token.is_word() || contains(words.noes, token.text) || contains(words.no, token.text) ||
           contains(words.politeness, token.text) || contains(words.request_fillers, token.text) ||
           scene.question_has(token.text);
  });
}

std::vector<Wanted> open_slots(const Scene& scene) {
  std::vector<Wanted> wanted;
  for (const flow::Slot* slot : scene.expected.slots) wanted.push_back({slot, wanted.empty()});
  for (const Wanted& later : gathered(*scene.flow)) {
    const bool listed =
        std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.slot == later.slot; });
    if (!listed && !later.slot->always_ask && held(scene.state, *scene.frame, *later.slot) == nullptr)
      wanted.push_back(later);
  }
  return wanted;
}

void set(Commands& commands, const flow::Slot& slot, Value value) {
  commands.push_back({.kind = CommandKind::set_slot, .slot = slot.name, .value = std::move(value)});
}

// True when the message holds values for other slots too; then those for all of them are in `result`.
bool several(const Scene& scene, const flow::Slot& asked, std::string_view text, Answers& result) {
  const std::vector<Wanted> wanted = open_slots(scene);
  if (wanted.size() < 2) return false;
  const std::vector<Filling> found = language::find_fillings(text, wanted, scene.circumstances);
  const auto is_asked = [&](const Filling& filling) { return filling.slot == &asked; };
  if (std::all_of(found.begin(), found.end(), is_asked)) return false;
  for (const Filling& filling : found) set(result.commands, *filling.slot, filling.value);
  if (std::any_of(found.begin(), found.end(), is_asked)) return true;
  const std::string left = language::without_fillings(text, found);
  if (language::says_nothing_more(left, wanted, scene.state.locale)) return true;
  if (auto value = language::read_answer(asked, left, scene.circumstances))
    set(result.commands, asked, std::move(*value));
  return true;
}

bool of_choices_only(const Scene& scene, const Commands& commands) {
  return std::ranges::all_of(commands, [&](const Command& command) {
    const flow::Slot* slot = scene.flow->slot(command.slot);
    return slot != nullptr && !slot->choices.empty();
  });
}

}  // namespace

Answers answers(const Scene& scene, std::string_view text) {
  const flow::Slot& asked = *scene.asked();
  Answers result;
  if (declines(scene, asked, text)) {
    result.commands = one({.kind = CommandKind::skip});
    return result;
  }
  // "The second one" is of what was offered, and no day of the month.
  const bool place = language::names_place(asked.choices, text, scene.circumstances);
  const bool one_word = scene.said.tokens.size() <= 1;
  if (!place && !scene.takes_any_words() && !one_word && several(scene, asked, text, result)) return result;
  auto value = language::read_answer(asked, text, scene.circumstances);
  if (value) {
    set(result.commands, asked, std::move(*value));
    return result;
  }
  // A word that only a later question offers is its answer.
  if (one_word && several(scene, asked, text, result) && of_choices_only(scene, result.commands))
    return result;
  result.commands.clear();
  result.refused = std::move(value.error());
  return result;
}

}  // namespace parley::engine::matching
