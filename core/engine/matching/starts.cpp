#include "engine/matching/starts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/item_edits.hpp"
#include "engine/matching/changes.hpp"

namespace parley::engine::matching {

namespace {

using language::Filling;
using language::Wanted;

bool is_list(const Wanted& wanted) {
  return wanted.slot->type.kind == flow::SlotKind::list;
}

// What words can be read as although nobody has asked.
std::vector<Wanted> typed_slots(const flow::Flow& flow) {
  std::vector<Wanted> wanted = gathered(flow);
  std::erase_if(wanted, [](const Wanted& each) {
    const flow::SlotKind kind = each.slot->type.kind;
    const bool any_words = kind == flow::SlotKind::text && each.slot->choices.empty() && !each.slot->pattern;
    return any_words || kind == flow::SlotKind::object || kind == flow::SlotKind::boolean;
  });
  return wanted;
}

}  // namespace

Commands start_with(const Scene& scene, const flow::Flow& flow, std::string_view text, About about) {
  std::vector<Wanted> wanted = typed_slots(flow);
  if (about == About::resembling && !begins_with_count(text, scene.circumstances))
    std::erase_if(wanted, is_list);
  Commands commands = one({.kind = CommandKind::start_flow, .flow = flow.id});
  for (Filling& filling : fillings_as_corrected(scene.about(text), wanted)) {
    commands.push_back(
        {.kind = CommandKind::set_slot, .slot = filling.slot->name, .value = std::move(filling.value)}
    );
  }
  return commands;
}

bool lists_what_is_wanted(const Scene& scene, const flow::Flow& flow) {
  if (!begins_with_count(scene.said.text, scene.circumstances)) return false;
  std::vector<Wanted> lists = typed_slots(flow);
  std::erase_if(lists, [](const Wanted& wanted) { return !is_list(wanted); });
  return !lists.empty() && !language::find_fillings(scene.said.text, lists, scene.circumstances).empty();
}

Commands start_offered(const Scene& scene, const flow::Flow& flow) {
  return start_with(scene, flow, scene.state.offered_for, About::chosen);
}

}  // namespace parley::engine::matching
