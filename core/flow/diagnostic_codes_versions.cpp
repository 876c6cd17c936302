#include "flow/diagnostic_codes.hpp"

namespace parley::flow {

namespace {

constexpr Explanation kRows[] = {
    {"F0801", R"(F0801: a migration from a version that does not exist

`migrate` names an earlier version by its label or its hash; no version of this flow has either. This is a warning:
where nobody has published the earlier version yet, nobody can be in the middle of it.

Wrong:
    migrate: [{from: "1.O"}]

Right:
    migrate: [{from: "1.0"}]
)"},
    {"F0802", R"(F0802: a migration of something that the earlier version does not have

On the left stand the names of the earlier version, on the right those of this one.

Wrong:
    migrate: [{from: "1", steps: {ask_name: ask}}]    # version 1 called it `name`

Right:
    migrate: [{from: "1", steps: {name: ask}}]
)"},
    {"F0803", R"(F0803: conversations would lose their place

A conversation may be waiting at a step that this version does not have. Say where it goes on.

Wrong:
    migrate: [{from: "1"}]    # version 1 waits at `colour`, which is gone

Right:
    migrate: [{from: "1", steps: {colour: summary}}]
)"},
    {"F0804", R"(F0804: a value would change its type

A slot of the earlier version has another type or scope than the one that takes its place; the value would not fit.

Wrong:
    # version 1: slots: {size: text}
    slots: {size: integer}
    migrate: [{from: "1"}]

Right:
    slots: {count: integer}
    migrate: [{from: "1"}]
)"},
};

}  // namespace

std::span<const Explanation> version_explanations() {
  return kRows;
}

}  // namespace parley::flow
