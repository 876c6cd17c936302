// Fuzzing in child processes: whatever ends a child is a finding of the parent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assistant/fuzzing/fuzzer.hpp"

namespace parley::cli {

struct FuzzBatch {
  std::uint64_t conversations = 0;
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
  std::optional<std::uint64_t> failed_seed;  // of the conversation in which something is wrong
};

struct FuzzFinding {
  std::string what;
  std::uint64_t seed = 0;
  std::vector<assistant::Line> lines;  // the fewest that show it
};

// Plays conversations with seeds first_seed, first_seed+1… until one fails, the turns are used up or the
// batch is full.
[[nodiscard]] FuzzBatch play_batch(
    const assistant::FuzzWorld& world,
    std::uint64_t first_seed,
    std::uint64_t turns,
    std::uint32_t turns_of_one
);

// What is wrong in the conversation with this seed, shrunk.
[[nodiscard]] FuzzFinding explain(
    const assistant::FuzzWorld& world, std::uint64_t seed, std::uint32_t turns_of_one
);

}  // namespace parley::cli
