// Erasing as a server does it: conversations are kept no longer than the settings say, the log is told of it,
// and nothing of what this or another server has erased stays in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "server/erasure/eraser.hpp"
#include "server/erasure/follower.hpp"
#include "server/memory/user_memory.hpp"

namespace parley {

// `keep` is asked before each pass, on the loop that runs it: settings change while the server runs.
[[nodiscard]] erasure::Eraser::Upkeep retention(
    std::string tenant, std::function<std::optional<Duration>()> keep
);

// What is in `world` must outlive what is made.
[[nodiscard]] std::unique_ptr<erasure::Eraser> make_eraser(
    erasure::Eraser::World world, std::shared_ptr<memory::UserMemory> memory
);
[[nodiscard]] std::unique_ptr<erasure::Follower> make_follower(
    turns::Store& store,
    std::string tenant,
    turns::TurnDriver& driver,
    std::shared_ptr<memory::UserMemory> memory
);

}  // namespace parley
