// What answers the calls of an assistant, put together: the connectors of its folder, models, what is
// remembered and known, functions of workers, and people who sign in for connectors.
//
// A folder's connectors are made first, so that its flows can be checked against them, and used when the
// flows are. Belongs to the main thread, but for what any loop asks of it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "assistant/settings.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/load.hpp"
#include "server/api/inbound/sign_in.hpp"
#include "server/memory/stored_vectors.hpp"
#include "server/memory/user_memory.hpp"
#include "server/model_setup.hpp"
#include "server/ops/metrics.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
#include "server/tools/tool_table.hpp"
#include "server/tools/worker/pool.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/ports.hpp"
#include "server/vector_setup.hpp"
#include "server/workspace/workspace.hpp"

namespace parley {

class AssistantTools {
 public:
  struct World {
    turns::Store& store;
    turns::Clock& clock;
    ops::Metrics& metrics;
    const VectorPlace& vectors;
    std::string tenant;
    std::string secret;                          // the server's
    std::function<turns::TurnDriver*()> driver;  // once there is one
  };
  AssistantTools(World world, const assistant::Settings& settings);

  // What workers had declared when the server stopped.
  turns::Awaitable<Result<void>> restore_worker_tools();

  // The tools of workers that the folder's files declare.
  void declare(const workspace::Workspace& folder);
  // Ready to be called. An Error without message: everything has been said.
  [[nodiscard]] Result<tools::Connectors> connectors_of(
      const workspace::Workspace& fresh, const assistant::Settings& settings
  );
  // Of the tools that there will be with these connectors.
  [[nodiscard]] std::vector<flow::ToolSignature> signatures_with(const tools::Connectors& connectors) const;
  // From here on they are called, and the models that the settings name.
  void use(tools::Connectors connectors, const assistant::Settings& settings);
  void stop() { table_.stop(); }

  [[nodiscard]] tools::ToolTable& table() { return table_; }
  [[nodiscard]] models::ModelRunner& models() { return *models_; }
  [[nodiscard]] const std::shared_ptr<memory::UserMemory>& memory() const { return memory_; }
  [[nodiscard]] const std::shared_ptr<tools::WorkerPool>& workers() const { return workers_; }
  [[nodiscard]] tools::SignIns& sign_ins() { return *sign_ins_; }
  [[nodiscard]] api::SignInPort& sign_in_port() { return *sign_in_port_; }

  // As the settings say; from any loop.
  [[nodiscard]] bool understands_with_model() const {
    return understands_with_model_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool author_approves_alone() const {
    return author_approves_alone_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] Timestamp keep_memory_since();

 private:
  void make_workers();
  void set_models(const assistant::Settings& settings);

  World world_;
  tools::ToolTable table_;
  std::shared_ptr<models::ModelRunner> models_;
  std::shared_ptr<memory::UserMemory> memory_;
  std::shared_ptr<tools::WorkerPool> workers_;
  std::shared_ptr<memory::StoredVectors> vectors_;
  std::shared_ptr<tools::SignIns> sign_ins_;
  std::unique_ptr<api::SignInPort> sign_in_port_;
  std::atomic<bool> understands_with_model_{false};
  std::atomic<std::uint32_t> memory_days_{0};
  std::atomic<bool> author_approves_alone_{true};
};

}  // namespace parley
