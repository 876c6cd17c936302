// The composition root: puts configuration, assistant, store, driver and API together and serves until told
// to stop. The only place that knows every concrete class.
#pragma once

#include <filesystem>

#include "server/ops/config.hpp"

namespace parley {

struct ServeOptions {
  std::filesystem::path folder = ".";  // the assistant's; may be empty or missing
  ops::Assignments flags;              // settings by name: {"server.listen", ":9000"}
  bool watch = true;                   // publish the folder's changes as they are saved
};

// The exit code: 0 stopped as told, 1 could not go on (or the flows have mistakes), 3 the configuration or
// the data cannot be used. Banner and messages go to stderr.
[[nodiscard]] int serve(const ServeOptions& options);

}  // namespace parley
