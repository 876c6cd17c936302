// Time of one turn in the engine alone: message in, matched, steps run, effects out. Each turn is timed by
// itself; the order flow of the shop example is walked through again and again, a new conversation each time.
// usage: engine_turns [CONVERSATIONS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/turn.hpp"
#include "server/workspace/workspace.hpp"

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;

constexpr const char* kMessages[] = {
    "/order",
    "I'd like 2 pizzas and a coke please",
    "actually, make it three pizzas",
    "summarize my tickets",
    "yes",
};

struct Figures {
  std::vector<double> turn_us;
  std::vector<double> by_message[std::size(kMessages)];
  std::vector<double> snapshot_us;
};

void walk(const engine::Release& release, const Value& tool_result, Figures& figures, int number) {
  engine::State state;
  engine::Effects effects;
  const Timestamp at{1'767'225'600 + number, 0};
  engine::advance(
      release,
      state,
      {at,
       engine::ConversationStarted{
           .conversation_id = "c_" + std::to_string(number), .tenant = "t", .release = release.hash()
       }},
      effects
  );
  for (std::size_t m = 0; m < std::size(kMessages); ++m) {
    const char* text = kMessages[m];
    effects.clear();
    std::vector<engine::Event> events;
    const auto begin = Clock::now();
    engine::take_message(release, state, at, {.text = text}, events, effects);
    for (std::size_t i = 0; i < effects.size(); ++i) {
      if (const auto* call = std::get_if<engine::CallTool>(&effects[i])) {
        const std::string effect_id = call->effect_id;
        engine::advance(release, state, {at, engine::ToolReturned{effect_id, tool_result, true}}, effects);
      }
    }
    figures.turn_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    figures.by_message[m].push_back(figures.turn_us.back());
    const auto before = Clock::now();
    const std::string bytes = engine::snapshot(state);
    figures.snapshot_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
  }
}

double at(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(static_cast<double>(values.size() - 1) * share)];
}

}  // namespace

int main(int argc, char** argv) {
  const int conversations = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const auto space = workspace::load("examples/shop");
  const Value result = MapBuilder()
                           .set("id", "ch_1")
                           .set("summary", "All is well.")
                           .set("tickets", Value::list({MapBuilder().set("id", "T-1").build()}))
                           .build();
  Figures figures;
  for (int i = 0; i < 200; ++i) walk(*space.release, result, figures, i);
  figures = {};
  for (int i = 0; i < conversations; ++i) walk(*space.release, result, figures, i);
  const std::size_t turns = figures.turn_us.size();
  std::printf(
      "engine turn, native: p50 %.2f us  p99 %.2f us  (%zu turns); snapshot p50 %.2f us\n",
      at(figures.turn_us, 0.5),
      at(figures.turn_us, 0.99),
      turns,
      at(figures.snapshot_us, 0.5)
  );
  for (std::size_t m = 0; m < std::size(kMessages); ++m)
    std::printf("  %6.2f us  %s\n", at(figures.by_message[m], 0.5), kMessages[m]);
  return 0;
}
