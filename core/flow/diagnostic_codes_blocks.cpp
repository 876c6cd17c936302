// What is said about steps inside steps.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0119", R"(F0119: exactly one of several keywords

Some steps do their work in one of several ways, and the keyword chooses which.

Wrong:
    - {type: loop, while: "left > 0", for_each: items, steps: […]}

Right:
    - {type: loop, for_each: items, steps: […]}
)"},
    {"F0212", R"(F0212: a jump into a block

The steps inside another step run when that step does: a loop counts its rounds, a try knows what
to catch. A jump from outside would skip that. A jump inside the block, or out of it, is fine.

Wrong:
    - {id: again, type: goto, step: ask}          # ask is inside the loop below
    - id: each
      type: loop
      for_each: items
      steps:
        - {id: ask, type: message, text: "{{item}}"}

Right:
    - {id: again, type: goto, step: each}
)"},
    {"F0213", R"(F0213: break or continue outside of a loop

'next: break' leaves the innermost loop around the step, 'next: continue' starts its next round.
Outside of a loop neither means anything.

Wrong:
    steps:
      - {type: message, text: Done, next: break}

Right:
    steps:
      - {type: message, text: Done, next: end}
)"},
    {"F0214", R"(F0214: a step that waits for a person, beside other steps

Branches of a parallel step run side by side, so a question in one of them would be asked while
another one speaks. Ask before or after; tools, waiting, computing and messages may be in a branch.

Wrong:
    - type: parallel
      branches:
        - {steps: [{type: input, gather: [name]}]}
        - {steps: [{type: tool, call: crm.find}]}

Right:
    - {type: input, gather: [name]}
    - type: parallel
      branches: […]
)"},
};

}  // namespace

std::span<const Explanation> block_explanations() {
  return kRows;
}

}  // namespace parley::flow
