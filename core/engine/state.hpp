// The state of one conversation: everything advance() needs besides the release. Plain data, O(open work) in
// size, never O(history).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/effect.hpp"
#include "engine/people/review_status.hpp"
#include "engine/semantics.hpp"
#include "flow/flow.hpp"

namespace parley::engine {

using Slots = std::map<std::string, Value, std::less<>>;

enum class Owner : std::uint8_t { bot, pending_human, human, returning };
[[nodiscard]] std::string_view name(Owner owner);

// Where values came from that are neither the user's nor the author's, by name: sorted names of calls as in
// outside_calls.hpp ("shop.find", "model.extract"). See origins.hpp.
using Origins = std::vector<std::string>;
using OriginMap = std::map<std::string, Origins, std::less<>>;

// One person's yes.
struct Approval {
  std::string reviewer;  // as the team knows them
  std::string actor;     // who they proved to be; empty: nobody asked
  bool author = false;   // of what the conversation runs on, whose yes alone is not enough

  bool operator==(const Approval&) const = default;
};

// A decision by a person that a frame waits for, or has but was not yet free to act on.
struct OpenReview {
  std::string id;
  ReviewKind kind = ReviewKind::form;
  std::string digest;
  std::uint64_t turn = 0;  // that asked for it; part of the digest
  std::optional<Timestamp> due;
  ReviewStatus status = ReviewStatus::open;
  std::string reviewer;
  std::string note;
  Value values;
  std::uint32_t people = 1;  // how many must say yes
  std::vector<Approval> approvals;
  Value hidden;  // of a call: {argument: value} of those that no view shows
};

// What to do when a repair frame is done.
enum class Continuation : std::uint8_t {
  none,       // the frame below goes on as if nothing had happened
  ask_again,  // the step below asks its open question again
  say_again,  // what was said last is said again
  rewind,     // the frame below goes back to `target` and on from there
  abandon,    // the frame below ends with `outcome`
  restart,    // the flow of the frame below begins anew
  hand_off,   // to a person; on return, ask again
  conclude,   // nothing is left to do: the conversation has ended
};
[[nodiscard]] std::string_view name(Continuation continuation);

// Why a block is left before its end, and what is wanted then. A `finally` on the way keeps it meanwhile.
struct Leaving {
  enum class Kind : std::uint8_t {
    none,
    jump,   // to `step`
    past,   // behind the step `step`: break
    again,  // back to the step `step`, whose block stays open: continue
    end,    // the flow ends with outcome `text`
    error,  // `code`, `text`, `in_doubt`
  };
  Kind kind = Kind::none;
  flow::StepIndex step = flow::kNoStep;
  std::string text;
  std::string code;
  bool in_doubt = false;
};

struct BranchRun;

// An open block: the step that owns it, and what that step must remember while the block runs.
struct Scope {
  flow::StepIndex owner = 0;
  std::uint32_t block = 0;          // which of the owner's blocks
  std::uint32_t count = 0;          // of a loop: rounds begun
  Value items;                      // of a loop over a list: the list
  Origins origins = {};             // of these items
  Leaving then;                     // of a try in its `finally`
  std::vector<BranchRun> branches;  // of a parallel
};

// Where the steps stand: of a frame, or of one branch of a parallel.
struct Cursor {
  flow::StepIndex step = 0;
  bool entered = false;        // the current step has run at least once since the flow came to it
  bool asked = false;          // the current step has asked and now waits
  std::string prompt;          // what was said just before a question without words of its own
  std::string pending_effect;  // the call this step waits for
  std::string timer;           // that runs for this step
  bool due = false;            // what the step waits for has come: its timer, or an event
  Value held;                  // what the step must remember while it waits
  std::vector<Scope> scopes;   // open blocks, the innermost last
};

struct BranchRun {
  enum class State : std::uint8_t { ready, waiting, done, failed };
  State state = State::ready;
  Cursor at;
};

// A call that undoes one that was made.
struct Undo {
  flow::StepIndex step = 0;  // whose call it undoes
  std::string tool;
  Value arguments;
  std::vector<std::string> sensitive;  // as of CallTool
};

// What a run of a flow has used up of what its `limits` name.
struct Spent {
  std::uint32_t tool_calls = 0;
  std::uint32_t model_calls = 0;
  std::uint32_t model_tokens = 0;

  bool operator==(const Spent&) const = default;
};

struct Frame : Cursor {
  enum class Kind : std::uint8_t {
    flow,    // started by the user or the caller
    call,    // sub-flow: its outputs return to the frame below
    repair,  // a repair handler about the frame below
  };

  Kind kind = Kind::flow;
  std::string flow;                   // id within the release
  bool confirmed = false;             // the user said yes to what the slots hold now
  flow::StepIndex segment = 0;        // where a correction goes on from: nothing after it has effects yet
  std::vector<flow::StepIndex> done;  // steps that have had an effect on the world, in that order
  Slots slots;                        // flow scope, inputs and saved results included
  OriginMap origins;                  // of these slots
  std::map<std::string, std::uint32_t, std::less<>> attempts;  // failed answers by slot
  std::set<std::string, std::less<>> skipped;  // optional slots that the user does not want to fill
  std::string review;                          // the review this frame waits for
  Spent spent;
  std::vector<Undo> undo;  // what to undo, the last first, when the flow is given up
  Value about;             // of a repair frame: what happened, as `repair` in its texts
  Continuation continuation = Continuation::none;
  flow::StepIndex target = flow::kNoStep;  // of Continuation::rewind
  std::string outcome;                     // of Continuation::abandon
  std::vector<Cursor> around;              // while a branch runs: where the frame stands outside of it
};

struct State {
  std::string conversation_id;
  std::string tenant;
  std::string user_id;
  std::string channel;
  std::string locale = "en";
  std::int32_t utc_offset_seconds = 0;
  std::string currency = "USD";
  std::string release;
  std::uint32_t semantics = kFirstSemantics;  // the level of behaviour that the conversation runs at
  bool user_known = false;                    // as of ConversationStarted
  Value context;

  Owner owner = Owner::bot;
  std::string operator_name;  // of the person who has joined, as the user sees it
  bool ended = false;         // a flow has ended and none runs
  std::string outcome;        // of the flow that ended last
  std::uint64_t turn = 0;
  std::uint32_t messages_in_turn = 0;
  bool unprompted = false;  // the turn was begun by time, an event or a decision: the user may not be there
  std::uint32_t effects_so_far = 0;
  std::uint32_t timers_so_far = 0;
  std::uint32_t misunderstood = 0;  // messages in a row that meant nothing to us
  std::vector<std::string>
      offered;                 // what the last message asked the user to choose from, as in Command::options
  std::string offered_for;     // the user's words that it is about
  std::string message;         // the user's last text, for `message` in expressions
  std::vector<Frame> stack;    // the last one runs
  Slots slots;                 // conversation scope
  OriginMap origins;           // of these slots
  std::vector<Say> last_said;  // of the last turn that said something, for "repeat"
  std::map<std::string, std::uint32_t, std::less<>> occurrences;  // equal tool calls so far, by digest
  std::vector<OpenReview> reviews;                                // that frames wait for
  Value handoff;              // of the last time a person had the conversation: {queue, agent, note, …}
  std::string handoff_timer;  // when nobody has come, or empty
  std::map<std::string, std::uint32_t, std::less<>> rotations;  // whose turn it is, by list of variants
  std::map<std::string, std::string, std::less<>> experiments;  // the variant seen, by experiment
};

// Canonical bytes: equal states give equal bytes. restore() accepts what snapshot() of this or an earlier
// version wrote.
[[nodiscard]] std::string snapshot(const State& state);
[[nodiscard]] Result<State> restore(std::string_view bytes);

// {name: [origin…]}, both ways.
[[nodiscard]] Value origins_value(const OriginMap& origins);
[[nodiscard]] OriginMap read_origins(const Value& map);

// SHA-256 of snapshot(), lower-case hex. The same natively and in WebAssembly.
[[nodiscard]] std::string state_hash(const State& state);

}  // namespace parley::engine
