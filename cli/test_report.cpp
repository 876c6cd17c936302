#include "cli/test_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace parley::cli {
namespace {

std::string with_decimals(double seconds, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, seconds);
  return text.data();
}

double seconds(const TestRun& run) {
  double sum = 0;
  for (const PlayedTest& test : run.tests) sum += test.seconds;
  return sum;
}

// XML 1.0 has no way to write most control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string place(const PlayedTest& test, const assistant::TestFailure& failure) {
  return test.file + ":" + std::to_string(failure.position.line);
}

Value strings(const std::vector<std::string>& words) {
  ListBuilder list;
  for (const std::string& word : words) list.add(word);
  return list.build();
}

}  // namespace

std::size_t TestRun::failed() const {
  return static_cast<std::size_t>(std::ranges::count_if(tests, [](const PlayedTest& test) {
    return !test.failures.empty();
  }));
}

std::string render(const PlayedTest& test) {
  const std::string duration = "  " + with_decimals(test.seconds * 1000, "%.1f") + " ms\n";
  if (test.failures.empty()) return "ok    " + test.name + duration;
  std::string out = "FAIL  " + test.name + duration;
  for (const auto& failure : test.failures)
    out += "      " + place(test, failure) + "\n        " + failure.message + "\n";
  return out;
}

std::string summary(const TestRun& run) {
  return std::to_string(run.tests.size() - run.failed()) + " passed, " + std::to_string(run.failed()) +
         " failed in " + with_decimals(seconds(run), "%.2f") + " s";
}

Value to_value(const TestRun& run, bool with_coverage) {
  ListBuilder tests;
  for (const PlayedTest& test : run.tests) {
    ListBuilder failures;
    for (const auto& failure : test.failures) {
      failures.add(MapBuilder()
                       .set("file", test.file)
                       .set("line", failure.position.line)
                       .set("message", failure.message)
                       .build());
    }
    tests.add(MapBuilder()
                  .set("name", test.name)
                  .set("file", test.file)
                  .set("line", test.line)
                  .set("turns", test.turns)
                  .set("seconds", test.seconds)
                  .set("passed", test.failures.empty())
                  .set("failures", failures.build())
                  .set("transcript", test.transcript)
                  .build());
  }
  MapBuilder map;
  map.set("passed", run.tests.size() - run.failed()).set("failed", run.failed()).set("tests", tests.build());
  if (!with_coverage) return map.build();
  ListBuilder coverage;
  for (const assistant::FlowCoverage& row : run.coverage.flows) {
    coverage.add(MapBuilder()
                     .set("flow", row.flow)
                     .set("file", row.file)
                     .set("steps", row.steps.size())
                     .set("reached", row.reached())
                     .set("branches", row.branches())
                     .set("branches_taken", row.branches_taken())
                     .set("missing", strings(row.missing()))
                     .set("missing_lines", strings(row.missing_lines()))
                     .build());
  }
  ListBuilder handlers;
  for (const assistant::HandlerCoverage& row : run.coverage.handlers) {
    handlers.add(MapBuilder().set("repair", row.repair).set("flow", row.flow).set("runs", row.runs).build());
  }
  return map.set("coverage", coverage.build()).set("handlers", handlers.build()).build();
}

std::string junit(const TestRun& run) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"parley\" tests=\"" +
                    std::to_string(run.tests.size()) + "\" failures=\"" + std::to_string(run.failed()) +
                    "\" time=\"" + with_decimals(seconds(run), "%.6f") + "\">\n";
  for (const PlayedTest& test : run.tests) {
    out += "  <testcase classname=\"" + xml(test.file) + "\" name=\"" + xml(test.name) + "\" time=\"" +
           with_decimals(test.seconds, "%.6f") + "\"";
    if (test.failures.empty()) {
      out += "/>\n";
      continue;
    }
    out += ">\n";
    for (const auto& failure : test.failures) {
      out += "    <failure message=\"" + xml(place(test, failure) + ": " + failure.message) + "\"/>\n";
    }
    if (!test.transcript.empty()) out += "    <system-out>" + xml(test.transcript) + "</system-out>\n";
    out += "  </testcase>\n";
  }
  return out + "</testsuite>\n";
}

}  // namespace parley::cli
