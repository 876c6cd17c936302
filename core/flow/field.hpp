// Keywords of steps as data. A step type declares its keywords in one table; loading, checking, "did you
// mean", the published JSON Schema and the reference documentation are all made from that table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/value.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "flow/card.hpp"
#include "flow/data.hpp"
#include "flow/document.hpp"
#include "flow/experiment.hpp"
#include "flow/slot.hpp"
#include "flow/text.hpp"

namespace parley::flow {

enum class FieldKind : std::uint8_t {
  text,          // Text: a template string, or a choice between texts
  expression,    // Expression: bare CEL
  identifier,    // Name
  slot_names,    // Names: a slot name or a list of them
  step_name,     // Name: id of a step of this flow
  flow_name,     // Name: id of a flow of this assistant
  tool_name,     // Name: "connector.operation"
  tool_names,    // Names: one of these or a list of them
  choice,        // Name: one of Keyword::choices
  duration,      // Value: a duration such as "30m"
  durations,     // Value: a list of durations, in order; one alone counts as a list
  integer,       // Value: an int
  boolean,       // Value: a bool
  data,          // Data: any value; strings inside are templates
  assignments,   // Assignments: map of slot name to data
  branches,      // Branches: list of {when: expression, next: step}, the last may be {else: step}
  buttons,       // Buttons: list of label, or of {label, payload}
  retry,         // Retry: {max, backoff, factor, max_backoff, jitter, on}
  compensation,  // Compensation: a tool, or {call, with}
  join,          // Value: how many branches; absent for `all`
  steps,         // Blocks: one, a list of steps
  step_lists,    // Blocks: list of {id, steps}, each a branch
  catches,       // Blocks: list of {match, as, steps}, each for some errors
  form,          // Form: map of field name to what a slot has
  experiment,    // Experiment: {id, variants: [{name, weight, next}]…}
  card,          // Cards: {title, subtitle, image, facts, actions}, or a list of them
  facts,         // Data, a map: the name of a fact about the user to data
  fact_names,    // Names: a fact or a list of them
};

struct Keyword {
  std::string_view name;
  FieldKind kind;
  bool required = false;
  std::string_view doc;                            // one sentence, for schema and reference
  std::span<const std::string_view> choices = {};  // for FieldKind::choice
  std::string_view unless = {};                    // not required beside this keyword
};

struct Name {
  std::string text;
  Position position;
};
using Names = std::vector<Name>;

struct Branch {
  std::optional<expr::Expression> when;  // empty: else
  Name next;
};
using Branches = std::vector<Branch>;

// When and how often a failed call is tried again.
struct Retry {
  std::uint32_t max = 3;            // after the first attempt
  std::int64_t backoff_ms = 1'000;  // before the first repetition
  double factor = 2.0;              // from one pause to the next
  std::int64_t max_backoff_ms = 60'000;
  double jitter = 0.0;  // 0…1: the share of a pause that the dice decide
  Names on;             // codes; empty: those of failures that pass
};

// The call that undoes a call.
struct Compensation {
  Name tool;
  std::optional<Data> with;  // none: the arguments of what it undoes
};

// A list of steps inside a step. The steps themselves stand in Flow::steps, behind their owner.
struct Block {
  std::uint32_t first = 0;   // index of its first step
  std::uint32_t number = 0;  // among the owner's blocks
  std::string id;            // of a branch, when the author gave one
  Names match;               // of a catch: error codes, or "*"
  std::string as;            // of a catch: the name that the error is bound to
  Position position;
};
using Blocks = std::vector<Block>;

struct Assignment {
  Name slot;
  Data value;
};
using Assignments = std::vector<Assignment>;

// What a person fills in: each field is declared like a slot.
using Form = std::vector<Slot>;

// monostate: the author did not write this keyword.
using Field = std::variant<
    std::monostate,
    Text,
    expr::Expression,
    Name,
    Names,
    Value,
    Data,
    Assignments,
    Branches,
    Buttons,
    Blocks,
    Form,
    Experiment,
    Cards,
    Retry,
    Compensation>;

}  // namespace parley::flow
