// Calls that wait for a person, and what each decision does to them.
#include "engine/people/call_reviews.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/origins.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'700'000'000, 0};

flow::FlowPtr load(std::string_view document) {
  flow::Diagnostics diagnostics;
  auto flow = flow::load(flow::parse_json_document(document).value(), "test.json", step_specs(), diagnostics);
  if (flow == nullptr) MESSAGE(diagnostics.front().message);
  REQUIRE(flow != nullptr);
  return flow;
}

constexpr std::string_view kEnd =
    R"(, {"id": "said", "type": "message", "text": "Got {{got.id}}"}, {"id": "out", "type": "end"},
  {"id": "no", "type": "message", "text": "No: {{review.note}}", "next": "end"},
  {"id": "sorry", "type": "message", "text": "{{error.code}}: {{error.message}}"}]})";

std::string pay(std::string_view keywords) {
  return R"({"id": "pay", "steps": [{"id": "charge", "type": "tool", "call": "bank.charge", "with": {"sum": 5},
    "approve": "true", "save": "got")" +
         std::string(keywords) + "}" + std::string(kEnd);
}

// Something that has happened, in order: calls with their arguments, words, reviews and their ends.
struct Talk {
  explicit Talk(std::string_view flow, std::uint32_t semantics = kNewestSemantics) {
    std::vector<flow::FlowPtr> flows{load(flow)};
    const std::string id = flows[0]->id;
    release = make_release(std::move(flows));
    feed(ConversationStarted{
        .conversation_id = "c_1",
        .tenant = "t",
        .release = release->hash(),
        .flow = id,
        .context = {},
        .user_slots = {},
        .event = {},
        .semantics = semantics
    });
  }

  void feed(EventBody body) {
    heard.clear();
    Effects effects;
    // Whatever is waited for survives a restart.
    state = restore(snapshot(state)).value();
    advance(*release, state, Event{now, std::move(body)}, effects);
    for (const Effect& effect : effects) note(effect);
  }

  void note(const Effect& effect) {
    if (const auto* said = std::get_if<Say>(&effect)) heard.push_back(said->text);
    if (const auto* call = std::get_if<CallTool>(&effect)) {
      heard.push_back(
          call->tool + write_canonical(call->arguments) + (call->review_id.empty() ? "" : " approved")
      );
      open_call = call->effect_id;
    }
    if (const auto* asked = std::get_if<RequestReview>(&effect)) {
      heard.push_back("? " + write_canonical(asked->subject["arguments"]));
      request = *asked;
    }
    if (const auto* closed = std::get_if<CloseReview>(&effect))
      heard.push_back("= " + std::string(name(closed->status)) + " by " + closed->reviewer);
    if (const auto* yes = std::get_if<NoteApproval>(&effect))
      heard.push_back("+ " + std::to_string(yes->reviewers.size()));
  }

  [[nodiscard]] ReviewDecided decision(
      ReviewStatus status, std::string reviewer = "bo", std::string note = {}, Value values = {}
  ) const {
    return {
        .review_id = request.review_id,
        .decision = status,
        .values = std::move(values),
        .reviewer = std::move(reviewer),
        .note = std::move(note),
        .digest = request.digest,
    };
  }

  [[nodiscard]] std::string refusal(const ReviewDecided& decision) const {
    const auto checked = reviews::check_decision(*release, state, decision, now);
    return checked ? "" : checked.error().pointer;
  }

  ReleasePtr release;
  State state;
  Timestamp now = kStart;
  std::vector<std::string> heard;
  RequestReview request;
  std::string open_call;
};

using Heard = std::vector<std::string>;

Value sum(std::int64_t of) {
  return MapBuilder().set("sum", of).build();
}

Value id(std::string_view text) {
  return MapBuilder().set("id", text).build();
}

}  // namespace

TEST_CASE("an edited call is a new review, which its editor has approved") {
  Talk talk(pay(""));
  const std::string first = talk.request.review_id;
  const std::string digest = talk.request.digest;
  talk.feed(talk.decision(ReviewStatus::edited, "bo", "half of it", sum(2)));
  CHECK(
      talk.heard ==
      Heard{"= edited by bo", "? {\"sum\":2}", "= approved by bo", "bank.charge{\"sum\":2} approved"}
  );
  CHECK(talk.request.replaces == first);
  CHECK(talk.request.review_id != first);
  CHECK(talk.request.digest != digest);
  CHECK(talk.request.text == "Edited by bo: half of it");
  talk.feed(ToolReturned{.effect_id = talk.open_call, .result = id("r")});
  CHECK(talk.heard.front() == "Got r");
}

TEST_CASE("a person's answer stands in for the tool's, and nothing is called") {
  Talk talk(pay(R"(, "compensate": "bank.refund")"));
  talk.feed(talk.decision(ReviewStatus::answered, "bo", "", id("by hand")));
  CHECK(talk.heard.at(0) == "= answered by bo");
  CHECK(talk.heard.at(1) == "Got by hand");
  CHECK(talk.open_call.empty());
}

TEST_CASE("a no goes where the author says, else to what catches it, else the flow stops with the words") {
  struct Case {
    const char* name;
    std::string flow;
    const char* said;
  };
  const std::string tried =
      R"({"id": "pay", "steps": [{"id": "try", "type": "try", "steps": [
        {"id": "charge", "type": "tool", "call": "bank.charge", "with": {"sum": 5}, "approve": "true"}],
        "catch": [{"match": "approval_rejected", "steps": [
          {"id": "caught", "type": "message", "text": "Caught: {{error.message}}"}]}]}]})";
  const Case cases[] = {
      {"on_rejected", pay(R"(, "on_rejected": "no", "on_error": "sorry")"), "No: too much"},
      {"on_error", pay(R"(, "on_error": "sorry")"), "approval_rejected: too much"},
      {"try", tried, "Caught: too much"},
      {"nothing",
       pay(""),
       "A colleague has looked at this and said no, so I have stopped pay. They say: too much"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Talk talk(c.flow);
    talk.feed(talk.decision(ReviewStatus::rejected, "bo", "too much"));
    REQUIRE(talk.heard.size() >= 2);
    CHECK(talk.heard[1] == c.said);
    CHECK(talk.open_call.empty());
  }
  Talk before(pay(R"(, "on_error": "sorry")"), kFirstSemantics);
  before.feed(before.decision(ReviewStatus::rejected, "bo", "too much"));
  CHECK(before.heard[1].find("approval_rejected") == std::string::npos);
}

TEST_CASE("whoever finds out what became of an edited call is shown what was sent") {
  for (const std::string keywords : {"", R"(, "retry": {"max": 1})"}) {
    for (const std::uint32_t level : {kStyleForModels, kNewestSemantics}) {
      CAPTURE(keywords);
      CAPTURE(level);
      Talk talk(pay(keywords), level);
      talk.feed(talk.decision(ReviewStatus::edited, "bo", "", sum(2)));
      talk.feed(ToolFailed{.effect_id = talk.open_call, .code = "in_doubt", .message = "", .in_doubt = true});
      CHECK(talk.heard.at(0) == (level == kNewestSemantics ? "? {\"sum\":2}" : "? {\"sum\":5}"));
      CHECK(talk.request.kind == ReviewKind::outcome);
    }
  }
}

TEST_CASE("what nobody decides in time can be caught") {
  const std::string review =
      R"({"id": "ask", "steps": [{"id": "try", "type": "try", "steps": [
        {"id": "fill", "type": "review", "title": "Well?", "expires": "1h"}],
        "catch": [{"match": ["review_expired", "review_rejected"], "steps": [
          {"id": "caught", "type": "message", "text": "Caught: {{error.code}}"}]}]}]})";
  for (const std::uint32_t level : {kFirstSemantics, kNewestSemantics}) {
    CAPTURE(level);
    Talk late(review, level);
    late.now.seconds += 3600;
    late.feed(TimerFired{late.request.review_id});
    CHECK((late.heard.at(1) == "Caught: review_expired") == (level != kFirstSemantics));
    Talk no(review, level);
    no.feed(no.decision(ReviewStatus::rejected));
    CHECK((no.heard.at(1) == "Caught: review_rejected") == (level != kFirstSemantics));
  }
  Talk call(pay(R"(, "approve_within": "1h", "on_error": "sorry")"));
  call.now.seconds += 3600;
  call.feed(TimerFired{call.request.review_id});
  CHECK(call.heard.at(1) == "approval_expired: nobody approved in time");
}

TEST_CASE("two people must be two people") {
  Talk talk(pay(R"(, "approvals": 2)"));
  CHECK(talk.request.people == 2);
  const auto as = [&](std::string reviewer, std::string actor) {
    ReviewDecided yes = talk.decision(ReviewStatus::approved, std::move(reviewer));
    yes.actor = std::move(actor);
    return yes;
  };
  talk.feed(as("bo", "k_1"));
  CHECK(talk.heard == Heard{"+ 1"});
  CHECK(talk.refusal(as("bo", "k_1")) == "approved_already");
  CHECK(talk.refusal(as("cy", "k_1")) == "approved_already");  // another name for the same person
  CHECK(talk.refusal(talk.decision(ReviewStatus::answered, "cy", "", id("x"))) == "people");
  SUBCASE("the second makes the call") {
    talk.feed(as("cy", "k_2"));
    CHECK(talk.heard == Heard{"= approved by cy", "bank.charge{\"sum\":5} approved"});
  }
  SUBCASE("one no is enough") {
    talk.feed(talk.decision(ReviewStatus::rejected, "cy"));
    CHECK(talk.heard.front() == "= rejected by cy");
    CHECK(talk.open_call.empty());
  }
  SUBCASE("an edited call needs somebody else again, and keeps its arguments until then") {
    ReviewDecided edit = talk.decision(ReviewStatus::edited, "cy", "", sum(4));
    edit.actor = "k_2";
    talk.feed(edit);
    CHECK(talk.heard.at(0) == "= edited by cy");
    CHECK(talk.heard.at(1) == "? {\"sum\":4}");
    CHECK(talk.open_call.empty());
    CHECK(talk.refusal(as("cy", "k_2")) == "approved_already");
    talk.feed(as("bo", "k_1"));
    CHECK(talk.heard == Heard{"= approved by bo", "bank.charge{\"sum\":4} approved"});
  }
}

TEST_CASE("the author of what runs does not approve alone") {
  Talk talk(pay(""));
  ReviewDecided yes = talk.decision(ReviewStatus::approved, "ann");
  yes.author = true;
  talk.feed(yes);
  CHECK(talk.heard == Heard{"+ 1"});
  ReviewDecided instead = talk.decision(ReviewStatus::answered, "ann", "", id("x"));
  instead.author = true;
  CHECK(talk.refusal(instead) == "people");
  talk.feed(talk.decision(ReviewStatus::approved, "bo"));
  CHECK(talk.heard == Heard{"= approved by bo", "bank.charge{\"sum\":5} approved"});
}

TEST_CASE("a repetition of an approved call names the approval, so that it is compared again") {
  Talk talk(pay(R"(, "retry": {"max": 1, "backoff": "1s"})"));
  talk.feed(talk.decision(ReviewStatus::approved));
  talk.feed(ToolFailed{.effect_id = talk.open_call, .code = "http_503", .message = "busy"});
  REQUIRE_FALSE(talk.state.stack.back().timer.empty());
  talk.now.seconds += 1;
  talk.feed(TimerFired{talk.state.stack.back().timer});
  CHECK(talk.heard == Heard{"bank.charge{\"sum\":5} approved"});
}

TEST_CASE("decisions that do not fit a call") {
  Talk talk(pay(""));
  CHECK(talk.refusal(talk.decision(ReviewStatus::approved, "bo", "", sum(9))) == "values");
  CHECK(talk.refusal(talk.decision(ReviewStatus::edited)) == "values");
  CHECK(talk.refusal(talk.decision(ReviewStatus::edited, "bo", "", Value("sum"))) == "values");
  CHECK(talk.refusal(talk.decision(ReviewStatus::expired)) == "decision");
  Talk words(R"({"id": "ask", "steps": [{"id": "yes", "type": "review", "title": "Well?"}]})");
  CHECK(words.refusal(words.decision(ReviewStatus::edited, "bo", "", sum(1))) == "decision");
  CHECK(words.refusal(words.decision(ReviewStatus::answered, "bo", "", sum(1))) == "decision");
  CHECK(words.refusal(words.decision(ReviewStatus::approved)) == "");
}

TEST_CASE("origins that keep a call from being made without a person") {
  const flow::Names trusted{{"crm.find", {}}, {"model.extract", {}}};
  struct Case {
    Origins from;
    const char* tool;
    const char* left;
  };
  const Case cases[] = {
      {{}, "shop.pay", ""},
      {{"shop.find"}, "shop.pay", ""},
      {{"shop.find"}, "shopping.pay", "shop.find"},
      {{"crm.find", "model.extract"}, "shop.pay", ""},
      {{"crm.search", "model.extract", "web.get"}, "shop.pay", "crm.search and web.get"},
      {{"knowledge.faq", "memory.recall", "model.generate"},
       "shop.pay",
       "knowledge.faq, memory.recall and model.generate"},
  };
  for (const Case& c : cases) {
    INFO(c.left);
    CHECK(reviews::spoken_origins(reviews::doubtful(c.from, c.tool, &trusted)) == c.left);
  }
}
