// Random conversations with every assistant under test; see assistant/fuzzing. A finding is printed as a
// conversation test.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "assistant/fuzzing/fuzzer.hpp"
#include "assistant/testing/test_writer.hpp"
#include "server/tools/tool_table.hpp"
#include "tests/scenarios/suite.hpp"

namespace {

using namespace parley;
using scenarios::kFolders;
using scenarios::suite;

constexpr std::uint32_t kTurns = 1'500;  // for each assistant

bool affects(const tools::ToolTable& table, std::string_view tool) {
  return table.effect_class(tool) != turns::EffectClass::read;
}

}  // namespace

TEST_CASE("random conversations keep what must always hold") {
  for (const char* folder : kFolders) {
    INFO(folder);
    const workspace::Workspace& space = suite(folder).space;
    const tools::ToolTable table(space.connectors);
    const assistant::Guards guards(*space.release);
    const assistant::FuzzWorld world{
        .release = *space.release,
        .answer_tool = [&](std::string_view tool, const Value& arguments
                       ) { return workspace::call_tool(space.connectors, tool, arguments); },
        .has_effects = [&](std::string_view tool) { return affects(table, tool); },
        .guards = &guards,
    };
    std::uint32_t turns = 0;
    for (std::uint64_t seed = 1; turns < kTurns; ++seed) {
      const auto dialogue = assistant::random_dialogue(world, seed, 24);
      turns += dialogue.turns;
      if (dialogue.finding.empty()) continue;
      const auto lines = assistant::shrink(dialogue.lines, [&](std::span<const assistant::Line> fewer) {
        return assistant::check_dialogue(world, fewer).finding == dialogue.finding;
      });
      FAIL_CHECK(
          assistant::write_test({.name = "seed " + std::to_string(seed), .lines = lines}, dialogue.finding)
      );
      break;
    }
  }
}

TEST_CASE("the same seed gives the same conversation") {
  const workspace::Workspace& space = suite("examples/shop").space;
  const assistant::Guards guards(*space.release);
  const assistant::FuzzWorld world{
      .release = *space.release,
      .answer_tool = [](std::string_view, const Value&) { return Value(); },
      .has_effects = [](std::string_view) { return true; },
      .guards = &guards,
  };
  const auto text = [&](std::uint64_t seed) {
    return assistant::write_test({.name = "one", .lines = assistant::random_dialogue(world, seed, 24).lines});
  };
  CHECK(text(7) == text(7));
  CHECK(text(7) != text(8));
}

TEST_CASE("a conversation is shrunk to the lines that show the finding") {
  std::vector<assistant::Line> lines;
  for (int i = 0; i < 40; ++i) lines.push_back({{}, assistant::UserLine{std::to_string(i)}});
  const auto says = [](std::span<const assistant::Line> all, std::string_view text) {
    return std::ranges::any_of(all, [&](const assistant::Line& line) {
      return std::get<assistant::UserLine>(line.what).text == text;
    });
  };
  const auto fewest = assistant::shrink(lines, [&](std::span<const assistant::Line> all) {
    return says(all, "3") && says(all, "31");
  });
  REQUIRE(fewest.size() == 2);
  CHECK(says(fewest, "3"));
  CHECK(says(fewest, "31"));
}

TEST_CASE("a confirm step guards the tools behind its yes, and only those") {
  const auto& flows = suite("examples/shop").space.release->flows();
  const assistant::Guards guards(*suite("examples/shop").space.release);
  std::size_t guarded = 0;
  for (const auto& [id, flow] : flows) {
    for (flow::StepIndex i = 0; i < flow->steps.size(); ++i) guarded += !guards.before(*flow, i).empty();
  }
  CHECK(guarded >= 1);
}
