#include "tests/simulation/simulated_store.hpp"

#include <map>
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
  if (mistake_ == Mistake::keys_claimed_twice) work.commit.claims_keys = false;
  if (mistake_ == Mistake::no_fence) {
    const auto standing = at_once(inner_.standing(work.tenant, work.commit.conversation.id));
    work.commit.record.sequence = (*standing ? (*standing)->sequence : 0) + 1;
    work.commit.worker = 0;
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
  const bool slow = mistake_ == Mistake::acknowledges_before_commit || mistake_ == Mistake::tears_commits ||
                    mistake_ == Mistake::believes_in_its_life;
  const std::uint64_t written_after = random.between(1, slow ? 400 : 20);
  const std::uint64_t heard_after = written_after + random.between(0, 20);
  if (dropped) {
    co_await wait(timeline_, heard_after);
    co_return lost();
  }
  const auto work = std::make_shared<UnderWay>(std::string(tenant), std::move(commit));
  under_way_.push_back(work);
  timeline_.after(written_after, database_for(timeline_.acting), [this, work] {
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

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> SimulatedStore::load_since(
    std::string_view tenant, std::string_view conversation_id, std::uint64_t known
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.load_since(tenant, conversation_id, known);
}

turns::Awaitable<Result<std::vector<turns::PendingEffect>>> SimulatedStore::pending_effects(
    std::string_view tenant, std::uint32_t limit
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.pending_effects(tenant, limit);
}

turns::Awaitable<Result<std::vector<turns::OutboxEntry>>> SimulatedStore::open_effects(
    std::string_view tenant, std::string_view conversation_id
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.open_effects(tenant, conversation_id);
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

// ---- several workers; what is asked here is asked only where the store is shared

turns::Awaitable<bool> SimulatedStore::answer_lost() {
  const bool lost = timeline_.random.chance(faults_.commit_unheard);
  co_await wait(timeline_, timeline_.random.between(0, 5));
  co_return lost;
}

turns::Awaitable<Result<turns::WorkerId>> SimulatedStore::enroll(std::string_view name) {
  if (co_await read_fails()) co_return lost();
  const auto worker = co_await inner_.enroll(name);
  lives_.heard[*worker] = timeline_.now();
  lives_.enrolled_by[*worker] = timeline_.acting;
  timeline_.note(
      "process " + std::to_string(static_cast<std::uint32_t>(timeline_.acting)),
      "is worker " + std::to_string(*worker)
  );
  if (co_await answer_lost()) co_return lost();
  co_return worker;
}

turns::Awaitable<Result<bool>> SimulatedStore::beat(turns::WorkerId worker) {
  if (co_await read_fails()) co_return lost();
  const auto lives = co_await inner_.beat(worker);
  if (*lives) lives_.heard[worker] = timeline_.now();
  if (co_await answer_lost()) co_return lost();
  co_return lives;
}

turns::Awaitable<Result<std::optional<turns::Standing>>> SimulatedStore::standing(
    std::string_view tenant, std::string_view conversation_id
) {
  if (co_await read_fails()) co_return lost();
  co_return co_await inner_.standing(tenant, conversation_id);
}

void SimulatedStore::note_taken(std::string_view conversation, turns::WorkerId from, turns::WorkerId to) {
  timeline_.note(
      "worker " + std::to_string(to), "takes " + std::string(conversation) + " from " + std::to_string(from)
  );
  ++lives_.taken_over;
  const auto heard = lives_.heard.find(from);
  if (heard == lives_.heard.end()) return;
  if (timeline_.now() - heard->second <= static_cast<std::uint64_t>(turns::kWorkerLeaseMs))
    ++lives_.taken_from_the_living;
}

turns::Awaitable<Result<bool>> SimulatedStore::take_over(
    std::string_view tenant, std::string_view conversation_id, turns::WorkerId from, turns::WorkerId to
) {
  if (co_await read_fails()) co_return lost();
  const auto taken = co_await inner_.take_over(tenant, conversation_id, from, to);
  if (*taken) note_taken(conversation_id, from, to);
  if (co_await answer_lost()) co_return lost();
  co_return taken;
}

turns::Awaitable<Result<std::vector<std::string>>> SimulatedStore::claim_left_over(
    std::string_view tenant, turns::WorkerId worker, std::uint32_t limit
) {
  if (!is_shared()) co_return co_await ForwardingStore::claim_left_over(tenant, worker, limit);
  if (co_await read_fails()) co_return lost();
  std::map<std::string, turns::WorkerId> before;
  for (const turns::PendingEffect& effect : *co_await inner_.pending_effects(tenant, UINT32_MAX))
    before[effect.conversation_id] = (*co_await inner_.standing(tenant, effect.conversation_id))->worker;
  if (mistake_ == Mistake::takes_from_the_living) {
    for (const auto& [conversation, whose] : before) at_once(inner_.retire(whose));
  }
  const auto claimed = co_await inner_.claim_left_over(tenant, worker, limit);
  for (const std::string& conversation : *claimed) note_taken(conversation, before[conversation], worker);
  if (co_await answer_lost()) co_return lost();
  co_return claimed;
}

turns::Awaitable<Result<std::vector<turns::DueTimer>>> SimulatedStore::claim_timers(
    std::string_view tenant, Timestamp now, turns::WorkerId worker, std::uint32_t limit
) {
  if (!is_shared()) co_return co_await ForwardingStore::claim_timers(tenant, now, worker, limit);
  if (co_await read_fails()) co_return lost();
  const auto due = co_await inner_.claim_timers(tenant, now, worker, limit);
  if (co_await answer_lost()) co_return lost();
  co_return due;
}

}  // namespace parley::simulation
