#include "engine/people/reviews.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
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

Result<void> check_kind(const OpenReview& review, const ReviewDecided& decision) {
  const bool form = review.kind == ReviewKind::form;
  const bool fits = decision.decision == ReviewStatus::rejected ||
                    decision.decision == (form ? ReviewStatus::answered : ReviewStatus::approved);
  if (!fits) {
    return fail(
        ErrorCode::invalid_input,
        form ? "a form is answered or rejected" : "this is approved or rejected",
        "decision",
        form ? "answer it with values" : "send approved or rejected"
    );
  }
  if (review.kind == ReviewKind::approval && !decision.values.is_null()) {
    return fail(
        ErrorCode::invalid_input,
        "the arguments of a call cannot be changed by approving it",
        "values",
        "reject it and say why; the changed call is a new review"
    );
  }
  return {};
}

void close(Run& run, OpenReview& review, ReviewStatus status) {
  review.status = status;
  if (review.due && status != ReviewStatus::expired) run.emit(CancelTimer{review.id});
  run.emit(CloseReview{review.id, status, review.reviewer, review.note, review.values});
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

void ask(Run& run, Question question) {
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
  });
  if (review.due) run.emit(StartTimer{review.id, *review.due});
  state.reviews.push_back(std::move(review));
  if (run.last_said_now() == nullptr || question.kind == ReviewKind::outcome) {
    repair::review_requested(run, name(question.kind));
  }
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
  if (auto fits = check_kind(*review, decision); !fits) return std::unexpected(std::move(fits.error()));
  if (decision.decision != ReviewStatus::answered) return decision.values;

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
