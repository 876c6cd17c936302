// review: a person fills in a form, or says yes or no; the flow waits for it.
#include "engine/people/reviews.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_title,
  k_text,
  k_form,
  k_assignee,
  k_expires,
  k_on_timeout,
  k_on_rejected,
  k_save
};

constexpr flow::Keyword kKeywords[] = {
    {"title", FieldKind::text, true, "What is to be decided, in a line."},
    {"text", FieldKind::text, false, "What the person should know to decide."},
    {"form",
     FieldKind::form,
     false,
     "The fields that the person fills in, declared like slots; as a list they keep their order. Without "
     "them "
     "it is a yes or a no."},
    {"assignee", FieldKind::text, false, "The person or queue that should decide."},
    {"expires", FieldKind::duration, false, "How long the flow waits; as long as it takes when left out."},
    {"on_timeout", FieldKind::step_name, false, "Where it leads when nobody has decided in time."},
    {"on_rejected", FieldKind::step_name, false, "Where a no leads; the flow is stopped when left out."},
    {"save",
     FieldKind::identifier,
     false,
     "The name that the decision is saved under; it is always in `review`."},
};

Result<std::string> rendered(Run& run, const flow::Step& step, std::size_t keyword) {
  const auto* text = step.get<flow::Text>(keyword);
  return text == nullptr ? Result<std::string>(std::string()) : run.render(*text);
}

Outcome ask(Run& run, const flow::Step& step) {
  reviews::Question question;
  const std::pair<std::size_t, std::string*> texts[] = {
      {k_title, &question.title}, {k_text, &question.text}, {k_assignee, &question.assignee}
  };
  for (const auto& [keyword, out] : texts) {
    auto text = rendered(run, step, keyword);
    if (!text) return Outcome::fail(text.error().message);
    *out = std::move(*text);
  }
  if (const auto* form = step.get<flow::Form>(k_form)) {
    question.form = reviews::describe_form(run, *form);
  } else {
    question.kind = ReviewKind::approval;
    question.subject = MapBuilder().set("title", question.title).set("text", question.text).build();
  }
  if (const auto* expires = step.get<Value>(k_expires)) question.expires = expires->as_duration();
  (void)reviews::ask(run, std::move(question));
  return Outcome::stay();
}

Outcome run(Run& run, const flow::Step& step) {
  const OpenReview* open = reviews::of_top_frame(run);
  if (open == nullptr) return ask(run, step);
  if (open->status == ReviewStatus::open) return reviews::keep_waiting(run);

  const OpenReview review = reviews::take(run);
  Frame& frame = run.frame();
  const Value decision = reviews::as_value(review);
  if (const auto* save = step.get<flow::Name>(k_save)) run.set_slot(frame, save->text, decision);
  run.set_name(frame, "review", decision);
  // What a person has decided is not gone back over by a later correction.
  frame.segment = step.next;
  const bool expired = review.status == ReviewStatus::expired;
  if (!expired && review.status != ReviewStatus::rejected) return Outcome::next();
  if (const auto* target = step.get<flow::Name>(expired ? k_on_timeout : k_on_rejected)) {
    return Outcome::jump(run.flow().step_index(target->text));
  }
  if (run.state().semantics >= kOriginSemantics) {
    raise(
        run,
        expired ? std::string("review_expired") : std::string(kReviewRejected),
        expired ? "nobody has decided in time" : review.note
    );
  } else if (expired) {
    repair::error(run, "review_expired", "nobody has decided in time", false);
  } else {
    repair::review_rejected(run, review.note);
  }
  return Outcome::stay();
}

constexpr flow::StepSpec kSpec{
    .type = "review",
    .doc = "Waits until a person has decided something.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .hears = true,
    .late = "review_expired",
};

}  // namespace

extern const StepType review{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
