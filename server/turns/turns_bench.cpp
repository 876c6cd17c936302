// What a turn costs in the driver and the engine, without sockets and with a store in memory.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <ctime>

#include "engine/steps/registry.hpp"
#include "flow/load.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/memory_store.hpp"
#include "server/turns/world.hpp"

using namespace parley;
using namespace parley::turns;

namespace {

constexpr std::string_view kLoop =
    R"({"id": "loop", "slots": {"item": {"type": "text", "ask": "What else?", "ask_if": "always"}},
  "steps": [{"id": "ask", "type": "input", "gather": ["item"]},
            {"id": "got", "type": "message", "text": "Got {{ item }}.", "next": "again"},
            {"id": "again", "type": "goto", "step": "ask"}]})";

// Forgets log records, so that memory does not grow while the turns are counted.
class ForgetfulStore : public MemoryStore {
 public:
  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    bytes += commit.record.body.size() + (commit.snapshot ? commit.snapshot->size() : 0);
    if (commit.record.sequence == 1) co_return co_await MemoryStore::commit(tenant, std::move(commit));
    co_return Result<void>();
  }
  std::uint64_t bytes = 0;
};

Awaitable<void> run(
    TurnDriver& driver, ReleaseTable& releases, ForgetfulStore& store, int conversations, int turns_each
) {
  auto document = flow::parse_json_document(kLoop);
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*document, "loop.json", engine::step_specs(), diagnostics);
  for (const auto& d : diagnostics) std::printf("%s\n", d.message.c_str());
  if (flow == nullptr) co_return;
  (void
  )co_await releases.publish("default", {{flow, {}}}, engine::AssistantSettings{}, {.author = "bench"}, {});
  std::vector<std::string> ids;
  for (int i = 0; i < conversations; ++i) {
    ChatRequest request;
    request.flow = "loop";
    ids.push_back((co_await driver.start(request))->conversation_id);
  }
  store.bytes = 0;
  const std::clock_t begun = std::clock();  // processor time: the machine may be busy with other things
  std::size_t answer_bytes = 0;
  for (int turn = 0; turn < turns_each; ++turn) {
    for (const std::string& id : ids) {
      ChatRequest request;
      request.conversation_id = id;
      request.text = "two pizzas";
      const auto answer = co_await driver.chat(std::move(request));
      answer_bytes += answer ? answer->json.size() : 0;
    }
  }
  const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  const double total = static_cast<double>(conversations) * turns_each;
  std::printf(
      "%d conversations x %d turns: %.2f us of processor time a turn (driver and engine), %.0f turns/s on "
      "one core; log and "
      "snapshot %.0f "
      "bytes a turn, answer %.0f bytes\n",
      conversations,
      turns_each,
      seconds * 1e6 / total,
      total / seconds,
      static_cast<double>(store.bytes) / total,
      static_cast<double>(answer_bytes) / total
  );
}

}  // namespace

int main() {
  ForgetfulStore store;
  ReleaseTable releases(store);
  SystemClock clock;
  RandomIds ids;
  Hub hub;
  class NoTools : public ToolRunner {
    [[nodiscard]] bool has(std::string_view) const override { return false; }
    [[nodiscard]] EffectClass effect_class(std::string_view) const override { return EffectClass::unsafe; }
    Awaitable<Result<ToolAnswer>> run(const ToolCall&) override {
      co_return fail(ErrorCode::not_found, "no tools");
    }
  } tools;
  TurnDriver driver({store, tools, releases, clock, ids, hub});
  boost::asio::io_context loop;
  for (const auto& [conversations, turns] : {std::pair{64, 1000}, {5000, 10}}) {
    boost::asio::co_spawn(loop, run(driver, releases, store, conversations, turns), boost::asio::detached);
    loop.run();
    loop.restart();
  }
}
