// What goes wrong in one simulation, how often (of 1000), and which mistakes are made on purpose to see
// whether they are found.
#pragma once

#include <cstdint>

#include "tests/simulation/timeline.hpp"

namespace parley::simulation {

// Mistakes of a store, a driver or a connector. A simulation with one must fail; otherwise it proves nothing.
enum class Mistake : std::uint8_t {
  none,
  acknowledges_before_commit,
  tears_commits,      // at a crash a commit's record may be there without its outbox and answer
  forgets_answers,    // a retried request is not recognised: the answers to keys are not kept
  new_key_per_retry,  // every attempt of a call carries a key of its own
  repeats_unsafe,     // an unsafe tool is taken for one that may be called again
  // Of several workers:
  no_fence,               // a commit is taken wherever the conversation is, whoever makes it
  keys_claimed_twice,     // a key is taken as often as it comes
  takes_from_the_living,  // an open turn is anybody's
  believes_in_its_life,   // a worker never doubts that it is registered
};

struct Faults {
  std::uint32_t request_lost = 0;
  std::uint32_t request_doubled = 0;
  std::uint32_t answer_lost = 0;
  std::uint32_t commit_dropped = 0;  // nothing is written and the store says so
  std::uint32_t commit_unheard = 0;  // all is written, but the store says otherwise
  std::uint32_t read_fails = 0;
  std::uint32_t tool_500_before = 0;
  std::uint32_t tool_500_after = 0;
  std::uint32_t tool_cut_before = 0;
  std::uint32_t tool_cut_after = 0;
  std::uint32_t tool_hangs = 0;  // for ever, having acted or not
  std::uint32_t tool_drips = 0;  // acts at once and answers after the deadline
  std::uint32_t tool_refuses = 0;
  std::uint64_t crash_every_ms = 0;  // about; 0: never
  std::uint64_t clock_jumps_every_ms = 0;
  std::uint64_t pause_every_ms = 0;  // of one of several workers; for up to half a minute

  // Each kind is on in half of all simulations, so that every combination comes up.
  static Faults drawn(Random& random, bool several_workers);
};

}  // namespace parley::simulation
