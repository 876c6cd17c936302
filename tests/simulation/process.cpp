#include "tests/simulation/process.hpp"

#include <boost/asio/detached.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "engine/steps/registry.hpp"
#include "flow/document.hpp"
#include "flow/load.hpp"
#include "server/turns/memory_store.hpp"

namespace parley::simulation {

namespace {

constexpr std::string_view kTools[] = {"read", "keyed", "natural", "reconcile", "unsafe"};

// Asks for one thing after the other and orders each.
std::string order_flow(std::string_view tool) {
  const std::string name(tool);
  return R"({"id": ")" + name + R"(", "slots": {"item": {"type": "text", "ask": "What?", "ask_if": "always"}},
  "steps": [
    {"id": "ask", "type": "input", "gather": ["item"]},
    {"id": "order", "type": "tool", "call": "shop.)" +
         name + R"(", "with": {"item": "{{ item }}"}, "save": "receipt",
     "timeout": "10s", "retry": {"max": 20, "backoff": "1s", "factor": 2, "max_backoff": "4s", "jitter": 0.5}, "on_error": "sorry"},
    {"id": "paid", "type": "message", "text": "paid {{ item }} {{ receipt.id }}"},
    {"id": "again", "type": "goto", "step": "ask"},
    {"id": "sorry", "type": "message", "text": "failed {{ item }} {{ error.code }}"},
    {"id": "more", "type": "goto", "step": "ask"}]})";
}

// Orders two things side by side.
std::string pair_flow() {
  return R"({"id": "pair", "slots": {"item": {"type": "text", "ask": "What?", "ask_if": "always"}},
  "steps": [
    {"id": "ask", "type": "input", "gather": ["item"]},
    {"id": "both", "type": "try", "steps": [
      {"id": "side_by_side", "type": "parallel", "branches": [
        {"steps": [{"id": "one", "type": "tool", "call": "shop.keyed", "with": {"item": "{{ item }}"}, "save": "receipt",
                    "timeout": "10s", "retry": {"max": 20, "backoff": "1s", "max_backoff": "4s"}}]},
        {"steps": [{"id": "two", "type": "tool", "call": "shop.natural", "with": {"item": "{{ item + '-b' }}"},
                    "timeout": "10s", "retry": {"max": 20, "backoff": "1s", "max_backoff": "4s"}}]}]},
      {"id": "paid", "type": "message", "text": "paid {{ item }} {{ receipt.id }}"}],
     "catch": [{"match": "*", "as": "problem", "steps": [
      {"id": "sorry", "type": "message", "text": "failed {{ item }} {{ problem.code }}"}]}]},
    {"id": "again", "type": "goto", "step": "ask"}]})";
}

turns::FlowToPublish compiled(const std::string& json) {
  const auto document = flow::parse_json_document(json);
  INVARIANT(document.has_value(), "the flows of the simulation are JSON");
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*document, "simulation.json", engine::step_specs(), diagnostics);
  INVARIANT(flow != nullptr, "the flows of the simulation have no mistakes");
  return {std::move(flow), json};
}

}  // namespace

turns::ReleaseTable& releases() {
  static turns::MemoryStore store;
  static turns::ReleaseTable table(store);
  static const bool published = [] {
    std::vector<turns::FlowToPublish> flows;
    for (const std::string_view tool : kTools) flows.push_back(compiled(order_flow(tool)));
    flows.push_back(compiled(pair_flow()));
    engine::AssistantSettings settings;
    settings.max_misunderstandings =
        1'000'000;  // nobody is brought in for a message that comes at a bad moment
    return at_once(table.publish("default", std::move(flows), settings, {.author = "simulation"}, {}))
        .has_value();
  }();
  INVARIANT(published, "the flows of the simulation can be published");
  return table;
}

Process::Process(Share share, std::uint32_t number)
    : timeline_(share.timeline),
      owner_(process_owner(number)),
      store_(share.truth, timeline_, share.faults, share.mistake, share.lives),
      tools_(share.tools),
      clock_(timeline_),
      alarms_(timeline_, share.mistake == Mistake::believes_in_its_life),
      ids_(share.ids) {
  Random& random = timeline_.random;
  options_.cached_conversations = random.chance(500) ? 16 : 10'000;  // one in each shard, or all
  options_.snapshot_every = random.between(1, 16);
  options_.upkeep_every = std::chrono::milliseconds(random.between(1'000, 4'000));
  options_.alarms = &alarms_;
  options_.dice = [&random] { return static_cast<std::uint32_t>(random.below(engine::kDiceSides)); };
  options_.log_problem = [this](std::string_view what) { timeline_.note("driver", what); };
}

void Process::start() {
  timeline_.note("process", "starts");
  loop_ = std::make_unique<boost::asio::io_context>(1);
  driver_ = std::make_unique<turns::TurnDriver>(
      turns::TurnDriver::World{store_, tools_, releases(), clock_, ids_, hub_}, options_
  );
  // As a server starts.
  const auto join = [](turns::TurnDriver& driver, boost::asio::io_context& loop) -> turns::Awaitable<void> {
    if (driver.membership().shared()) (void)co_await driver.join();
    boost::asio::co_spawn(loop, driver.run_upkeep("default"), boost::asio::detached);
    (void)co_await driver.recover("default");
  };
  boost::asio::co_spawn(*loop_, join(*driver_, *loop_), boost::asio::detached);
}

void Process::crash() {
  if (!runs()) return;
  timeline_.note("process", "dies");
  // What waits for time to pass goes first, then what was about to run, then the driver that they belong to.
  timeline_.forget_process(owner_);
  driver_->abandon_waiting();
  loop_.reset();
  driver_.reset();
  store_.crash();
}

void Process::pause() {
  if (!runs() || paused()) return;
  timeline_.note("process", "pauses");
  timeline_.pause(owner_);
}

void Process::wake() {
  if (!paused()) return;
  timeline_.note("process", "wakes");
  timeline_.wake(owner_);
}

void Process::poll() {
  if (loop_ == nullptr || paused()) return;
  timeline_.acting = owner_;
  loop_->restart();
  loop_->poll();
}

}  // namespace parley::simulation
