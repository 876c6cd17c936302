#include "tests/simulation/faults.hpp"

namespace parley::simulation {

Faults Faults::drawn(Random& random, bool several_workers) {
  const auto rate = [&](std::uint64_t most) {
    return random.chance(500) ? static_cast<std::uint32_t>(random.between(1, most)) : 0U;
  };
  Faults faults;
  faults.request_lost = rate(200);
  faults.request_doubled = rate(300);
  faults.answer_lost = rate(200);
  faults.commit_dropped = rate(100);
  faults.commit_unheard = rate(100);
  faults.read_fails = rate(100);
  faults.tool_500_before = rate(150);
  faults.tool_500_after = rate(150);
  faults.tool_cut_before = rate(100);
  faults.tool_cut_after = rate(150);
  faults.tool_hangs = rate(100);
  faults.tool_drips = rate(100);
  faults.tool_refuses = rate(100);
  if (random.chance(700)) faults.crash_every_ms = random.between(300, 20'000);
  if (random.chance(300)) faults.clock_jumps_every_ms = random.between(5'000, 20'000);
  if (several_workers && random.chance(700)) faults.pause_every_ms = random.between(1'000, 15'000);
  return faults;
}

}  // namespace parley::simulation
