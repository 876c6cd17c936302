// Understanding without a model: the fixed order in which a message is compared with what it may mean here.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/advance.hpp"
#include "engine/matching/answers.hpp"
#include "engine/matching/changes.hpp"
#include "engine/matching/learnt.hpp"
#include "engine/matching/requests.hpp"
#include "engine/matching/scene.hpp"
#include "engine/matching/starts.hpp"
#include "language/vocabulary.hpp"

namespace parley::engine {

namespace {

using matching::Command;
using matching::CommandKind;
using matching::Commands;
using matching::one;
using matching::Scene;

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

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void add_actions(const Value& card, std::vector<SaidButton>& offered) {
  if (const Value& cards = card["carousel"]; cards.is_list()) {
    for (const Value& each : cards.as_list()) add_actions(each, offered);
  }
  if (const Value& actions = card["actions"]; actions.is_list()) {
    for (const Value& action : actions.as_list())
      offered.push_back({std::string(action.text("label")), std::string(action.text("payload"))});
  }
}

// The buttons of a message and the actions of its cards.
std::vector<SaidButton> offers(const Say& said) {
  std::vector<SaidButton> offered = said.buttons;
  add_actions(said.card, offered);
  return offered;
}

Commands cannot_handle(const Scene& scene) {
  return one({.kind = CommandKind::cannot_handle, .text = std::string(scene.said.text)});
}

std::optional<Commands> slash(const Scene& scene, std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  if (const flow::Flow* flow = scene.release.by_command(word)) {
    const bool offered = std::ranges::find(scene.state.offered, flow->id) != scene.state.offered.end();
    return offered ? matching::start_offered(scene, *flow)
                   : one({.kind = CommandKind::start_flow, .flow = flow->id});
  }
  for (const NamedCommand& command : kCommands) {
    if (command.text == word) return one({.kind = command.kind});
  }
  // Offered by an earlier release, and gone: the engine says so.
  for (const Say& said : scene.state.last_said) {
    for (const SaidButton& button : offers(said)) {
      if (button.payload == text)
        return one(
            {.kind = CommandKind::start_flow, .flow = std::string(word.substr(1)), .text = button.label}
        );
    }
  }
  return std::nullopt;
}

// What a slot holds when one of its choices is taken.
Value taken(const flow::SlotType& type, std::string_view choice) {
  switch (type.kind) {
    case flow::SlotKind::list:
      return ListBuilder().add(taken(*type.element, choice)).build();
    case flow::SlotKind::item:
      return MapBuilder().set("item", choice).set("quantity", 1).build();
    default:
      return Value(choice);
  }
}

// A button's payload is taken literally.
std::optional<Commands> pressed(const Scene& scene, std::string_view payload) {
  if (payload.starts_with('/')) return slash(scene, payload);
  if (scene.expected.yes_or_no && payload == "yes") return one({.kind = CommandKind::affirm});
  if (scene.expected.yes_or_no && payload == "no") return one({.kind = CommandKind::deny});
  const auto chooses = [&](const flow::Slot& slot) {
    for (const flow::Choice& choice : slot.choices) {
      if (choice.value == payload) return true;
    }
    return false;
  };
  for (const flow::Slot* slot : scene.expected.slots) {
    if (chooses(*slot))
      return one({.kind = CommandKind::set_slot, .slot = slot->name, .value = taken(slot->type, payload)});
  }
  // Yes and No are labels; what they send is the same in every language.
  if (!scene.expected.slots.empty() && (payload == "yes" || payload == "no")) {
    const flow::Slot& asked = *scene.expected.slots.front();
    if (asked.type.kind == flow::SlotKind::boolean)
      return one({.kind = CommandKind::set_slot, .slot = asked.name, .value = payload == "yes"});
  }
  if (scene.flow == nullptr) return std::nullopt;
  // The button of a question that was answered already: the answer changes.
  for (const flow::Slot& slot : scene.flow->slots) {
    if (chooses(slot) && matching::held(scene.state, *scene.frame, slot) != nullptr &&
        matching::is_answer(scene.release, *scene.flow, slot.name))
      return one({.kind = CommandKind::correct_slot, .slot = slot.name, .value = taken(slot.type, payload)});
  }
  return std::nullopt;
}

// A yes or no after "Is there anything else?".
std::optional<Commands> farewell(const Scene& scene) {
  if (!scene.state.ended || !scene.state.stack.empty()) return std::nullopt;
  const auto polarity = language::read_polarity(scene.said);
  if (polarity == language::Polarity::neither) return std::nullopt;
  return one(
      {.kind = CommandKind::chitchat,
       .text = std::string(scene.said.text),
       .reason = polarity == language::Polarity::yes ? "more" : "decline"}
  );
}

// "yes but at 8", "almost, …": what stands behind the yes or no.
std::string_view after_answer(const Scene& scene) {
  const auto& tokens = scene.said.tokens;
  const language::Vocabulary& words = scene.said.words;
  std::size_t at = 0;
  for (bool moved = true; moved && at < tokens.size();) {
    const std::size_t taken = std::max(
        {longest_phrase(tokens, at, words.answer_words),
         longest_phrase(tokens, at, words.noes),
         longest_phrase(tokens, at, words.correction_lead_ins),
         longest_phrase(tokens, at, words.correction_fillers),
         static_cast<std::size_t>(tokens[at].is(",") || tokens[at].is(".") || tokens[at].is("!"))}
    );
    moved = taken > 0;
    at += taken;
  }
  return at >= tokens.size() ? std::string_view() : scene.said.text.substr(tokens[at].begin);
}

Commands confirmation(const Scene& scene) {
  if (!language::bare_answer(scene.said)) {
    if (auto found = matching::named_change(scene, true)) return *found;
    if (const auto rest = after_answer(scene); !rest.empty()) {
      if (auto found = matching::implied_change(scene, rest, true)) return *found;
    }
  }
  const auto polarity = language::read_polarity(scene.said);
  if (polarity == language::Polarity::yes) return one({.kind = CommandKind::affirm});
  if (polarity == language::Polarity::no) return one({.kind = CommandKind::deny});
  if (auto found = matching::implied_change(scene, scene.said.text, false)) return *found;
  if (auto found = matching::likely_request(scene)) return *found;
  // "Can I change something?"
  const auto change = language::correction_phrase(scene.said);
  if (change && !change->target.empty() && change->rest.empty()) return one({.kind = CommandKind::deny});
  if (auto found = matching::foreign_command(scene)) return *found;
  return cannot_handle(scene);
}

Commands answer(const Scene& scene) {
  if (auto found = matching::corrected_answer(scene)) return *std::move(found);
  matching::Answers answered = matching::answers(scene, scene.said.text);
  if (!answered.refused) return std::move(answered.commands);
  if (auto found = matching::list_change(scene, scene.said.text)) return *found;
  if (auto found = matching::likely_request(scene)) return *found;
  if (auto found = matching::implied_change(scene, scene.said.text, true)) return *found;
  if (auto found = matching::foreign_command(scene)) return *found;
  return one(
      {.kind = CommandKind::invalid_value,
       .slot = scene.asked()->name,
       .text = std::string(scene.said.text),
       .reason = answered.refused->message}
  );
}

Commands typed(const Scene& scene) {
  if (scene.said.text.starts_with('/')) {
    if (auto found = slash(scene, scene.said.text)) return *found;
    return cannot_handle(scene);
  }
  if (const flow::Flow* flow = scene.release.by_phrase(scene.normal))
    return one({.kind = CommandKind::start_flow, .flow = flow->id});
  if (auto found = matching::chosen_offer(scene)) return *found;
  if (auto found = matching::builtin(scene)) return *found;
  const bool one_word = scene.said.tokens.size() == 1;
  if (!(one_word && scene.asked() != nullptr)) {
    if (auto found = matching::clear_request(scene)) return *found;
  }
  if (auto found = matching::builtin_inside(scene)) return *found;
  if (auto found = farewell(scene)) return *found;
  if (!one_word && !scene.takes_any_words()) {
    if (auto found = matching::request_in_parts(scene)) return *found;
  }
  if (auto found = matching::named_change(scene, false)) return *found;
  if (auto found = matching::announced_change(scene)) return *found;
  if (scene.expected.yes_or_no) return confirmation(scene);
  if (scene.asked() != nullptr) return answer(scene);
  if (auto found = matching::likely_request(scene)) return *found;
  if (auto found = matching::learnt_request(scene)) return *found;
  if (auto found = matching::foreign_command(scene)) return *found;
  return cannot_handle(scene);
}

Commands understood(const Scene& scene, std::string_view payload) {
  if (!payload.empty()) {
    if (auto found = pressed(scene, payload)) return *found;
    return typed(scene);
  }
  for (const Say& before : scene.state.last_said) {
    for (const SaidButton& button : offers(before)) {
      if (language::normalise(button.label, matching::kPhraseLocale) != scene.normal) continue;
      if (auto found = pressed(scene, button.payload)) return *found;
    }
  }
  return typed(scene);
}

// What is said to a question for a sensitive slot may hold the value also when it was not understood. The
// words are dropped where nobody needs them, and a refusal must not quote them.
void mark_sensitive(const Scene& scene, Commands& commands) {
  const bool asked = scene.asked() != nullptr && scene.asked()->sensitive;
  for (Command& command : commands) {
    const flow::Slot* slot =
        scene.flow == nullptr || command.slot.empty() ? nullptr : scene.flow->slot(command.slot);
    command.sensitive = slot != nullptr ? slot->sensitive : asked && !command.text.empty();
    if (!command.sensitive) continue;
    command.text.clear();
    if (command.kind == CommandKind::invalid_value) command.reason.clear();
  }
}

}  // namespace

Commands match(
    const Release& release, const State& state, std::string_view text, std::string_view payload, Timestamp at
) {
  const Scene scene(release, state, payload.empty() ? trimmed(text) : payload, at);
  Commands commands = understood(scene, payload);
  if (release.has_sensitive()) mark_sensitive(scene, commands);
  return commands;
}

}  // namespace parley::engine
