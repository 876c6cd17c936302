// What the readers of test documents share: reporting mistakes, and the kinds of lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/test_document.hpp"

namespace parley::assistant {

class TestProblems {
 public:
  TestProblems(std::string_view file, flow::Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  [[nodiscard]] std::string_view file() const { return file_; }
  [[nodiscard]] std::size_t count() const { return diagnostics_.size(); }

  void add(std::string code, flow::Position at, std::string message, std::string help);
  void unknown_key(const flow::Node::Member& member, std::vector<std::string_view> known);

 private:
  std::string_view file_;
  flow::Diagnostics& diagnostics_;
};

// One line of a dialogue; its kind is that of its first key. Nothing when it has a mistake.
[[nodiscard]] std::optional<Line> read_line(const flow::Node& line, TestProblems& problems);
// {tool: …, with: …, returns: …} or {tool: …, fails: …}
[[nodiscard]] ToolLine read_tool_line(const flow::Node& line, TestProblems& problems);
// {event: …, data: …}
[[nodiscard]] EventLine read_event_line(const flow::Node& line, TestProblems& problems);

}  // namespace parley::assistant
