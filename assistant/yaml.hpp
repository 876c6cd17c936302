// YAML text to a document tree with positions, with everything that the YAML library lets pass checked here:
// duplicate keys, alias bombs, unclosed quotes, several documents. Pure function of its input; throws
// nothing.
#pragma once

#include <optional>
#include <string_view>

#include "flow/diagnostic.hpp"
#include "flow/document.hpp"

namespace parley::assistant {

struct DocumentLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_nodes = 100'000;  // aliases count as often as they are used
  std::size_t max_depth = 64;
};

// The tree is absent only when nothing can be made of the text; duplicate keys are reported and the first one
// is kept. An empty document is a null node. `file` appears in the diagnostics.
[[nodiscard]] std::optional<flow::Node> read_yaml(
    std::string_view text,
    std::string_view file,
    flow::Diagnostics& diagnostics,
    const DocumentLimits& limits = {}
);

// YAML or, for files named *.json, strict JSON.
[[nodiscard]] std::optional<flow::Node> read_document(
    std::string_view text,
    std::string_view file,
    flow::Diagnostics& diagnostics,
    const DocumentLimits& limits = {}
);

}  // namespace parley::assistant
