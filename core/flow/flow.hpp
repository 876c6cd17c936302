// A compiled flow: what the engine runs. Immutable after load(); shared between threads and conversations.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.hpp"
#include "expr/expression.hpp"
#include "flow/document.hpp"
#include "flow/field.hpp"
#include "flow/slot.hpp"

namespace parley::flow {

using StepIndex = std::uint32_t;
inline constexpr StepIndex kNoStep = UINT32_MAX;  // "next" of the last step: the flow is completed
// Where else a step may lead besides to another step.
inline constexpr StepIndex kEndOfBlock = UINT32_MAX - 1;  // "next" of a block's last step: back to its owner
inline constexpr StepIndex kBreak = UINT32_MAX - 2;       // `next: break`: behind the innermost loop
inline constexpr StepIndex kContinue = UINT32_MAX - 3;    // `next: continue`: its next round

// Facts about users stand beside slots under this and their name, which no slot can have.
inline constexpr std::string_view kFactPrefix = "user.";
// What the data of a webhook come from is named by the hook and this: "github.webhook".
inline constexpr std::string_view kWebhookOrigin = ".webhook";

// What a step type tells the loader about itself; the engine keeps the code that runs it in the same registry
// row.
struct StepSpec {
  std::string_view type;                          // "message"
  std::string_view doc;                           // one sentence, for schema and reference
  std::span<const Keyword> keywords;              // besides id, type, next, if, which every step has
  std::span<const std::string_view> one_of = {};  // keywords of which exactly one must be given
  bool waits = false;                             // may end the turn and wait for an event
  bool continues = true;                          // false: never goes on to `next` (goto, end)
  bool repeats = false;                           // a loop: `break` and `continue` inside it mean this step
  bool parallel = false;                          // its blocks run side by side
  bool needs_person = false;       // waits for somebody: not in a block that runs beside others
  bool says = false;               // says something to the user whenever it runs
  bool hears = false;              // the user's words reach the flow while it waits here
  bool seals = false;              // a correction does not go back over what it has done
  bool looks_up = false;           // waits for a machine that is neither tool nor model, within the turn
  std::string_view late = {};      // the error when its time limit passes and no on_timeout is written
  std::uint8_t model_calls = 0;    // the most that one run of it makes
  std::uint8_t calls_a_round = 0;  // of tools, after each answer of a model
};

// Steps are one flat array in the order of the document: the steps of a block follow their owner directly.
struct Step {
  std::string id;
  const StepSpec* spec = nullptr;
  std::vector<Field> fields;                  // parallel to spec->keywords
  std::vector<Position> field_positions;      // of the keywords' values, parallel to fields
  std::optional<expr::Expression> condition;  // `if`: skipped when false
  std::string tone;                           // what the step speaks in; empty: the conversation's
  StepIndex next = kNoStep;
  StepIndex parent = kNoStep;   // the step that owns the block this one is in
  std::uint32_t block = 0;      // which of the owner's blocks
  StepIndex end = 0;            // behind the last step of its own blocks
  Position position;            // of the step's node
  std::uint32_t last_line = 0;  // for coverage

  // The field of one keyword as the type its kind has, or null when not written. `keyword` is the index in
  // the table.
  template <typename T>
  [[nodiscard]] const T* get(std::size_t keyword) const {
    return std::get_if<T>(&fields[keyword]);
  }
  // One of the blocks that this step owns, in the order of the keyword table; null when there is none.
  [[nodiscard]] const Block* block_at(std::uint32_t number) const;
};

struct Trigger {
  enum class Kind : std::uint8_t { command, phrases, event, schedule };
  Kind kind = Kind::command;
  std::string command;  // "/order"
  std::vector<std::string> phrases;
  std::string name;                       // of the event, or the schedule's text
  Value match;                            // of an event: members that its data must have, or null
  std::int32_t priority = 0;              // higher first
  std::optional<expr::Expression> guard;  // it counts only when true
  Position position;
};

struct Parameter {  // an input or output of a flow called as a sub-flow
  std::string name;
  Data value;             // default of an input; expression of an output
  bool required = false;  // of an input: it has no default
};

// An expression or text with expressions, and where it stands: kept so that it can be checked again when more
// is known of the names in it.
struct TypedUse {
  std::variant<expr::Expression, expr::Template> code;
  Node node;          // the scalar
  std::string key;    // "if", "text"…
  std::string owner;  // who uses it: "step 'collect'"
  std::string slot;   // whose `validate` it is, or empty
};

// A text of the flow whose words stand in the assistant's messages.
struct MessageUse {
  std::string key;
  Names with;  // the names it passes
  Position position;
  std::string user;  // "step 'greet'"
};

// The most that one run of the flow may use, sub-flows included; a turn's steps from one wait to the next.
struct Limits {
  std::optional<std::uint32_t> steps_per_turn;
  std::optional<std::uint32_t> tool_calls;
  std::optional<std::uint32_t> model_calls;
  std::optional<std::uint32_t> model_tokens;  // of prompts and answers together
};

// How conversations of an earlier version go on in this one; see migration.hpp.
struct Migration {
  std::string from;  // its label or hash
  std::vector<std::pair<Name, Name>> steps;
  std::vector<std::pair<Name, Name>> slots;
  Position position;
};

struct Flow {
  std::string id;
  std::string version;  // a label; identity is `hash`
  std::string description;
  Wordings descriptions;  // by language, as of slots
  std::string label;      // what users know it by; empty: its id in words
  Wordings labels;
  std::uint32_t semantics = 1;  // level of interpreter behaviour this flow was written for
  std::vector<Trigger> triggers;
  std::optional<expr::Expression> guard;  // the flow may start only when true
  Text guard_message;                     // what a user is told otherwise
  std::optional<Limits> limits;
  std::vector<Parameter> inputs;
  std::vector<Parameter> outputs;
  std::vector<Slot> slots;
  std::vector<Step> steps;
  std::vector<std::pair<std::string, std::string>> handlers;  // repair handler name → flow id
  std::vector<Position> handler_positions;                    // parallel to handlers
  std::vector<TypedUse> typed;                                // every expression, for checks
  std::vector<MessageUse> messages;                           // for checks against the assistant
  Names tones;
  std::vector<Experiment> experiments;
  std::vector<Migration> migrations;
  std::vector<std::string> facts;  // about users that the assistant remembers: what may follow `user.`
  std::string file;                // where it was read from, for messages
  Position id_position;            // of the id, or of the whole document when it has none
  std::string canonical;           // canonical JSON of the document
  std::string hash;                // SHA-256 of `canonical`, lower-case hex

  [[nodiscard]] const Slot* slot(std::string_view name) const;
  // Where a name leads: a step, `break` or `continue`; kNoStep for `end` and when unknown.
  [[nodiscard]] StepIndex step_index(std::string_view step_id) const;
  // The innermost loop around a step, or kNoStep.
  [[nodiscard]] StepIndex loop_around(StepIndex step) const;
  // True when `step` is in this block of `owner`, or in a block inside it.
  [[nodiscard]] bool contains(StepIndex owner, std::uint32_t block, StepIndex step) const;
};

using FlowPtr = std::shared_ptr<const Flow>;

}  // namespace parley::flow
