// What the parts of the stores' contract share: a store to test, commits to put into it.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::stores::contract {

// How the tests get a store. Only one exists at a time.
struct StoreSource {
  std::function<std::unique_ptr<turns::Store>()> open_fresh;  // with nothing in it
  std::function<std::unique_ptr<turns::Store>()> reopen;      // with everything the last one acknowledged
  // Of a shared store: its clock moves on by more than any lease and claim last.
  std::function<void()> pass_time = {};
};

inline constexpr std::string_view kTenant = "default";

// Two loops, ready to run. They outlive every store, as in a server: a store may still be busy with the post
// that woke a loop up when the coroutine it resumed is long done.
inline std::array<boost::asio::io_context, 2>& loops() {
  static std::array<boost::asio::io_context, 2> both;
  for (auto& loop : both) loop.restart();
  return both;
}

// Runs one coroutine until it is done.
template <typename T>
T wait_for(turns::Awaitable<T> work) {
  auto& loop = loops()[0];
  std::optional<T> outcome;
  boost::asio::co_spawn(
      loop,
      [](turns::Awaitable<T> inner, std::optional<T>& out) -> turns::Awaitable<> {
        out.emplace(co_await std::move(inner));
      }(std::move(work), outcome),
      boost::asio::detached
  );
  loop.run();
  REQUIRE(outcome.has_value());
  return std::move(*outcome);
}

// The value of a Result that must have one.
template <typename T>
T get(Result<T> result) {
  if (!result) FAIL_CHECK(result.error().message);
  REQUIRE(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <typename T>
T get(turns::Awaitable<Result<T>> work) {
  return get(wait_for(std::move(work)));
}

inline Timestamp at(std::int64_t second) {
  return {1'790'000'000 + second, 123'456'789};
}

inline turns::Commit turn_of(std::string id, std::uint64_t sequence, std::string body = "{}") {
  turns::Commit commit;
  commit.conversation = {
      .id = std::move(id),
      .user_id = "ana",
      .channel = "web",
      .release = "r1",
      .flow = "order",
      .owner = "bot",
      .status = "waiting",
      .outcome = "",
      .turn = sequence,
      .sequence = sequence,
      .created_at = at(0),
      .updated_at = at(static_cast<std::int64_t>(sequence)),
  };
  commit.record = {
      .sequence = sequence,
      .turn = sequence,
      .at = at(static_cast<std::int64_t>(sequence)),
      .body = std::move(body),
  };
  return commit;
}

inline turns::StoredConversation load(
    turns::Store& store, std::string_view id, std::string_view tenant = kTenant
) {
  auto stored = get(store.load(tenant, id));
  REQUIRE(stored.has_value());
  return std::move(*stored);
}

inline void put(turns::Store& store, turns::Commit commit, std::string_view tenant = kTenant) {
  get(store.commit(tenant, std::move(commit)));
}

inline ErrorCode refused(turns::Store& store, turns::Commit commit) {
  const auto outcome = wait_for(store.commit(kTenant, std::move(commit)));
  REQUIRE_FALSE(outcome.has_value());
  CHECK_FALSE(outcome.error().message.empty());
  return outcome.error().code;
}

inline std::vector<std::string> bodies(const std::vector<turns::LogRecord>& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(record.body);
  return texts;
}

inline std::vector<std::string> ids(const std::vector<turns::ConversationSummary>& page) {
  std::vector<std::string> names;
  for (const auto& summary : page) names.push_back(summary.id);
  return names;
}

using Texts = std::vector<std::string>;

}  // namespace parley::stores::contract
