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

Value with_masked(Value map, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const Value* value = map.find(name)) map = map.with(name, masked(*value));
  }
  return map;
}

namespace {

// Whether a message was about a sensitive slot.
bool mask_events(std::vector<Event>& events) {
  bool about_sensitive = false;
  for (Event& event : events) {
    if (auto* started = std::get_if<ConversationStarted>(&event.body))
      started->user_slots = with_masked(started->user_slots, started->sensitive);
    auto* understood = std::get_if<CommandsUnderstood>(&event.body);
    if (understood == nullptr) continue;
    for (language::Command& command : understood->commands) {
      if (!command.sensitive) continue;
      about_sensitive = true;
      command.value = masked(command.value);
      if (!command.text.empty()) command.text = kMask;
    }
  }
  return about_sensitive;
}

void mask_effect(Effect& effect, bool about_sensitive) {
  if (auto* call = std::get_if<CallTool>(&effect)) {
    call->arguments = with_masked(call->arguments, call->sensitive);
  } else if (auto* review = std::get_if<RequestReview>(&effect)) {
    review->subject = with_masked_arguments(review->subject, review->sensitive);
  } else if (auto* memory = std::get_if<Remember>(&effect); memory != nullptr && memory->sensitive) {
    memory->value = masked(memory->value);
  } else if (auto* understand = std::get_if<Understand>(&effect); understand != nullptr && about_sensitive) {
    if (!understand->text.empty()) understand->text = kMask;
    if (!understand->payload.empty()) understand->payload = kMask;
  }
}

}  // namespace

Value with_masked_arguments(const Value& subject, const std::vector<std::string>& names) {
  const Value* arguments = subject.find("arguments");
  return arguments == nullptr || names.empty() ? subject
                                               : subject.with("arguments", with_masked(*arguments, names));
}

void mask(std::vector<Event>& events, Effects& effects) {
  const bool about_sensitive = mask_events(events);
  for (Effect& effect : effects) mask_effect(effect, about_sensitive);
  if (!about_sensitive) return;
  for (Event& event : events) {
    auto* message = std::get_if<MessageReceived>(&event.body);
    if (message == nullptr) continue;
    if (!message->text.empty()) message->text = kMask;
    if (!message->payload.empty()) message->payload = kMask;
  }
}

}  // namespace parley::engine
