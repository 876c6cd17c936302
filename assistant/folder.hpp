// An assistant's folder: parley.yaml, rules.yaml, flows/, messages/, tools/, tests/. Everything is optional,
// the folder itself too: what is missing has a default. Reading never stops at the first problem.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "assistant/knowledge.hpp"
#include "assistant/settings.hpp"
#include "base/value.hpp"
#include "flow/analysis/rules.hpp"
#include "flow/diagnostic.hpp"
#include "flow/flow.hpp"
#include "flow/messages.hpp"

namespace parley::assistant {

struct ConnectorDocument {
  std::string file;  // "tools/jira.yaml"
  Value document;    // the OpenAPI description
};

// Files are named relative to the folder, with '/', in diagnostics and keys alike.
struct Folder {
  Settings settings;
  std::vector<flow::FlowPtr> flows;                                  // those without errors, by file name
  std::shared_ptr<const flow::Messages> messages;                    // of messages/; never null
  std::map<std::string, ConnectorDocument, std::less<>> connectors;  // by name, the file's stem
  Knowledge knowledge;                                               // of knowledge/
  std::vector<std::string> test_files;
  std::vector<flow::analysis::Rule> rules;                  // of rules.yaml
  flow::Diagnostics diagnostics;                            // sorted
  std::map<std::string, std::string, std::less<>> sources;  // text of each file that was read
};

// Checks within each file and of the settings; flow::check_all() is the caller's, who knows all the tools,
// and check_flows() what follows it.
[[nodiscard]] Folder read_folder(
    const std::filesystem::path& folder, std::span<const flow::StepSpec* const> step_specs
);

// The analyses of the folder's flows, and its rules. Adds to the folder's diagnostics.
void check_flows(Folder& folder);
[[nodiscard]] flow::analysis::Assistant analysed(const Folder& folder);

// All diagnostics as the terminal shows them, a blank line between two.
[[nodiscard]] std::string render_all(const Folder& folder, bool colour = false);

}  // namespace parley::assistant
