// Decisions that must not count: each leaves the state as it was and says why.
#include "engine/people/reviews.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'700'000'000, 0};

flow::FlowPtr load(std::string_view document) {
  flow::Diagnostics diagnostics;
  auto flow = flow::load(flow::parse_json_document(document).value(), "test.json", step_specs(), diagnostics);
  for (const auto& diagnostic : diagnostics) INFO(diagnostic.message);
  REQUIRE(flow != nullptr);
  return flow;
}

constexpr std::string_view kAsk =
    R"({"id": "ask", "slots": {"limit": {"type": "integer"}}, "steps": [
  {"id": "set", "type": "set", "values": {"limit": "{{10}}"}},
  {"id": "fill", "type": "review", "title": "Fill in", "expires": "1h", "form": {
     "count": {"type": "integer", "validate": {"check": "value <= limit", "message": "At most {{limit}}."}},
     "price": {"type": "money", "optional": true},
     "when": {"type": "date", "optional": true},
     "sure": {"type": "bool", "optional": true},
     "size": {"type": "choice", "choices": ["small", "large"], "optional": true},
     "names": {"type": "list of text", "optional": true, "max": 2}}},
  {"id": "done", "type": "message", "text": "{{review.values.count}}"}]})";

constexpr std::string_view kPay =
    R"({"id": "pay", "steps": [
  {"id": "charge", "type": "tool", "call": "bank.charge", "with": {"sum": 5}, "approve": "true"}]})";

// A conversation that stands at the review of a flow.
struct Asked {
  explicit Asked(std::string_view flow) {
    std::vector<flow::FlowPtr> flows{load(flow)};
    const std::string id = flows[0]->id;
    release = make_release(std::move(flows));
    feed(ConversationStarted{
        .conversation_id = "c_1", .tenant = "t", .release = release->hash(), .flow = id, .context = {}
    });
    REQUIRE(state.reviews.size() == 1);
    decision = {
        .review_id = state.reviews[0].id,
        .decision = ReviewStatus::approved,
        .reviewer = "bo",
        .digest = state.reviews[0].digest
    };
  }

  void feed(EventBody body) {
    effects.clear();
    advance(*release, state, Event{now, std::move(body)}, effects);
  }

  template <typename T>
  [[nodiscard]] std::size_t count() const {
    std::size_t found = 0;
    for (const Effect& effect : effects) found += std::holds_alternative<T>(effect) ? 1 : 0;
    return found;
  }

  [[nodiscard]] Result<Value> check() const {
    return reviews::check_decision(*release, state, decision, now);
  }

  // What is wrong with the decision; it has changed nothing.
  std::string refused() {
    const auto checked = check();
    const std::string before = snapshot(state);
    feed(decision);
    CHECK(snapshot(state) == before);
    CHECK(effects.empty());
    return checked ? "" : std::string(name(checked.error().code)) + " " + checked.error().pointer;
  }

  ReleasePtr release;
  State state;
  Effects effects;
  Timestamp now = kStart;
  ReviewDecided decision;
};

Value form(std::initializer_list<std::pair<std::string_view, Value>> values) {
  MapBuilder map;
  for (const auto& [name, value] : values) map.set(name, value);
  return map.build();
}

}  // namespace

TEST_CASE("a decision is taken once, in time, and for what the person saw") {
  Asked asked(kPay);
  SUBCASE("of an unknown review") {
    asked.decision.review_id = "c_1.e99";
    CHECK(asked.refused() == "not_found review_not_found");
  }
  SUBCASE("with another digest") {
    asked.decision.digest = std::string(64, '0');
    CHECK(asked.refused() == "conflict review_changed");
  }
  SUBCASE("without a digest") {
    asked.decision.digest.clear();
    CHECK(asked.refused() == "conflict review_changed");
  }
  SUBCASE("a decision that nobody can take") {
    asked.decision.decision = ReviewStatus::withdrawn;
    CHECK(asked.refused() == "invalid_input decision");
  }
  SUBCASE("with other arguments") {
    asked.decision.values = form({{"sum", 6}});
    CHECK(asked.refused() == "invalid_input values");
  }
  SUBCASE("a second time") {
    asked.feed(asked.decision);
    REQUIRE(asked.count<CallTool>() == 1);
    CHECK(std::get<CallTool>(asked.effects.back()).review_id == asked.decision.review_id);
    CHECK(asked.refused() == "not_found review_not_found");
  }
  SUBCASE("too late, before the timer has gone off") {
    asked.now.seconds += 24 * 3600;
    CHECK(asked.refused() == "conflict review_closed");
  }
  SUBCASE("after the timer has gone off") {
    asked.now.seconds += 24 * 3600;
    asked.feed(TimerFired{asked.decision.review_id});
    CHECK(asked.count<CallTool>() == 0);
    CHECK(asked.refused() == "not_found review_not_found");
  }
}

TEST_CASE("the digest binds the content, the tenant, the conversation and the turn") {
  State state{.conversation_id = "c_1", .tenant = "t"};
  const Value content = form({{"tool", "bank.charge"}});
  const std::string digest = reviews::digest_of(state, 1, content);
  CHECK(digest.size() == 64);
  CHECK(reviews::digest_of(state, 1, content) == digest);
  CHECK(reviews::digest_of(state, 2, content) != digest);
  CHECK(reviews::digest_of(state, 1, form({{"tool", "bank.refund"}})) != digest);
  CHECK(reviews::digest_of({.conversation_id = "c_2", .tenant = "t"}, 1, content) != digest);
  CHECK(reviews::digest_of({.conversation_id = "c_1", .tenant = "u"}, 1, content) != digest);
}

TEST_CASE("the values of a form are typed and checked") {
  struct Case {
    const char* name;
    Value values;
    const char* outcome;  // the typed values as JSON, or what is refused
  };
  const Case cases[] = {
      {"a number", form({{"count", 3}}), R"({"count":3})"},
      {"words for a number", form({{"count", "3"}}), R"({"count":3})"},
      {"nothing", {}, "values.count"},
      {"a required field left out", form({{"sure", true}}), "values.count"},
      {"against the field's rule", form({{"count", 11}}), "values.count"},
      {"an unknown field", form({{"count", 3}, {"cuont", 4}}), "values"},
      {"no map", Value("3"), "values"},
      {"a map for a number", form({{"count", form({{"a", 1}})}}), "values.count"},
      {"money in words",
       form({{"count", 1}, {"price", "12.50 EUR"}}),
       R"({"count":1,"price":{"amount":"12.50","currency":"EUR"}})"},
      {"money as data",
       form({{"count", 1}, {"price", form({{"amount", "12.50"}, {"currency", "EUR"}})}}),
       R"({"count":1,"price":{"amount":"12.50","currency":"EUR"}})"},
      {"a date", form({{"count", 1}, {"when", "2026-03-01"}}), R"({"count":1,"when":"2026-03-01"})"},
      {"no date", form({{"count", 1}, {"when", "soon enough"}}), "values.when"},
      {"a bool", form({{"count", 1}, {"sure", false}}), R"({"count":1,"sure":false})"},
      {"a choice", form({{"count", 1}, {"size", "large"}}), R"({"count":1,"size":"large"})"},
      {"no choice", form({{"count", 1}, {"size", "huge"}}), "values.size"},
      {"a list",
       form({{"count", 1}, {"names", Value::list({Value("a"), Value("b")})}}),
       R"({"count":1,"names":["a","b"]})"},
      {"too long a list",
       form({{"count", 1}, {"names", Value::list({Value("a"), Value("b"), Value("c")})}}),
       "values.names"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Asked asked(kAsk);
    asked.decision.decision = ReviewStatus::answered;
    asked.decision.values = c.values;
    const auto checked = asked.check();
    CHECK((checked ? write_canonical(*checked) : checked.error().pointer) == c.outcome);
    if (!checked) CHECK(asked.refused() == std::string("invalid_input ") + c.outcome);
  }
}

TEST_CASE("a rule of a form knows its flow's slots even under a digression") {
  Asked asked(kAsk);
  Frame other;
  other.flow = "ask";
  asked.state.stack.push_back(other);
  asked.decision.decision = ReviewStatus::answered;
  asked.decision.values = form({{"count", 11}});
  CHECK(asked.check().error().message == "At most 10.");
  asked.decision.values = form({{"count", 10}});
  CHECK(asked.check().has_value());
}

TEST_CASE("what waits for a person is asked anew when the user corrects its values from another flow") {
  const auto release = make_release(
      {load(R"({"id": "discount", "slots": {"product": {"type": "text", "ask": "Which?"}}, "steps": [
         {"id": "which", "type": "input", "gather": ["product"]},
         {"id": "decide", "type": "review", "title": "A discount for {{product}}"},
         {"id": "said", "type": "message", "text": "{{review.decision}}: {{product}}"}]})"),
       load(R"({"id": "other", "slots": {"x": {"type": "text", "ask": "X?"}}, "steps": [
         {"id": "ask", "type": "input", "gather": ["x"]}]})")}
  );
  using language::CommandKind;
  for (const std::uint32_t level : {kStyleForModels, kNewestSemantics}) {
    CAPTURE(level);
    State state;
    Effects effects;
    const auto feed = [&](EventBody body) {
      effects.clear();
      advance(*release, state, Event{kStart, std::move(body)}, effects);
    };
    const auto say = [&](language::Command command) {
      feed(CommandsUnderstood{.commands = {std::move(command)}});
    };
    const auto title = [&] {
      std::string last;
      for (const Effect& effect : effects) {
        if (const auto* asked = std::get_if<RequestReview>(&effect)) last = asked->title;
      }
      return last;
    };
    feed(ConversationStarted{
        .conversation_id = "c_1", .release = release->hash(), .flow = "discount", .semantics = level
    });
    say({.kind = CommandKind::set_slot, .slot = "product", .value = Value("chair")});
    CHECK(title() == "A discount for chair");
    const ReviewDecided yes{
        .review_id = state.reviews.at(0).id,
        .decision = ReviewStatus::approved,
        .values = {},
        .reviewer = "bo",
        .note = {},
        .digest = state.reviews.at(0).digest
    };
    say({.kind = CommandKind::start_flow, .flow = "other"});
    say({.kind = CommandKind::correct_slot, .slot = "product", .value = Value("sofa")});
    CHECK(reviews::check_decision(*release, state, yes, kStart).has_value() == (level == kStyleForModels));
    say({.kind = CommandKind::set_slot, .slot = "x", .value = Value("1")});
    CHECK(title() == (level == kStyleForModels ? "" : "A discount for sofa"));
  }
}
