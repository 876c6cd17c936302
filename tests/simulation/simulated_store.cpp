#include "tests/simulation/simulated_store.hpp"

#include <utility>

namespace parley::simulation {

namespace {

std::unexpected<Error> lost() {
  return fail(ErrorCode::unavailable, "the store is lost");
}

}  // namespace

void SimulatedStore::write(UnderWay& work) {
  if (mistake_ == Mistake::forgets_answers) {
    work.commit.inbox.reset();
    work.commit.merged.clear();
  }
  const std::string who = "store " + work.commit.conversation.id;
  const std::string body = work.commit.record.body;
  work.outcome = at_once(inner_.commit(work.tenant, std::move(work.commit)));
  timeline_.note(who, work.outcome ? body : work.outcome.error().message);
}

turns::Awaitable<Result<void>> SimulatedStore::commit(std::string_view tenant, turns::Commit commit) {
  Random& random = timeline_.random;
  const bool dropped = random.chance(faults_.commit_dropped);
  const bool unheard = random.chance(faults_.commit_unheard);
  // A store with one of these mistakes is slow as well, so that crashes find it at work.
  const bool slow = mistake_ == Mistake::acknowledges_before_commit || mistake_ == Mistake::tears_commits;
  const std::uint64_t written_after = random.between(1, slow ? 400 : 20);
  const std::uint64_t heard_after = written_after + random.between(0, 20);
  if (dropped) {
    co_await wait(timeline_, heard_after);
    co_return lost();
  }
  const auto work = std::make_shared<UnderWay>(std::string(tenant), std::move(commit));
  under_way_.push_back(work);
  timeline_.after(written_after, Owner::process, [this, work] {
    std::erase(under_way_, work);
    write(*work);
  });
  if (mistake_ == Mistake::acknowledges_before_commit) {
    co_await wait(timeline_, written_after / 4);
    co_return Result<void>();
  }
  co_await wait(timeline_, heard_after);
  if (unheard) co_return lost();
  co_return std::move(work->outcome);
}

void SimulatedStore::crash() {
  for (const auto& work : std::exchange(under_way_, {})) {
    const bool reached_disk = timeline_.random.chance(500);
    if (mistake_ == Mistake::tears_commits) {
      work->commit.outbox.clear();
      work->commit.inbox.reset();
    }
    if (reached_disk) write(*work);
  }
}

turns::Awaitable<bool> SimulatedStore::read_fails() {
  const bool fails = timeline_.random.chance(faults_.read_fails);
  co_await wait(timeline_, timeline_.random.between(0, 5));
  co_return fails;
}

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> SimulatedStore::load(
    std::string_view tenant, std::string_view conversation_id
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.load(tenant, conversation_id);
}

turns::Awaitable<Result<std::vector<turns::PendingEffect>>> SimulatedStore::pending_effects(
    std::string_view tenant, std::uint32_t limit
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.pending_effects(tenant, limit);
}

turns::Awaitable<Result<std::vector<turns::DueTimer>>> SimulatedStore::due_timers(
    std::string_view tenant, Timestamp now, std::uint32_t limit
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.due_timers(tenant, now, limit);
}

turns::Awaitable<Result<std::optional<turns::InboxEntry>>> SimulatedStore::find_answer(
    std::string_view tenant, std::string_view scope, std::string_view key
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.find_answer(tenant, scope, key);
}

}  // namespace parley::simulation
