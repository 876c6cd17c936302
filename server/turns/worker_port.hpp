// The port between the route that workers connect to and what hands them calls of tools: workers are
// processes of the team that carry out functions of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flow/load.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// The connection to one worker. Any thread.
class WorkerLine {
 public:
  virtual ~WorkerLine() = default;
  // Never blocks. False: it is closed.
  virtual bool send(std::string_view text) = 0;
  virtual void close(std::uint16_t code, std::string reason) = 0;
};

// A worker on its line. Destroyed when the connection is gone: what becomes of its calls is decided then.
class WorkerSession {
 public:
  virtual ~WorkerSession() = default;
  // One message of the worker's. Answers, also to what is wrong with it, go over the line.
  virtual Awaitable<void> take(std::string text) = 0;
  // This server is about to stop: the worker is told.
  virtual void server_stops() = 0;
};

// Thread-safe.
class Workers {
 public:
  virtual ~Workers() = default;

  // Fails when there are as many as may be.
  virtual Result<std::unique_ptr<WorkerSession>> open(std::shared_ptr<WorkerLine> line) = 0;
  // {"data": [a worker…], "tools": [a tool…], "waiting": n} for people.
  [[nodiscard]] virtual Value describe() const = 0;

  // The tools of the connector that flows could call if `document` were declared.
  [[nodiscard]] virtual Result<std::vector<flow::ToolSignature>> signatures_with(
      const std::string& connector, const Value& document
  ) const = 0;
  // From now on, also after a restart. Error::pointer is the place in the document.
  virtual Awaitable<Result<void>> declare(std::string connector, Value document) = 0;
};

}  // namespace parley::turns
