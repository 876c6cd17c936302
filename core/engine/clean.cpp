#include "engine/clean.hpp"

#include <algorithm>
#include <utility>

namespace parley::engine {

namespace {

using language::Command;
using language::CommandKind;

const Command* first_of(const std::vector<Command>& commands, CommandKind kind) {
  const auto found =
      std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.kind == kind; });
  return found == commands.end() ? nullptr : &*found;
}

// The frame whose flow has the slot, from the top down.
const Frame* frame_with(const Run& run, std::string_view slot) {
  const auto& stack = run.state().stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    if (run.flow_of(stack[i]).slot(slot) != nullptr) return &stack[i];
  }
  return nullptr;
}

bool known(const Run& run, const Command& command) {
  switch (command.kind) {
    case CommandKind::start_flow:
      // What a button offered may be gone since; then the user is told so.
      if (run.release().find(command.flow) == nullptr) return !command.text.empty();
      return !command.flow.starts_with("repair.");
    case CommandKind::set_slot:
    case CommandKind::correct_slot:
    case CommandKind::invalid_value:
      return frame_with(run, command.slot) != nullptr;
    default:
      return true;
  }
}

// The values that come with the start of a flow, which is not running yet; they leave the list.
std::vector<Command> take_of_started(const Run& run, std::vector<Command>& commands) {
  std::vector<Command> taken;
  const auto start = std::find_if(commands.begin(), commands.end(), [](const Command& c) {
    return c.kind == CommandKind::start_flow;
  });
  if (start == commands.end()) return taken;
  const flow::Flow* flow = run.release().find(start->flow);
  if (flow == nullptr) return taken;
  for (auto command = start + 1; command != commands.end();) {
    const bool its_own = command->kind == CommandKind::set_slot && flow->slot(command->slot) != nullptr;
    if (its_own) taken.push_back(std::move(*command));
    command = its_own ? commands.erase(command) : command + 1;
  }
  return taken;
}

}  // namespace

std::vector<Command> clean(const Run& run, std::vector<Command> commands) {
  std::vector<Command> of_started = take_of_started(run, commands);
  std::erase_if(commands, [&](const Command& command) { return !known(run, command); });
  for (const CommandKind alone :
       {CommandKind::ask_human, CommandKind::restart, CommandKind::repeat, CommandKind::clarify}) {
    if (const Command* found = first_of(commands, alone)) return {*found};
  }

  std::vector<Command> result;
  bool changes = false;
  for (Command& command : commands) {
    const bool sets = command.kind == CommandKind::set_slot || command.kind == CommandKind::correct_slot;
    if (sets) {
      const Frame& frame = *frame_with(run, command.slot);
      const bool filled = run.slot(frame, command.slot) != nullptr;
      command.kind = filled ? CommandKind::correct_slot : CommandKind::set_slot;
      changes = true;
    }
    const bool single = command.kind == CommandKind::start_flow || command.kind == CommandKind::cancel;
    if (single && first_of(result, command.kind) != nullptr) continue;
    result.push_back(std::move(command));
  }
  if (changes) {
    std::erase_if(result, [](const Command& c) {
      return c.kind == CommandKind::affirm || c.kind == CommandKind::deny ||
             c.kind == CommandKind::invalid_value;
    });
  }
  if (const Command* cancel = first_of(result, CommandKind::cancel)) {
    std::vector<Command> stopped{*cancel};
    if (const Command* start = first_of(result, CommandKind::start_flow)) stopped.push_back(*start);
    result = std::move(stopped);
  }
  // Right behind the start of their flow.
  if (!of_started.empty()) {
    const auto start = std::find_if(result.begin(), result.end(), [](const Command& c) {
      return c.kind == CommandKind::start_flow;
    });
    result.insert(
        start + 1, std::make_move_iterator(of_started.begin()), std::make_move_iterator(of_started.end())
    );
  }
  if (result.empty())
    result.push_back(Command{.kind = CommandKind::cannot_handle, .text = run.state().message});
  return result;
}

}  // namespace parley::engine
