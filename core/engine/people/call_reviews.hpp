// Calls that wait for a person: what is asked, what becomes of the decision, and which calls must wait at
// all. For the steps that call tools. An approval holds for exactly the call that the person saw.
#pragma once

#include <optional>
#include <string>

#include "engine/people/reviews.hpp"
#include "engine/run.hpp"
#include "flow/field.hpp"

namespace parley::engine::reviews {

inline constexpr Duration kApproveWithin{24 * 3600, 0};  // when the author does not say
inline constexpr std::int64_t kMostApprovers = 5;

// What a person is shown, and what the approval is bound to.
[[nodiscard]] Value subject_of(const CallTool& call);

struct CallQuestion {
  std::string text;      // why it waits
  std::string assignee;  // a person or queue
  std::optional<Duration> expires;
  std::uint32_t people = 1;
};
void ask_about(Run& run, const CallTool& call, CallQuestion question);

// What the decision about the top frame's call means for it.
struct CallDecision {
  enum class Kind : std::uint8_t {
    approved,  // the call may be made: its review_id is set
    waits,     // it was edited, and somebody else has to approve the edited one
    rejected,
    expired,
    answered,  // `review.values` is what it would have returned
    outdated,  // the call is not the one that was decided about
  };
  Kind kind = Kind::outdated;
  OpenReview review;
};
// The top frame's review is closed. An edited call gets its new arguments, and a new review that the editor
// has approved; `again` is how that is asked.
[[nodiscard]] CallDecision decision_about(Run& run, CallTool& call, CallQuestion again);

// The origins among `from` that keep a call from being made without a person: those of other connectors, as
// far as the author does not trust them.
[[nodiscard]] Origins doubtful(Origins from, std::string_view tool, const flow::Names* trusted);
// "shop.find and model.extract"
[[nodiscard]] std::string spoken_origins(const Origins& origins);

}  // namespace parley::engine::reviews
