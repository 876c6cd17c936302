// From a document tree to a compiled flow, with every mistake reported at once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "flow/flow.hpp"

namespace parley::flow {

// Loads one flow. `file` appears in diagnostics and gives the id ("flows/order.yaml" → "order") when the
// document has none. The result is present when no error (warnings are fine) was found. Never stops at the
// first mistake. `shared_names` are what other flows share with this one: see shared_slots().
[[nodiscard]] FlowPtr load(
    const Node& document,
    std::string_view file,
    std::span<const StepSpec* const> step_specs,
    Diagnostics& diagnostics,
    std::span<const std::string> shared_names = {}
);

// The names of a document's slots with scope conversation or user, and of the facts that its steps remember,
// as "user.prefers". Asks nothing of the rest of the document.
[[nodiscard]] std::vector<std::string> shared_slots(const Node& document);

// The repair handlers that `handlers` may name: "correction", "cancel"…
[[nodiscard]] std::span<const std::string_view> handler_names();

// What check_all needs to know of a tool; made from the connectors' descriptions.
// Something whose identifier a tool's answer holds.
struct GivenThing {
  // As the description calls it: "tracks", "SavedTrackObject"; may be several words. Empty: what the tool is
  // about.
  std::string name;
  std::uint8_t depth = 0;  // objects around it in the answer
};

struct ToolSignature {
  std::string name;         // "stripe.charge"
  Value parameters;         // JSON Schema of the arguments (an object)
  Value result = {};        // JSON Schema of the answer; null when it is not known
  std::string effect = {};  // "read", "keyed", "natural", "reconcile" or "unsafe"; empty when it is not known
  std::string description = {};        // one line, for whoever chooses among tools
  std::string place = {};              // where it is found: "POST /v1/charges"; empty when that says nothing
  std::string about = {};              // what else its author says of it, for finding it
  std::vector<GivenThing> gives = {};  // the nearest first
};

// Checks across flows: duplicate ids and triggers, calls of unknown flows and tools, arguments that the tool
// does not have or that lack, handlers that name unknown flows. `sources` maps nothing; positions come from
// the flows themselves.
void check_all(
    std::span<const FlowPtr> flows, std::span<const ToolSignature> tools, Diagnostics& diagnostics
);

// JSON Schema (draft 2020-12) of a flow document, made from the step specs; for editors.
[[nodiscard]] Value flow_schema(std::span<const StepSpec* const> step_specs);

}  // namespace parley::flow
