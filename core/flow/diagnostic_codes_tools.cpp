// Codes about connectors and calls of tools.
#include "flow/diagnostic_codes.hpp"

namespace parley::flow {

namespace {

constexpr Explanation kRows[] = {
    {"F0403", R"(F0403: an operation that the connector does not have

The connector's description has no operation of this name.

Wrong:
    call: jira.create_isue

Right:
    call: jira.create_issue
)"},
    {"F0404", R"(F0404: an unknown connector

No description of this name is in the folder tools/, and none ships with the server.

Wrong:
    call: gira.create_issue

Right:
    call: jira.create_issue
)"},
    {"F0405", R"(F0405: an argument that the tool does not have

The description of the operation does not name it.

Wrong:
    with: { amuont: 12 }

Right:
    with: { amount: 12 }
)"},
    {"F0406", R"(F0406: a required argument is missing

The description of the operation says that it cannot be called without it.

Wrong:
    with: { currency: EUR }

Right:
    with: { currency: EUR, amount: 12 }
)"},
    {"F0410", R"(F0410: an argument of the wrong type

The constant does not fit the type that the description of the operation gives.

Wrong:
    with: { amount: "twelve" }

Right:
    with: { amount: 12 }
)"},
    {"F0412", R"(F0412: a tool's document is no OpenAPI description

A file under tools/ describes a connector with OpenAPI. It needs at least paths.

Wrong:
    operations: {charge: {}}

Right:
    paths: {/charges: {post: {operationId: charge}}}
)"},
    {"F0413", R"(F0413: an operation that cannot be used

One operation of a connector could not be understood; the others stay usable.

Wrong:
    schema: {$ref: "#/components/schemas/nowhere"}

Right:
    schema: {$ref: "#/components/schemas/charge"}
)"},
    {"F0417", R"(F0417: a connector with a name of Parley's own

text, model, memory, knowledge, sign_ins and tools are connectors that every assistant has; a file of the same name would
hide them.

Wrong:
    tools/memory.yaml

Right:
    tools/crm.yaml
)"},
    {"F0931", R"(F0931: a call that may wait for a person

A call with side effects is made at once when its arguments are constants, come from the user, or from the connector that
is called. What another connector, a model or a look-up gave may have been written by a stranger, so a person is asked
first; unless the step trusts where it comes from, or the user was shown the value in full and said yes.

Wrong:
    - {type: tool, call: crm.find, with: {name: "{{name}}"}, save: customer, effect: read}
    - {type: tool, call: stripe.refund, with: {charge: "{{customer.charge}}"}}

Right:
    - {type: tool, call: crm.find, with: {name: "{{name}}"}, save: customer, effect: read}
    - {type: tool, call: stripe.refund, with: {charge: "{{customer.charge}}"}, trust: [crm.find]}
)"},
    {"F0932", R"(F0932: a call inside of a parallel that may need a person

Inside of a parallel no person's approval can be waited for; a call that needs one (see F0931) fails there.

Wrong:
    parallel: [[{type: tool, call: mail.send, with: {text: "{{customer.note}}"}}], […]]

Right:
    parallel: [[{type: tool, call: mail.send, with: {text: "{{customer.note}}"}, trust: [crm.find]}], […]]
)"},
    {"F0933", R"(F0933: a call that is said to read only, and does not

`effect: read` says that the call changes nothing. The description of the operation says otherwise. Such a call is made
again by a correction, and never waits for the person that F0931 speaks of.

Wrong:
    - {type: tool, call: stripe.refund, effect: read}

Right:
    - {type: tool, call: stripe.refund}
)"},
    {"F0934", R"(F0934: an allowed call that waits once the model has read something

A model that has read what a stranger may have written can be told by it what to do. From then on a person is asked about
its calls, those under `allow` too, unless they only read within the same connector. `trust` names the tools whose answers
may be read without that.

Wrong:
    tools: [tickets.get, shop.cancel]
    allow: [tickets.get, shop.cancel]

Right:
    tools: [tickets.get, shop.cancel]
    allow: [tickets.get, shop.cancel]
    trust: [tickets.get]
)"},
    {"F0935", R"(F0935: too many or too few approvals

`approvals` is how many different people must say yes to a call.

Wrong:
    approvals: 0

Right:
    approvals: 2
)"},
    {"F0936", R"(F0936: pins for a tool that the agent does not have

`pins` fixes arguments of the tools that the step names.

Wrong:
    tools: [shop.find]
    pins: {shop.fnd: {customer: "{{user.id}}"}}

Right:
    tools: [shop.find]
    pins: {shop.find: {customer: "{{user.id}}"}}
)"},
    {"F0941", R"(F0941: what an MCP server says of its tools is not believed

A server may call its tools harmless (`readOnlyHint`, `idempotentHint`). Were that believed of any server, one that wants
to do harm would be called without a person. So all of its tools count as `unsafe`, until the author says otherwise: that
the server is trusted, or what single tools do, by `x-parley-effect` of an overlay. `trust_annotations: false` says that it
is to stay so.

Wrong:
    tools: {connectors: {docs: {mode: live}}}

Right:
    tools: {connectors: {docs: {mode: live, trust_annotations: true}}}
)"},
    {"F0951", R"(F0951: a text or expression of a hook that cannot be read

event, user and data of a hook are texts with {{ }}, only is an expression. They may use body (what the
service sent), headers (their names in small letters) and event (the service's word for what happened).

Wrong:
    hooks: { desk: { secret: DESK_HOOK, only: "body.status = closed" } }

Right:
    hooks: { desk: { secret: DESK_HOOK, only: "body.status == 'closed'" } }
)"},
};

}  // namespace

std::span<const Explanation> tool_explanations() {
  return kRows;
}

}  // namespace parley::flow
