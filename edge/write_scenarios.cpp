// Plays the conversation tests of assistant folders natively and writes, for each, the events and the state
// hash after each one: what WebAssembly must reproduce. usage: edge_scenarios OUT.jsonl [FOLDER…]
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "assistant/testing/dialogue.hpp"
#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/advance.hpp"
#include "server/workspace/workspace.hpp"

namespace {

using namespace parley;

// {"open":request,"release":hash,"events":[{"request":text,"state_hash":hash}…]}
std::string scenario_line(
    const std::string& name, const workspace::Workspace& space, const assistant::TestResult& result
) {
  ListBuilder flows;
  for (const auto& [id, flow] : space.release->flows())
    flows.add(parse_json(flow->canonical).value_or(Value()));
  const Value open = MapBuilder()
                         .set("do", "open")
                         .set("flows", flows.build())
                         .set("settings", space.release->settings().to_value())
                         .build();
  engine::State state;
  ListBuilder events;
  for (const assistant::PlayedEvent& played : result.log) {
    engine::Effects effects;
    engine::advance(*space.release, state, played.event, effects);
    const Value request =
        MapBuilder().set("do", "event").set("event", engine::to_value(played.event)).build();
    events.add(
        MapBuilder().set("request", write_typed(request)).set("state_hash", engine::state_hash(state)).build()
    );
  }
  return write_json(MapBuilder()
                        .set("name", name)
                        .set("open", write_typed(open))
                        .set("release", space.release->hash())
                        .set("events", events.build())
                        .build());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: edge_scenarios OUT.jsonl [FOLDER…]\n");
    return 2;
  }
  std::vector<std::string> folders(argv + 2, argv + argc);
  if (folders.empty()) folders = {"examples/shop", "tests/repair", "tests/scenarios", "tests/tutorial"};
  std::ofstream out(argv[1]);
  int written = 0;
  for (const std::string& folder : folders) {
    const workspace::Workspace space = workspace::load(folder);
    const assistant::AnswerTool answer = [&](std::string_view tool, const Value& arguments) {
      return workspace::call_tool(space.connectors, tool, arguments);
    };
    for (const std::string& file : space.folder.test_files) {
      flow::Diagnostics diagnostics;
      std::ifstream in(folder + "/" + file);
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      const auto document = assistant::read_document(text, file, diagnostics);
      if (!document) return 1;
      for (const auto& test : assistant::read_tests(*document, file, diagnostics)) {
        out << scenario_line(folder + ": " + test.name, space, assistant::play(test, *space.release, answer))
            << '\n';
        ++written;
      }
    }
  }
  std::printf("%d scenarios written\n", written);
  return written > 0 ? 0 : 1;
}
