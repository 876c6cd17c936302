// What every store must do when data is erased. Part of check_store_contract().
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/stores/contract_tools.hpp"
#include "server/stores/people_contract.hpp"

namespace parley::stores::contract {

inline turns::Erase erasure_of(Texts conversations, std::string id = "er_1") {
  return {
      .entry = {.erasure_id = std::move(id), .cause = "user", .author = "key:k_1", .begun_at = at(50)},
      .conversations = std::move(conversations),
  };
}

// A conversation with a row in every table: 3 + 2 records with their conversation, and 1 each of the others.
inline void put_full(turns::Store& store, const std::string& id, std::string_view tenant = kTenant) {
  auto first = turn_of(id, 1);
  first.outbox.push_back(
      {.effect_id = id + ".e1", .tool = "shop.charge", .request = "{}", .idempotency_key = id}
  );
  first.timers.push_back({"t1", at(60)});
  first.reviews.push_back(review_of(id + ".r1"));
  first.inbox = turns::InboxEntry{"new", id, "f", id, "answer"};
  put(store, std::move(first), tenant);
  auto second = turn_of(id, 2);
  second.snapshot = "state";
  put(store, std::move(second), tenant);
}

inline Texts expired_ids(turns::Store& store, std::int64_t before, std::uint32_t limit = 100) {
  Texts all;
  std::optional<std::uint64_t> after = 0;
  while (after) {
    auto page = get(store.expired(kTenant, at(before), *after, limit));
    all.insert(all.end(), page.conversations.begin(), page.conversations.end());
    after = page.next;
  }
  return all;
}

inline void check_erasing(const StoreSource& source) {
  auto store = source.open_fresh();
  put_full(*store, "c_1");
  put_full(*store, "c_2");
  put_full(*store, "c_1", "other");
  const auto reopen = [&] {
    store.reset();
    store = source.reopen();
  };

  SUBCASE("of an erased conversation nothing is left; of others and of other tenants nothing is missing") {
    get(store->erase(kTenant, erasure_of({"c_1", "c_unknown"})));
    for (const bool reopened : {false, true}) {
      CAPTURE(reopened);
      if (reopened) reopen();
      CHECK_FALSE(get(store->load(kTenant, "c_1")).has_value());
      CHECK(get(store->records(kTenant, "c_1", 0, 10)).empty());
      CHECK(ids(get(store->list(kTenant, {}))) == Texts{"c_2"});
      CHECK_FALSE(get(store->find_answer(kTenant, "new", "c_1")).has_value());
      CHECK(review_ids(*store, {}) == Texts{"c_2.r1"});
      const auto effects = get(store->pending_effects(kTenant, 10));
      REQUIRE(effects.size() == 1);
      CHECK(effects[0].conversation_id == "c_2");
      const auto timers = get(store->due_timers(kTenant, at(70), 10));
      REQUIRE(timers.size() == 1);
      CHECK(timers[0].conversation_id == "c_2");
      CHECK(load(*store, "c_2").summary.sequence == 2);
      CHECK(load(*store, "c_1", "other").summary.sequence == 2);
    }
  }
  SUBCASE("what is asked for beside erasing: conversations that are missing, names of settings") {
    for (const char* name : {"grant:a", "grant:b", "grant", "grant;", "other"})
      get(store->put_setting(kTenant, name, "1"));
    get(store->put_setting("other", "grant:c", "1"));
    CHECK(get(store->setting_names(kTenant, "grant:")) == Texts{"grant:a", "grant:b"});
    CHECK(get(store->setting_names(kTenant, "nothing")).empty());
    get(store->erase(kTenant, erasure_of({"c_1"})));
    CHECK(get(store->missing_conversations(kTenant, {"c_1", "c_2"})) == Texts{"c_1"});
    CHECK(get(store->missing_conversations("other", {"c_1", "c_2"})) == Texts{"c_2"});
    CHECK(get(store->missing_conversations(kTenant, {})).empty());
  }
  SUBCASE("a turn of an erased conversation that was under way comes too late; its id may be used anew") {
    get(store->erase(kTenant, erasure_of({"c_1"})));
    CHECK(refused(*store, turn_of("c_1", 3)) == ErrorCode::conflict);
    put(*store, turn_of("c_1", 1, "anew"));
    CHECK(bodies(load(*store, "c_1").records) == Texts{"anew"});
    CHECK(ids(get(store->list(kTenant, {}))) == Texts{"c_1", "c_2"});
  }
  SUBCASE("what is remembered of a user goes with the user, and the settings that are named") {
    auto turn = turn_of("c_3", 1);
    turn.memory = {{"diet", "\"vegan\"", at(1)}, {"city", "\"Bonn\"", at(1)}};
    put(*store, turn);
    auto other = turn_of("c_4", 1);
    other.conversation.user_id = "bo";
    other.memory = {{"diet", "\"fish\"", at(2)}};
    put(*store, other);
    for (const char* user : {"ana", "bo", ""})
      get(store->put_vectors(kTenant, user, {{"key", "bytes"}}, at(1)));
    get(store->put_setting(kTenant, "about.ana", "1"));
    get(store->put_setting(kTenant, "about.bo", "1"));
    auto piece = erasure_of({});
    piece.user_id = "ana";
    piece.settings = {"about.ana"};
    get(store->erase(kTenant, piece));
    CHECK(get(store->memory(kTenant, "ana")).empty());
    CHECK(get(store->memory(kTenant, "bo")).size() == 1);
    CHECK(get(store->vectors(kTenant, "ana", {"key"})).empty());
    CHECK(get(store->vectors(kTenant, "bo", {"key"})).size() == 1);
    CHECK(get(store->vectors(kTenant, "", {"key"})).size() == 1);
    CHECK_FALSE(get(store->setting(kTenant, "about.ana")).has_value());
    CHECK(get(store->setting(kTenant, "about.bo")).has_value());
    CHECK(get(store->erasures(kTenant, 10)).at(0).rows == 4);
  }
  SUBCASE("of conversations that are past only those are erased that are so when it is written") {
    auto late = turn_of("c_2", 3);
    late.record.at = late.conversation.updated_at = at(30);
    put(*store, late);
    auto piece = erasure_of({"c_1", "c_2", "c_unknown"});
    piece.before = at(30);
    get(store->erase(kTenant, piece));
    CHECK(ids(get(store->list(kTenant, {}))) == Texts{"c_2"});
    CHECK(load(*store, "c_2").summary.sequence == 3);
    CHECK(review_ids(*store, {}) == Texts{"c_2.r1"});
    CHECK(get(store->erasures(kTenant, 10)).at(0).conversations == 1);
    piece.before = Timestamp{.seconds = at(30).seconds, .nanos = at(30).nanos + 1};
    get(store->erase(kTenant, piece));
    CHECK(get(store->list(kTenant, {})).empty());
  }
  SUBCASE("the record of an erasure adds its pieces up, and is finished with the last one") {
    get(store->erase(kTenant, erasure_of({"c_1"})));
    CHECK_FALSE(get(store->erasures(kTenant, 10)).at(0).finished_at.has_value());
    auto last = erasure_of({"c_2"});
    last.entry.finished_at = at(51);
    get(store->erase(kTenant, last));
    get(store->erase(kTenant, erasure_of({}, "er_2")));
    reopen();
    const auto entries = get(store->erasures(kTenant, 10));
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].erasure_id == "er_2");
    CHECK(entries[1].erasure_id == "er_1");
    CHECK(entries[1].cause == "user");
    CHECK(entries[1].author == "key:k_1");
    CHECK(entries[1].begun_at == at(50));
    CHECK(entries[1].finished_at == at(51));
    CHECK(entries[1].conversations == 2);
    CHECK(entries[1].rows == 16);
    CHECK(get(store->erasures(kTenant, 1)).size() == 1);
    CHECK(get(store->erasures("other", 10)).empty());
  }
}

inline void check_expiry(const StoreSource& source) {
  auto store = source.open_fresh();
  for (int i = 1; i <= 9; ++i) {
    auto turn = turn_of("c_" + std::to_string(i), 1);
    turn.conversation.created_at = turn.record.at = turn.conversation.updated_at = at(10 * i);
    if (i == 2) turn.timers.push_back({"t1", at(999)});
    if (i == 3)
      turn.outbox.push_back({.effect_id = "e1", .tool = "t", .request = "{}", .idempotency_key = "k"});
    put(*store, turn);
  }
  auto active = turn_of("c_4", 2);
  active.record.at = active.conversation.updated_at = at(500);
  put(*store, active);
  CHECK(expired_ids(*store, 5).empty());
  CHECK(expired_ids(*store, 10).empty());  // not before, but at that moment
  for (const std::uint32_t limit : {1U, 2U, 100U}) {
    CAPTURE(limit);
    CHECK(expired_ids(*store, 71, limit) == Texts{"c_1", "c_5", "c_6", "c_7"});
  }
  auto settled = turn_of("c_3", 2);
  settled.record.at = settled.conversation.updated_at = at(31);
  settled.outbox.push_back(
      {.effect_id = "e1",
       .tool = "t",
       .request = "{}",
       .idempotency_key = "k",
       .state = turns::EffectState::done}
  );
  put(*store, settled);
  CHECK(expired_ids(*store, 45) == Texts{"c_1", "c_3"});
  CHECK(get(store->expired("other", at(100), 0, 10)).conversations.empty());
}

}  // namespace parley::stores::contract
