#include "flow/migration.hpp"

#include <algorithm>
#include <string>

#include "flow/loading/context.hpp"

namespace parley::flow {

namespace {

constexpr std::size_t kLeastOfHash = 6;

const Name* find(const std::vector<std::pair<Name, Name>>& map, std::string_view from) {
  const auto found = std::ranges::find(map, from, [](const auto& entry) { return entry.first.text; });
  return found == map.end() ? nullptr : &found->second;
}

// A conversation may rest at this step, or at a flow that it called.
bool may_stand_at(const Step& step) {
  if (step.spec->waits) return true;
  return std::ranges::any_of(step.spec->keywords, [](const Keyword& keyword) {
    return keyword.kind == FieldKind::flow_name;
  });
}

class Report {
 public:
  Report(const Flow& fresh, Diagnostics& diagnostics) : fresh_(fresh), diagnostics_(diagnostics) {}

  void add(
      std::string_view code,
      Position position,
      std::string message,
      std::string help,
      Severity severity = Severity::error
  ) {
    diagnostics_.push_back({
        .code = std::string(code),
        .severity = severity,
        .file = fresh_.file,
        .position = position,
        .message = std::move(message),
        .help = std::move(help),
    });
  }

 private:
  const Flow& fresh_;
  Diagnostics& diagnostics_;
};

void check_old_names(const Migration& migration, const Flow& old, Report& report) {
  std::vector<std::string> steps;
  for (const Step& step : old.steps) steps.push_back(step.id);
  std::vector<std::string> slots;
  for (const Slot& slot : old.slots) slots.push_back(slot.name);
  const auto check = [&](const auto& map, const std::vector<std::string>& known, const char* what) {
    for (const auto& [from, to] : map) {
      if (std::ranges::find(known, from.text) != known.end()) continue;
      report.add(
          "F0802",
          from.position,
          "version " + loading::quote(migration.from) + " has no " + what + " " + loading::quote(from.text),
          loading::did_you_mean(from.text, known)
      );
    }
  };
  check(migration.steps, steps, "step");
  check(migration.slots, slots, "slot");
}

void check_places(const Migration& migration, const Flow& old, const Flow& fresh, Report& report) {
  for (StepIndex i = 0; i < old.steps.size(); ++i) {
    const Step& step = old.steps[i];
    if (step.parent != kNoStep || !may_stand_at(step) || moved(migration, old, fresh, i)) continue;
    report.add(
        "F0803",
        migration.position,
        "a conversation may wait at step " + loading::quote(step.id) + " of version " +
            loading::quote(migration.from) + ", which has no place here",
        "name a step outside of blocks for it: steps: {" + step.id + ": …}"
    );
  }
}

void check_slots(const Migration& migration, const Flow& old, const Flow& fresh, Report& report) {
  for (const Slot& slot : old.slots) {
    const Slot* now = fresh.slot(moved_slot(migration, fresh, slot.name));
    if (now == nullptr || (now->type == slot.type && now->scope == slot.scope)) continue;
    const Name* renamed = find(migration.slots, slot.name);
    report.add(
        "F0804",
        renamed != nullptr ? renamed->position : migration.position,
        "slot " + loading::quote(slot.name) + " of version " + loading::quote(migration.from) +
            " has another type or scope than " + loading::quote(now->name) + " here",
        "give the new slot another name; the value of the old one is then left behind"
    );
  }
}

}  // namespace

const Migration* migration_from(const Flow& fresh, const Flow& old) {
  const auto fits = [&](const Migration& migration) {
    if (!old.version.empty() && migration.from == old.version) return true;
    return migration.from.size() >= kLeastOfHash && old.hash.starts_with(migration.from);
  };
  const auto found = std::ranges::find_if(fresh.migrations, fits);
  return found == fresh.migrations.end() ? nullptr : &*found;
}

std::optional<StepIndex> moved(
    const Migration& migration, const Flow& old, const Flow& fresh, StepIndex step
) {
  if (step >= old.steps.size() || old.steps[step].parent != kNoStep) return std::nullopt;
  const Name* renamed = find(migration.steps, old.steps[step].id);
  const StepIndex to = fresh.step_index(renamed != nullptr ? renamed->text : old.steps[step].id);
  if (to >= fresh.steps.size() || fresh.steps[to].parent != kNoStep) return std::nullopt;
  return to;
}

std::string_view moved_slot(const Migration& migration, const Flow& fresh, std::string_view slot) {
  const Name* renamed = find(migration.slots, slot);
  const Slot* now = fresh.slot(renamed != nullptr ? std::string_view(renamed->text) : slot);
  return now == nullptr ? std::string_view() : std::string_view(now->name);
}

void check_migration(
    const Migration& migration, const Flow& old, const Flow& fresh, Diagnostics& diagnostics
) {
  Report report(fresh, diagnostics);
  check_old_names(migration, old, report);
  check_places(migration, old, fresh, report);
  check_slots(migration, old, fresh, report);
}

void report_unknown_version(const Migration& migration, const Flow& fresh, Diagnostics& diagnostics) {
  Report(fresh, diagnostics)
      .add(
          "F0801",
          migration.position,
          "there is no version " + loading::quote(migration.from) + " of the flow " +
              loading::quote(fresh.id),
          "parley flow versions " + fresh.id + " lists them",
          Severity::warning
      );
}

}  // namespace parley::flow
