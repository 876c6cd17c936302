// Understanding without a model: the fixed order in which a message is compared with what it may mean here.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/advance.hpp"
#include "engine/item_edits.hpp"
#include "engine/steps/registry.hpp"
#include "language/extract.hpp"
#include "language/phrases.hpp"

namespace parley::engine {

namespace {

using language::Command;
using language::CommandKind;
using language::Utterance;
using Commands = std::vector<Command>;

struct NamedCommand {
  std::string_view text;
  CommandKind kind;
};

// Understood by every assistant, whatever its flows; a flow may claim the same words and then wins.
constexpr NamedCommand kCommands[] = {
    {"/cancel", CommandKind::cancel},
    {"/stop", CommandKind::cancel},
    {"/human", CommandKind::ask_human},
    {"/repeat", CommandKind::repeat},
    {"/skip", CommandKind::skip},
};

// Labels, names and the flows' own phrases are compared in this locale's normal form, whatever the user's.
constexpr std::string_view kPhraseLocale = "en";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class Matcher {
 public:
  Matcher(const Release& release, const State& state, std::string_view text, Timestamp at)
      : release_(release),
        state_(state),
        said_(text, state.locale),
        normal_(said_.normal_in(kPhraseLocale)),
        circumstances_{at, state.utc_offset_seconds, state.locale, state.currency} {
    if (state.stack.empty()) return;
    frame_ = &state.stack.back();
    flow_ = release.find(frame_->flow);
    if (flow_ != nullptr) expected_ = expectation_of(state, *flow_, *frame_);
  }

  // Of a pressed button, whose payload is the text.
  Commands match_payload() const {
    if (auto found = pressed(said_.text)) return *found;
    return typed();
  }

  Commands match_text() const {
    for (const Say& before : state_.last_said) {
      for (const SaidButton& button : before.buttons) {
        if (language::normalise(button.label, kPhraseLocale) != normal_) continue;
        if (auto found = pressed(button.payload)) return *found;
      }
    }
    return typed();
  }

 private:
  static Commands one(Command command) {
    Commands commands;
    commands.push_back(std::move(command));
    return commands;
  }

  std::optional<Commands> slash(std::string_view text) const {
    const std::string_view word = text.substr(0, text.find(' '));
    if (const flow::Flow* flow = release_.by_command(word))
      return one({.kind = CommandKind::start_flow, .flow = flow->id});
    for (const NamedCommand& command : kCommands) {
      if (command.text == word) return one({.kind = command.kind});
    }
    return std::nullopt;
  }

  // A button's payload is taken literally.
  std::optional<Commands> pressed(std::string_view payload) const {
    if (payload.starts_with('/')) return slash(payload);
    if (expected_.yes_or_no && payload == "yes") return one({.kind = CommandKind::affirm});
    if (expected_.yes_or_no && payload == "no") return one({.kind = CommandKind::deny});
    for (const flow::Slot* slot : expected_.slots) {
      for (const flow::Choice& choice : slot->choices) {
        if (choice.value == payload)
          return one({.kind = CommandKind::set_slot, .slot = slot->name, .value = choice.value});
      }
    }
    return std::nullopt;
  }

  Commands typed() const {
    if (said_.text.starts_with('/')) {
      if (auto found = slash(said_.text)) return *found;
      return cannot_handle();
    }
    if (auto found = phrase()) return *found;
    if (auto found = change()) return *found;
    if (expected_.yes_or_no) return confirmation();
    if (!expected_.slots.empty()) return answer(said_.text);
    return cannot_handle();
  }

  std::optional<Commands> phrase() const {
    if (const flow::Flow* flow = release_.by_phrase(normal_)) {
      return one({.kind = CommandKind::start_flow, .flow = flow->id});
    }
    const auto builtin = language::builtin_phrase(said_);
    if (!builtin) return std::nullopt;
    // "Skip" and the like are answers when an open question offers them.
    for (const flow::Slot* slot : expected_.slots) {
      if (slot->type.kind == flow::SlotKind::choice &&
          language::read_answer(*slot, said_.text, circumstances_))
        return std::nullopt;
    }
    return one({.kind = *builtin, .text = std::string(said_.text)});
  }

  // "Actually, make it three"; "change the address to …"; "no, two cokes".
  std::optional<Commands> change() const {
    if (flow_ == nullptr) return std::nullopt;
    const auto phrase = language::correction_phrase(said_);
    if (!phrase) return std::nullopt;
    if (!phrase->target.empty()) {
      if (const flow::Slot* slot = slot_called(phrase->target)) {
        if (auto value = new_value(*slot, phrase->rest)) return correction(*slot, std::move(*value));
        return one(
            {.kind = CommandKind::invalid_value, .slot = slot->name, .reason = refusal(*slot, phrase->rest)}
        );
      }
    }
    // While a question is open, its own answer comes first ("no, I meant the blue one").
    if (!expected_.slots.empty() && open_takes(phrase->rest)) return answer(phrase->rest);
    if (auto found = implied_change(phrase->rest)) return found;
    return std::nullopt;
  }

  Commands confirmation() const {
    const auto polarity = language::read_polarity(said_);
    if (polarity == language::Polarity::yes) return one({.kind = CommandKind::affirm});
    if (polarity == language::Polarity::no) return one({.kind = CommandKind::deny});
    if (auto found = implied_change(said_.text)) return *found;
    return cannot_handle();
  }

  Commands answer(std::string_view text) const {
    const flow::Slot& asked = *expected_.slots.front();
    Commands commands;
    std::optional<language::Refusal> refused;
    if (auto value = language::read_answer(asked, text, circumstances_)) {
      commands.push_back({.kind = CommandKind::set_slot, .slot = asked.name, .value = std::move(*value)});
    } else {
      refused = std::move(value.error());
    }
    // Further slots of the same question may be in the same message, when their types tell them apart.
    for (std::size_t i = 1; i < expected_.slots.size(); ++i) {
      const flow::Slot& other = *expected_.slots[i];
      const bool same_kind = other.type == asked.type && refused == std::nullopt;
      if (other.type.kind == flow::SlotKind::text || same_kind) continue;
      const auto found = language::find_values(other.type, other.choices, text, circumstances_);
      if (found.size() != 1) continue;
      commands.push_back({.kind = CommandKind::set_slot, .slot = other.name, .value = found.front().value});
    }
    if (!commands.empty()) return commands;
    return one(
        {.kind = CommandKind::invalid_value,
         .slot = asked.name,
         .text = std::string(text),
         .reason = refused->message}
    );
  }

  Commands cannot_handle() const {
    return one({.kind = CommandKind::cannot_handle, .text = std::string(said_.text)});
  }

  static Commands correction(const flow::Slot& slot, Value value) {
    return one({.kind = CommandKind::correct_slot, .slot = slot.name, .value = std::move(value)});
  }

  const Value* held(const flow::Slot& slot) const {
    const Slots& slots = slot.scope == flow::SlotScope::flow ? frame_->slots : state_.slots;
    const auto found = slots.find(slot.name);
    return found == slots.end() || found->second.is_null() ? nullptr : &found->second;
  }

  // A slot that already holds something, by its label or name.
  const flow::Slot* slot_called(std::string_view words) const {
    const std::string wanted = language::normalise(words);
    for (const flow::Slot& slot : flow_->slots) {
      if (held(slot) == nullptr) continue;
      if (language::normalise(slot.label) == wanted || language::normalise(spoken(slot.name)) == wanted)
        return &slot;
    }
    return nullptr;
  }

  bool open_takes(std::string_view text) const {
    return language::read_answer(*expected_.slots.front(), text, circumstances_).has_value();
  }

  std::string refusal(const flow::Slot& slot, std::string_view text) const {
    const auto value = language::read_answer(slot, text, circumstances_);
    return value ? std::string() : value.error().message;
  }

  std::optional<Value> new_value(const flow::Slot& slot, std::string_view rest) const {
    const Value* old = held(slot);
    const bool items =
        slot.type.kind == flow::SlotKind::list && slot.type.element->kind == flow::SlotKind::item;
    if (items && old != nullptr) {
      if (auto edited = edit_items(*old, rest, normal_, slot, circumstances_)) return edited;
    }
    if (auto value = language::read_answer(slot, rest, circumstances_)) return *value;
    return std::nullopt;
  }

  // A new value for the one filled slot that can take it; the one filled last is tried first. Free text takes
  // everything, so it takes nothing here.
  std::optional<Commands> implied_change(std::string_view rest) const {
    if (flow_ == nullptr) return std::nullopt;
    for (std::size_t i = flow_->slots.size(); i-- > 0;) {
      const flow::Slot& slot = flow_->slots[i];
      const Value* old = held(slot);
      if (old == nullptr || slot.type.kind == flow::SlotKind::text ||
          slot.type.kind == flow::SlotKind::object)
        continue;
      auto value = new_value(slot, rest);
      if (value && !(*value == *old)) return correction(slot, std::move(*value));
    }
    return std::nullopt;
  }

  const Release& release_;
  const State& state_;
  Utterance said_;
  std::string normal_;  // in kPhraseLocale
  language::Circumstances circumstances_;
  const Frame* frame_ = nullptr;
  const flow::Flow* flow_ = nullptr;
  Expectation expected_;
};

}  // namespace

Commands match(
    const Release& release, const State& state, std::string_view text, std::string_view payload, Timestamp at
) {
  if (!payload.empty()) return Matcher(release, state, payload, at).match_payload();
  return Matcher(release, state, trimmed(text), at).match_text();
}

}  // namespace parley::engine
