// Codes about people, times and calls between flows.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0323", R"(F0323: a schedule that cannot be read

A schedule says in words or in the five fields of cron when a flow starts by itself. It may end with its
offset from UTC; without one it is in the timezone of parley.yaml.

Wrong:
    schedule: daily at nine

Right:
    schedule: every day 09:00
    schedule: every monday, friday 18:30 +01:00
    schedule: "*/15 8-17 * * 1-5"
)"},
    {"F0324", R"(F0324: 'match' or 'guard' of a trigger without an event

They look at an event's data. What a user may start is decided by the guard of the flow.

Wrong:
    triggers:
      - command: /lounge
        guard: context.member

Right:
    triggers:
      - command: /lounge
    guard: context.member
)"},
    {"F0414", R"(F0414: a required input is missing

The flow that is called lists the input without a default, so every caller must give it.

Wrong:
    type: flow
    call: pay

Right:
    type: flow
    call: pay
    with: {amount: "{{total}}"}
)"},
    {"F0416", R"(F0416: an unknown calendar

'business_hours' names a calendar of parley.yaml.

Wrong:
    type: handoff
    business_hours: suport

Right:
    type: handoff
    business_hours: support     # parley.yaml has calendars: {support: {hours: {mon-fri: 09:00-17:00}}}
)"},
};

}  // namespace

std::span<const Explanation> people_explanations() {
  return kRows;
}

}  // namespace parley::flow
