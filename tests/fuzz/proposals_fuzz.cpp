// Any bytes as a model's answer to what a message means, in conversations at several points: what is taken
// belongs to the vocabulary, can be carried out, and leaves a state that is stored and restored as it is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/proposals/proposed.hpp"
#include "engine/proposals/question.hpp"
#include "engine/proposals/vocabulary.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"
#include "tests/fuzz/fuzz_bytes.hpp"
#include "tests/fuzz/shop_flows.hpp"

using namespace parley;
using language::CommandKind;

namespace {

constexpr Timestamp kNow{1'767'225'600, 0};
constexpr std::size_t kMostPoints = 5;

engine::ReleasePtr release() {
  static const engine::ReleasePtr made = [] {
    std::vector<flow::FlowPtr> flows;
    for (const char* text : fuzz::kShopFlows) {
      const auto document = flow::parse_json_document(text);
      INVARIANT(document.has_value(), "the flows are JSON");
      flow::Diagnostics diagnostics;
      auto flow = flow::load(*document, "shop.json", engine::step_specs(), diagnostics);
      INVARIANT(flow != nullptr, "the flows load");
      flows.push_back(std::move(flow));
    }
    return engine::make_release(std::move(flows));
  }();
  return made;
}

engine::State state_at(std::size_t point) {
  constexpr std::string_view kMessages[] = {"/order", "2 pizzas and a coke", "ana@example.com", "yes"};
  engine::State state;
  engine::Effects effects;
  engine::ConversationStarted started{.conversation_id = "c_1", .release = release()->hash()};
  engine::advance(*release(), state, {kNow, std::move(started)}, effects);
  for (std::size_t i = 0; i < point; ++i) {
    std::vector<engine::Event> events;
    engine::take_message(*release(), state, kNow, {"m", std::string(kMessages[i]), ""}, events, effects);
  }
  return state;
}

void check(const language::Command& command) {
  if (command.kind == CommandKind::start_flow) {
    const flow::Flow* flow = release()->find(command.flow);
    INVARIANT(flow != nullptr && !command.flow.starts_with("repair."), "flows are those that users start");
  }
  for (const std::string& option : command.options)
    INVARIANT(release()->find(option) != nullptr, "options are flows");
  INVARIANT(command.kind != CommandKind::cannot_handle, "what says nothing is left out");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  engine::State state = state_at(bytes.choose(kMostPoints));
  const auto answer = parse_json(bytes.rest());
  if (!answer) return 0;
  engine::Effects effects;
  engine::advance(*release(), state, {kNow, engine::MessageReceived{"m", "hm", ""}}, effects);
  const Value question = engine::proposals::question(*release(), state, "hm", {});
  INVARIANT(question["schema"].is_map(), "there is always a vocabulary");
  auto commands = engine::proposals::proposed(*release(), state, "hm", *answer, kNow);
  INVARIANT(commands.size() <= engine::proposals::kMostCommands, "commands keep their limit");
  for (const language::Command& command : commands) check(command);
  engine::advance(
      *release(), state, {kNow, engine::CommandsUnderstood{std::move(commands), "model"}}, effects
  );
  const std::string stored = engine::snapshot(state);
  const auto restored = engine::restore(stored);
  INVARIANT(restored.has_value() && engine::snapshot(*restored) == stored, "the state is stored as it is");
  return 0;
}
