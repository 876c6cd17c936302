// Loads conversations: what is asked for while a load is under way is loaded next, together, as one
// transaction for each tenant. With several servers every turn may begin with one.
//
// Belongs to its batcher's thread; reconnects by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "server/stores/postgres/reader.hpp"
#include "server/stores/turn_batcher.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores::postgres {

struct Load {
  std::string tenant;
  Reader::Wanted conversation;
};

using LoadBatcher = TurnBatcher<Load, std::optional<turns::StoredConversation>>;

class Loader {
 public:
  // What is held in memory at once is bounded by this many snapshots and logs behind them.
  static constexpr std::size_t kMost = 64;

  Loader(std::string url, std::string name) : reader_(std::move(url), std::move(name)) {}

  // Sets every outcome; throws nothing.
  void load(std::span<LoadBatcher::Pending> batch);

 private:
  Reader reader_;
};

}  // namespace parley::stores::postgres
