// parley fuzz: random conversations with the flows of an assistant, checked after every event.
#include <chrono>

#include "assistant/fuzzing/fuzzer.hpp"
#include "assistant/testing/test_writer.hpp"
#include "cli/command_files.hpp"
#include "cli/numbers.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "cli/versions/fuzz_process.hpp"
#include "server/tools/tool_table.hpp"

namespace parley::cli {
namespace {

constexpr std::uint32_t kTurnsOfOne = 24;  // of one conversation, at most

struct Totals {
  std::uint64_t conversations = 0;
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
};

std::uint64_t mixed(std::uint64_t seed, std::uint64_t conversation) {
  return seed * 0x9E3779B97F4A7C15ULL + conversation;
}

std::string as_test(const FuzzFinding& finding) {
  const assistant::ConversationTest test{
      .name = "found by fuzzing, seed " + std::to_string(finding.seed), .lines = finding.lines
  };
  return assistant::write_test(test, finding.what);
}

Value to_value(const Totals& totals, double seconds, const std::optional<FuzzFinding>& finding) {
  MapBuilder map;
  map.set("conversations", totals.conversations)
      .set("turns", totals.turns)
      .set("events", totals.events)
      .set("seconds", seconds);
  if (finding) {
    map.set(
        "finding",
        MapBuilder()
            .set("what", finding->what)
            .set("seed", finding->seed)
            .set("conversation", as_test(*finding))
            .build()
    );
  }
  return map.build();
}

// Only the flows that a file argument names, so that digressions stay inside it.
Result<std::filesystem::path> folder_of(const std::filesystem::path& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return path;
  const auto folder = path.parent_path();
  if (folder.filename() == "flows") return folder.parent_path().empty() ? "." : folder.parent_path();
  return fail(
      ErrorCode::invalid_input,
      path.string() + " is not in the flows/ folder of an assistant",
      {},
      "name the assistant's folder"
  );
}

// The flow of one file alone, or all.
Result<engine::ReleasePtr> release_of(const Project& project, const std::filesystem::path& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return project.space.release;
  const std::string file = "flows/" + path.filename().string();
  for (const auto& [id, flow] : project.space.release->flows()) {
    if (flow->file != file) continue;
    engine::AssistantSettings settings = project.space.release->settings();
    settings.start_flow = id;
    std::vector<flow::FlowPtr> flows;
    for (const auto& [other, each] : project.space.release->flows()) flows.push_back(each);
    return engine::make_release(std::move(flows), std::move(settings));
  }
  return fail(ErrorCode::not_found, "there is no flow in " + path.string());
}

int run(const Arguments& arguments) {
  const auto turns = number_of(arguments, "--turns", 100'000, 1, 1'000'000'000);
  if (!turns) return report(turns.error(), kExitUsage);
  const auto seed = number_of(arguments, "--seed", 1, 0, UINT64_MAX);
  if (!seed) return report(seed.error(), kExitUsage);
  const std::filesystem::path path = arguments.text("FOLDER", ".");
  const auto folder = folder_of(path);
  if (!folder) return report(folder.error(), kExitUsage);
  const auto project = open_project(*folder);
  if (!project) return report(project.error(), kExitConfiguration);
  if (project->space.has_errors())
    return report(
        {ErrorCode::invalid_input, "the assistant has mistakes", {}, "parley check shows them"}, kExitFindings
    );
  const auto release = release_of(*project, path);
  if (!release) return report(release.error(), kExitConfiguration);

  const tools::ToolTable tools(project->space.connectors);
  const assistant::Guards guards(**release);
  const assistant::FuzzWorld world{
      .release = **release,
      .answer_tool = [&](std::string_view tool, const Value& call
                     ) { return workspace::call_tool(project->space.connectors, tool, call); },
      .has_effects = [&](std::string_view tool
                     ) { return tools.effect_class(tool) != turns::EffectClass::read; },
      .guards = &guards,
  };
  const auto begun = std::chrono::steady_clock::now();
  Totals totals;
  std::optional<FuzzFinding> finding;
  while (totals.turns < *turns && !finding) {
    // In a process of its own, so that a broken invariant of the engine is a finding and not the end.
    const FuzzBatch batch =
        play_batch(world, mixed(*seed, totals.conversations), *turns - totals.turns, kTurnsOfOne);
    totals.conversations += batch.conversations;
    totals.turns += batch.turns;
    totals.events += batch.events;
    if (batch.failed_seed) finding = explain(world, *batch.failed_seed, kTurnsOfOne);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (arguments.has("--json")) {
    print_json(to_value(totals, seconds, finding));
  } else {
    if (finding) print(as_test(*finding) + "\n");
    print(
        counted(totals.turns, "turn") + " in " + counted(totals.conversations, "conversation") + ", " +
        counted(totals.events, "event") + ", " + (finding ? "1 finding" : "0 findings") + "\n"
    );
    note(
        std::to_string(static_cast<std::uint64_t>(static_cast<double>(totals.turns) / std::max(seconds, 1e-9))
        ) +
        " turns/s"
    );
  }
  return finding ? kExitFindings : kExitOk;
}

constexpr Option kOptions[] = {
    {"FOLDER", "", "The assistant's folder, or one of its flows to begin with; this folder when left out."},
    {"--turns", "N", "How many messages to send; 100000 when left out."},
    {"--seed", "S", "The same seed gives the same conversations; 1 when left out."},
    kJsonOption,
};

}  // namespace

constinit const Command kFuzz{
    "fuzz",
    "Talk to the flows at random and check what must always hold",
    "Valid and invalid answers, corrections, digressions, buttons, silence, failing tools, operators and\n"
    "commands that a model might make up. After every event: the state can be stored and restored, the\n"
    "log replays to the same bytes, a tool with effects is called only after the yes that the flow asks\n"
    "for and with what the user said yes to, the bot says something or waits for something, and the\n"
    "conversation can be ended. A finding is shrunk to the few lines that show it. Exit code 1 then.",
    kOptions,
    "parley fuzz\n"
    "parley fuzz examples/shop --turns 1000000\n"
    "parley fuzz flows/order.yaml --seed 7",
    run,
};

}  // namespace parley::cli
