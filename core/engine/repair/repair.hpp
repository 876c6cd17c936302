// Repair: what happens when a conversation leaves the straight path. Each case is a handler flow (built-in,
// or the author's own) run as a frame on top of the frame it is about, plus what to do when it is done
// (Continuation).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "engine/run.hpp"
#include "language/command.hpp"

namespace parley::engine::repair {

// The user changed answers that were already given. Invalid new values keep the old ones and say why.
void correction(Run& run, const std::vector<language::Command>& changes);
// The user wants another flow; the running one waits below it. Refused when too many wait already.
// `values` fill its slots as far as the slots' rules allow; `slots` are set as they are, with their origins.
void digression(
    Run& run,
    const flow::Flow& wanted,
    std::span<const language::Command> values = {},
    Slots slots = {},
    OriginMap origins = {}
);
// The user wants a flow whose guard forbids it now.
void refused(Run& run, const flow::Flow& wanted);
// A digression is over, or a person handed back: go on with the frame that waited.
void resume(Run& run);
void cancel(Run& run);
// The running flow begins anew, with what it was started with.
void restart(Run& run);
// What the flow's tools have done is undone, the last first; then it ends with the outcome, or begins anew.
void undo(Run& run, std::vector<Undo> calls, std::string outcome, Continuation then = Continuation::abandon);
// The user says something while the flow waits for something else.
void waiting(Run& run);
void skip(Run& run);
void repeat(Run& run);
// A message that may mean several things: flow ids, or texts that a user could have said.
void clarify(Run& run, const std::vector<std::string>& options);
// Small talk. The topics are those of language::Command.
void off_topic(Run& run, std::string_view topic, std::string_view text);
// The user asks about the running flow: "why" something is asked, "how_long" it takes, what was said
// "so_far".
void explain(Run& run, std::string_view topic);
// What is remembered of the user is to be shown ("memory") or forgotten ("forget", "forget_all").
void memory(Run& run, std::string_view wanted);
// Where the user let the assistant act for them is to be shown ("signed_in") or to end ("sign_out").
void sign_out(Run& run, std::string_view wanted, std::string_view text);
// The open question was not answered in time, and its step has no branch for that.
void silence(Run& run);
// The user chose what an earlier release offered and this one does not have. `wanted`: the offer's words.
void flow_changed(Run& run, std::string_view wanted);
// A message that means nothing to us; after too many in a row a person is brought in.
void unknown(Run& run, std::string_view text);
// An answer that cannot be taken; after max_attempts the slot's on_exhausted step, or a person.
void invalid(Run& run, std::string_view slot, std::string_view reason);
// A no to a confirm step that does not say where a no leads.
void denied(Run& run);
void hand_off_request(Run& run);
// A flow ended and nothing waits below it.
void completed(Run& run, const flow::Flow& flow);
// A tool or an expression failed and the flow has no branch for it. in_doubt brings in a person.
void error(Run& run, std::string_view code, std::string_view message, bool in_doubt);

// A person was asked to decide; the user waits meanwhile. `kind` is that of the review.
void review_requested(Run& run, std::string_view kind);
// The user says something while a person's decision is awaited.
void review_pending(Run& run);
// A person said no, and the flow has no branch for that.
void review_rejected(Run& run, std::string_view note);

// The bot falls silent; the effect tells the operators.
void give_to_human(Run& run, std::string queue, std::string summary = {});

// A value for a slot, checked with the slot's `validate`; the sentence for the user when it is refused.
[[nodiscard]] std::optional<std::string> refusal(Run& run, const flow::Slot& slot, const Value& value);

}  // namespace parley::engine::repair
