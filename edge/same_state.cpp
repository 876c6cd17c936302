// Plays every recorded scenario in this build and compares the state hash after each event with the recorded
// one: another compiler, another optimisation, the same states. usage: edge_same_state scenarios.jsonl
#include <cstdio>
#include <fstream>
#include <string>

#include "base/json.hpp"
#include "edge/session.hpp"

namespace {

using namespace parley;

struct Played {
  std::size_t events = 0;
  std::string difference;  // empty when every hash is the recorded one
};

Played play(const Value& scenario) {
  edge::Session session;
  Played played;
  const Value opened = parse_json(session.handle(scenario.text("open"))).value_or(Value());
  if (opened.text("release") != scenario.text("release"))
    return {.difference = "release " + write_json(opened)};
  for (const Value& event : scenario["events"].as_list()) {
    const Value answer = parse_json(session.handle(event.text("request"))).value_or(Value());
    ++played.events;
    if (answer.text("state_hash") == event.text("state_hash")) continue;
    played.difference = "after " + std::string(event.text("request")) + ": " +
                        std::string(answer.text("state_hash")) + ", recorded " +
                        std::string(event.text("state_hash"));
    break;
  }
  return played;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: edge_same_state scenarios.jsonl\n");
    return 2;
  }
  std::ifstream in(argv[1]);
  std::size_t events = 0;
  int passed = 0;
  int failed = 0;
  for (std::string line; std::getline(in, line);) {
    const auto scenario = parse_json(line);
    if (!scenario) {
      std::printf("line %d is not JSON\n", passed + failed + 1);
      ++failed;
      continue;
    }
    const Played played = play(*scenario);
    events += played.events;
    if (played.difference.empty()) {
      ++passed;
    } else {
      std::printf(
          "%.*s: %s\n",
          static_cast<int>(scenario->text("name").size()),
          scenario->text("name").data(),
          played.difference.c_str()
      );
      ++failed;
    }
  }
  std::printf("%zu events compared\n%d passed, %d failed\n", events, passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
