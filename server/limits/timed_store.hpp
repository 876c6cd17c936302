// A store whose commits and loads are timed: what the overload monitor looks at. As thread-safe as the store
// it stands before, which must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "server/limits/delay_watch.hpp"
#include "server/turns/forwarding_store.hpp"

namespace parley::limits {

class TimedStore : public turns::ForwardingStore {
 public:
  TimedStore(std::unique_ptr<turns::Store> store, DelayWatch& watch)
      : ForwardingStore(*store), store_(std::move(store)), watch_(watch) {}

  turns::Awaitable<Result<void>> commit(std::string_view tenant, turns::Commit commit) override {
    const DelayWatch::Ticket ticket(watch_);
    co_return co_await inner_.commit(tenant, std::move(commit));
  }
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view id
  ) override {
    const DelayWatch::Ticket ticket(watch_);
    co_return co_await inner_.load(tenant, id);
  }
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load_since(
      std::string_view tenant, std::string_view id, std::uint64_t known
  ) override {
    const DelayWatch::Ticket ticket(watch_);
    co_return co_await inner_.load_since(tenant, id, known);
  }

 private:
  std::unique_ptr<turns::Store> store_;
  DelayWatch& watch_;
};

}  // namespace parley::limits
