// The assistants under test with their conversation tests, each loaded once.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "assistant/testing/dialogue.hpp"
#include "assistant/testing/snapshot.hpp"
#include "assistant/yaml.hpp"
#include "server/workspace/workspace.hpp"

namespace parley::scenarios {

inline constexpr const char* kFolders[] = {
    "examples/shop", "tests/repair", "tests/scenarios", "tests/tutorial"
};

struct Suite {
  explicit Suite(const std::string& relative)
      : folder(std::string(PARLEY_SOURCE_DIR "/") + relative), space(workspace::load(folder)) {
    for (const std::string& file : space.folder.test_files) {
      const std::string text = contents(file);
      flow::Diagnostics diagnostics;
      const auto document = assistant::read_document(text, file, diagnostics);
      if (document) {
        auto read = assistant::read_tests(*document, file, diagnostics);
        attach_snapshots(read, assistant::read_snapshots(contents(assistant::snapshot_file(file))));
        for (auto& test : read) tests.push_back(std::move(test));
      }
      for (const auto& diagnostic : diagnostics) FAIL_CHECK(flow::render(diagnostic, text));
    }
    REQUIRE(!tests.empty());
  }

  [[nodiscard]] std::string contents(const std::string& file) const {
    std::ifstream in(folder + "/" + file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  assistant::TestResult play(const assistant::ConversationTest& test, assistant::DialogueOptions options = {})
      const {
    options.only_reads = [&](std::string_view tool) { return workspace::only_reads(space.connectors, tool); };
    return assistant::play(
        test,
        *space.release,
        [&](std::string_view tool, const Value& arguments) {
          return workspace::call_tool(space.connectors, tool, arguments);
        },
        options
    );
  }

  std::string folder;
  workspace::Workspace space;
  std::vector<assistant::ConversationTest> tests;
};

inline const Suite& suite(const std::string& folder) {
  static std::map<std::string, Suite> loaded;
  return loaded.try_emplace(folder, folder).first->second;
}

}  // namespace parley::scenarios
