// Every diagnostic code with its explanation. Codes are never reused: a retired one stays here, marked as
// such. F01 document and structure · F02 names · F03 types, values, expressions · F04 across flows and tools
// · F05 analysis · F06 the assistant's folder · F07 what the assistant says · F09 what is remembered.
#include "flow/diagnostic_codes.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "flow/diagnostic.hpp"

namespace parley::flow {
namespace {

constexpr Explanation kRows[] = {
    {"F0101", R"(F0101: the document cannot be read

The text is not valid YAML or JSON, so nothing after this place could be understood. Most often
a quote, bracket or brace is not closed, a text that contains ": " is not quoted, or a line is
indented differently from its neighbours.

Wrong:
    text: Confirm: yes or no?

Right:
    text: "Confirm: yes or no?"
)"},
    {"F0102", R"(F0102: a tab in the indentation

YAML allows only spaces before a key, because editors show tabs in different widths.

Wrong:
    steps:
    →   - type: message

Right:
    steps:
      - type: message
)"},
    {"F0103", R"(F0103: a key is given twice

Of two equal keys in one map only one could count, and which one would be a guess.

Wrong:
    type: message
    text: Hello
    text: Good morning

Right:
    type: message
    text: Good morning
)"},
    {"F0104", R"(F0104: the file is too large

A document may have 1 MiB. Long lists of data belong behind a tool, not into a flow.

Wrong:
    one flow with 20,000 steps

Right:
    several flows that call each other with type: flow
)"},
    {"F0105", R"(F0105: the document is too deep or too big

More than 64 levels, 100,000 values or 5,000 entries in one place. Aliases count as often as
they are used, so a few lines of aliases of aliases can stand for millions of values.

Wrong:
    b: [*a, *a, *a, *a, *a, *a, *a, *a]

Right:
    b: [one, two]
)"},
    {"F0106", R"(F0106: the file is not plain UTF-8 text

A byte is not part of a UTF-8 character, or is an invisible control character. Save the file as
UTF-8.

Wrong:
    a file saved as Latin-1 or UTF-16

Right:
    the same file saved as UTF-8
)"},
    {"F0107", R"(F0107: a flow is a map

The document is empty, a list or a single text. A flow has keys, of which steps is the one it
needs.

Wrong:
    - type: message
      text: Hello

Right:
    steps:
      - type: message
        text: Hello
)"},
    {"F0108", R"(F0108: two documents in one file

A file holds one flow. A second document begins at '---', or where a line stands too far to the
left.

Wrong:
    id: order
    ---
    id: escalate

Right:
    two files: order.yaml and escalate.yaml
)"},
    {"F0109", R"(F0109: an unknown key

The key is not one that this place understands. It would have no effect, so it is most likely
misspelt.

Wrong:
    descripton: Takes orders

Right:
    description: Takes orders
)"},
    {"F0110", R"(F0110: a required key is missing

The step, slot, trigger or setting cannot work without it.

Wrong:
    - type: message

Right:
    - type: message
      text: What would you like to order?
)"},
    {"F0111", R"(F0111: another kind of value is needed

The keyword needs a text, a list or a map, and was given something else.

Wrong:
    text: [Hello, there]

Right:
    text: Hello there
)"},
    {"F0112", R"(F0112: a flow without steps

Nothing would happen in it.

Wrong:
    steps: []

Right:
    steps:
      - type: message
        text: Hello
)"},
    {"F0113", R"(F0113: an alias that leads nowhere

A value that begins with * is an alias in YAML. It names an anchor that does not exist, or one
that it is part of. Text that begins with * needs quotes.

Wrong:
    text: *important*

Right:
    text: "*important*"
)"},
    {"F0114", R"(F0114: the step's type is written as a key

A step names its type as the value of the key type.

Wrong:
    - message: Hello

Right:
    - type: message
      text: Hello
)"},
    {"F0116", R"(F0116: an empty list

The keyword needs at least one entry; without any, leave it out.

Wrong:
    gather: []

Right:
    gather: [items]
)"},
    {"F0117", R"(F0117: a YAML tag

Tags such as !env or !!binary have no meaning in these documents.

Wrong:
    text: !upper Hello

Right:
    text: Hello
)"},
    {"F0118", R"(F0118: a key that is not text

For YAML, text that begins with { is a map. A text that begins with an expression therefore
needs quotes.

Wrong:
    text: {{ items }}

Right:
    text: "{{ items }}"
)"},
    {"F0201", R"(F0201: a step goes to a step that does not exist

The target of next, of a branch or of on_exhausted must be the id of a step of the same flow, or
end.

Wrong:
    next: confrim

Right:
    next: confirm
)"},
    {"F0202", R"(F0202: an unknown step type

Every step has one of the types that the server knows; 'parley schema' lists them all.

Wrong:
    type: inputt

Right:
    type: input
)"},
    {"F0203", R"(F0203: a slot that does not exist

The name is not a slot of this flow, nor one that another flow shares with scope: conversation.
Slots are declared under slots, or by being gathered.

Wrong:
    steps: [{ type: set, values: { total: 12 } }]

Right:
    slots: { total: money }
    steps: [{ type: set, values: { total: 12 } }]
)"},
    {"F0204", R"(F0204: two steps with the same id

Ids lead from step to step, so each must be unique in its flow.

Wrong:
    - id: ask
    - id: ask

Right:
    - id: ask_name
    - id: ask_address
)"},
    {"F0205", R"(F0205: an expression reads a name that nothing defines

Expressions see the flow's slots and inputs, the names under which results are saved, and:
slots, user, context, message, conversation, flow, assistant, now, result, error, repair, value.

Wrong:
    text: "You ordered {{ itmes }}"

Right:
    text: "You ordered {{ items }}"
)"},
    {"F0206", R"(F0206: not a valid name

Names of slots, steps and results begin with a letter and go on with letters, digits and _. Flow
ids may also have '.' and '-' inside.

Wrong:
    id: ask e-mail

Right:
    id: ask_email
)"},
    {"F0207", R"(F0207: a reserved word

The word means something else already: a word of the expression language, a name that every
expression sees, or the end of a flow.

Wrong:
    slots: { user: text }

Right:
    slots: { user_name: text }
)"},
    {"F0208", R"(F0208: a slot that depends on itself

depends_on says which other slots make this one be asked again.

Wrong:
    address: { type: text, depends_on: address }

Right:
    address: { type: text, depends_on: delivery }
)"},
    {"F0209", R"(F0209: a gathered slot looks like a declared one

A name in gather that is not declared becomes a new text slot. This one differs from a declared
slot by so little that it is probably misspelt. This is a warning.

Wrong:
    gather: [itmes]

Right:
    gather: [items]
)"},
    {"F0211", R"(F0211: a name listed twice

The second mention has no effect.

Wrong:
    gather: [items, items]

Right:
    gather: [items, address]
)"},
    {"F0301", R"(F0301: an expression that cannot be read

Expressions are written in CEL, without braces: comparisons, arithmetic, && || !, in, functions
such as size().

Wrong:
    if: total >

Right:
    if: total > 100
)"},
    {"F0302", R"(F0302: a text with a broken {{ expression }}

Between {{ and }} stands one expression. Two braces as text are written \{{.

Wrong:
    text: "Total: {{ total }"

Right:
    text: "Total: {{ total }}"
)"},
    {"F0303", R"(F0303: an unknown slot type

The type decides how an answer is understood and checked.

Wrong:
    type: string

Right:
    type: text
)"},
    {"F0304", R"(F0304: a choice without choices

A slot of type choice needs the values to choose from.

Wrong:
    size: choice

Right:
    size: { type: choice, choices: [small, large] }
)"},
    {"F0305", R"(F0305: choices of a slot that is no choice

choices have a meaning only for the types choice and item, and lists of them.

Wrong:
    size: { type: text, choices: [small, large] }

Right:
    size: { type: choice, choices: [small, large] }
)"},
    {"F0306", R"(F0306: not a regular expression

The pattern cannot be read. Patterns match in linear time, so back references and look-around do
not exist.

Wrong:
    pattern: "[0-9"

Right:
    pattern: "[0-9]+"
)"},
    {"F0307", R"(F0307: not a duration

A duration is a number with its unit: ms, s, m, h or d; parts can be joined.

Wrong:
    timeout: 30 minutes

Right:
    timeout: 30m
)"},
    {"F0308", R"(F0308: min is larger than max

No value can satisfy both.

Wrong:
    { type: integer, min: 10, max: 1 }

Right:
    { type: integer, min: 1, max: 10 }
)"},
    {"F0309", R"(F0309: not a whole number

The keyword counts something.

Wrong:
    max_attempts: often

Right:
    max_attempts: 5
)"},
    {"F0310", R"(F0310: not true or false

The keyword is a switch. In YAML 1.2, yes and no are texts.

Wrong:
    sensitive: yes

Right:
    sensitive: true
)"},
    {"F0311", R"(F0311: a word that is not allowed here

The keyword takes one of a few words.

Wrong:
    scope: global

Right:
    scope: conversation
)"},
    {"F0312", R"(F0312: not a language tag

The keys of a text in several languages are BCP 47 tags: language, then perhaps script and
region, joined by '-'.

Wrong:
    text: { en_US: Hello }

Right:
    text: { en-US: Hello }
)"},
    {"F0313", R"(F0313: an unknown level of semantics

The level names the behaviour that a flow was written for. This version of the server does not
know the one given.

Wrong:
    semantics: 9

Right:
    semantics: 1
)"},
    {"F0314", R"(F0314: not the name of a tool

A tool is named by its connector and its operation, joined by a dot.

Wrong:
    call: create_issue

Right:
    call: jira.create_issue
)"},
    {"F0315", R"(F0315: a number out of range

The number is smaller or larger than the keyword allows.

Wrong:
    max_attempts: 0

Right:
    max_attempts: 3
)"},
    {"F0316", R"(F0316: not a command

A command begins with a slash and has no spaces.

Wrong:
    command: order

Right:
    command: /order
)"},
    {"F0317", R"(F0317: an empty text

Nothing would be said or matched.

Wrong:
    text: ""

Right:
    text: What would you like to order?
)"},
    {"F0318", R"(F0318: a rule that has no meaning for the slot's type

min and max bound numbers, amounts and lengths; pattern checks written text.

Wrong:
    when: { type: date, min: 3 }

Right:
    when: { type: date, validate: "value > '2026-01-01'" }
)"},
    {"F0319", R"(F0319: a branch that is not complete

A branch has when and next; the last one may be else alone.

Wrong:
    cases: [{ when: "total > 100" }]

Right:
    cases: [{ when: "total > 100", next: review }, { else: pay }]
)"},
    {"F0320", R"(F0320: a choice given twice

The values of the choices of one slot must differ.

Wrong:
    choices: [small, small]

Right:
    choices: [small, large]
)"},
    {"F0321", R"(F0321: not a number

The keyword is compared with numbers, so it takes one, without unit.

Wrong:
    min: ten

Right:
    min: 10
)"},
    {"F0322", R"(F0322: a trigger that nothing can fire

A trigger needs a command, phrases, an event or a schedule.

Wrong:
    triggers: [{ priority: 2 }]

Right:
    triggers: [{ command: /order, priority: 2 }]
)"},
    {"F0401", R"(F0401: two flows with the same id

Flows call each other by id, so each must be unique in its assistant.

Wrong:
    a.yaml and b.yaml both with id: order

Right:
    a.yaml with id: order, b.yaml with id: reorder
)"},
    {"F0402", R"(F0402: a call of a flow that does not exist

The flow that the step calls is not in this assistant's folder.

Wrong:
    - { type: flow, call: adress }

Right:
    - { type: flow, call: address }
)"},
    {"F0407", R"(F0407: two flows want the same trigger

A command or phrase can start one flow only, unless their priorities differ.

Wrong:
    order.yaml and reorder.yaml both with command: /order

Right:
    order.yaml with /order, reorder.yaml with /reorder
)"},
    {"F0408", R"(F0408: a handler names a flow that does not exist

The value of a handler is the id of a flow of this assistant.

Wrong:
    handlers: { cancel: my_cancle }

Right:
    handlers: { cancel: my_cancel }
)"},
    {"F0409", R"(F0409: an unknown handler

Only the built-in repairs can be replaced.

Wrong:
    handlers: { on_cancel: my_cancel }

Right:
    handlers: { cancel: my_cancel }
)"},
    {"F0411", R"(F0411: an input that the called flow does not have

The called flow declares its inputs; this is none of them.

Wrong:
    - { type: flow, call: address, with: { contry: de } }

Right:
    - { type: flow, call: address, with: { country: de } }
)"},
    {"F0501", R"(F0501: a step that is never reached

No way from the first step leads there. This is a warning.

Wrong:
    - { id: bye, type: end }
    - { id: more, type: message, text: One more thing }

Right:
    - { id: more, type: message, text: One more thing }
    - { id: bye, type: end }
)"},
    {"F0502", R"(F0502: an endless loop

These steps follow each other for ever: none waits for the user, and none leads out.

Wrong:
    - { id: again, type: message, text: Hello }
    - { type: goto, step: again }

Right:
    - { id: again, type: message, text: Hello }
    - { type: input, gather: [answer] }
    - { type: goto, step: again }
)"},
    {"F0503", R"(F0503: a slot that is never used

No step gathers, sets or reads it. This is a warning.

Wrong:
    slots: { colour: text }

Right:
    slots: { colour: text }
    steps: [{ type: input, gather: [colour] }]
)"},
    {"F0601", R"(F0601: an unknown setting

The key is not one that parley.yaml understands.

Wrong:
    server: { lisen: "127.0.0.1:8080" }

Right:
    server: { listen: "127.0.0.1:8080" }
)"},
    {"F0602", R"(F0602: a setting with a wrong value

The value does not have the form that the setting needs.

Wrong:
    timezone: Berlin

Right:
    timezone: "+01:00"
)"},
    {"F0603", R"(F0603: a file cannot be read

It is not there any more, or the server may not read it.

Wrong:
    flows/order.yaml with mode 000

Right:
    flows/order.yaml with mode 644
)"},
    {"F0604", R"(F0604: not a description of a connector

A file in tools/ is an OpenAPI, Swagger, OpenRPC or GraphQL document, or an overlay that is
called like the document it corrects: stripe.overlay.yaml for stripe.yaml.

Wrong:
    create_issue: post

Right:
    paths:
      /rest/api/2/issue: { post: { operationId: create_issue } }
)"},
    {"F0605", R"(F0605: two connectors of the same name

The file's name is the connector's name.

Wrong:
    tools/jira.yaml and tools/jira.json

Right:
    tools/jira.yaml
)"},
    {"F0606", R"(F0606: a setting names a flow that does not exist

start and handlers take ids of flows in flows/.

Wrong:
    start: oder

Right:
    start: order
)"},
    {"F0607", R"(F0607: knowledge that cannot be used

Files under knowledge/ are Markdown, plain text or HTML in UTF-8, up to 20,000 files and 256 MB in all.

Wrong:
    knowledge/faq.txt          # saved as Latin-1

Right:
    knowledge/faq.txt          # saved as UTF-8
)"},
};

std::span<const Explanation> all_explanations() {
  static const auto all = [] {
    std::vector<Explanation> rows(std::begin(kRows), std::end(kRows));
    for (const auto more :
         {analysis_explanations(),
          block_explanations(),
          people_explanations(),
          tool_explanations(),
          memory_explanations(),
          version_explanations(),
          type_explanations(),
          word_explanations()}) {
      rows.insert(rows.end(), more.begin(), more.end());
    }
    std::ranges::sort(rows, {}, &Explanation::code);
    return rows;
  }();
  return all;
}

}  // namespace

std::string_view explain(std::string_view code) {
  const auto rows = all_explanations();
  const auto row = std::ranges::lower_bound(rows, code, {}, &Explanation::code);
  return row != rows.end() && row->code == code ? row->text : std::string_view();
}

std::span<const std::string_view> diagnostic_codes() {
  static const auto codes = [] {
    std::vector<std::string_view> all;
    for (const Explanation& row : all_explanations()) all.push_back(row.code);
    return all;
  }();
  return codes;
}

}  // namespace parley::flow
