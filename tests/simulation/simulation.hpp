// The whole server in one thread and in simulated time: the real turn driver between clients, a network, a
// store, tools and people that all misbehave, crashing and starting again. In every third seed there are two
// or three workers on one store, which are also paused, beyond their lease, and wake. One seed decides
// everything.
//
// At the end three books are compared: what clients were told, what the store remembers, what the tools saw.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/faults.hpp"

namespace parley::simulation {

struct Report {
  std::uint64_t seed = 0;
  std::string hash;  // of everything that happened, in its order
  std::uint64_t turns = 0;
  std::uint64_t acknowledged = 0;  // requests whose answer a client has seen
  std::uint64_t crashes = 0;
  std::uint64_t pauses = 0;      // of one of several workers
  std::uint64_t taken_over = 0;  // turns that a dead worker had left open
  std::uint64_t effects = 0;
  std::uint64_t calls = 0;
  std::uint64_t reviews = 0;
  std::vector<std::string> violations;
};

// `trace` sees every line that goes into the hash.
[[nodiscard]] Report simulate(
    std::uint64_t seed, Mistake mistake = Mistake::none, std::function<void(std::string_view)> trace = {}
);

}  // namespace parley::simulation
