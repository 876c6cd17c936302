// Codes about what is remembered of users.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {

namespace {

constexpr Explanation kRows[] = {
    {"F0911", R"(F0911: a name that a fact about the user cannot have

Facts are read as user.NAME, where user.id and user.locale mean something else already, and where a name must be a word
of letters, digits and _.

Wrong:
    type: remember
    facts: { locale: "{{ city }}" }

Right:
    type: remember
    facts: { home_town: "{{ city }}" }
)"},
    {"F0912", R"(F0912: a fact made from a sensitive slot

Facts are shown to models, in recalled hits and to operators. A sensitive slot is hidden from all of them, so it cannot
become a fact.

Wrong:
    slots: { card: { type: text, sensitive: true } }
    steps: [{ type: remember, facts: { card: "{{ card }}" } }]

Right:
    slots: { card: { type: text, sensitive: true, scope: user } }
)"},
    {"F0913", R"(F0913: a fact that no flow remembers

A forget step names a fact. No remember step of the assistant writes one of this name, so there is nothing to forget.

Wrong:
    type: remember
    facts: { prefers: "{{ dish }}" }
    …
    type: forget
    facts: preferes

Right:
    type: forget
    facts: prefers
)"},
};

}  // namespace

std::span<const Explanation> memory_explanations() {
  return kRows;
}

}  // namespace parley::flow
