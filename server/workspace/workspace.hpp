// An assistant's folder made ready to run: its flows as a release, its connectors as tools, and every problem
// found on the way. What `serve`, `check`, `test` and `chat` all begin with. Immutable after load(); share it
// between threads.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "assistant/folder.hpp"
#include "base/result.hpp"
#include "base/value.hpp"
#include "engine/release.hpp"
#include "server/tools/tool_table.hpp"
#include "wire/tool.hpp"

namespace parley::workspace {

struct Workspace {
  assistant::Folder folder;      // diagnostics include those across flows
  tools::Connectors connectors;  // in test mode; see live_tools.hpp
  std::map<std::string, std::shared_ptr<const wire::Connector>, std::less<>> described;
  engine::ReleasePtr release;  // of the flows without errors; never null

  [[nodiscard]] bool has_errors() const { return flow::has_errors(folder.diagnostics); }
};

[[nodiscard]] Workspace load(const std::filesystem::path& folder);

// The folder's messages belong to the release like its flows.
[[nodiscard]] engine::AssistantSettings engine_settings(
    const assistant::Settings& settings, std::shared_ptr<const flow::Messages> messages
);

// What a tool answers here and now, for programs without a server. Error::pointer is the failure's code.
[[nodiscard]] Result<turns::ToolAnswer> answer_call(
    const tools::Connectors& connectors, const turns::ToolCall& call
);
// Whether a tool changes nothing outside, as its description says.
[[nodiscard]] bool only_reads(const tools::Connectors& connectors, std::string_view tool);
[[nodiscard]] Result<Value> call_tool(
    const tools::Connectors& connectors, std::string_view tool, const Value& arguments
);

}  // namespace parley::workspace
