// What steps read: the names of slots in their expressions.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "engine/release.hpp"
#include "flow/flow.hpp"

namespace parley::engine::repair {

using Names = std::set<std::string, std::less<>>;

// Names in the step's condition and in all its keywords. A tool step without arguments reads every slot.
[[nodiscard]] Names reads(const flow::Flow& flow, const flow::Step& step);
// True when the step's condition or branches read one of the names: where the flow goes depends on them.
[[nodiscard]] bool decides_by(const flow::Flow& flow, const flow::Step& step, const Names& names);
// The names, and what `set` steps compute them from, directly or through others.
[[nodiscard]] Names with_sources(const flow::Flow& flow, Names names);
// Slots that hang on the name by `depends_on`, directly or through others.
[[nodiscard]] Names dependents(const flow::Flow& flow, std::string_view name);
// The first step that gives one of the slots its value: asks for it, or calls a flow that does.
[[nodiscard]] flow::StepIndex first_source(
    const Release& release, const flow::Flow& flow, const Names& names
);

}  // namespace parley::engine::repair
