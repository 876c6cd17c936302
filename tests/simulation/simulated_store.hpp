// A store on a disk that takes its time, loses commits, and loses the word that a commit was made. What a
// crash finds under way is written whole or not at all.
//
// The truth lies in a MemoryStore, which outlives every process. Each of several processes has its own way to
// it, and what the database was asked to do it does, also when who asked is paused. One thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/memory_store.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/timeline.hpp"

namespace parley::simulation {

class SimulatedStore : public turns::ForwardingStore {
 public:
  SimulatedStore(
      turns::MemoryStore& truth, Timeline& timeline, const Faults& faults, Mistake mistake, Lives& lives
  )
      : ForwardingStore(truth), timeline_(timeline), faults_(faults), mistake_(mistake), lives_(lives) {}

  turns::Awaitable<Result<void>> commit(std::string_view tenant, turns::Commit commit) override;
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load_since(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t known
  ) override;
  turns::Awaitable<Result<std::optional<turns::InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override;

  turns::Awaitable<Result<std::vector<turns::PendingEffect>>> pending_effects(
      std::string_view tenant, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::OutboxEntry>>> open_effects(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override;

  turns::Awaitable<Result<turns::WorkerId>> enroll(std::string_view name) override;
  turns::Awaitable<Result<bool>> beat(turns::WorkerId worker) override;
  turns::Awaitable<Result<std::optional<turns::Standing>>> standing(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<bool>> take_over(
      std::string_view tenant, std::string_view conversation_id, turns::WorkerId from, turns::WorkerId to
  ) override;
  turns::Awaitable<Result<std::vector<std::string>>> claim_left_over(
      std::string_view tenant, turns::WorkerId worker, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::DueTimer>>> claim_timers(
      std::string_view tenant, Timestamp now, turns::WorkerId worker, std::uint32_t limit
  ) override;

  // The process dies: each commit under way has reached the disk, or has not.
  void crash();
  [[nodiscard]] bool idle() const { return under_way_.empty(); }

 private:
  struct UnderWay {
    std::string tenant;
    turns::Commit commit;
    Result<void> outcome;
  };

  void write(UnderWay& work);
  turns::Awaitable<bool> read_fails();
  // What was asked is done, whether or not its answer is heard.
  turns::Awaitable<bool> answer_lost();
  void note_taken(std::string_view conversation, turns::WorkerId from, turns::WorkerId to);

  Timeline& timeline_;
  const Faults& faults_;
  Mistake mistake_;
  Lives& lives_;
  std::vector<std::shared_ptr<UnderWay>> under_way_;  // not written yet
};

// Runs what waits for nothing, such as a MemoryStore's work.
template <typename T>
T at_once(turns::Awaitable<T> work) {
  static boost::asio::io_context loop(1);
  std::optional<T> outcome;
  boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& problem, T value) {
    if (problem) std::rethrow_exception(problem);
    outcome.emplace(std::move(value));
  });
  loop.restart();
  loop.run();
  INVARIANT(outcome.has_value(), "work that waits for nothing is done at once");
  return std::move(*outcome);
}

}  // namespace parley::simulation
