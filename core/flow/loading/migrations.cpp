// `migrate`: a list of {from, steps, slots}, one for each earlier version whose conversations are to move.
#include <algorithm>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {

namespace {

constexpr Key kMigrationKeys[] = {
    {"from",
     R"({"type":["string","number"]})",
     "An earlier version: its label, its hash or the beginning of it."},
    {"steps", R"({"type":"object","additionalProperties":{"type":"string"}})", "Old step id to new one."},
    {"slots", R"({"type":"object","additionalProperties":{"type":"string"}})", "Old slot name to new one."},
};

// Names that stay the same need no entry. `uses` are checked when the whole flow is read.
std::vector<std::pair<Name, Name>> read_renames(
    Context& context, const Node& entry, std::string_view key, std::vector<NameUse>& uses
) {
  std::vector<std::pair<Name, Name>> renames;
  const Node* map = entry.find(key);
  if (map == nullptr || !expect_map(context, *map, key)) return renames;
  for (const Node::Member& member : map->members) {
    auto to = read_text(context, member.value, member.key);
    if (!to) continue;
    uses.push_back({*to, {}, member.value.position, context.owner});
    renames.emplace_back(Name{member.key, member.key_position}, Name{*std::move(to), member.value.position});
  }
  return renames;
}

}  // namespace

std::span<const Key> migration_keys() {
  return kMigrationKeys;
}

void load_migrations(Context& context, const Node& node) {
  if (!expect_list(context, node, "migrate")) return;
  context.owner = "migrate";
  for (const Node& entry : node.items) {
    if (!expect_map(context, entry, "migrate")) continue;
    check_keys(context, entry, kMigrationKeys, "a migration");
    Migration migration{.position = entry.position};
    if (const Node* from = entry.find("from")) {
      migration.from = read_text(context, *from, "from").value_or("");
      migration.position = from->position;
    } else {
      context.error(
          "F0110", entry.position, "a migration lacks 'from'", "write from: and the earlier version"
      );
    }
    migration.steps = read_renames(context, entry, "steps", context.step_targets);
    migration.slots = read_renames(context, entry, "slots", context.slot_uses);
    const auto same = [&](const Migration& other) { return other.from == migration.from; };
    if (!migration.from.empty() && std::ranges::any_of(context.flow.migrations, same)) {
      context.error(
          "F0211",
          migration.position,
          quote(migration.from) + " is listed twice in 'migrate'",
          "remove one of the two"
      );
      continue;
    }
    context.flow.migrations.push_back(std::move(migration));
  }
}

}  // namespace parley::flow::loading
