// What keeps conversations no longer than the settings say, and tells the log of it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "server/erasure/eraser.hpp"

namespace parley {

// `keep` is asked before each pass, on the loop that runs it: settings change while the server runs.
[[nodiscard]] erasure::Eraser::Upkeep retention(
    std::string tenant, std::function<std::optional<Duration>()> keep
);

}  // namespace parley
