// Part of the stores' contract: who may write to what, when several processes serve from one store. A store
// that one process has for itself keeps the part of it that means something there.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/contract_tools.hpp"

namespace parley::stores::contract {

inline turns::Commit turn_by(
    turns::WorkerId worker, std::string id, std::uint64_t sequence, bool open, std::string body = "{}"
) {
  auto commit = turn_of(std::move(id), sequence, std::move(body));
  commit.worker = worker;
  commit.open = open;
  const auto state = open ? turns::EffectState::started : turns::EffectState::done;
  if (open || sequence > 1) commit.outbox = {{.effect_id = "e1", .tool = "t", .state = state}};
  return commit;
}

// Why it was refused; a refused commit changes nothing.
inline std::string reason(turns::Store& store, turns::Commit commit) {
  const std::string id = commit.conversation.id;
  const auto before = get(store.load(kTenant, id));
  const auto outcome = wait_for(store.commit(kTenant, std::move(commit)));
  if (outcome) return "none";
  CHECK(outcome.error().code == ErrorCode::conflict);
  const auto after = get(store.load(kTenant, id));
  REQUIRE(before.has_value() == after.has_value());
  if (after) {
    CHECK(after->summary.sequence == before->summary.sequence);
    CHECK(after->unsettled == before->unsettled);
  }
  return outcome.error().pointer;
}

inline Texts sorted(Texts texts) {
  std::ranges::sort(texts);
  return texts;
}

inline void check_keys(const StoreSource& source) {
  auto store = source.open_fresh();
  const auto asking = [](std::uint64_t sequence, bool claims, std::string answer) {
    auto commit = turn_of("c_1", sequence);
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f", "c_1", std::move(answer)};
    commit.claims_keys = claims;
    return commit;
  };
  SUBCASE("a turn's first commit claims its key, and later ones of the same turn update its answer") {
    put(*store, asking(1, true, ""));
    put(*store, asking(2, false, "hello"));
    CHECK(get(store->find_answer(kTenant, "user:ana", "k1"))->answer == "hello");
  }
  SUBCASE("a key is claimed once, whoever claims it again") {
    put(*store, asking(1, true, "hello"));
    CHECK(reason(*store, asking(2, true, "again")) == turns::kKeySpent);
    auto merged = turn_of("c_1", 2);
    merged.merged = {{"user:ana", "k1", "f", "c_1", "again"}};
    merged.claims_keys = true;
    CHECK(reason(*store, merged) == turns::kKeySpent);
    CHECK(get(store->find_answer(kTenant, "user:ana", "k1"))->answer == "hello");
    put(*store, turn_of("c_1", 2));
  }
  SUBCASE("a commit out of sequence says so") {
    put(*store, turn_of("c_1", 1));
    CHECK(reason(*store, turn_of("c_1", 1)) == turns::kMovedOn);
    CHECK(reason(*store, turn_of("c_1", 3)) == turns::kMovedOn);
  }
}

inline void check_sole_process(turns::Store& store) {
  const auto worker = get(store.enroll("only"));
  CHECK(get(store.beat(worker)));
  for (const char* id : {"c_1", "c_2", "c_3"}) put(store, turn_by(worker, id, 1, true));
  put(store, turn_by(worker, "c_2", 2, false));
  CHECK(get(store.standing(kTenant, "c_2"))->sequence == 2);
  CHECK_FALSE(get(store.standing(kTenant, "nobody")).has_value());
  // What was left open is its own, and it may go on.
  CHECK(sorted(get(store.claim_left_over(kTenant, worker, 10))) == Texts{"c_1", "c_3"});
  CHECK(get(store.claim_left_over(kTenant, worker, 1)).size() == 1);
  CHECK(get(store.take_over(kTenant, "c_1", 0, worker)));
  put(store, turn_by(worker, "c_1", 2, false));
  auto timer = turn_of("c_1", 3);
  timer.timers = {{"t1", at(5)}};
  put(store, timer);
  CHECK(get(store.claim_timers(kTenant, at(4), worker, 10)).empty());
  CHECK(get(store.claim_timers(kTenant, at(5), worker, 10)).size() == 1);
  get(store.retire(worker));
}

inline void check_lives(const StoreSource& source, turns::Store& store) {
  SUBCASE("a worker that was silent for too long is dead once somebody looks, and stays dead") {
    const auto silent = get(store.enroll("silent"));
    const auto other = get(store.enroll("other"));
    CHECK(other > silent);
    put(store, turn_by(silent, "c_1", 1, false));
    source.pass_time();
    CHECK(get(store.beat(other)));  // late, but nobody had looked
    CHECK_FALSE(get(store.beat(silent)));
    CHECK_FALSE(get(store.beat(silent)));
    CHECK(reason(store, turn_by(silent, "c_1", 2, false)) == turns::kWorkerDead);
    CHECK(reason(store, turn_by(silent, "c_new", 1, false)) == turns::kWorkerDead);
    put(store, turn_by(other, "c_1", 2, false));
    const auto anew = get(store.enroll("silent"));
    CHECK(anew > other);
    put(store, turn_by(anew, "c_1", 3, false));
  }
  SUBCASE("a worker that ends as it should is gone at once") {
    const auto worker = get(store.enroll("leaves"));
    put(store, turn_by(worker, "c_1", 1, true));
    get(store.retire(worker));
    CHECK_FALSE(get(store.beat(worker)));
    const auto next = get(store.enroll("next"));
    CHECK(get(store.claim_left_over(kTenant, next, 10)) == Texts{"c_1"});
  }
}

inline void check_open_turns(const StoreSource& source, turns::Store& store) {
  const auto owner = get(store.enroll("owner"));
  const auto other = get(store.enroll("other"));
  SUBCASE("a conversation in the middle of a turn is its worker's, until the turn's last commit") {
    put(store, turn_by(owner, "c_1", 1, true));
    auto stored = load(store, "c_1");
    CHECK(stored.unsettled);
    CHECK(stored.worker == owner);
    CHECK(stored.worker_lives);
    CHECK(reason(store, turn_by(other, "c_1", 2, false)) == turns::kTakenOver);
    put(store, turn_by(owner, "c_1", 2, true));
    CHECK(get(store.standing(kTenant, "c_1"))->worker == owner);
    put(store, turn_by(owner, "c_1", 3, false));
    stored = load(store, "c_1");
    CHECK_FALSE(stored.unsettled);
    CHECK(stored.worker == 0);
    CHECK(get(store.standing(kTenant, "c_1"))->sequence == 3);
    CHECK_FALSE(get(store.standing(kTenant, "nobody")).has_value());
    put(store, turn_by(other, "c_1", 4, false));
  }
  SUBCASE("a turn is taken over from the dead only, by one, and the dead one's commits are refused") {
    put(store, turn_by(owner, "c_1", 1, true));
    CHECK_FALSE(get(store.take_over(kTenant, "c_1", owner, other)));  // it lives
    source.pass_time();
    CHECK_FALSE(load(store, "c_1").worker_lives);
    CHECK(get(store.beat(other)));
    const auto third = get(store.enroll("third"));
    CHECK_FALSE(get(store.take_over(kTenant, "c_1", third, other)));  // not the third's
    CHECK(get(store.take_over(kTenant, "c_1", owner, other)));
    CHECK(get(store.take_over(kTenant, "c_1", owner, other)));        // asked again: still so
    CHECK_FALSE(get(store.take_over(kTenant, "c_1", owner, third)));  // too late
    CHECK(load(store, "c_1").worker == other);
    CHECK(reason(store, turn_by(owner, "c_1", 2, false)) == turns::kWorkerDead);
    CHECK(reason(store, turn_by(third, "c_1", 2, false)) == turns::kTakenOver);
    put(store, turn_by(other, "c_1", 2, false));
    CHECK_FALSE(get(store.take_over(kTenant, "c_1", 0, third)));  // nothing is open any more
    CHECK_FALSE(get(store.take_over(kTenant, "c_none", owner, other)));
  }
  SUBCASE("a turn that was open before there were workers is left over") {
    auto old = turn_by(0, "c_1", 1, true);
    put(store, old);
    CHECK(load(store, "c_1").worker == 0);
    CHECK(get(store.take_over(kTenant, "c_1", 0, owner)));
    put(store, turn_by(owner, "c_1", 2, false));
  }
}

inline void check_left_over(const StoreSource& source, turns::Store& store) {
  const auto dead = get(store.enroll("dead"));
  const auto first = get(store.enroll("first"));
  const auto second = get(store.enroll("second"));
  for (int i = 0; i < 6; ++i) put(store, turn_by(dead, "d_" + std::to_string(i), 1, true));
  put(store, turn_by(first, "own", 1, true));
  put(store, turn_by(dead, "settled", 1, false));
  CHECK(get(store.claim_left_over(kTenant, first, 10)).empty());  // all of them live
  source.pass_time();
  CHECK(get(store.beat(first)));
  const auto third = get(store.enroll("third"));
  CHECK(get(store.claim_left_over(kTenant, second, 10)).empty());  // dead itself by now
  CHECK(reason(store, turn_by(dead, "d_0", 2, false)) == turns::kWorkerDead);
  Texts all = get(store.claim_left_over(kTenant, first, 4));
  CHECK(all.size() == 4);
  const Texts rest = get(store.claim_left_over(kTenant, third, 10));
  CHECK(rest.size() == 2);
  CHECK(get(store.claim_left_over(kTenant, third, 10)).empty());
  all.insert(all.end(), rest.begin(), rest.end());
  CHECK(sorted(all) == Texts{"d_0", "d_1", "d_2", "d_3", "d_4", "d_5"});
  CHECK(load(store, rest[0]).worker == third);
  CHECK(reason(store, turn_by(first, rest[0], 2, false)) == turns::kTakenOver);
  put(store, turn_by(third, rest[0], 2, false));
}

inline void check_timer_claims(const StoreSource& source, turns::Store& store) {
  const auto first = get(store.enroll("first"));
  const auto second = get(store.enroll("second"));
  for (int i = 1; i <= 4; ++i) {
    auto commit = turn_of("c_" + std::to_string(i), 1);
    commit.timers = {{"t", at(i)}};
    put(store, commit);
  }
  const auto claimed = [&](turns::WorkerId worker, std::uint32_t limit) {
    Texts conversations;
    for (const turns::DueTimer& timer : get(store.claim_timers(kTenant, at(3), worker, limit)))
      conversations.push_back(timer.conversation_id);
    return conversations;
  };
  CHECK(claimed(first, 2) == Texts{"c_1", "c_2"});
  CHECK(claimed(second, 10) == Texts{"c_3"});  // the rest of what is due
  CHECK(claimed(second, 10).empty());
  CHECK(get(store.due_timers(kTenant, at(3), 10)).size() == 3);  // a claim hides nothing
  SUBCASE("one that is set anew is nobody's") {
    auto anew = turn_of("c_1", 2);
    anew.timers = {{"t", at(2)}};
    put(store, anew);
    CHECK(claimed(second, 10) == Texts{"c_1"});
  }
  SUBCASE("one that is gone is claimed by nobody") {
    auto gone = turn_of("c_1", 2);
    gone.timers = {{"t", std::nullopt}};
    put(store, gone);
    source.pass_time();
    CHECK(get(store.beat(second)));
    CHECK(claimed(second, 10) == Texts{"c_2", "c_3"});
  }
  SUBCASE("a claim ends with its worker") {
    get(store.retire(first));
    CHECK(claimed(second, 10) == Texts{"c_1", "c_2"});
  }
}

inline void check_workers(const StoreSource& source) {
  SUBCASE("keys") {
    check_keys(source);
  }
  auto store = source.open_fresh();
  if (!store->is_shared()) {
    SUBCASE("alone") {
      check_sole_process(*store);
    }
    return;
  }
  SUBCASE("lives") {
    check_lives(source, *store);
  }
  SUBCASE("open turns") {
    check_open_turns(source, *store);
  }
  SUBCASE("left over") {
    check_left_over(source, *store);
  }
  SUBCASE("timers") {
    check_timer_claims(source, *store);
  }
}

}  // namespace parley::stores::contract
