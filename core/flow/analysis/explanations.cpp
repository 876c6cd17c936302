// F0415, F0504 and F051–F053: what the analyses find.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0415", R"(F0415: a value that the tool does not take

The tool's description lists the values of this argument, and the constant is none of them.

Wrong:
    with: { priority: hihg }

Right:
    with: { priority: high }
)"},
    {"F0504", R"(F0504: a loop that asks only once

An input step asks for slots that are empty. In the second round of a loop they hold the answer of the
first, so the step does not wait and the loop turns without anybody. This is a warning.

Wrong:
    slots: { city: text }
    steps:
      - { id: ask, type: input, gather: [city] }
      - { id: told, type: message, text: "It rains in {{city}}.", next: ask }

Right:
    slots: { city: { type: text, ask_if: always } }
)"},
    {"F0510", R"(F0510: a step from which no way leads to the end

The flow has an end, but once it has come to this step it goes round for ever, and only the user can stop
it. This is a warning.

Wrong:
    - { id: more, type: input, gather: [question] }
    - { id: sorry, type: message, text: I do not know., next: more }
    - { id: bye, type: end }

Right:
    - { id: more, type: confirm, text: Another question?, no: bye }
)"},
    {"F0511", R"(F0511: an end without a word

The user said something, and the flow can end without saying anything to it. After the outcome resolved a
handler asks whether there is more to do; after other outcomes there is silence. This is a warning.

Wrong:
    - { id: sure, type: confirm, text: Shall I?, no: stop }
    - { id: stop, type: end, outcome: abandoned }

Right:
    - { id: stop, type: end, outcome: abandoned, text: "Fine, I left everything as it was." }
)"},
    {"F0512", R"(F0512: a slot that may be read before it has a value

On some way through the flow the step comes before any step that gathers or sets the slot. Texts then show
nothing in its place, and conditions fail. The way is shown. This is a warning: values of a real
conversation may rule the way out.

Wrong:
    - { id: kind, type: switch, cases: [{ when: "express", next: pay }] }
    - { id: ask, type: input, gather: [address] }
    - { id: pay, type: message, text: "We deliver to {{address}}." }

Right:
    - { id: pay, type: message, text: "{{address == null ? 'Come and get it.' : 'We deliver to ' + address}}" }
)"},
    {"F0513", R"(F0513: a result that is read before anything saves it

No step that can come before this one saves a result under the name, so the step must fail.

Wrong:
    - { type: message, text: "Your receipt is {{payment.id}}." }
    - { type: tool, call: stripe.charge, save: payment }

Right:
    - { type: tool, call: stripe.charge, save: payment }
    - { type: message, text: "Your receipt is {{payment.id}}." }
)"},
    {"F0514", R"(F0514: a slot that is given a value which nothing reads

The flow asks the user for it or computes it, and then no text, condition, tool call or output uses it. This
is a warning.

Wrong:
    - { type: input, gather: [email] }
    - { type: message, text: Thank you. }

Right:
    - { type: input, gather: [email] }
    - { type: message, text: "We will write to {{email}}." }
)"},
    {"F0515", R"(F0515: a text that lacks a language

Other texts of the flow exist in this language. Its users read this text in another one. This is a warning.

Wrong:
    text: { en: Hello, de: Hallo }
    ask: { en: "Which day?" }

Right:
    text: { en: Hello, de: Hallo }
    ask: { en: "Which day?", de: "An welchem Tag?" }
)"},
    {"F0516", R"(F0516: a call of a flow that never ends

The flow that the step runs has no way to its end, so what stands behind the step is never reached. This is
a warning.

Wrong:
    - { type: flow, call: menu }
    - { type: message, text: Thanks for choosing. }

Right:
    # in menu
    - { type: confirm, text: Anything else?, no: end }
)"},
    {"F0517", R"(F0517: a flow that runs itself without end

Every way through the flow runs the flow itself again, directly or through others. Without a step that waits,
a turn would never end: an error. With one, no run of the flow is ever finished: a warning.

Wrong:
    id: menu
    steps:
      - { type: input, gather: [choice] }
      - { type: flow, call: menu }

Right:
    id: menu
    steps:
      - { id: ask, type: input, gather: [choice] }
      - { type: goto, step: ask }
)"},
    {"F0518", R"(F0518: a time limit that nobody has thought to the end

The step waits for a limited time. When the time is over and nothing says where that leads, the flow fails, and the
user hears an apology. A `try` around it that catches the error is an answer as well. This is a warning.

Wrong:
    - { type: wait, event: parcel_arrived, timeout: 3d }

Right:
    - { type: wait, event: parcel_arrived, timeout: 3d, on_timeout: ask_carrier }
)"},
    {"F0519", R"(F0519: a turn may need more steps than are allowed

Between two places where the flow waits, so many steps may run that the limit cuts it off. This is a warning;
parley check --bounds shows the figures for every flow.

Wrong:
    limits: { steps_per_turn: 10 }   # and a flow with 12 steps in a row

Right:
    limits: { steps_per_turn: 50 }
)"},
    {"F0530", R"(F0530: a rule is broken

A way through the flows does what a rule in rules.yaml forbids. The shortest such way is shown, step by step,
with corrections by the user where they matter.

Wrong:
    rules: [{ every_path_to: stripe.charge, passes: confirm }]
    # and a flow
    steps: [{ type: tool, call: stripe.charge }]

Right:
    steps:
      - { type: confirm, text: Shall I charge you? }
      - { type: tool, call: stripe.charge }
)"},
    {"F0531", R"(F0531: a rule that cannot be understood

A rule has one of five forms: every_path_to with passes, never with without, never with after, never alone,
after with always. Besides, it may have name, in and even_when_stopped. Each part names steps: a tool
(stripe.charge, stripe.*), a step type (confirm), a type with a name (input card, message done), or a list.

Wrong:
    rules: [{ never: stripe.charge, passes: confirm }]

Right:
    rules: [{ never: stripe.charge, without: confirm }]
)"},
    {"F0532", R"(F0532: a rule speaks of what does not exist

No step of any flow is meant by this part of the rule, so it may hold only because a name is misspelt. This
is a warning.

Wrong:
    rules: [{ never: stripe.chrage }]

Right:
    rules: [{ never: stripe.charge }]
)"},
    {"F0533", R"(F0533: a rule that could not be decided

The flows allow more ways than are looked through. The rule may hold or not. This is a warning.

Wrong:
    # over hundreds of flows that run each other
    rules: [{ never: stripe.charge, without: confirm }]

Right:
    rules: [{ never: stripe.charge, without: confirm, in: order }]
)"},
};

}  // namespace

std::span<const Explanation> analysis_explanations() {
  return kRows;
}

}  // namespace parley::flow
