// One call of a worker's tool, from the moment it is wanted to its answer: it waits for a worker, is handed
// to one, and when that one is lost, its effect class decides whether another gets it.
//
// Belongs to the loop of whoever called: every member runs there. The pool keeps it alive.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/loop.hpp"
#include "server/tools/worker/declarations.hpp"
#include "server/turns/ports.hpp"

namespace parley::tools {

class WorkerPool;

class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::move_only_function<void(Result<turns::ToolAnswer>)>;

  struct Order {
    std::string id;
    ContractPtr contract;
    Value arguments;
    std::string idempotency_key;
    std::uint32_t attempt = 1;
    turns::Caller caller;
    std::chrono::milliseconds patience{};
  };

  PendingCall(WorkerPool& pool, net::Executor executor, Order order, Done done);

  [[nodiscard]] const std::string& id() const { return order_.id; }
  [[nodiscard]] const std::string& tool() const { return order_.contract->tool.id; }
  [[nodiscard]] const net::Executor& executor() const { return executor_; }

  // A worker may be free for it.
  void hand_out();
  // The worker that had it is gone.
  void lost(const std::string& session);
  // The worker says that it is still at it.
  void progressed(const std::string& session);
  void succeed(std::string_view json);
  // `code` as the worker says it.
  void fail_with(const std::string& code, const std::string& message);

 private:
  // unheard: its worker is gone and nobody may repeat it, but its answer may still come.
  enum class Stage : std::uint8_t { waiting, handed_out, unheard, done };

  void on_time();
  void give_up();
  void arm();
  [[nodiscard]] std::string seconds_waited() const;
  void fail_as(ErrorCode code, std::string pointer, std::string message, std::string hint = {});
  void settle(Result<turns::ToolAnswer> answer);

  WorkerPool& pool_;
  net::Executor executor_;
  Order order_;
  Done done_;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, net::Executor> timer_;
  Stage stage_ = Stage::waiting;
  std::string session_;
  std::uint32_t deliveries_ = 0;
  Clock::time_point deadline_;
  Clock::time_point attempt_deadline_;  // of the worker that has it
  Clock::time_point rejoin_until_;      // when unheard
};

}  // namespace parley::tools
