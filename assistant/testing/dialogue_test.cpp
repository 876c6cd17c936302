#include "assistant/testing/dialogue.hpp"

#include <doctest/doctest.h>

#include <string>

#include "assistant/testing/coverage.hpp"
#include "assistant/testing/snapshot.hpp"
#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;

constexpr const char* kOrder = R"(
id: order
slots:
  size: {type: choice, choices: [small, large], ask: Which size?}
steps:
  - {id: ask, type: input, gather: [size]}
  - {id: sure, type: confirm, text: "A {{size}} one?", yes: pay, no: never_mind}
  - {id: never_mind, type: message, text: Never mind., next: bye}
  - {id: pay, type: tool, call: stripe.charge, with: {size: "{{size}}"}, save: charge, on_error: sorry}
  - {id: extra, type: message, if: size == "large", text: A big one.}
  - {id: paid, type: message, text: "Paid {{charge.id}}.", next: bye}
  - {id: sorry, type: message, text: "Sorry ({{error.code}})."}
  - {id: bye, type: end, outcome: resolved}
)";

engine::ReleasePtr release_of(const char* yaml) {
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_document(yaml, "flows/order.yaml", diagnostics);
  REQUIRE(document.has_value());
  auto flow = flow::load(*document, "flows/order.yaml", engine::step_specs(), diagnostics);
  for (const auto& diagnostic : diagnostics) FAIL_CHECK(flow::render(diagnostic, yaml));
  REQUIRE(flow != nullptr);
  return engine::make_release({flow});
}

assistant::ConversationTest test_of(const std::string& yaml) {
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_document(yaml, "tests/order.yaml", diagnostics);
  REQUIRE(document.has_value());
  auto tests = assistant::read_tests(*document, "tests/order.yaml", diagnostics);
  for (const auto& diagnostic : diagnostics) FAIL_CHECK(flow::render(diagnostic, yaml));
  REQUIRE(tests.size() == 1);
  return tests.front();
}

Result<Value> made_up(std::string_view, const Value&) {
  return MapBuilder().set("id", "made_up").build();
}

std::string first_failure(const assistant::TestResult& result) {
  return result.failures.empty() ? "" : result.failures.front().message;
}

}  // namespace

TEST_CASE("a tool answers as the line says, else the first stub that fits, else as in test mode") {
  const auto release = release_of(kOrder);
  struct Case {
    const char* name;
    const char* stubs;
    const char* line;
    const char* said;
  };
  const Case cases[] = {
      {"test mode", "[]", "expect: {owner: bot}", "Paid made_up."},
      {"a stub", "[{tool: stripe.charge, returns: {id: ch_1}}]", "expect: {owner: bot}", "Paid ch_1."},
      {"a stub for other arguments does not fit",
       "[{tool: stripe.charge, with: {size: large}, returns: {id: ch_1}}]",
       "expect: {owner: bot}",
       "Paid made_up."},
      {"a stub that fails",
       "[{tool: stripe.charge, with: {size: small}, fails: {code: declined}}]",
       "expect: {owner: bot}",
       "Sorry (declined)."},
      {"the line before the stub",
       "[{tool: stripe.charge, returns: {id: ch_1}}]",
       "{tool: stripe.charge, returns: {id: ch_2}}",
       "Paid ch_2."},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    const auto test = test_of(std::string("stubs: ") + each.stubs + R"(
tests:
  - name: order
    flow: order
    dialogue:
      - bot: any
      - user: small
      - bot: A small one?
      - user: "yes"
      - )" + each.line + R"(
      - bot: [)" + each.said + ", …anything else…]");
    CHECK(first_failure(assistant::play(test, *release, made_up)) == "");
  }
}

TEST_CASE("a line may say what the user means, as a model would") {
  const auto test = test_of(R"(
tests:
  - name: understood
    flow: order
    dialogue:
      - bot: any
      - user: the tiny one please
        means: [{do: set_slot, slot: size, value: small}]
      - bot: A small one?
)");
  const auto release = release_of(kOrder);
  const auto result = assistant::play(test, *release, made_up);
  CHECK(first_failure(result) == "");
  bool recorded = false;
  for (const auto& played : result.log) {
    const auto* understood = std::get_if<engine::CommandsUnderstood>(&played.event.body);
    recorded |= understood != nullptr && understood->source == "test";
  }
  CHECK(recorded);
}

TEST_CASE("a snapshot is recorded, compared and its difference shown") {
  auto test = test_of(R"(
tests:
  - name: recorded
    flow: order
    dialogue:
      - bot: snapshot
      - user: small
      - bot: snapshot
      - user: "no"
      - bot: snapshot
)");
  const auto release = release_of(kOrder);
  CHECK(first_failure(assistant::play(test, *release, made_up)).find("--update") != std::string::npos);

  const std::string now = assistant::transcript(assistant::play(test, *release, made_up).log);
  CHECK(now.starts_with("bot: Which size?  [small]  [large]\nuser: small\nbot: A small one?  [Yes]  [No]\n"));
  const assistant::Snapshots written{{"recorded", now}, {"another", "user: hi\n"}};
  CHECK(assistant::read_snapshots(assistant::write_snapshots(written)) == written);
  assistant::attach_snapshots({&test, 1}, written);
  CHECK(first_failure(assistant::play(test, *release, made_up)) == "");

  test.snapshot->replace(test.snapshot->find("Never mind."), 11, "Another time.");
  const std::string why = first_failure(assistant::play(test, *release, made_up));
  CHECK(why.find("- bot: Another time.") != std::string::npos);
  CHECK(why.find("+ bot: Never mind.") != std::string::npos);
}

TEST_CASE("coverage counts steps, ways out of them and repairs") {
  const auto release = release_of(kOrder);
  assistant::Visits visits;
  const auto play = [&](const char* size, const char* answer) {
    const auto test = test_of(
        std::string("tests: [{name: t, flow: order, dialogue: [{bot: any}, {user: ") + size +
        "}, {bot: any}, {user: \"" + answer + "\"}, {bot: any}]}]"
    );
    add_visits(visits, assistant::play(test, *release, made_up).visits);
  };
  play("small", "yes");
  play("large", "yes");
  const auto table = assistant::coverage(*release, visits);
  REQUIRE(table.flows.size() == 1);
  const auto& steps = table.flows[0].steps;
  CHECK(table.flows[0].missing() == std::vector<std::string>{"never_mind", "sorry"});
  CHECK(table.percent() == doctest::Approx(75));

  const auto taken = [&](std::size_t step) {
    std::string text;
    for (const auto& branch : steps[step].branches)
      text += (text.empty() ? "" : " ") + branch.name + "=" + std::to_string(branch.taken);
    return text;
  };
  CHECK(taken(0) == "");
  CHECK(taken(1) == "yes=2 no=0");
  CHECK(taken(3) == "error=0 next=2");
  CHECK(taken(4) == "if holds=1 if does not hold=1");

  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
  for (const auto& handler : table.handlers) {
    if (handler.repair == "completed") completed += handler.runs;
    if (handler.repair == "cancel") cancelled += handler.runs;
  }
  CHECK(completed == 2);
  CHECK(cancelled == 0);
}

TEST_CASE("the setting of a test reaches its conversation") {
  const auto test = test_of(R"(
tests:
  - name: somewhere else
    now: 2026-05-01T08:00:00Z
    utc_offset: 2h
    currency: EUR
    channel: web
    user_id: u_ana
    context: {vip: true}
    dialogue:
      - user: hello
      - bot: any
)");
  const auto release = release_of(kOrder);
  const auto result = assistant::play(test, *release, made_up);
  CHECK(result.state.currency == "EUR");
  CHECK(result.state.utc_offset_seconds == 7200);
  CHECK(result.state.channel == "web");
  CHECK(result.state.user_id == "u_ana");
  CHECK(result.state.context["vip"] == Value(true));
  CHECK(result.log.front().event.at == Timestamp{1'777'622'400, 0});
}
