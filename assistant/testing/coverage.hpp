// What a run of tests has reached: steps, the ways out of them, and repairs, with the lines of what it has
// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "assistant/testing/stage.hpp"
#include "base/value.hpp"
#include "engine/release.hpp"

namespace parley::assistant {

// A way out of a step that has several. Ways that lead to the same step are one.
struct BranchCoverage {
  std::string name;  // "yes", "when size > 3, else", "skipped"
  std::uint64_t taken = 0;
};

struct StepCoverage {
  std::string id;
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
  std::uint64_t visits = 0;
  std::vector<BranchCoverage> branches;  // empty: there is one way only
};

struct FlowCoverage {
  std::string flow;
  std::string file;
  std::vector<StepCoverage> steps;

  [[nodiscard]] std::size_t reached() const;
  [[nodiscard]] std::size_t branches() const;
  [[nodiscard]] std::size_t branches_taken() const;
  [[nodiscard]] std::vector<std::string> missing() const;        // step ids
  [[nodiscard]] std::vector<std::string> missing_lines() const;  // "12" or "12-15"
};

struct HandlerCoverage {
  std::string repair;  // "cancel"
  std::string flow;    // that handles it
  std::uint64_t runs = 0;
};

struct Coverage {
  std::vector<FlowCoverage> flows;        // by id
  std::vector<HandlerCoverage> handlers;  // each pair of repair and flow

  // Of all steps, 0…100; 100 when there are none.
  [[nodiscard]] double percent() const;
};

[[nodiscard]] Coverage coverage(const engine::Release& release, const Visits& visits);
[[nodiscard]] std::string render(const Coverage& coverage);
// One entry a step: [{flow, step, line, last_line, visits, branches: [{name, taken}]}].
[[nodiscard]] Value steps_to_value(const Coverage& coverage);

}  // namespace parley::assistant
