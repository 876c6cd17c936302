// Does something for all of a list, some of them at once: one that hangs, on a tool perhaps, holds up no
// other but those that would be too many. For one loop.
#pragma once

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/net/loop.hpp"

namespace parley::turns {

// Of what upkeep does.
inline constexpr std::size_t kUpkeepAtOnce = 16;

template <typename Item>
struct Lanes {
  std::vector<Item> items;
  std::function<net::Awaitable<void>(const Item&)> each;
  std::size_t next = 0;
  std::size_t open = 0;
  net::Event all_done;
};

template <typename Item>
net::Awaitable<void> run_lane(std::shared_ptr<Lanes<Item>> lanes) {
  while (lanes->next < lanes->items.size()) co_await lanes->each(lanes->items[lanes->next++]);
  if (--lanes->open == 0) lanes->all_done.happen();
}

// Begins them in order. `each` throws nothing; what it refers to must live until this returns, and its item
// lives as long as it works on it.
template <typename Item>
net::Awaitable<void> some_at_once(
    std::size_t most, std::vector<Item> items, std::function<net::Awaitable<void>(const Item&)> each
) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  auto lanes = std::make_shared<Lanes<Item>>();
  lanes->items = std::move(items);
  lanes->each = std::move(each);
  const std::size_t count = std::min(most, lanes->items.size());
  lanes->open = count;
  for (std::size_t i = 0; i < count; ++i)
    boost::asio::co_spawn(executor, run_lane(lanes), boost::asio::detached);
  if (lanes->open == 0) co_return;
  // The lanes keep what they work on; who waits in there must not keep alive what keeps him.
  net::Event& all_done = lanes->all_done;
  lanes.reset();
  co_await all_done.wait();
}

}  // namespace parley::turns
