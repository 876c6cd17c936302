// Reviews: a person decides something that a conversation waits for. A step asks and waits; the decision, or
// the end of its time, lets the step go on. A review whose frame is gone is withdrawn.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "engine/run.hpp"
#include "engine/state.hpp"
#include "flow/slot.hpp"

namespace parley::engine::reviews {

// What is asked of a person.
struct Question {
  ReviewKind kind = ReviewKind::form;
  std::string title;
  std::string text;
  std::string assignee;
  Value subject;
  Value form;
  std::optional<Duration> expires;
  std::uint32_t people = 1;                 // how many different people must say yes
  std::string replaces = {};                // the review that was edited into this one
  std::vector<Approval> approvals = {};     // yeses that count already: the editor's
  std::vector<std::string> sensitive = {};  // arguments of the subject that are not shown
};

// The top frame waits from now on. The user is told so, unless the flow has just said something. True: enough
// people have said yes already, and nothing is left to wait for.
bool ask(Run& run, Question question);

// What the top frame waits for, or has been told; null when it asked nothing.
[[nodiscard]] const OpenReview* of_top_frame(const Run& run);
// The top frame has its decision and goes on.
[[nodiscard]] OpenReview take(Run& run);
// What expressions see of a decision: {decision, reviewer, note, values}.
[[nodiscard]] Value as_value(const OpenReview& review);
// The top frame still waits. After a digression the user is reminded of what for.
[[nodiscard]] Outcome keep_waiting(Run& run);

// Binds a decision to what the person saw: SHA-256 of the content, the tenant, the conversation and the turn.
[[nodiscard]] std::string digest_of(const State& state, std::uint64_t turn, const Value& content);

// The fields of a form as data for whoever shows it, and their answers as typed values.
[[nodiscard]] Value describe_form(Run& run, std::span<const flow::Slot> fields);
[[nodiscard]] Result<Value> read_form(Run& run, std::span<const flow::Slot> fields, const Value& values);

// Enough people have said yes, and not only the author of what runs.
[[nodiscard]] bool enough(const OpenReview& review);

// Whether a decision can be taken now, with the values of a form as the flow will see them. Errors: not_found
// (nobody waits for it), conflict (decided, expired, or of other content), invalid_input (the values).
[[nodiscard]] Result<Value> check_decision(
    const Release& release, const State& state, const ReviewDecided& decision, Timestamp at
);

// False: it does not fit and nothing has changed.
[[nodiscard]] bool decide(Run& run, const ReviewDecided& decision);
// False: not the timer of an open review.
[[nodiscard]] bool expire(Run& run, std::string_view timer_id);
// After every event: nobody need decide what no frame waits for.
void withdraw_orphans(Run& run);

}  // namespace parley::engine::reviews
