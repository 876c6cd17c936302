#include "engine/proposals/question.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "engine/matching/scene.hpp"
#include "engine/proposals/vocabulary.hpp"
#include "engine/steps/registry.hpp"

namespace parley::engine::proposals {

namespace {

constexpr std::size_t kMostFlows = 64;
constexpr std::size_t kMostSlots = 32;
constexpr std::size_t kMostPhrases = 4;
constexpr std::size_t kMostChoices = 32;
constexpr std::size_t kMostTurns = 6;
constexpr std::size_t kMostMessage = 4000;  // bytes
constexpr std::size_t kMostWords = 400;     // bytes of any other text

std::string cut(std::string_view text, std::size_t most) {
  return text.size() <= most ? std::string(text) : std::string(utf8_prefix(text, most)) + "…";
}

Value slot_value(const flow::Slot& slot, const Value* held) {
  MapBuilder out;
  out.set("name", slot.name).set("type", flow::to_string(slot.type));
  out.set("about", slot.label.empty() ? spoken(slot.name) : cut(slot.label, kMostWords));
  if (!slot.choices.empty()) {
    ListBuilder choices;
    for (std::size_t i = 0; i < std::min(kMostChoices, slot.choices.size()); ++i)
      choices.add(slot.choices[i].label.empty() ? slot.choices[i].value : slot.choices[i].label);
    out.set("choices", choices.build());
  }
  if (held != nullptr) out.set("value", cut(write_json(*held), kMostWords));
  return out.build();
}

Value slots_of(const State& state, const flow::Flow& flow, const Frame* frame) {
  ListBuilder slots;
  for (const flow::Slot* slot : settable(flow)) {
    if (slots.size() >= kMostSlots) break;
    slots.add(slot_value(*slot, frame == nullptr ? nullptr : matching::held(state, *frame, *slot)));
  }
  return slots.build();
}

Value flow_value(const State& state, const flow::Flow& flow) {
  ListBuilder phrases;
  for (const flow::Trigger& trigger : flow.triggers) {
    for (const std::string& phrase : trigger.phrases) {
      if (phrases.size() < kMostPhrases) phrases.add(cut(phrase, kMostWords));
    }
  }
  return MapBuilder()
      .set("id", flow.id)
      .set("about", flow.description.empty() ? spoken(flow.id) : cut(flow.description, kMostWords))
      .set("phrases", phrases.build())
      .set("slots", slots_of(state, flow, nullptr))
      .build();
}

Value running(const Release& release, const State& state) {
  if (state.stack.empty()) return {};
  const Frame& frame = state.stack.back();
  const flow::Flow* flow = release.find(frame.flow);
  if (flow == nullptr) return {};
  const Expectation expected = expectation_of(state, *flow, frame);
  MapBuilder out;
  out.set("flow", flow->id);
  if (!state.last_said.empty()) out.set("question", cut(state.last_said.back().text, kMostWords));
  if (!expected.slots.empty()) out.set("asked", expected.slots.front()->name);
  return out.set("yes_or_no", expected.yes_or_no).set("slots", slots_of(state, *flow, &frame)).build();
}

}  // namespace

bool unsure(std::span<const language::Command> commands) {
  using language::CommandKind;
  if (std::ranges::any_of(commands, &language::Command::sensitive)) return false;
  return commands.empty() || std::ranges::any_of(commands, [](const language::Command& command) {
           return command.kind == CommandKind::cannot_handle || command.kind == CommandKind::clarify ||
                  command.kind == CommandKind::invalid_value;
         });
}

Value question(
    const Release& release,
    const State& state,
    std::string_view message,
    std::span<const PastTurn> turns,
    std::string_view context
) {
  ListBuilder flows;
  for (const flow::Flow* flow : startable(release)) {
    if (flows.size() < kMostFlows) flows.add(flow_value(state, *flow));
  }
  ListBuilder past;
  for (const PastTurn& turn : turns.last(std::min(kMostTurns, turns.size()))) {
    past.add(MapBuilder()
                 .set("user", cut(turn.user, kMostWords))
                 .set("assistant", cut(turn.assistant, kMostWords))
                 .build());
  }
  MapBuilder out;
  out.set("message", cut(message, kMostMessage)).set("locale", state.locale).set("flows", flows.build());
  if (Value now = running(release, state); !now.is_null()) out.set("running", std::move(now));
  if (!state.offered.empty()) {
    ListBuilder offered;
    for (const std::string& option : state.offered) offered.add(cut(option, kMostWords));
    out.set("offered", offered.build());
  }
  if (!context.empty()) out.set("context", context);
  return out.set("turns", past.build()).set("schema", answer_schema(release, state)).build();
}

}  // namespace parley::engine::proposals
