#include "engine/turn.hpp"

#include <utility>

namespace parley::engine {

std::optional<CommandsUnderstood> understand(
    const Release& release, const State& state, Timestamp at, std::span<const Effect> effects
) {
  for (const Effect& effect : effects) {
    if (const auto* asked = std::get_if<Understand>(&effect)) {
      return CommandsUnderstood{match(release, state, asked->text, asked->payload, at), "matcher"};
    }
  }
  return std::nullopt;
}

void take_message(
    const Release& release,
    State& state,
    Timestamp at,
    MessageReceived message,
    std::vector<Event>& events,
    Effects& effects,
    std::vector<Visit>* visits
) {
  events.reserve(events.size() + 2);
  events.push_back({at, std::move(message)});
  Effects received;
  advance(release, state, events.back(), received, visits);
  auto understood = understand(release, state, at, received);
  for (Effect& effect : received) effects.push_back(std::move(effect));
  if (!understood) return;
  events.push_back({at, std::move(*understood)});
  advance(release, state, events.back(), effects, visits);
}

}  // namespace parley::engine
