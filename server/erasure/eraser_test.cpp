#include "server/erasure/eraser.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/grant_names.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/test_driver.hpp"

namespace parley::erasure {
namespace {

using turns::testing::kName;
using turns::testing::kOrder;
using turns::testing::World;

struct Fixture {
  World world;
  std::vector<std::string> forgotten;
  Eraser eraser{Eraser::World{
      world.store,
      world.clock,
      world.ids,
      world.driver.get(),
      [this](const std::string& tenant, const std::string& user) {
        forgotten.push_back(tenant + "/" + user);
      },
  }};

  Fixture() { world.publish({kName, kOrder}); }

  std::string talk(const std::string& user, const std::string& text, std::string conversation = {}) {
    turns::ChatRequest request{
        .conversation_id = std::move(conversation), .user_id = user, .flow = "name", .text = text
    };
    if (!request.conversation_id.empty()) request.flow.clear();
    const auto answer = world.run(world.driver->chat(std::move(request)));
    REQUIRE(answer.has_value());
    return answer->conversation_id;
  }
  std::size_t stored() { return world.run(world.store.list("default", {.limit = 1000})).value().size(); }
};

TEST_CASE(
    "a user is erased in pieces, with what is in memory; others stay; the record tells how much and not whose"
) {
  Fixture f;
  std::string last;
  for (int i = 0; i < 45; ++i) last = f.talk("ana", "hi");
  const std::string other = f.talk("bo", "hi");
  REQUIRE(f.world.run(f.world.store.put_setting("default", turns::forgotten_until("ana"), "1")).has_value());

  const auto erased = f.world.run(f.eraser.erase_user("default", "ana", "key:k_1"));
  REQUIRE(erased.has_value());
  CHECK(erased->cause == "user");
  CHECK(erased->author == "key:k_1");
  CHECK(erased->conversations == 45);
  CHECK(erased->rows > 90);
  CHECK(erased->finished_at.has_value());
  CHECK(f.stored() == 1);
  CHECK(f.forgotten == std::vector<std::string>{"default/ana"});
  CHECK_FALSE(f.world.run(f.world.store.setting("default", turns::forgotten_until("ana"))).value().has_value()
  );
  // The driver had its state in memory.
  CHECK(f.world.run(f.world.driver->conversation("default", last)).error().code == ErrorCode::not_found);
  turns::ChatRequest late{.conversation_id = last, .user_id = "ana", .text = "Ana"};
  CHECK(f.world.run(f.world.driver->chat(std::move(late))).error().code == ErrorCode::not_found);
  f.talk("bo", "Bo", other);
  f.talk("ana", "hi");  // a new one, if ana comes back
  CHECK(f.stored() == 2);
}

TEST_CASE("erasing somebody unknown leaves a record; nobody in particular is refused") {
  Fixture f;
  f.talk("", "hi");
  const auto unknown = f.world.run(f.eraser.erase_user("default", "nobody", "local"));
  REQUIRE(unknown.has_value());
  CHECK(unknown->rows == 0);
  const auto everybody = f.world.run(f.eraser.erase_user("default", "", "local"));
  REQUIRE_FALSE(everybody.has_value());
  CHECK(everybody.error().code == ErrorCode::invalid_input);
  CHECK(f.stored() == 1);
}

TEST_CASE("a turn that runs is waited for; what it calls is not lost and not left over") {
  Fixture f;
  const std::string id = f.talk("ana", "hi");
  auto held = f.world.run(f.world.driver->set_aside("default", id));
  REQUIRE(held.has_value());
  std::optional<Result<turns::ErasureEntry>> erased;
  f.world.spawn<Result<turns::ErasureEntry>>(f.eraser.erase_user("default", "ana", "local"), [&](auto entry) {
    erased = std::move(entry);
  });
  f.world.poll();
  CHECK_FALSE(erased.has_value());
  *held = turns::ConversationTable::Lease();
  f.world.drain();
  REQUIRE(erased.has_value());
  CHECK((*erased)->conversations == 1);
  CHECK(f.stored() == 0);
}

TEST_CASE("what was granted to connectors in a conversation goes with it, and is counted") {
  Fixture f;
  const std::string gone = f.talk("ana", "hi");
  const std::string kept = f.talk("bo", "hi");
  const auto put = [&](const std::string& name) {
    REQUIRE(f.world.run(f.world.store.put_setting("default", name, "sealed")).has_value());
  };
  const std::string stays = turns::grant_name("crm", "people", {.user_id = {}, .conversation_id = kept});
  const std::string team = turns::grant_name("crm", "people", {});
  put(turns::grant_name("crm", "people", {.user_id = {}, .conversation_id = gone}));
  put(turns::grant_name("mail", "people", {.user_id = {}, .conversation_id = gone}));
  put(stays);
  put(team);
  // Of the user, and of one whose id is made to look like something else.
  put(turns::grant_name("crm", "people", {.user_id = "ana", .conversation_id = {}}));
  const std::string odd =
      turns::grant_name("crm", "people", {.user_id = "x:conversation:c_before", .conversation_id = {}});
  put(odd);
  put("grants");  // no grant, but it begins nearly so
  // Of one that is long gone: a grant that was put while it was erased.
  put(turns::grant_name("crm", "people", {.user_id = {}, .conversation_id = "c_before"}));
  const auto names = [&] { return f.world.run(f.world.store.setting_names("default", "grant")).value(); };

  const auto erased = f.world.run(f.eraser.erase_user("default", "ana", "local"));
  REQUIRE(erased.has_value());
  CHECK(names() == std::vector<std::string>{stays, team, odd, "grants"});
  CHECK(erased->conversations == 1);
  const auto again = f.world.run(f.eraser.erase_user("default", "ana", "local"));
  REQUIRE(again.has_value());
  CHECK(again->rows == 0);

  const std::uint64_t of_conversation = [&] {
    const auto without = f.world.run(f.eraser.erase_user("default", "bo", "local"));
    REQUIRE(without.has_value());
    return without->rows;
  }();
  CHECK(names() == std::vector<std::string>{team, odd, "grants"});
  // Both conversations had as many rows; four grants went with the first, one with the second.
  CHECK(erased->rows == of_conversation - 1 + 4);
}

TEST_CASE("what was granted goes with a conversation that is past, too") {
  Fixture f;
  const Duration day{86'400, 0};
  const std::string talk = f.talk("ana", "hi");
  const std::string name = turns::grant_name("crm", "people", {.user_id = {}, .conversation_id = talk});
  REQUIRE(f.world.run(f.world.store.put_setting("default", name, "sealed")).has_value());
  f.world.clock.advance(day);
  f.world.clock.advance({1, 0});
  REQUIRE(f.world.run(f.eraser.erase_expired("default", day)).value().has_value());
  CHECK(f.world.run(f.world.store.setting_names("default", "grant")).value().empty());
}

// Another server adds a turn to a conversation just before a piece is written.
class BusyStore : public turns::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  turns::Awaitable<Result<void>> erase(std::string_view tenant, turns::Erase piece) override {
    if (!busy.empty()) {
      auto stored = co_await inner_.load(tenant, std::exchange(busy, {}));
      turns::Commit turn{.conversation = (*stored)->summary, .record = {}};
      turn.record.sequence = ++turn.conversation.sequence;
      turn.record.turn = ++turn.conversation.turn;
      turn.record.at = turn.conversation.updated_at = at;
      turn.record.body = R"({"events":[],"effects":[]})";
      if (auto committed = co_await inner_.commit(tenant, std::move(turn)); !committed) co_return committed;
    }
    co_return co_await inner_.erase(tenant, std::move(piece));
  }

  std::string busy;
  Timestamp at;
};

TEST_CASE("a turn that comes to another server while its conversation is being erased as past keeps it") {
  Fixture f;
  const Duration day{86'400, 0};
  const std::string kept = f.talk("ana", "hi");
  const std::string gone = f.talk("bo", "hi");
  f.world.clock.advance(day);
  f.world.clock.advance({1, 0});
  BusyStore store(f.world.store);
  store.busy = kept;
  store.at = f.world.clock.now();
  Eraser eraser({store, f.world.clock, f.world.ids, f.world.driver.get()});
  const auto erased = f.world.run(eraser.erase_expired("default", day));
  REQUIRE(erased.value().has_value());
  CHECK((*erased)->conversations == 1);
  const auto left = f.world.run(f.world.store.list("default", {})).value();
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == kept);
  CHECK(f.world.run(f.world.store.records("default", kept, 0, 10)).value().size() == left[0].sequence);
}

TEST_CASE("what is past is erased, and nothing else") {
  Fixture f;
  const Duration day{86'400, 0};
  for (int i = 0; i < 30; ++i) f.talk("u" + std::to_string(i), "hi");
  const std::string kept = f.talk("ana", "hi");
  CHECK_FALSE(f.world.run(f.eraser.erase_expired("default", day)).value().has_value());
  f.world.clock.advance(day);
  f.talk("ana", "Ana", kept);
  f.world.clock.advance({1, 0});
  const auto erased = f.world.run(f.eraser.erase_expired("default", day));
  REQUIRE(erased.has_value());
  REQUIRE(erased->has_value());
  CHECK((*erased)->cause == "retention");
  CHECK((*erased)->conversations == 30);
  CHECK((*erased)->author.empty());
  CHECK(f.stored() == 1);
  f.talk("ana", "blue", kept);
}

}  // namespace
}  // namespace parley::erasure
