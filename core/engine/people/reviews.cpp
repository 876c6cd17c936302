#include "engine/people/reviews.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "engine/masking.hpp"
#include "engine/repair/repair.hpp"

namespace parley::engine::reviews {

namespace {

const OpenReview* find(const State& state, std::string_view id) {
  const auto found = std::ranges::find(state.reviews, id, &OpenReview::id);
  return found == state.reviews.end() ? nullptr : &*found;
}

// The frame that waits for a review, or the size of the stack.
std::size_t frame_of(const State& state, std::string_view review_id) {
  const auto& stack = state.stack;
  return static_cast<std::size_t>(std::ranges::find(stack, review_id, &Frame::review) - stack.begin());
}

// The fields that the waiting step asks a person for; none unless it is a form.
std::span<const flow::Slot> form_of(const Release& release, const Frame& frame) {
  const flow::Flow* flow = release.find(frame.flow);
  if (flow == nullptr || frame.step >= flow->steps.size()) return {};
  for (const flow::Field& field : flow->steps[frame.step].fields) {
    if (const auto* form = std::get_if<flow::Form>(&field)) return *form;
  }
  return {};
}

// The step that waits asks about a call, not about words of the author's.
bool asks_about_call(const Release& release, const Frame& frame) {
  const flow::Flow* flow = release.find(frame.flow);
  return flow != nullptr && frame.step < flow->steps.size() && flow->steps[frame.step].spec->type != "review";
}

bool may_end_so(const OpenReview& review, bool about_call, ReviewStatus decision) {
  if (decision == ReviewStatus::rejected) return true;
  switch (review.kind) {
    case ReviewKind::form:
      return decision == ReviewStatus::answered;
    case ReviewKind::outcome:
      return decision == ReviewStatus::approved;
    case ReviewKind::approval:
      break;
  }
  if (decision == ReviewStatus::approved) return true;
  return about_call && (decision == ReviewStatus::edited || decision == ReviewStatus::answered);
}

Result<void> check_kind(const OpenReview& review, bool about_call, const ReviewDecided& decision) {
  const bool form = review.kind == ReviewKind::form;
  if (!may_end_so(review, about_call, decision.decision)) {
    const bool call = about_call && review.kind == ReviewKind::approval;
    return fail(
        ErrorCode::invalid_input,
        form   ? "a form is answered or rejected"
        : call ? "a call is approved, edited, rejected or answered"
               : "this is approved or rejected",
        "decision",
        form   ? "answer it with values"
        : call ? "send approved, edited, rejected or answered"
               : "send approved or rejected"
    );
  }
  if (review.kind != ReviewKind::approval) return {};
  if (decision.decision == ReviewStatus::approved && !decision.values.is_null()) {
    return fail(
        ErrorCode::invalid_input,
        "the arguments of a call cannot be changed by approving it",
        "values",
        "send edited with the arguments; the changed call is a new review"
    );
  }
  if (decision.decision == ReviewStatus::edited && !decision.values.is_map()) {
    return fail(
        ErrorCode::invalid_input,
        "an edited call needs its arguments",
        "values",
        "send all arguments as a map, not only those that change"
    );
  }
  return {};
}

std::string_view identity(const Approval& approval) {
  return approval.actor.empty() ? approval.reviewer : approval.actor;
}

Approval approval_of(const ReviewDecided& decision) {
  return {decision.reviewer, decision.actor, decision.author};
}

// One person's yes counts once.
Result<void> check_person(const OpenReview& review, const ReviewDecided& decision) {
  if (decision.decision == ReviewStatus::answered && review.kind == ReviewKind::approval &&
      (review.people > 1 || decision.author)) {
    return fail(
        ErrorCode::conflict,
        "what needs more than one person's yes is not answered by one",
        "people",
        "approve it together, or reject it"
    );
  }
  const Approval own = approval_of(decision);
  const auto same = [&](const Approval& other) { return identity(other) == identity(own); };
  if (decision.decision != ReviewStatus::approved || std::ranges::none_of(review.approvals, same)) return {};
  return fail(
      ErrorCode::conflict,
      "you have approved this already; somebody else must too",
      "approved_already",
      "ask another person, who approves with their own key"
  );
}

// Whoever edits a call sends back what stands for the values that they were not shown.
Value with_hidden(const OpenReview& review, Value arguments) {
  if (!review.hidden.is_map() || !arguments.is_map()) return arguments;
  for (const auto& [name, value] : review.hidden.entries()) {
    const Value* given = arguments.find(name.as_string());
    if (given != nullptr && *given == masked(value)) arguments = arguments.with(name.as_string(), value);
  }
  return arguments;
}

Value without_hidden(const OpenReview& review) {
  std::vector<std::string> names;
  if (!review.hidden.is_map() || !review.values.is_map()) return review.values;
  for (const auto& [name, value] : review.hidden.entries()) names.emplace_back(name.as_string());
  return with_masked(review.values, names);
}

void close(Run& run, OpenReview& review, ReviewStatus status) {
  review.status = status;
  if (review.due && status != ReviewStatus::expired) run.emit(CancelTimer{review.id});
  const bool edited = status == ReviewStatus::edited;
  run.emit(CloseReview{
      review.id, status, review.reviewer, review.note, edited ? without_hidden(review) : review.values
  });
}

}  // namespace

std::string digest_of(const State& state, std::uint64_t turn, const Value& content) {
  // Parts are length-prefixed so that no two different questions can be written alike.
  std::string bound;
  const std::string canonical = write_canonical(content);
  const std::string number = std::to_string(turn);
  for (const std::string_view part :
       {std::string_view(canonical),
        std::string_view(state.tenant),
        std::string_view(state.conversation_id),
        std::string_view(number)}) {
    bound += std::to_string(part.size());
    bound += ':';
    bound += part;
  }
  return sha256_hex(bound);
}

bool enough(const OpenReview& review) {
  const auto counts_alone = [](const Approval& each) { return !each.author; };
  return review.approvals.size() >= review.people && std::ranges::any_of(review.approvals, counts_alone);
}

bool ask(Run& run, Question question) {
  State& state = run.state();
  Frame& frame = run.frame();
  const Value content = question.kind == ReviewKind::form ? MapBuilder()
                                                                .set("title", question.title)
                                                                .set("text", question.text)
                                                                .set("form", question.form)
                                                                .build()
                                                          : question.subject;
  OpenReview review{
      .id = state.conversation_id + "." + run.next_effect_id(),
      .kind = question.kind,
      .digest = digest_of(state, state.turn, content),
      .turn = state.turn,
  };
  if (question.expires) {
    if (const auto due = add(run.at(), *question.expires)) review.due = *due;
  }
  MapBuilder hidden;
  for (const std::string& name : question.sensitive) {
    if (const Value* value = question.subject["arguments"].find(name)) hidden.set(name, *value);
  }
  review.hidden = hidden.build();
  review.people = question.people;
  review.approvals = std::move(question.approvals);
  frame.review = review.id;
  frame.entered = true;
  frame.asked = true;
  run.emit(RequestReview{
      .review_id = review.id,
      .kind = review.kind,
      .digest = review.digest,
      .title = std::move(question.title),
      .text = std::move(question.text),
      .assignee = std::move(question.assignee),
      .subject = std::move(question.subject),
      .form = std::move(question.form),
      .due = review.due,
      .people = review.people,
      .replaces = std::move(question.replaces),
      .sensitive = std::move(question.sensitive),
  });
  if (review.due) run.emit(StartTimer{review.id, *review.due});
  OpenReview& open = state.reviews.emplace_back(std::move(review));
  if (enough(open)) {
    open.reviewer = open.approvals.back().reviewer;
    close(run, open, ReviewStatus::approved);
    return true;
  }
  if (run.last_said_now() == nullptr || question.kind == ReviewKind::outcome) {
    repair::review_requested(run, name(question.kind));
  }
  return false;
}

const OpenReview* of_top_frame(const Run& run) {
  const std::string& id = run.state().stack.back().review;
  return id.empty() ? nullptr : find(run.state(), id);
}

OpenReview take(Run& run) {
  State& state = run.state();
  const auto found = std::ranges::find(state.reviews, run.frame().review, &OpenReview::id);
  INVARIANT(found != state.reviews.end(), "a frame takes the review it waits for");
  OpenReview taken = std::move(*found);
  state.reviews.erase(found);
  run.frame().review.clear();
  return taken;
}

Value as_value(const OpenReview& review) {
  return MapBuilder()
      .set("decision", name(review.status))
      .set("reviewer", review.reviewer)
      .set("note", review.note)
      .set("values", review.values.is_null() ? Value::map() : review.values)
      .build();
}

Outcome keep_waiting(Run& run) {
  if (run.frame().asked) return Outcome::wait();
  run.frame().asked = true;
  repair::review_pending(run);
  return Outcome::stay();
}

Result<Value> check_decision(
    const Release& release, const State& state, const ReviewDecided& decision, Timestamp at
) {
  const OpenReview* review = find(state, decision.review_id);
  const std::size_t waiting = frame_of(state, decision.review_id);
  if (review == nullptr || waiting == state.stack.size()) {
    return fail(ErrorCode::not_found, "nothing waits for this review any more", "review_not_found");
  }
  if (review->status != ReviewStatus::open) {
    return fail(
        ErrorCode::conflict,
        "this review has been decided already: " + std::string(name(review->status)),
        "review_closed",
        "a review is decided once"
    );
  }
  if (review->due && *review->due <= at) {
    return fail(ErrorCode::conflict, "the time for this review is over", "review_closed");
  }
  if (decision.digest != review->digest) {
    return fail(
        ErrorCode::conflict,
        "this decision is about something else than what waits now",
        "review_changed",
        "read the review again and decide about what it shows"
    );
  }
  const bool about_call = asks_about_call(release, state.stack[waiting]);
  if (auto fits = check_kind(*review, about_call, decision); !fits)
    return std::unexpected(std::move(fits.error()));
  if (auto fits = check_person(*review, decision); !fits) return std::unexpected(std::move(fits.error()));
  if (decision.decision == ReviewStatus::edited) return with_hidden(*review, decision.values);
  if (review->kind != ReviewKind::form || decision.decision != ReviewStatus::answered) return decision.values;

  // Rules of fields speak about the flow that waits, which need not be on top.
  State below = state;
  below.stack.resize(waiting + 1);
  Effects none;
  Run run(release, below, at, none);
  return read_form(run, form_of(release, below.stack.back()), decision.values);
}

bool decide(Run& run, const ReviewDecided& decision) {
  auto values = check_decision(run.release(), run.state(), decision, run.at());
  if (!values) return false;
  auto& reviews = run.state().reviews;
  OpenReview& review = *std::ranges::find(reviews, decision.review_id, &OpenReview::id);
  // Where one yes is enough, as ever, nothing but the decision is kept.
  const bool together = review.people > 1 || !review.approvals.empty() || decision.author;
  if (decision.decision == ReviewStatus::approved && together) {
    review.approvals.push_back(approval_of(decision));
    if (!enough(review)) {
      NoteApproval noted{.review_id = review.id, .reviewers = {}};
      for (const Approval& each : review.approvals) noted.reviewers.push_back(each.reviewer);
      run.emit(std::move(noted));
      return true;
    }
  }
  // Who edits a call wants the edited one.
  if (decision.decision == ReviewStatus::edited) review.approvals = {approval_of(decision)};
  review.values = std::move(*values);
  review.reviewer = decision.reviewer;
  review.note = decision.note;
  close(run, review, decision.decision);
  return true;
}

bool expire(Run& run, std::string_view timer_id) {
  auto& reviews = run.state().reviews;
  const auto found = std::ranges::find(reviews, timer_id, &OpenReview::id);
  if (found == reviews.end() || found->status != ReviewStatus::open) return false;
  close(run, *found, ReviewStatus::expired);
  return true;
}

void withdraw_orphans(Run& run) {
  State& state = run.state();
  if (state.reviews.empty()) return;
  const auto orphan = [&](const OpenReview& review) {
    return frame_of(state, review.id) == state.stack.size();
  };
  for (OpenReview& review : state.reviews) {
    if (orphan(review) && review.status == ReviewStatus::open) close(run, review, ReviewStatus::withdrawn);
  }
  std::erase_if(state.reviews, orphan);
}

}  // namespace parley::engine::reviews
