// An assistant's folder as the commands use it: loaded, its tests read, paths as the person may click on
// them. Immutable after open_project().
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/test_document.hpp"
#include "server/ops/config.hpp"
#include "server/workspace/workspace.hpp"

namespace parley::cli {

struct Project {
  std::filesystem::path root;
  workspace::Workspace space;  // diagnostics and sources include those of the tests
  std::vector<assistant::ConversationTest> tests;

  [[nodiscard]] const flow::Diagnostics& diagnostics() const { return space.folder.diagnostics; }
  // "flows/order.yaml" as seen from here: "examples/shop/flows/order.yaml".
  [[nodiscard]] std::string shown(std::string_view file) const;
  [[nodiscard]] std::string render(const flow::Diagnostic& diagnostic, bool colour) const;
};

// An error when there is no assistant in the folder; mistakes in its files are diagnostics.
[[nodiscard]] Result<Project> open_project(const std::filesystem::path& folder);

// The settings of an assistant's folder with flags and environment on top, without reading its flows.
[[nodiscard]] Result<ops::Config> read_configuration(
    const std::filesystem::path& folder, const ops::Assignments& flags
);

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace parley::cli
