// The assistant's folder as what new conversations run on: at a start, and whenever somebody changes it.
// All of it or nothing: what a folder brings beside its flows (tools, models, settings) is used from the
// moment on in which they are, and not at all when they cannot be published. Belongs to the main thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "assistant/watch.hpp"
#include "base/result.hpp"
#include "server/api/api.hpp"
#include "server/api/flow_publisher.hpp"
#include "server/assistant_tools.hpp"
#include "server/banner.hpp"
#include "server/ops/config.hpp"
#include "server/serve.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/releases.hpp"
#include "server/workspace/workspace.hpp"

namespace parley {

class FolderPublication {
 public:
  struct World {
    const ServeOptions& options;
    ops::Config& config;  // becomes what the folder says
    boost::asio::io_context& loop;
    turns::Store& store;
    turns::ReleaseTable& releases;
    api::FlowPublisher& publisher;
    api::Api& api;
    AssistantTools& tools;
    std::string tenant;
  };
  explicit FolderPublication(World world) : world_(std::move(world)), again_(world_.loop) {}

  // The folder's flows, or those of last time when the folder has mistakes. An Error without message:
  // everything has been said.
  turns::Awaitable<Result<void>> publish_first(workspace::Workspace folder);
  void watch();
  void stop();

  // The folder has no flows of its own.
  [[nodiscard]] bool welcomes() const { return welcomes_; }

 private:
  turns::Awaitable<void> reload();
  void begin_reload();
  void try_again();
  turns::Awaitable<Result<void>> publish(workspace::Workspace fresh, ops::Config config);
  turns::Awaitable<void> tell_changes(const api::Published& published);
  turns::Awaitable<VersionChange> version_change(
      const api::FlowChange& change, const engine::ReleasePtr& before
  );

  World world_;
  workspace::Workspace running_;  // what is served
  std::unique_ptr<assistant::Watcher> watcher_;
  boost::asio::steady_timer again_;
  std::chrono::steady_clock::time_point changed_at_;
  bool welcomes_ = false;
  bool reloading_ = false;
  bool changed_again_ = false;
  bool stopping_ = false;
};

}  // namespace parley
