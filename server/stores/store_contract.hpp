// What every store must do, written once: the tests of each adapter call check_store_contract() from a
// TEST_CASE.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "server/stores/contract_tools.hpp"
#include "server/stores/erasure_contract.hpp"
#include "server/stores/people_contract.hpp"
#include "server/stores/workers_contract.hpp"

namespace parley::stores::contract {

inline void check_log(const StoreSource& source) {
  auto store = source.open_fresh();

  SUBCASE("what is committed is loaded, also after reopening") {
    auto first = turn_of("c_1", 1, "one");
    first.conversation.outcome = "resolved";
    put(*store, first);
    auto second = turn_of("c_1", 2, "two");
    second.conversation.outcome = "resolved";
    second.record.turn = 1;
    put(*store, second);
    for (const bool reopened : {false, true}) {
      CAPTURE(reopened);
      if (reopened) {
        store.reset();
        store = source.reopen();
      }
      const auto stored = load(*store, "c_1");
      CHECK(stored.summary.id == "c_1");
      CHECK(stored.summary.user_id == "ana");
      CHECK(stored.summary.channel == "web");
      CHECK(stored.summary.release == "r1");
      CHECK(stored.summary.flow == "order");
      CHECK(stored.summary.owner == "bot");
      CHECK(stored.summary.status == "waiting");
      CHECK(stored.summary.outcome == "resolved");
      CHECK(stored.summary.created_at == at(0));
      CHECK(stored.snapshot.empty());
      CHECK(bodies(stored.records) == Texts{"one", "two"});
      CHECK(stored.records[1].sequence == 2);
      CHECK(stored.records[1].turn == 1);
      CHECK(stored.records[1].at == at(2));
    }
    put(*store, turn_of("c_1", 3, "three"));
    CHECK(bodies(load(*store, "c_1").records) == Texts{"one", "two", "three"});
  }

  SUBCASE("turn, sequence and time of a summary are those of the last record, whatever else changed") {
    for (std::uint64_t sequence = 1; sequence <= 40; ++sequence) put(*store, turn_of("c_1", sequence));
    const auto stored = load(*store, "c_1").summary;
    CHECK(stored.turn == 40);
    CHECK(stored.sequence == 40);
    CHECK(stored.updated_at == at(40));
    const auto page = get(store->list(kTenant, {}));
    REQUIRE(page.size() == 1);
    CHECK(page[0].turn == 40);
    CHECK(page[0].sequence == 40);
    CHECK(page[0].updated_at == at(40));
  }

  SUBCASE("a change of what lists show is there with the turn that made it") {
    put(*store, turn_of("c_1", 1));
    auto changed = turn_of("c_1", 2);
    changed.conversation.owner = "human";
    changed.conversation.status = "human";
    changed.conversation.flow = "escalate";
    put(*store, changed);
    const auto summary = load(*store, "c_1").summary;
    CHECK(summary.owner == "human");
    CHECK(summary.status == "human");
    CHECK(summary.flow == "escalate");
  }

  SUBCASE("a commit out of sequence is a conflict and leaves nothing") {
    struct {
      std::string_view name;
      std::string id;
      std::uint64_t sequence;
    } cases[] = {
        {"again", "c_1", 2},
        {"older", "c_1", 1},
        {"with a gap", "c_1", 4},
        {"a new conversation that does not begin at 1", "c_2", 2},
        {"a conversation that exists already", "c_1", 1},
    };
    put(*store, turn_of("c_1", 1, "one"));
    put(*store, turn_of("c_1", 2, "two"));
    for (const auto& c : cases) {
      INFO(c.name);
      auto commit = turn_of(c.id, c.sequence, "wrong");
      commit.conversation.status = "ended";
      commit.snapshot = "wrong";
      commit.outbox = {{.effect_id = "e1", .tool = "t", .request = "wrong"}};
      commit.timers = {{.timer_id = "t1", .due = at(0)}};
      commit.inbox = turns::InboxEntry{"user:ana", "k1", "f", c.id, "wrong"};
      CHECK(refused(*store, commit) == ErrorCode::conflict);
      const auto stored = load(*store, "c_1");
      CHECK(stored.summary.status == "waiting");
      CHECK(stored.snapshot.empty());
      CHECK(bodies(stored.records) == Texts{"one", "two"});
      CHECK(get(store->pending_effects(kTenant, 10)).empty());
      CHECK(get(store->due_timers(kTenant, at(100), 10)).empty());
      CHECK_FALSE(get(store->find_answer(kTenant, "user:ana", "k1")).has_value());
      CHECK_FALSE(get(store->load(kTenant, "c_2")).has_value());
    }
    put(*store, turn_of("c_1", 3, "three"));
  }

  SUBCASE("a record without a sequence or a conversation without an id is refused") {
    CHECK(refused(*store, turn_of("c_1", 0)) == ErrorCode::invalid_input);
    CHECK(refused(*store, turn_of("", 1)) == ErrorCode::invalid_input);
  }

  SUBCASE("a snapshot replaces the one before; loading brings the records after it") {
    for (std::uint64_t sequence = 1; sequence <= 7; ++sequence) {
      auto commit = turn_of("c_1", sequence, std::to_string(sequence));
      if (sequence % 3 == 0) commit.snapshot = "state " + std::to_string(sequence);
      put(*store, commit);
      const auto stored = load(*store, "c_1");
      CHECK(stored.snapshot_sequence == sequence / 3 * 3);
      CHECK(stored.records.size() == sequence % 3);
    }
    const auto stored = load(*store, "c_1");
    CHECK(stored.snapshot == "state 6");
    CHECK(bodies(stored.records) == Texts{"7"});
    CHECK(stored.summary.sequence == 7);
  }

  SUBCASE("who knows a conversation up to a record may be told the rest alone, and else is told all of it") {
    for (std::uint64_t sequence = 1; sequence <= 7; ++sequence) {
      auto commit = turn_of("c_1", sequence, std::to_string(sequence));
      if (sequence % 3 == 0) commit.snapshot = "state " + std::to_string(sequence);
      put(*store, commit);
    }
    for (std::uint64_t known = 0; known <= 9; ++known) {
      CAPTURE(known);
      const auto stored = get(store->load_since(kTenant, "c_1", known));
      REQUIRE(stored.has_value());
      CHECK(stored->summary.sequence == 7);
      if (known > 7 || !stored->snapshot.empty()) {
        CHECK(stored->snapshot == "state 6");
        CHECK(stored->snapshot_sequence == 6);
      } else {
        CHECK(known > 0);
        CHECK(stored->snapshot_sequence == known);
      }
      Texts rest;
      for (std::uint64_t next = stored->snapshot_sequence + 1; next <= 7; ++next)
        rest.push_back(std::to_string(next));
      CHECK(bodies(stored->records) == rest);
    }
    CHECK_FALSE(get(store->load_since(kTenant, "nobody", 3)).has_value());
  }

  SUBCASE("records are read in pages, also those before the snapshot") {
    for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
      auto commit = turn_of("c_1", sequence, std::to_string(sequence));
      commit.snapshot = "state";
      put(*store, commit);
    }
    CHECK(bodies(get(store->records(kTenant, "c_1", 0, 2))) == Texts{"1", "2"});
    CHECK(bodies(get(store->records(kTenant, "c_1", 2, 2))) == Texts{"3", "4"});
    CHECK(bodies(get(store->records(kTenant, "c_1", 4, 2))) == Texts{"5"});
    CHECK(get(store->records(kTenant, "c_1", 5, 2)).empty());
    CHECK(get(store->records(kTenant, "nobody", 0, 2)).empty());
  }
}

inline void check_requests_and_work(const StoreSource& source) {
  auto store = source.open_fresh();

  SUBCASE("an answer is kept for its scope and key, empty while the turn runs") {
    CHECK_FALSE(get(store->find_answer(kTenant, "user:ana", "k1")).has_value());
    auto commit = turn_of("c_1", 1);
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f1", "c_1", ""};
    put(*store, commit);
    CHECK(get(store->find_answer(kTenant, "user:ana", "k1"))->answer.empty());
    commit = turn_of("c_1", 2);
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f1", "c_1", "hello"};
    put(*store, commit);
    store.reset();
    store = source.reopen();
    const auto entry = get(store->find_answer(kTenant, "user:ana", "k1"));
    REQUIRE(entry.has_value());
    CHECK(entry->scope == "user:ana");
    CHECK(entry->key == "k1");
    CHECK(entry->fingerprint == "f1");
    CHECK(entry->conversation_id == "c_1");
    CHECK(entry->answer == "hello");
    CHECK_FALSE(get(store->find_answer(kTenant, "user:bob", "k1")).has_value());
  }

  SUBCASE("one turn may answer several requests") {
    auto commit = turn_of("c_1", 1);
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f1", "c_1", "hello"};
    commit.merged = {{"user:ana", "k2", "f2", "c_1", "hello"}, {"user:ana", "k3", "f3", "c_1", "hello"}};
    put(*store, commit);
    store.reset();
    store = source.reopen();
    for (const char* key : {"k1", "k2", "k3"})
      CHECK(get(store->find_answer(kTenant, "user:ana", key))->answer == "hello");
  }

  SUBCASE("a key that is spent on one request stops another, and the turn with it") {
    auto commit = turn_of("c_1", 1);
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f1", "c_1", ""};
    put(*store, commit);
    auto twin = turn_of("c_2", 1);
    twin.inbox = turns::InboxEntry{"user:ana", "k1", "f1", "c_2", ""};
    CHECK(refused(*store, twin) == ErrorCode::conflict);
    CHECK_FALSE(get(store->load(kTenant, "c_2")).has_value());
    auto other_body = turn_of("c_1", 2);
    other_body.inbox = turns::InboxEntry{"user:ana", "k1", "f2", "c_1", ""};
    CHECK(refused(*store, other_body) == ErrorCode::conflict);
    CHECK(load(*store, "c_1").summary.sequence == 1);
  }

  SUBCASE("an effect is pending from planned until it is settled") {
    using turns::EffectState;
    struct {
      EffectState state;
      std::uint32_t attempt;
      bool pending;
    } cases[] = {
        {EffectState::planned, 0, true},
        {EffectState::started, 1, true},
        {EffectState::started, 2, true},
        {EffectState::in_doubt, 2, false},
        {EffectState::started, 3, true},
        {EffectState::failed, 3, false},
        {EffectState::done, 3, false},
    };
    std::uint64_t sequence = 0;
    for (const auto& c : cases) {
      auto commit = turn_of("c_1", ++sequence);
      CAPTURE(sequence);
      commit.outbox = {{"e1", "stripe.charge", "{\"amount\":5}", "key1", c.state, c.attempt}};
      put(*store, commit);
      const auto pending = get(store->pending_effects(kTenant, 10));
      REQUIRE(pending.size() == (c.pending ? 1 : 0));
      CHECK(load(*store, "c_1").unsettled == c.pending);
      if (!c.pending) continue;
      CHECK(pending[0].conversation_id == "c_1");
      CHECK(pending[0].entry.effect_id == "e1");
      CHECK(pending[0].entry.tool == "stripe.charge");
      CHECK(pending[0].entry.request == "{\"amount\":5}");
      CHECK(pending[0].entry.idempotency_key == "key1");
      CHECK(pending[0].entry.state == c.state);
      CHECK(pending[0].entry.attempt == c.attempt);
    }
  }

  SUBCASE("pending effects come oldest first, up to the limit, and the same id may occur in two conversations"
  ) {
    for (const auto* id : {"c_1", "c_2", "c_3"}) {
      auto commit = turn_of(id, 1);
      commit.outbox = {{.effect_id = "e1", .tool = "t"}, {.effect_id = "e2", .tool = "t"}};
      put(*store, commit);
    }
    CHECK(get(store->pending_effects(kTenant, 100)).size() == 6);
    auto settled = turn_of("c_2", 2);
    settled.outbox = {{.effect_id = "e1", .tool = "t", .state = turns::EffectState::done}};
    put(*store, settled);
    const auto open = get(store->open_effects(kTenant, "c_2"));
    REQUIRE(open.size() == 1);
    CHECK(open[0].effect_id == "e2");
    CHECK(get(store->open_effects(kTenant, "c_1")).size() == 2);
    CHECK(get(store->open_effects(kTenant, "c_none")).empty());
    const auto two = get(store->pending_effects(kTenant, 2));
    REQUIRE(two.size() == 2);
    CHECK(two[0].conversation_id == "c_1");
    CHECK(two[1].entry.effect_id == "e2");
  }

  SUBCASE("timers are due at their time, earliest first, until cancelled; a second start moves one") {
    auto commit = turn_of("c_1", 1);
    commit.timers = {{"late", at(30)}, {"early", at(10)}, {"gone", at(10)}};
    put(*store, commit);
    commit = turn_of("c_2", 1);
    commit.timers = {{"early", at(20)}};
    put(*store, commit);
    commit = turn_of("c_1", 2);
    commit.timers = {{"gone", std::nullopt}, {"never there", std::nullopt}};
    put(*store, commit);

    CHECK(get(store->due_timers(kTenant, at(9), 10)).empty());
    const auto due = get(store->due_timers(kTenant, at(30), 10));
    REQUIRE(due.size() == 3);
    CHECK(due[0].conversation_id == "c_1");
    CHECK(due[0].timer_id == "early");
    CHECK(due[0].due == at(10));
    CHECK(due[1].conversation_id == "c_2");
    CHECK(due[2].timer_id == "late");
    CHECK(get(store->due_timers(kTenant, at(30), 1)).size() == 1);

    commit = turn_of("c_1", 3);
    commit.timers = {{"early", at(40)}};
    put(*store, commit);
    CHECK(get(store->due_timers(kTenant, at(30), 10)).size() == 2);
  }
}

inline void check_lists(const StoreSource& source) {
  auto store = source.open_fresh();

  SUBCASE("lists filter, and page from the newest to the oldest") {
    for (int i = 0; i < 6; ++i) {
      auto commit = turn_of("c_" + std::to_string(i), 1);
      commit.conversation.created_at = at(i);
      commit.conversation.user_id = i % 2 == 0 ? "ana" : "bob";
      commit.conversation.status = i < 3 ? "ended" : "waiting";
      commit.conversation.flow = i == 4 ? "escalate" : "order";
      put(*store, commit);
    }
    put(*store, [] {
      auto commit = turn_of("c_0", 2);  // a new turn does not change the order
      commit.conversation.status = "ended";
      return commit;
    }());
    struct {
      std::string_view name;
      turns::ConversationFilter filter;
      Texts expected;
    } cases[] = {
        {"everything", {}, {"c_5", "c_4", "c_3", "c_2", "c_1", "c_0"}},
        {"first page", {.limit = 2}, {"c_5", "c_4"}},
        {"next page", {.before = "c_4", .limit = 2}, {"c_3", "c_2"}},
        {"after the last", {.before = "c_0"}, {}},
        {"of a user", {.user_id = "bob"}, {"c_5", "c_3", "c_1"}},
        {"of a status", {.status = "ended"}, {"c_2", "c_1", "c_0"}},
        {"of a flow", {.flow = "escalate"}, {"c_4"}},
        {"of all three", {.user_id = "ana", .status = "ended", .flow = "order"}, {"c_2", "c_0"}},
        {"a filtered page", {.user_id = "ana", .before = "c_4", .limit = 1}, {"c_2"}},
        {"none", {.user_id = "eve"}, {}},
    };
    for (const auto& c : cases) {
      INFO(c.name);
      CHECK(ids(get(store->list(kTenant, c.filter))) == c.expected);
    }
    const auto unknown = wait_for(store->list(kTenant, {.before = "c_9"}));
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().code == ErrorCode::not_found);
  }
}

inline void check_flows_and_settings(const StoreSource& source) {
  auto store = source.open_fresh();

  SUBCASE("flow versions stay as they were first published, newest first") {
    get(store->put_flow(kTenant, {"order", "h1", "1", "{}", "id: order", "ana", at(1)}));
    get(store->put_flow(kTenant, {"order", "h2", "2", "{2}", "id: order # 2", "bob", at(2)}));
    get(store->put_flow(kTenant, {"other", "h3", "1", "{}", "", "", at(3)}));
    get(store->put_flow(kTenant, {"order", "h1", "9", "changed", "changed", "eve", at(9)}));
    store.reset();
    store = source.reopen();
    const auto versions = get(store->flow_versions(kTenant, "order"));
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].hash == "h2");
    CHECK(versions[1].hash == "h1");
    const auto first = get(store->flow_by_hash(kTenant, "h1"));
    REQUIRE(first.has_value());
    CHECK(first->flow_id == "order");
    CHECK(first->version == "1");
    CHECK(first->canonical == "{}");
    CHECK(first->source == "id: order");
    CHECK(first->author == "ana");
    CHECK(first->published_at == at(1));
    CHECK_FALSE(get(store->flow_by_hash(kTenant, "h9")).has_value());
    CHECK(get(store->flow_versions(kTenant, "nothing")).empty());
  }

  SUBCASE("a release keeps its flows in order and cannot change; one of them is active") {
    CHECK_FALSE(get(store->active_release(kTenant)).has_value());
    get(store->put_release(kTenant, {"r1", "{\"tone\":1}", {{"b", "h2"}, {"a", "h1"}}}, true, {}));
    get(store->put_release(kTenant, {"r2", "{}", {}}, false, {}));
    get(store->put_release(kTenant, {"r1", "changed", {}}, false, {}));
    CHECK(get(store->active_release(kTenant))->hash == "r1");
    get(store->put_release(kTenant, {"r2", "{}", {}}, true, {}));
    CHECK(get(store->active_release(kTenant))->hash == "r2");
    get(store->put_release(kTenant, {"r1", "", {}}, true, {}));
    store.reset();
    store = source.reopen();
    const auto active = get(store->active_release(kTenant));
    REQUIRE(active.has_value());
    CHECK(active->hash == "r1");
    CHECK(active->settings == "{\"tone\":1}");
    CHECK(active->flows == std::vector<std::pair<std::string, std::string>>{{"b", "h2"}, {"a", "h1"}});
    CHECK(get(store->release(kTenant, "r2"))->hash == "r2");
    CHECK_FALSE(get(store->release(kTenant, "r3")).has_value());
  }

  SUBCASE("a release becomes active only while the one is that it was made from") {
    const turns::PublicationEntry entry{"a", "h1", "published", "ana", "why", "r1", at(1)};
    const auto put_on = [&](std::string base, std::string hash) {
      const auto put = wait_for(store->put_release(kTenant, {hash, "{}", {}}, true, {entry}, base));
      if (!put) CHECK(put.error().pointer == turns::kReleaseChanged);
      return put.has_value();
    };
    CHECK_FALSE(put_on("r1", "r2"));  // nothing is active yet
    CHECK_FALSE(get(store->active_release(kTenant)).has_value());
    CHECK(put_on("", "r1"));
    CHECK_FALSE(put_on("", "r2"));
    CHECK_FALSE(put_on("r2", "r3"));
    CHECK(put_on("r1", "r2"));
    CHECK_FALSE(put_on("r1", "r3"));
    CHECK(put_on("r1", "r2"));  // the very same, by somebody else
    CHECK(get(store->active_release(kTenant))->hash == "r2");
    CHECK_FALSE(get(store->release(kTenant, "r3")).has_value());
    CHECK(get(store->publications(kTenant, "a")).size() == 2);
  }
  SUBCASE("what was published, by whom and why is kept, newest first, and written only when it becomes active"
  ) {
    const turns::PublicationEntry first{"order", "h1", "published", "ana", "first", "r1", at(1)};
    const turns::PublicationEntry second{"order", "h2", "published", "bob", "", "r2", at(2)};
    const turns::PublicationEntry back{"order", "h1", "rolled_back", "eve", "h2 lost orders", "r1", at(3)};
    const turns::PublicationEntry other{"other", "h3", "published", "ana", "", "r1", at(1)};
    get(store->put_release(kTenant, {"r1", "{}", {}}, true, {first, other}));
    get(store->put_release(kTenant, {"r3", "{}", {}}, false, {second}));
    get(store->put_release(kTenant, {"r2", "{}", {}}, true, {second}));
    get(store->put_release(kTenant, {"r1", "{}", {}}, true, {back}));
    store.reset();
    store = source.reopen();
    const auto history = get(store->publications(kTenant, "order"));
    REQUIRE(history.size() == 3);
    CHECK(history[0].action == "rolled_back");
    CHECK(history[0].hash == "h1");
    CHECK(history[0].author == "eve");
    CHECK(history[0].reason == "h2 lost orders");
    CHECK(history[0].release == "r1");
    CHECK(history[0].at == at(3));
    CHECK(history[1].hash == "h2");
    CHECK(history[2].hash == "h1");
    CHECK(get(store->publications(kTenant, "nothing")).empty());
    CHECK(get(store->publications("globex", "order")).empty());
  }

  SUBCASE("settings are replaced and survive") {
    CHECK_FALSE(get(store->setting(kTenant, "token")).has_value());
    get(store->put_setting(kTenant, "token", "one"));
    get(store->put_setting(kTenant, "token", "two"));
    get(store->put_setting(kTenant, "empty", ""));
    store.reset();
    store = source.reopen();
    CHECK(get(store->setting(kTenant, "token")) == "two");
    CHECK(get(store->setting(kTenant, "empty")) == "");
  }

  SUBCASE("a setting is replaced only while it is what it was taken for") {
    using Before = std::optional<std::string>;
    const auto replaced = [&](Before before, std::string_view value, std::string_view tenant = kTenant) {
      const auto done = wait_for(store->replace_setting(tenant, "link", std::move(before), value));
      if (!done) CHECK(done.error().pointer == turns::kSettingChanged);
      return done.has_value();
    };
    CHECK_FALSE(replaced("one", "two"));
    CHECK_FALSE(get(store->setting(kTenant, "link")).has_value());
    CHECK(replaced(std::nullopt, "one"));
    CHECK_FALSE(replaced(std::nullopt, "again"));
    CHECK_FALSE(replaced("other", "two"));
    CHECK_FALSE(replaced("one", "two", "globex"));
    CHECK(replaced("one", "two"));
    CHECK_FALSE(replaced("one", "two"));
    CHECK(replaced("two", ""));
    CHECK(replaced("", "three"));
    CHECK(get(store->setting(kTenant, "link")) == "three");
  }

  SUBCASE("of several who replace a setting at once one succeeds") {
    get(store->put_setting(kTenant, "link", "fresh"));
    auto& loop = loops()[0];
    int successes = 0;
    int refused = 0;
    for (int i = 0; i < 8; ++i) {
      boost::asio::co_spawn(
          loop,
          [](turns::Store& into, int who, int& yes, int& no) -> net::Awaitable<> {
            const auto done =
                co_await into.replace_setting(kTenant, "link", "fresh", "of " + std::to_string(who));
            ++(done ? yes : no);
          }(*store, i, successes, refused),
          boost::asio::detached
      );
    }
    loop.run();
    CHECK(successes == 1);
    CHECK(refused == 7);
  }
}

inline void check_boundaries(const StoreSource& source) {
  auto store = source.open_fresh();

  SUBCASE("tenants share nothing, not even by the same ids") {
    auto commit = turn_of("c_1", 1, "of acme");
    commit.outbox = {{.effect_id = "e1", .tool = "t"}};
    commit.timers = {{"t1", at(0)}};
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f", "c_1", "secret"};
    put(*store, commit, "acme");
    get(store->put_setting("acme", "token", "secret"));
    get(store->put_flow("acme", {"order", "h1", "1", "{}", "", "", at(1)}));
    get(store->put_release("acme", {"r1", "{}", {}}, true, {}));

    put(*store, turn_of("c_1", 1, "of globex"), "globex");
    CHECK(bodies(load(*store, "c_1", "acme").records) == Texts{"of acme"});
    CHECK(bodies(load(*store, "c_1", "globex").records) == Texts{"of globex"});
    for (const std::string_view stranger : {"globex", "never-seen"}) {
      CAPTURE(stranger);
      CHECK(get(store->pending_effects(stranger, 10)).empty());
      CHECK(get(store->due_timers(stranger, at(100), 10)).empty());
      CHECK_FALSE(get(store->find_answer(stranger, "user:ana", "k1")).has_value());
      CHECK_FALSE(get(store->setting(stranger, "token")).has_value());
      CHECK_FALSE(get(store->flow_by_hash(stranger, "h1")).has_value());
      CHECK_FALSE(get(store->active_release(stranger)).has_value());
    }
    CHECK_FALSE(get(store->load("never-seen", "c_1")).has_value());
    CHECK(get(store->list("never-seen", {})).empty());
  }

  SUBCASE("names that could mean another tenant or a path are refused") {
    for (const std::string_view name : {"", "..", "a/b", "Acme", "a.db", "a b"}) {
      CAPTURE(name);
      const auto written = wait_for(store->commit(name, turn_of("c_1", 1)));
      REQUIRE_FALSE(written.has_value());
      CHECK(written.error().code == ErrorCode::invalid_input);
      const auto read = wait_for(store->load(name, "c_1"));
      REQUIRE_FALSE(read.has_value());
      CHECK(read.error().code == ErrorCode::invalid_input);
    }
  }

  SUBCASE("texts are bytes: NUL, broken UTF-8 and quotes come back as they were") {
    using namespace std::string_literals;
    const std::string odd[] = {"a\0b"s, "\0"s, "\xff\xfe\x80"s, "\xc3"s, "'; DROP TABLE record; --"s, ""s};
    int number = 0;
    for (const std::string& text : odd) {
      const std::string id = "c" + text + std::to_string(number++);
      CAPTURE(number);
      auto commit = turn_of(id, 1, text);
      commit.conversation.user_id = text;
      commit.snapshot = text;
      commit.outbox = {{.effect_id = "e" + text, .tool = text, .request = text, .idempotency_key = text}};
      commit.inbox = turns::InboxEntry{text, "k" + text, text, id, text};
      put(*store, commit);
      put(*store, turn_of(id, 2, text));
      const auto stored = load(*store, id);
      CHECK(stored.summary.id == id);
      CHECK(stored.snapshot == text);
      REQUIRE(stored.records.size() == 1);
      CHECK(stored.records[0].body == text);
      const auto answer = get(store->find_answer(kTenant, text, "k" + text));
      REQUIRE(answer.has_value());
      CHECK(answer->answer == text);
      CHECK(get(store->pending_effects(kTenant, 100)).back().entry.request == text);
    }
  }

  SUBCASE("a healthy store says so") {
    get(store->check());
  }
}

inline void check_concurrency(const StoreSource& source) {
  SUBCASE(
      "1,000 commits to 50 conversations from two loops: each in order, nothing lost, readers see their own"
  ) {
    auto store = source.open_fresh();
    constexpr int kConversations = 50;
    constexpr int kTurns = 20;
    std::atomic<int> failures = 0;
    const auto talk = [](turns::Store& s, std::string id, std::atomic<int>& failed) -> turns::Awaitable<> {
      for (std::uint64_t sequence = 1; sequence <= kTurns; ++sequence) {
        auto commit = turn_of(id, sequence, id + "/" + std::to_string(sequence));
        if (sequence % 4 == 0) commit.snapshot = id;
        const auto written = co_await s.commit(kTenant, std::move(commit));
        if (!written) ++failed;
        if (sequence % 5 != 0) continue;
        const auto stored = co_await s.load(kTenant, id);
        if (!stored || !*stored || (*stored)->summary.sequence != sequence) ++failed;
      }
    };
    auto& both = loops();
    for (int i = 0; i < kConversations; ++i) {
      boost::asio::co_spawn(
          both[i % 2], talk(*store, "c_" + std::to_string(i), failures), boost::asio::detached
      );
    }
    std::thread other([&] { both[1].run(); });
    both[0].run();
    other.join();
    CHECK(failures == 0);

    store.reset();
    store = source.reopen();
    CHECK(get(store->list(kTenant, {.limit = 1000})).size() == kConversations);
    for (int i = 0; i < kConversations; ++i) {
      const std::string id = "c_" + std::to_string(i);
      CAPTURE(id);
      const auto records = get(store->records(kTenant, id, 0, 1000));
      REQUIRE(records.size() == kTurns);
      for (int k = 0; k < kTurns; ++k) CHECK(records[k].body == id + "/" + std::to_string(k + 1));
    }
  }

  SUBCASE("of 40 commits for the same place in one conversation exactly one wins, whatever shares its batch"
  ) {
    auto store = source.open_fresh();
    int won = 0;
    int lost = 0;
    int bystanders = 0;
    const auto rival = [](turns::Store& s, int number, int& w, int& l) -> turns::Awaitable<> {
      const auto outcome = co_await s.commit(kTenant, turn_of("c_1", 1, std::to_string(number)));
      if (outcome) ++w;
      if (!outcome && outcome.error().code == ErrorCode::conflict) ++l;
    };
    const auto bystander = [](turns::Store& s, int number, int& ok) -> turns::Awaitable<> {
      if (co_await s.commit(kTenant, turn_of("b_" + std::to_string(number), 1))) ++ok;
    };
    auto& loop = loops()[0];
    for (int i = 0; i < 40; ++i) {
      boost::asio::co_spawn(loop, rival(*store, i, won, lost), boost::asio::detached);
      boost::asio::co_spawn(loop, bystander(*store, i, bystanders), boost::asio::detached);
    }
    loop.run();
    CHECK(won == 1);
    CHECK(lost == 39);
    CHECK(bystanders == 40);
    CHECK(load(*store, "c_1").records.size() == 1);
  }
}

inline void check_store_contract(const StoreSource& source) {
  // Each in a subcase, so that a pass opens one store and not one per group.
  SUBCASE("log") {
    check_log(source);
  }
  SUBCASE("requests and work") {
    check_requests_and_work(source);
  }
  SUBCASE("lists") {
    check_lists(source);
  }
  SUBCASE("reviews") {
    check_reviews(source);
  }
  SUBCASE("memory") {
    check_memory(source);
  }
  SUBCASE("erasing") {
    check_erasing(source);
  }
  SUBCASE("expiry") {
    check_expiry(source);
  }
  SUBCASE("flows and settings") {
    check_flows_and_settings(source);
  }
  SUBCASE("boundaries") {
    check_boundaries(source);
  }
  SUBCASE("concurrency") {
    check_concurrency(source);
  }
  SUBCASE("workers") {
    check_workers(source);
  }
}

}  // namespace parley::stores::contract
