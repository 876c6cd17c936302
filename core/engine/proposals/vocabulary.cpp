#include "engine/proposals/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/matching/scene.hpp"

namespace parley::engine::proposals {

namespace {

// Not invalid_value: whether a value can be taken is not for a model to say. A cancel and a start say
// restart.
std::vector<std::string_view> kinds() {
  using language::CommandKind;
  std::vector<std::string_view> names;
  for (auto i = 0U; i <= static_cast<unsigned>(CommandKind::cannot_handle); ++i) {
    const auto kind = static_cast<CommandKind>(i);
    if (kind != CommandKind::invalid_value && kind != CommandKind::restart)
      names.push_back(language::name(kind));
  }
  return names;
}

constexpr auto kTopics = std::to_array<std::string_view>({
    "greeting",
    "thanks",
    "goodbye",
    "identity",
    "machine",
    "feelings",
    "abilities",
    "praise",
    "complaint",
    "memory",
    "forget_all",
});

template <typename Names>
Value one_of(const Names& names) {
  ListBuilder list;
  for (const auto& name : names) list.add(std::string_view(name));
  return MapBuilder().set("type", "string").set("enum", list.build()).build();
}

}  // namespace

std::vector<const flow::Flow*> startable(const Release& release) {
  std::vector<const flow::Flow*> flows;
  for (const auto& [id, flow] : release.flows()) {
    if (id.starts_with("repair.")) continue;
    const bool by_words = std::ranges::any_of(flow->triggers, [](const flow::Trigger& trigger) {
      return trigger.kind == flow::Trigger::Kind::command || trigger.kind == flow::Trigger::Kind::phrases;
    });
    if (by_words) flows.push_back(flow.get());
  }
  return flows;
}

std::vector<const flow::Slot*> settable(const flow::Flow& flow) {
  std::vector<const flow::Slot*> slots;
  for (const language::Wanted& wanted : matching::gathered(flow)) {
    if (!wanted.slot->sensitive) slots.push_back(wanted.slot);
  }
  return slots;
}

Value answer_schema(const Release& release, const State& state) {
  std::set<std::string, std::less<>> flows;
  std::set<std::string, std::less<>> slots;
  for (const flow::Flow* flow : startable(release)) {
    flows.insert(flow->id);
    for (const flow::Slot* slot : settable(*flow)) slots.insert(slot->name);
  }
  for (const Frame& frame : state.stack) {
    const flow::Flow* flow = release.find(frame.flow);
    if (flow == nullptr) continue;
    for (const flow::Slot* slot : settable(*flow)) slots.insert(slot->name);
  }
  MapBuilder fields;
  fields.set("do", one_of(kinds()));
  if (!flows.empty()) fields.set("flow", one_of(flows));
  if (!slots.empty()) {
    fields.set("slot", one_of(slots));
    fields.set("value", MapBuilder().set("type", "string").build());
  }
  if (!flows.empty())
    fields.set("options", MapBuilder().set("type", "array").set("items", one_of(flows)).build());
  fields.set("topic", one_of(kTopics));
  const Value command = MapBuilder()
                            .set("type", "object")
                            .set("properties", fields.build())
                            .set("required", ListBuilder().add("do").build())
                            .set("additionalProperties", false)
                            .build();
  const Value commands = MapBuilder()
                             .set("type", "array")
                             .set("items", command)
                             .set("maxItems", static_cast<std::int64_t>(kMostCommands))
                             .build();
  return MapBuilder()
      .set("type", "object")
      .set("properties", MapBuilder().set("commands", commands).build())
      .set("required", ListBuilder().add("commands").build())
      .set("additionalProperties", false)
      .build();
}

bool is_topic(std::string_view topic) {
  return std::ranges::find(kTopics, topic) != kTopics.end();
}

}  // namespace parley::engine::proposals
