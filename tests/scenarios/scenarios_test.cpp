// Every conversation test of the example, the guide and tests/scenarios, played four times: as written; again
// from its log; with the state snapshotted and restored before every event; and with each tool call failing
// in turn. Same events, same bytes.
#include <doctest/doctest.h>

#include <string>

#include "assistant/testing/dialogue.hpp"
#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/outside_calls.hpp"
#include "tests/scenarios/suite.hpp"

namespace {

using namespace parley;
using scenarios::kFolders;
using scenarios::suite;

std::string bytes(const engine::Effects& effects) {
  ListBuilder list;
  for (const engine::Effect& effect : effects) list.add(engine::to_value(effect));
  return write_typed(list.build());
}

// Feeds a log to a fresh state, through its stored form, and reports the first effect that differs.
std::string first_difference(const engine::Release& release, const assistant::TestResult& result) {
  engine::State state;
  for (std::size_t i = 0; i < result.log.size(); ++i) {
    const auto stored = parse_typed(write_typed(engine::to_value(result.log[i].event)));
    if (!stored) return "event " + std::to_string(i) + " cannot be read back: " + stored.error().message;
    const auto event = engine::event_from(*stored);
    if (!event) return "event " + std::to_string(i) + ": " + event.error().message;
    engine::Effects effects;
    engine::advance(release, state, *event, effects);
    if (bytes(effects) != bytes(result.log[i].effects)) {
      return "event " + std::to_string(i) + " had " + bytes(result.log[i].effects) + ", replayed " +
             bytes(effects);
    }
  }
  return engine::snapshot(state) == engine::snapshot(result.state) ? "" : "the final state differs";
}

}  // namespace

TEST_CASE("the assistants under test load without an error, those for people without a warning") {
  for (const char* folder : kFolders) {
    const scenarios::Suite& loaded = suite(folder);
    const bool for_people = !std::string_view(folder).starts_with("tests/");
    const bool sound = for_people ? loaded.space.folder.diagnostics.empty()
                                  : !flow::has_errors(loaded.space.folder.diagnostics);
    CHECK_MESSAGE(sound, assistant::render_all(loaded.space.folder));
  }
}

TEST_CASE("every conversation goes as written") {
  for (const char* folder : kFolders) {
    for (const auto& test : suite(folder).tests) {
      const auto result = suite(folder).play(test);
      for (const auto& failure : result.failures) {
        FAIL_CHECK(
            std::string(folder) << "/" << test.file << ":" << failure.position.line << " " << test.name
                                << "\n        " << failure.message
        );
      }
    }
  }
}

TEST_CASE("replaying a log gives the same effects and the same state") {
  for (const char* folder : kFolders) {
    for (const auto& test : suite(folder).tests) {
      INFO(test.name);
      CHECK(first_difference(*suite(folder).space.release, suite(folder).play(test)) == "");
    }
  }
}

TEST_CASE("a state restored between all events behaves the same") {
  for (const char* folder : kFolders) {
    for (const auto& test : suite(folder).tests) {
      INFO(test.name);
      const auto plain = suite(folder).play(test);
      const auto restored = suite(folder).play(test, {.restore_between_events = true});
      REQUIRE(plain.log.size() == restored.log.size());
      for (std::size_t i = 0; i < plain.log.size(); ++i)
        CHECK(bytes(plain.log[i].effects) == bytes(restored.log[i].effects));
      CHECK(engine::snapshot(plain.state) == engine::snapshot(restored.state));
    }
  }
}

TEST_CASE("with each tool call failing in turn, the conversation stays sound") {
  std::uint32_t failed = 0;
  for (const char* folder : kFolders) {
    for (const auto& test : suite(folder).tests) {
      for (std::uint32_t nth = 1; nth <= 10; ++nth) {
        INFO(test.name << ", call " << nth << " fails");
        const auto result = suite(folder).play(test, {.fail_effect = nth});
        std::uint32_t calls = 0;
        bool reached = false;
        for (const auto& played : result.log) {
          for (const auto& effect : played.effects) calls += engine::as_call(effect).has_value() ? 1 : 0;
          std::visit(
              [&](const auto& event) {
                if constexpr (requires { event.message; }) reached |= event.message == "made to fail";
              },
              played.event.body
          );
        }
        if (!reached) {
          CHECK(calls < nth + 1);
          break;
        }
        ++failed;
        CHECK(first_difference(*suite(folder).space.release, result) == "");
        CHECK(engine::status(result.state) != "working");
      }
    }
  }
  CHECK(failed >= 10);
}
