// The outcome of a run of conversation tests, as text, JSON and JUnit XML. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assistant/testing/coverage.hpp"
#include "assistant/testing/dialogue.hpp"
#include "base/value.hpp"

namespace parley::cli {

struct PlayedTest {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t turns = 0;
  double seconds = 0;
  std::vector<assistant::TestFailure> failures;
  std::string transcript;  // what was said, for those who read a report
};

struct TestRun {
  std::vector<PlayedTest> tests;
  assistant::Coverage coverage;

  [[nodiscard]] std::size_t failed() const;
};

// "ok    …  0.2 ms", or "FAIL  …" with each failure's file:line and what was expected and said.
[[nodiscard]] std::string render(const PlayedTest& test);
// "13 passed, 0 failed in 0.02 s"
[[nodiscard]] std::string summary(const TestRun& run);
[[nodiscard]] Value to_value(const TestRun& run, bool with_coverage);
[[nodiscard]] std::string junit(const TestRun& run);

}  // namespace parley::cli
