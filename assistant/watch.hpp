// Tells when an assistant's folder has changed, once it has been quiet for a moment: editors write a file in
// several moves (new file, rename, attributes), and a checkout touches many at once.
//
// Runs a thread of its own; `on_change` is called on that thread, never twice at the same time. Destroying
// the watcher ends the thread and waits for a call that is under way, so it must not be destroyed from inside
// `on_change`.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.hpp"

namespace parley::assistant {

class Watcher {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Watcher>> start(
      const std::filesystem::path& folder,
      std::function<void()> on_change,
      std::chrono::milliseconds quiet = std::chrono::milliseconds(50)
  );

  virtual ~Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 protected:
  Watcher() = default;
};

}  // namespace parley::assistant
