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

text, model, memory and knowledge are connectors that every assistant has; a file of the same name would hide them.

Wrong:
    tools/memory.yaml

Right:
    tools/crm.yaml
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
