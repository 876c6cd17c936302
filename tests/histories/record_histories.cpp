// Writes conversations as histories: those of the conversation tests, and random ones with fixed seeds.
// usage: record_histories OUT.jsonl FOLDER… (scripts/record_histories chooses OUT and the folders)
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "assistant/fuzzing/fuzzer.hpp"
#include "assistant/testing/dialogue.hpp"
#include "assistant/yaml.hpp"
#include "engine/advance.hpp"
#include "server/tools/tool_table.hpp"
#include "server/workspace/workspace.hpp"
#include "tests/histories/history.hpp"

namespace {

using namespace parley;

constexpr std::uint64_t kRandom = 40;  // of each folder

std::string history_line(
    const std::string& name, const engine::Release& release, const std::vector<assistant::PlayedEvent>& log
) {
  ListBuilder events;
  ListBuilder effects;
  engine::State state;
  for (const assistant::PlayedEvent& played : log) {
    engine::Effects again;
    engine::advance(release, state, played.event, again);
    events.add(engine::to_value(played.event));
    effects.add(histories::digest(again));
  }
  return write_typed(MapBuilder()
                         .set("name", name)
                         .set("release", release.hash())
                         .set("events", events.build())
                         .set("effects", effects.build())
                         .set("state", engine::state_hash(state))
                         .build());
}

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: record_histories OUT.jsonl FOLDER…\n");
    return 2;
  }
  std::ofstream out(argv[1]);
  std::size_t written = 0;
  for (int i = 2; i < argc; ++i) {
    const std::string folder = argv[i];
    const workspace::Workspace space = workspace::load(folder);
    const assistant::AnswerTool answer = [&](std::string_view tool, const Value& arguments) {
      return workspace::call_tool(space.connectors, tool, arguments);
    };
    out << histories::release_line(*space.release) << '\n';
    const assistant::DialogueOptions options{.only_reads = [&](std::string_view tool) {
      return workspace::only_reads(space.connectors, tool);
    }};
    for (const std::string& file : space.folder.test_files) {
      flow::Diagnostics diagnostics;
      const auto document = assistant::read_document(contents(folder + "/" + file), file, diagnostics);
      if (!document) continue;
      for (const auto& test : assistant::read_tests(*document, file, diagnostics)) {
        out << history_line(
                   test.name, *space.release, assistant::play(test, *space.release, answer, options).log
               )
            << '\n';
        ++written;
      }
    }
    const tools::ToolTable table(space.connectors);
    const assistant::Guards guards(*space.release);
    const assistant::FuzzWorld world{
        .release = *space.release,
        .answer_tool = answer,
        .has_effects = [&](std::string_view tool
                       ) { return table.effect_class(tool) != turns::EffectClass::read; },
        .guards = &guards,
    };
    for (std::uint64_t seed = 1; seed <= kRandom; ++seed) {
      const auto dialogue = assistant::random_dialogue(world, seed, 12);
      out << history_line("random " + std::to_string(seed), *space.release, dialogue.log) << '\n';
      ++written;
    }
  }
  out.close();
  std::printf("%zu conversations in %s\n", written, argv[1]);
  return out ? 0 : 1;
}
