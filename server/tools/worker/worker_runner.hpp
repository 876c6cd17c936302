// The tools of workers as a connector. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/tools/tool_table.hpp"
#include "server/tools/worker/pool.hpp"

namespace parley::tools {

class WorkerRunner : public ConnectorRunner {
 public:
  // Of the connector that a file declares; with "" of all that no file does.
  explicit WorkerRunner(std::shared_ptr<WorkerPool> pool, std::string connector = {})
      : pool_(std::move(pool)), connector_(std::move(connector)) {}

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  // Failure codes: "unknown_tool", "invalid_arguments", "no_worker" and "worker_busy" of calls that were not
  // made, "timeout" and "in_doubt" of those whose outcome nobody knows, "too_large" and "bad_answer" of
  // results, and what the worker says.
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;
  void stop() override { pool_->stop(); }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::string connector_;
};

}  // namespace parley::tools
