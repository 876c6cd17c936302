#include "engine/people/call_reviews.hpp"

#include <algorithm>
#include <utility>

#include "engine/origins.hpp"

namespace parley::engine::reviews {

namespace {

Question question_about(const Run& run, const CallTool& call, CallQuestion asked) {
  return {
      .kind = ReviewKind::approval,
      .title = call.tool,
      .text = std::move(asked.text),
      .assignee = std::move(asked.assignee),
      .subject = subject_of(call),
      .form = {},
      .expires = asked.expires,
      .people = asked.people,
      .sensitive = run.state().semantics >= kLastingOrigins ? call.sensitive : std::vector<std::string>(),
  };
}

// Whoever edits a call is the first to approve the edited one.
CallDecision edited(Run& run, CallTool& call, OpenReview review, CallQuestion again) {
  call.arguments = review.values;
  again.text = "Edited by " + (review.reviewer.empty() ? std::string("a reviewer") : review.reviewer) +
               (review.note.empty() ? "." : ": " + review.note);
  Question question = question_about(run, call, std::move(again));
  question.replaces = review.id;
  question.approvals = std::move(review.approvals);
  if (!ask(run, std::move(question))) return {CallDecision::Kind::waits, std::move(review)};
  OpenReview approved = take(run);
  call.review_id = approved.id;
  return {CallDecision::Kind::approved, std::move(approved)};
}

}  // namespace

Value subject_of(const CallTool& call) {
  return MapBuilder().set("tool", call.tool).set("arguments", call.arguments).build();
}

void ask_about(Run& run, const CallTool& call, CallQuestion question) {
  (void)ask(run, question_about(run, call, std::move(question)));
}

CallDecision decision_about(Run& run, CallTool& call, CallQuestion again) {
  using Kind = CallDecision::Kind;
  OpenReview review = take(run);
  if (review.status == ReviewStatus::expired) return {Kind::expired, std::move(review)};
  if (review.status == ReviewStatus::rejected) return {Kind::rejected, std::move(review)};
  // What the person saw is compared before anything is done with what they said about it.
  if (review.digest != digest_of(run.state(), review.turn, subject_of(call)))
    return {Kind::outdated, std::move(review)};
  if (review.status == ReviewStatus::edited) return edited(run, call, std::move(review), std::move(again));
  if (review.status == ReviewStatus::answered) return {Kind::answered, std::move(review)};
  if (review.status != ReviewStatus::approved) return {Kind::outdated, std::move(review)};
  call.review_id = review.id;
  return {Kind::approved, std::move(review)};
}

Origins doubtful(Origins from, std::string_view tool, const flow::Names* trusted) {
  std::erase_if(from, [&](const std::string& origin) {
    return origins::same_connector(origin, tool) ||
           (trusted != nullptr &&
            std::ranges::any_of(*trusted, [&](const flow::Name& name) { return name.text == origin; }));
  });
  return from;
}

std::string spoken_origins(const Origins& origins) {
  std::string words;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (i > 0) words += i + 1 == origins.size() ? " and " : ", ";
    words += origins[i];
  }
  return words;
}

}  // namespace parley::engine::reviews
