// The closed vocabulary of what a user can ask of the engine. Matchers, and later models, produce commands;
// the engine decides what they do. Commands are recorded in the conversation's log, so replay never matches
// again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"

namespace parley::language {

enum class CommandKind : std::uint8_t {
  start_flow,    // flow; text: the words of the button that offered it
  set_slot,      // slot, value; behind a start_flow of that flow
  correct_slot,  // slot, value: the user changes an earlier answer; null: to something not said yet
  cancel,
  restart,  // the running flow begins anew
  skip,
  repeat,
  clarify,  // options: flow ids or texts to choose from
  affirm,
  deny,
  ask_human,
  ask_knowledge,  // text
  chitchat,       // text; the topic in `reason`: greeting, thanks, goodbye, decline, more, identity, machine,
                  // feelings, abilities, praise, complaint; what is remembered of them: memory, forget,
                  // forget_all; where they let the assistant act for them: signed_in, sign_out; of the
                  // running flow: why, how_long, so_far
  invalid_value,  // slot, text: an answer to the open question that cannot be taken; why in `reason`
  cannot_handle,  // text
};

struct Command {
  CommandKind kind = CommandKind::cannot_handle;
  std::string flow = {};
  std::string slot = {};
  Value value = {};
  std::string text = {};
  std::string reason = {};
  std::vector<std::string> options = {};
  bool sensitive = false;  // about a sensitive slot: value and words are masked in every outside view
  bool inferred =
      false;  // a model's reading of the message: a value in words that the user did not use, a yes

  bool operator==(const Command&) const = default;
};

// "start_flow"… both ways; an unknown name gives cannot_handle.
[[nodiscard]] std::string_view name(CommandKind kind);
[[nodiscard]] CommandKind command_kind(std::string_view name);

// For the log: {"do":"set_slot","slot":"items","value":…}; empty fields are left out.
[[nodiscard]] Value to_value(const Command& command);
[[nodiscard]] Command command_from(const Value& value);

}  // namespace parley::language
