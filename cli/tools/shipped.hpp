// The connectors that come with the program: descriptions written for it, and overlays for those that the
// services publish themselves. Main thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace parley::cli {

// Sorted: "github", "jira", …
[[nodiscard]] std::vector<std::string_view> shipped_connectors();

// Puts the connector into the assistant's folder. With --document the service's own description is added
// instead, which `fetch` gets, and beside it the overlay that it needs. An exit code.
[[nodiscard]] int add_shipped(
    const Arguments& arguments,
    std::string_view connector,
    const std::function<Result<std::string>(const std::string& source)>& fetch
);

}  // namespace parley::cli
