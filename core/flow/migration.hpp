// How conversations that are in the middle of an earlier version of a flow go on in this one, as its author
// wrote it under `migrate`. What no entry names keeps its name. Pure; references live as long as the flows.
#pragma once

#include <optional>
#include <string_view>

#include "flow/diagnostic.hpp"
#include "flow/flow.hpp"

namespace parley::flow {

// The entry of `fresh` that is about `old`, by its label, its hash or the beginning of it; null when there is
// none.
[[nodiscard]] const Migration* migration_from(const Flow& fresh, const Flow& old);

// Where a conversation at `step` of the old version goes on; nothing when it has no place in the new one.
[[nodiscard]] std::optional<StepIndex> moved(
    const Migration& migration, const Flow& old, const Flow& fresh, StepIndex step
);
// The name under which a slot's value is kept; empty when the new version has no such slot.
[[nodiscard]] std::string_view moved_slot(
    const Migration& migration, const Flow& fresh, std::string_view slot
);

// Reports everything that would leave a conversation without its place or with a value of the wrong type.
// Blocks are not checked: a conversation inside of one finishes on the version it is on.
void check_migration(
    const Migration& migration, const Flow& old, const Flow& fresh, Diagnostics& diagnostics
);
// A warning: no version of the flow fits the entry's `from`. A fresh installation has none.
void report_unknown_version(const Migration& migration, const Flow& fresh, Diagnostics& diagnostics);

}  // namespace parley::flow
