#include "engine/masking.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace parley::engine {

Value masked(const Value& value) {
  if (value.is_null()) return value;
  std::string mask(kMask);
  if (value.is_string() && count_code_points(value.as_string()) >= 8) {
    const std::string_view text = value.as_string();
    std::size_t at = text.size();
    for (int characters = 0; characters < 2; ++characters) {
      do --at;
      while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
    }
    mask.append(" ").append(text.substr(at));
  }
  return Value(mask);
}

void mask(std::vector<Event>& events, Effects& effects) {
  bool about_sensitive = false;
  for (Event& event : events) {
    auto* understood = std::get_if<CommandsUnderstood>(&event.body);
    if (understood == nullptr) continue;
    for (language::Command& command : understood->commands) {
      if (!command.sensitive) continue;
      about_sensitive = true;
      command.value = masked(command.value);
      if (!command.text.empty()) command.text = kMask;
    }
  }
  for (Effect& effect : effects) {
    if (auto* call = std::get_if<CallTool>(&effect)) {
      for (const std::string& name : call->sensitive) {
        if (const Value* argument = call->arguments.find(name))
          call->arguments = call->arguments.with(name, masked(*argument));
      }
    } else if (auto* understand = std::get_if<Understand>(&effect);
               understand != nullptr && about_sensitive) {
      if (!understand->text.empty()) understand->text = kMask;
      if (!understand->payload.empty()) understand->payload = kMask;
    }
  }
  if (!about_sensitive) return;
  for (Event& event : events) {
    auto* message = std::get_if<MessageReceived>(&event.body);
    if (message == nullptr) continue;
    if (!message->text.empty()) message->text = kMask;
    if (!message->payload.empty()) message->payload = kMask;
  }
}

}  // namespace parley::engine
