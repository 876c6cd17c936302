// What every store must do for people: reviews, and what is remembered of users. Part of
// check_store_contract().
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/stores/contract_tools.hpp"

namespace parley::stores::contract {

inline turns::ReviewEntry review_of(std::string id, std::string assignee = "") {
  return {
      .review_id = std::move(id),
      .kind = "approval",
      .assignee = std::move(assignee),
      .request = R"({"title":"t"})",
      .requested_at = at(1),
      .due = at(100),
  };
}

inline Texts review_ids(turns::Store& store, turns::ReviewFilter filter) {
  Texts names;
  for (const auto& review : get(store.reviews(kTenant, std::move(filter)))) names.push_back(review.review_id);
  return names;
}

inline void check_reviews(const StoreSource& source) {
  auto store = source.open_fresh();
  const auto reopen = [&] {
    store.reset();
    store = source.reopen();
  };

  SUBCASE("a review is listed from the turn that asked to the one that decided, and kept after it") {
    auto asks = turn_of("c_1", 1);
    asks.reviews.push_back(review_of("c_1.e1", "finance"));
    put(*store, asks);
    reopen();
    CHECK(review_ids(*store, {.status = "open"}) == Texts{"c_1.e1"});
    auto open = get(store->review(kTenant, "c_1.e1"));
    REQUIRE(open.has_value());
    CHECK(open->conversation_id == "c_1");
    CHECK(open->kind == "approval");
    CHECK(open->assignee == "finance");
    CHECK(open->request == R"({"title":"t"})");
    CHECK(open->decision.empty());
    CHECK(open->requested_at == at(1));
    CHECK(open->due == at(100));
    CHECK_FALSE(open->decided_at.has_value());

    auto decides = turn_of("c_1", 2);
    decides.decisions.push_back({"c_1.e1", "approved", R"({"reviewer":"bo"})", at(2)});
    put(*store, decides);
    reopen();
    CHECK(review_ids(*store, {.status = "open"}).empty());
    const auto closed = get(store->review(kTenant, "c_1.e1"));
    REQUIRE(closed.has_value());
    CHECK(closed->status == "approved");
    CHECK(closed->decision == R"({"reviewer":"bo"})");
    CHECK(closed->decided_at == at(2));
  }

  SUBCASE("a closed review keeps its first decision") {
    auto asks = turn_of("c_1", 1);
    asks.reviews.push_back(review_of("c_1.e1"));
    asks.decisions.push_back({"c_1.e1", "withdrawn", "{}", at(1)});
    put(*store, asks);
    auto late = turn_of("c_1", 2);
    late.decisions.push_back({"c_1.e1", "approved", "{}", at(2)});
    late.decisions.push_back({"c_1.e9", "approved", "{}", at(2)});
    put(*store, late);
    CHECK(get(store->review(kTenant, "c_1.e1"))->status == "withdrawn");
    CHECK_FALSE(get(store->review(kTenant, "c_1.e9")).has_value());
  }

  SUBCASE("a review where more people have to say yes stays open with those who have, until it is closed") {
    auto asks = turn_of("c_1", 1);
    asks.reviews.push_back(review_of("c_1.e1"));
    put(*store, asks);
    auto first = turn_of("c_1", 2);
    first.decisions.push_back({"c_1.e1", "open", R"({"approvals":["bo"]})", at(2)});
    put(*store, first);
    reopen();
    CHECK(review_ids(*store, {.status = "open"}) == Texts{"c_1.e1"});
    CHECK(get(store->review(kTenant, "c_1.e1"))->decision == R"({"approvals":["bo"]})");
    auto second = turn_of("c_1", 3);
    second.decisions.push_back({"c_1.e1", "approved", R"({"reviewer":"cy"})", at(3)});
    put(*store, second);
    const auto closed = get(store->review(kTenant, "c_1.e1"));
    CHECK(closed->status == "approved");
    CHECK(closed->decision == R"({"reviewer":"cy"})");
    CHECK(closed->decided_at == at(3));
  }

  SUBCASE("a refused commit asks nobody") {
    put(*store, turn_of("c_1", 1));
    auto stale = turn_of("c_1", 1);
    stale.reviews.push_back(review_of("c_1.e1"));
    CHECK(refused(*store, stale) == ErrorCode::conflict);
    CHECK(review_ids(*store, {}).empty());
  }

  SUBCASE("lists are newest first, filtered and paged") {
    for (int i = 1; i <= 5; ++i) {
      const std::string conversation = "c_" + std::to_string(i);
      auto asks = turn_of(conversation, 1);
      asks.reviews.push_back(review_of(conversation + ".e1", i % 2 == 0 ? "sales" : "finance"));
      put(*store, asks);
    }
    CHECK(review_ids(*store, {.limit = 2}) == Texts{"c_5.e1", "c_4.e1"});
    CHECK(review_ids(*store, {.before = "c_4.e1", .limit = 2}) == Texts{"c_3.e1", "c_2.e1"});
    CHECK(review_ids(*store, {.assignee = "sales"}) == Texts{"c_4.e1", "c_2.e1"});
    CHECK(review_ids(*store, {.conversation_id = "c_3"}) == Texts{"c_3.e1"});
    CHECK(review_ids(*store, {.status = "expired"}).empty());
    const auto unknown = wait_for(store->reviews(kTenant, {.before = "c_9.e1"}));
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().code == ErrorCode::not_found);
    CHECK(get(store->reviews("other", {})).empty());
  }
}

inline void check_memory(const StoreSource& source) {
  auto store = source.open_fresh();
  const auto remembered = [&](std::string_view user, std::string_view tenant = kTenant) {
    Texts entries;
    for (const auto& entry : get(store->memory(tenant, user)))
      entries.push_back(entry.name + "=" + *entry.value);
    return entries;
  };
  auto first = turn_of("c_1", 1);
  first.memory = {{"diet", "\"vegan\"", at(1)}, {"city", "\"Bonn\"", at(1)}};
  put(*store, first);

  SUBCASE("what a turn remembers is there for the user's other conversations, the last value of each name") {
    auto second = turn_of("c_2", 1);
    second.memory = {{"diet", "\"none\"", at(2)}, {"diet", "\"fish\"", at(2)}};
    put(*store, second);
    store.reset();
    store = source.reopen();
    CHECK(remembered("ana") == Texts{"city=\"Bonn\"", "diet=\"fish\""});
    CHECK(remembered("bo").empty());
    CHECK(remembered("ana", "other").empty());
  }
  SUBCASE("a name is forgotten by itself") {
    auto second = turn_of("c_1", 2);
    second.memory = {{"diet", std::nullopt, at(2)}, {"unknown", std::nullopt, at(2)}};
    put(*store, second);
    CHECK(remembered("ana") == Texts{"city=\"Bonn\""});
  }
  SUBCASE("a user is forgotten as a whole, and only that one") {
    auto other = turn_of("c_2", 1);
    other.conversation.user_id = "bo";
    other.memory = {{"diet", "\"fish\"", at(2)}};
    put(*store, other);
    get(store->forget_user(kTenant, "ana"));
    get(store->forget_user(kTenant, "nobody"));
    CHECK(remembered("ana").empty());
    CHECK(remembered("bo") == Texts{"diet=\"fish\""});
  }
  SUBCASE("a turn forgets everything of its user, and remembers what comes behind that") {
    get(store->put_vectors(kTenant, "ana", {{"k", "1234"}}, at(1)));
    auto second = turn_of("c_2", 1);
    second.memory = {{"diet", "\"fish\"", at(2)}, {"", std::nullopt, at(2)}, {"size", "9", at(2)}};
    put(*store, second);
    CHECK(remembered("ana") == Texts{"size=9"});
    CHECK(get(store->vectors(kTenant, "ana", {"k"})).empty());
  }
  SUBCASE("what was remembered before a time is forgotten, of all users") {
    auto second = turn_of("c_2", 1);
    second.memory = {{"city", "\"Rome\"", at(5)}};
    put(*store, second);
    get(store->put_vectors(kTenant, "bo", {{"old", "1234"}}, at(1)));
    get(store->put_vectors(kTenant, "bo", {{"new", "1234"}}, at(5)));
    get(store->put_vectors(kTenant, "", {{"faq", "1234"}}, at(1)));
    get(store->forget_before(kTenant, at(5)));
    CHECK(remembered("ana") == Texts{"city=\"Rome\""});
    CHECK(
        get(store->vectors(kTenant, "bo", {"old", "new"})) ==
        std::vector<turns::StoredVector>{{"new", "1234"}}
    );
    CHECK(get(store->vectors(kTenant, "", {"faq"})).size() == 1);
  }
  SUBCASE("vectors stay, each of its user and tenant, and the first of a key") {
    const std::string bytes("\0\1\xFF\0", 4);
    get(store->put_vectors(kTenant, "ana", {{"a", bytes}, {"b", "5678"}}, at(1)));
    get(store->put_vectors(kTenant, "ana", {{"a", "other"}}, at(2)));
    get(store->put_vectors(kTenant, "", {{"a", "knowledge"}}, at(2)));
    store.reset();
    store = source.reopen();
    CHECK(get(store->vectors(kTenant, "ana", {"c", "a"})) == std::vector<turns::StoredVector>{{"a", bytes}});
    CHECK(get(store->vectors(kTenant, "", {"a"})) == std::vector<turns::StoredVector>{{"a", "knowledge"}});
    CHECK(get(store->vectors(kTenant, "bo", {"a", "b"})).empty());
    CHECK(get(store->vectors("other", "ana", {"a"})).empty());
    get(store->forget_user(kTenant, "ana"));
    CHECK(get(store->vectors(kTenant, "ana", {"a", "b"})).empty());
    CHECK(get(store->vectors(kTenant, "", {"a"})).size() == 1);
  }
  SUBCASE("a refused commit remembers nothing") {
    auto stale = turn_of("c_1", 1);
    stale.memory = {{"diet", "\"fish\"", at(2)}};
    CHECK(refused(*store, stale) == ErrorCode::conflict);
    CHECK(remembered("ana") == Texts{"city=\"Bonn\"", "diet=\"vegan\""});
  }
}

}  // namespace parley::stores::contract
