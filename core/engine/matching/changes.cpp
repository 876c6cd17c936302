#include "engine/matching/changes.hpp"

#include <algorithm>
#include <utility>

#include "engine/item_edits.hpp"
#include "engine/matching/answers.hpp"
#include "language/vocabulary.hpp"

namespace parley::engine::matching {

namespace {

using language::Filling;
using language::PlainWords;
using language::Wanted;

Command correction(const flow::Slot& slot, Value value) {
  return {.kind = CommandKind::correct_slot, .slot = slot.name, .value = std::move(value)};
}

bool is_items(const flow::Slot& slot) {
  return slot.type.kind == flow::SlotKind::list && slot.type.element->kind == flow::SlotKind::item;
}

// Free text takes everything, so it is changed by its name alone.
bool takes_everything(const flow::Slot& slot) {
  const bool text = slot.type.kind == flow::SlotKind::text && slot.choices.empty() && !slot.pattern;
  return text || slot.type.kind == flow::SlotKind::object;
}

// The forms by which people name a slot, without articles: its label, its name.
std::vector<std::vector<std::string>> names_of(const flow::Slot& slot) {
  std::vector<std::vector<std::string>> names;
  const auto add = [&](std::string_view form) {
    std::vector<std::string> words = language::plain_phrase(form, kPhraseLocale);
    if (words.size() > 1 && (words.front() == "your" || words.front() == "my")) words.erase(words.begin());
    if (!words.empty()) names.push_back(std::move(words));
  };
  add(slot.label);
  add(spoken(slot.name));
  for (const flow::Wording& label : slot.labels) add(label.text);
  return names;
}

struct NamedSlot {
  const flow::Slot* slot = nullptr;
  const Frame* frame = nullptr;
  language::PhrasePlace place;
};

// The filled slot that the words name first; the flows from the top down, the longest name at a place.
std::optional<NamedSlot> find_name(const Scene& scene, const PlainWords& words) {
  const auto& stack = scene.state.stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    const flow::Flow* flow = scene.release.find(stack[i].flow);
    if (flow == nullptr) continue;
    std::optional<NamedSlot> best;
    for (const flow::Slot& slot : flow->slots) {
      if (held(scene.state, stack[i], slot) == nullptr) continue;
      for (const auto& name : names_of(slot)) {
        const auto place = language::find_phrase(words, name, false);
        if (!place || !is_answer(scene.release, *flow, slot.name)) continue;
        const bool better = !best || place->begin < best->place.begin ||
                            (place->begin == best->place.begin && place->end > best->place.end);
        if (better) best = NamedSlot{&slot, &stack[i], *place};
      }
    }
    if (best) return best;
  }
  return std::nullopt;
}

// Any words could name an item, so without announcement a list is only edited, or counted anew. Nor does
// something in the place of what is not on it become the whole list, unless the list itself is `named`.
std::optional<Value> new_value(
    const Scene& scene,
    const Frame& frame,
    const flow::Slot& slot,
    std::string_view rest,
    bool announced,
    bool named = false
) {
  const Value* old = held(scene.state, frame, slot);
  if (is_items(slot) && old != nullptr) {
    if (auto edited = edit_items(*old, rest, scene.normal, slot, scene.circumstances)) return edited;
    if (!named && names_a_replacement(scene.normal)) return std::nullopt;
    if (!announced && !begins_with_count(rest, scene.circumstances)) return std::nullopt;
  }
  if (auto value = language::read_answer(slot, rest, scene.circumstances)) return *value;
  return std::nullopt;
}

// What the words behind a slot's name say that it is: a value, or that it is wrong.
std::optional<Commands> change_to(
    const Scene& scene, const NamedSlot& named, std::string_view rest, bool must_fit
) {
  if (rest.empty()) return one(correction(*named.slot, {}));
  if (auto value = new_value(scene, *named.frame, *named.slot, rest, true, true))
    return one(correction(*named.slot, std::move(*value)));
  if (!must_fit) return std::nullopt;
  const auto refused = language::read_answer(*named.slot, rest, scene.circumstances);
  return one(
      {.kind = CommandKind::invalid_value,
       .slot = named.slot->name,
       .reason = refused ? std::string() : refused.error().message}
  );
}

// The text from a plain word on.
std::string_view text_from(const Scene& scene, const PlainWords& words, std::size_t at) {
  return at >= words.size() ? std::string_view()
                            : scene.said.text.substr(scene.said.tokens[words[at].token].begin);
}

std::size_t skip(
    const PlainWords& words, std::size_t at, std::initializer_list<const language::Words*> tables
) {
  for (bool moved = true; moved;) {
    moved = false;
    for (const language::Words* table : tables) {
      const std::size_t taken = language::longest_phrase(words, at, *table);
      at += taken;
      moved = moved || taken > 0;
    }
  }
  return at;
}

// The filled slots that a change may be about without naming them.
std::vector<Wanted> changeable(const Scene& scene) {
  std::vector<Wanted> wanted;
  for (const flow::Slot& slot : scene.flow->slots) {
    if (!takes_everything(slot) && !is_items(slot) && slot.type.kind != flow::SlotKind::boolean &&
        held(scene.state, *scene.frame, slot) != nullptr && is_answer(scene.release, *scene.flow, slot.name))
      wanted.push_back({&slot, false});
  }
  return wanted;
}

// A number among other words may count anything: "one injured person" is no amount of money.
bool says_only(const Scene& scene, const flow::Slot& slot, std::string_view text) {
  using flow::SlotKind;
  const SlotKind kind = slot.type.kind;
  if (kind != SlotKind::money && kind != SlotKind::integer && kind != SlotKind::number) return true;
  auto found = language::find_values(slot.type, {}, text, scene.circumstances);
  if (found.empty())
    found = language::find_values({SlotKind::number, nullptr}, {}, text, scene.circumstances);
  std::string left(text);
  for (const language::Found& each : found)
    std::fill_n(left.begin() + static_cast<std::ptrdiff_t>(each.begin), each.end - each.begin, ' ');
  const Wanted wanted{&slot, true};
  return language::says_nothing_more(left, {&wanted, 1}, scene.state.locale);
}

// The words say more than a bare value, and what they say is the name of a filled slot: "3 people" while a
// time is asked for.
bool names_another(const Scene& scene, std::string_view text) {
  const std::vector<Wanted> wanted = changeable(scene);
  const std::vector<Filling> found = language::find_fillings(text, wanted, scene.circumstances);
  if (found.empty()) return false;
  const auto kind = found.front().slot->type.kind;
  if (kind != flow::SlotKind::integer && kind != flow::SlotKind::number) {
    return found.front().slot->type.kind != scene.asked()->type.kind;
  }
  const std::string left = language::without_fillings(text, found);
  return left.find_first_not_of(' ') != std::string::npos &&
         language::says_nothing_more(left, wanted, scene.state.locale);
}

// Words behind others that correct them: where they begin, and what they say.
struct Afterthought {
  std::size_t begin = 0;
  language::CorrectionPhrase phrase;
};

std::optional<Afterthought> afterthought(const Scene& scene) {
  const auto parts = language::clauses(scene.said);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto begin = static_cast<std::size_t>(parts[i].data() - scene.said.text.data());
    auto phrase = language::correction_phrase(scene.said.text.substr(begin), scene.state.locale);
    if (phrase && phrase->target.empty()) return Afterthought{begin, std::move(*phrase)};
  }
  return std::nullopt;
}

// The value that `first`, said before it, becomes.
std::optional<Value> corrected(
    const Scene& scene, const Afterthought& after, const flow::Slot& slot, const Value& first
) {
  if (is_items(slot)) {
    const std::string normal = language::normalise(scene.said.text.substr(after.begin), kPhraseLocale);
    return edit_items(first, after.phrase.rest, normal, slot, scene.circumstances);
  }
  auto other = language::read_answer(slot, after.phrase.rest, scene.circumstances);
  return other ? std::optional(std::move(*other)) : std::nullopt;
}

}  // namespace

std::optional<Commands> implied_change(const Scene& scene, std::string_view text, bool sure, bool announced) {
  if (scene.flow == nullptr) return std::nullopt;
  const std::vector<Wanted> wanted = changeable(scene);
  Commands changes;
  const std::vector<Filling> found = language::find_fillings(text, wanted, scene.circumstances);
  for (const Filling& filling : found) {
    const bool same = *held(scene.state, *scene.frame, *filling.slot) == filling.value;
    if (announced || !same) changes.push_back(correction(*filling.slot, filling.value));
  }
  if (!changes.empty()) {
    const std::string left = language::without_fillings(text, found);
    const bool covered = language::says_nothing_more(left, wanted, scene.state.locale);
    if (!scene.takes_any_words() || covered) return changes;
    return std::nullopt;
  }
  if (auto edited = list_change(scene, text)) return edited;
  if (sure || scene.takes_any_words()) return std::nullopt;
  for (std::size_t i = scene.flow->slots.size(); i-- > 0;) {
    const flow::Slot& slot = scene.flow->slots[i];
    const Value* old = held(scene.state, *scene.frame, slot);
    if (old == nullptr || takes_everything(slot) || !is_answer(scene.release, *scene.flow, slot.name))
      continue;
    if (!says_only(scene, slot, text)) continue;
    auto value = new_value(scene, *scene.frame, slot, text, announced);
    if (value && (announced || !(*value == *old))) return one(correction(slot, std::move(*value)));
  }
  return std::nullopt;
}

std::optional<Commands> list_change(const Scene& scene, std::string_view text) {
  if (scene.flow == nullptr) return std::nullopt;
  const std::string normal = language::normalise(text, kPhraseLocale);
  for (const flow::Slot& slot : scene.flow->slots) {
    const Value* old = held(scene.state, *scene.frame, slot);
    if (old == nullptr || !is_items(slot) || !names_an_edit(normal)) continue;
    if (!is_answer(scene.release, *scene.flow, slot.name)) continue;
    auto edited = edit_items(*old, text, normal, slot, scene.circumstances);
    if (edited && !(*edited == *old)) return one(correction(slot, std::move(*edited)));
  }
  return std::nullopt;
}

std::optional<Commands> corrected_answer(const Scene& scene) {
  const flow::Slot& asked = *scene.asked();
  if (scene.takes_any_words()) return std::nullopt;
  const auto after = afterthought(scene);
  if (!after) return std::nullopt;
  const std::string_view before = scene.said.text.substr(0, after->begin);
  Answers first = answers(scene.about(before), before);
  if (first.refused) return std::nullopt;
  const auto set = std::ranges::find(first.commands, asked.name, &Command::slot);
  if (set == first.commands.end()) return std::nullopt;
  auto value = corrected(scene, *after, asked, set->value);
  if (!value) return std::nullopt;
  set->value = std::move(*value);
  return std::move(first.commands);
}

std::vector<Filling> fillings_as_corrected(const Scene& scene, std::span<const Wanted> wanted) {
  if (const auto after = afterthought(scene)) {
    auto found =
        language::find_fillings(scene.said.text.substr(0, after->begin), wanted, scene.circumstances);
    const auto list = std::ranges::find_if(found, [](const Filling& each) { return is_items(*each.slot); });
    auto value = list == found.end() ? std::nullopt : corrected(scene, *after, *list->slot, list->value);
    if (value) {
      list->value = std::move(*value);
      list->end = scene.said.text.size();  // the correction's words are its words
      return found;
    }
  }
  return language::find_fillings(scene.said.text, wanted, scene.circumstances);
}

std::optional<Commands> named_change(const Scene& scene, bool alone) {
  if (scene.flow == nullptr) return std::nullopt;
  const language::Vocabulary& vocabulary = scene.said.words;
  const PlainWords& words = scene.plain();
  const auto named = find_name(scene, words);
  if (!named) return std::nullopt;
  std::size_t at = skip(
      words,
      0,
      {&vocabulary.noes,
       &vocabulary.correction_lead_ins,
       &vocabulary.correction_fillers,
       &vocabulary.the,
       &vocabulary.politeness}
  );
  // "everything is right except the time …"
  const bool any_place = alone;
  bool wrong = false;
  for (std::size_t i = 0; i < named->place.begin; ++i) {
    const std::size_t taken = language::longest_phrase(words, i, vocabulary.wrong_words);
    if (taken == 0 || skip(words, i + taken, {&vocabulary.the}) != named->place.begin) continue;
    wrong = true;
    at = named->place.begin;
  }
  if (at != named->place.begin && !(any_place && wrong)) return std::nullopt;
  at = named->place.end;
  if (at == words.size())
    return wrong || alone ? one(correction(*named->slot, {})) : std::optional<Commands>();
  if (const std::size_t taken = language::longest_phrase(words, at, vocabulary.is_wrong)) {
    if (at + taken == words.size()) return one(correction(*named->slot, {}));
  }
  const std::size_t link = language::longest_phrase(words, at, vocabulary.is_now);
  if (link > 0) return change_to(scene, *named, text_from(scene, words, at + link), false);
  if (!wrong) return std::nullopt;
  // "… except the time, it should be 2pm"
  const auto rest = language::correction_phrase(text_from(scene, words, at), scene.state.locale);
  return change_to(scene, *named, rest ? std::string_view(rest->rest) : text_from(scene, words, at), false);
}

namespace {

// "Change X to Y" where X is no slot's name: a thing on a list, or what an answer was. What X is not found to
// be changes nothing, unless Y says by itself what it is about: "change the booking to 5 people".
std::optional<Commands> change_from(const Scene& scene, std::string_view old_words, std::string_view rest) {
  for (std::size_t i = scene.flow->slots.size(); i-- > 0;) {
    const flow::Slot& slot = scene.flow->slots[i];
    const Value* old = held(scene.state, *scene.frame, slot);
    if (old == nullptr || takes_everything(slot) || !is_answer(scene.release, *scene.flow, slot.name))
      continue;
    const auto was = language::read_answer(slot, old_words, scene.circumstances);
    if (!is_items(slot) && (!was || !(*was == *old))) continue;
    auto value = new_value(scene, *scene.frame, slot, rest, true);
    if (value && !(*value == *old)) return one(correction(slot, std::move(*value)));
  }
  const auto spaces = std::ranges::count(rest, ' ');
  return spaces > 0 ? implied_change(scene, rest, true, true) : std::nullopt;
}

}  // namespace

std::optional<Commands> announced_change(const Scene& scene) {
  if (scene.flow == nullptr) return std::nullopt;
  const auto phrase = language::correction_phrase(scene.said);
  if (!phrase) return std::nullopt;
  if (!phrase->target.empty()) {
    const language::Utterance target(phrase->target, scene.state.locale);
    const PlainWords words = language::plain_words(target.tokens, kPhraseLocale);
    const auto named = find_name(scene, words);
    if (named && named->place.end == words.size()) return change_to(scene, *named, phrase->rest, true);
    if (phrase->rest.empty()) return std::nullopt;
    return change_from(scene, phrase->target, phrase->rest);
  }
  // While a question is open, its own answer comes first ("no, I meant the blue one").
  const flow::Slot* asked = scene.asked();
  if (asked != nullptr && !scene.takes_any_words() && phrase->old.empty() &&
      language::read_answer(*asked, phrase->rest, scene.circumstances) &&
      !names_another(scene, phrase->rest)) {
    return answers(scene, phrase->rest).commands;
  }
  if (auto found = implied_change(scene, phrase->rest, false, true)) return found;
  return std::nullopt;
}

}  // namespace parley::engine::matching
