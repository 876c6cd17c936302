#include "language/command.hpp"

#include <array>

namespace parley::language {
namespace {

constexpr std::array<std::string_view, 15> kNames = {
    "start_flow",
    "set_slot",
    "correct_slot",
    "cancel",
    "restart",
    "skip",
    "repeat",
    "clarify",
    "affirm",
    "deny",
    "ask_human",
    "ask_knowledge",
    "chitchat",
    "invalid_value",
    "cannot_handle",
};
static_assert(kNames.size() == static_cast<std::size_t>(CommandKind::cannot_handle) + 1);

}  // namespace

std::string_view name(CommandKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  INVARIANT(index < kNames.size(), "every kind of command has a name");
  return kNames[index];
}

CommandKind command_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<CommandKind>(i);
  }
  return CommandKind::cannot_handle;
}

Value to_value(const Command& command) {
  MapBuilder map;
  map.set("do", name(command.kind));
  if (!command.flow.empty()) map.set("flow", command.flow);
  if (!command.slot.empty()) map.set("slot", command.slot);
  if (!command.value.is_null()) map.set("value", command.value);
  if (!command.text.empty()) map.set("text", command.text);
  if (!command.reason.empty()) map.set("reason", command.reason);
  if (!command.options.empty()) {
    ListBuilder options;
    for (const std::string& option : command.options) options.add(option);
    map.set("options", options.build());
  }
  if (command.sensitive) map.set("sensitive", true);
  if (command.inferred) map.set("inferred", true);
  return map.build();
}

Command command_from(const Value& value) {
  Command command;
  command.kind = command_kind(value.text("do"));
  command.flow = value.text("flow");
  command.slot = value.text("slot");
  command.value = value["value"];
  command.text = value.text("text");
  command.reason = value.text("reason");
  command.sensitive = value["sensitive"] == Value(true);
  command.inferred = value["inferred"] == Value(true);
  const Value& options = value["options"];
  if (options.is_list()) {
    for (const Value& option : options.as_list()) {
      if (option.is_string()) command.options.emplace_back(option.as_string());
    }
  }
  return command;
}

}  // namespace parley::language
