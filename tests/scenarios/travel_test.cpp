// Every conversation of the suites as a recording: turned back into a test, and told to the flows again.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "assistant/backtest/backtest.hpp"
#include "assistant/testing/test_recorder.hpp"
#include "assistant/testing/test_writer.hpp"
#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"
#include "tests/scenarios/suite.hpp"

namespace {

using namespace parley;
using scenarios::kFolders;
using scenarios::suite;

std::vector<engine::Event> events_of(const assistant::TestResult& result) {
  std::vector<engine::Event> events;
  for (const assistant::PlayedEvent& played : result.log) events.push_back(played.event);
  return events;
}

assistant::ConversationTest read_back(const std::string& yaml) {
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_yaml(yaml, "recorded.yaml", diagnostics);
  REQUIRE(document.has_value());
  auto tests = assistant::read_tests(*document, "recorded.yaml", diagnostics);
  for (const auto& diagnostic : diagnostics) FAIL_CHECK(flow::render(diagnostic, yaml));
  REQUIRE(tests.size() == 1);
  return tests.front();
}

flow::FlowPtr changed(
    const engine::Release& release, const char* id, std::string_view from, std::string_view to
) {
  std::string text = release.flows().find(id)->second->canonical;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  flow::Diagnostics diagnostics;
  const auto document = flow::parse_json_document(text);
  REQUIRE(document.has_value());
  auto flow = flow::load(*document, std::string(id) + ".json", engine::step_specs(), diagnostics);
  REQUIRE(flow != nullptr);
  return flow;
}

const assistant::ConversationTest& test_named(const char* folder, std::string_view name) {
  for (const auto& test : suite(folder).tests) {
    if (test.name == name) return test;
  }
  FAIL("there is no such test");
  return suite(folder).tests.front();
}

}  // namespace

TEST_CASE("a recorded conversation becomes a test that passes at once") {
  std::size_t lines = 0;
  for (const char* folder : kFolders) {
    for (const auto& test : suite(folder).tests) {
      INFO(test.name);
      const auto recorded = assistant::record_test(
          test.name, events_of(suite(folder).play(test)), *suite(folder).space.release
      );
      if (!recorded.left_out.empty()) continue;
      const std::string yaml = assistant::write_test(recorded.test);
      INFO(yaml);
      const auto again = read_back(yaml);
      lines += again.lines.size();
      const auto result = suite(folder).play(again);
      CHECK_MESSAGE(result.failures.empty(), result.failures.front().message);
      CHECK(result.turns == suite(folder).play(test).turns);
    }
  }
  CHECK(lines > 100);
}

TEST_CASE("told to the same flows, nothing diverges") {
  for (const char* folder : kFolders) {
    const auto release = suite(folder).space.release;
    for (const auto& test : suite(folder).tests) {
      INFO(test.name);
      const auto events = events_of(suite(folder).play(test));
      const auto recording = assistant::recall(events, [&](std::string_view hash) {
        return hash == release->hash() ? release : nullptr;
      });
      REQUIRE(recording.has_value());
      const auto result = assistant::backtest(events, *recording, *release);
      const std::string first = result.divergences.empty()
                                    ? ""
                                    : result.divergences[0].what + ": " + result.divergences[0].recorded +
                                          " / " + result.divergences[0].now;
      CHECK(first == "");
      CHECK(result.outcome_now == result.outcome_before);
      CHECK_FALSE(result.unanswered);
    }
  }
}

TEST_CASE("told to changed flows, the first decision that differs is found") {
  const auto release = suite("tests/scenarios").space.release;
  const auto& test = test_named("tests/scenarios", "straight through");
  const auto events = events_of(suite("tests/scenarios").play(test));
  const auto recording = assistant::recall(events, [&](std::string_view) { return release; });
  REQUIRE(recording.has_value());

  struct Case {
    const char* name;
    const char* from;
    const char* to;
    std::uint64_t turn;
    const char* what;
    const char* step;
  };
  const Case cases[] = {
      {"another text", "Which day?", "What day?", 2, "said", "who"},
      {"another limit", R"("max":12)", R"("max":3)", 2, "said", "who"},
      {"another last word", "Booked for", "Done for", 6, "said", "sure"},
      {"a step with another name", R"("id":"when")", R"("id":"day_asked")", 2, "waits", "who"},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    const auto fresh = assistant::with_flow(*release, changed(*release, "booking", each.from, each.to));
    const auto result = assistant::backtest(events, *recording, *fresh);
    REQUIRE(result.divergences.size() == 1);
    CHECK(result.divergences[0].turn == each.turn);
    CHECK(result.divergences[0].what == each.what);
    CHECK(result.divergences[0].step == each.step);
  }
}

TEST_CASE("a release that nobody knows is an error") {
  const auto events = events_of(suite("tests/scenarios").play(suite("tests/scenarios").tests.front()));
  CHECK_FALSE(assistant::recall(events, [](std::string_view) { return nullptr; }).has_value());
}

TEST_CASE("values of sensitive slots do not get into a recorded test") {
  const auto release = suite("tests/scenarios").space.release;
  const auto secret =
      changed(*release, "contact", R"("label":"your email")", R"("label":"your email","sensitive":true)");
  const auto private_release = assistant::with_flow(*release, secret);
  const auto test = read_back(R"(
tests:
  - name: private
    dialogue:
      - user: /contact
      - bot: any
      - user: ana@private.example.org
      - bot: any
)");
  const auto played =
      assistant::play(test, *private_release, [](std::string_view, const Value&) { return Value(); });
  const auto recorded = assistant::record_test("private", events_of(played), *private_release);
  const std::string yaml = assistant::write_test(recorded.test);
  CHECK(recorded.replaced == std::vector<std::string>{"email"});
  CHECK(yaml.find("private.example.org") == std::string::npos);
  CHECK(yaml.find("Noted: ") != std::string::npos);
  CHECK(assistant::play(read_back(yaml), *private_release, [](std::string_view, const Value&) {
          return Value();
        }).failures.empty());
}
