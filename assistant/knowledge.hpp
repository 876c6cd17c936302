// What a team has written down, for the step `search`: the files under knowledge/ of an assistant's folder.
// knowledge/faq.md and everything under knowledge/faq/ are the source `faq`.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flow/diagnostic.hpp"

namespace parley::assistant {

struct KnowledgeFile {
  std::string file;      // "knowledge/faq/returns.md"
  std::string markdown;  // of Markdown and plain text as it is, of HTML its text
};

// By source; files in the order of their names.
using Knowledge = std::map<std::string, std::vector<KnowledgeFile>, std::less<>>;

// Files that cannot be used are diagnostics and left out: over 4 MB (F0104), not to be read (F0603), no UTF-8
// (F0607). All sources together may have 20,000 files and 256 MB (F0607).
[[nodiscard]] Knowledge read_knowledge(const std::filesystem::path& folder, flow::Diagnostics& diagnostics);

}  // namespace parley::assistant
