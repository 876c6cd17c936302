// The workers that are connected, and the calls they carry out. Of several that offer a tool the one with the
// fewest calls gets the next, the longest idle first. A call for which nobody is there waits within its
// deadline.
//
// Thread-safe. What belongs to one call is decided on the loop of its caller (PendingCall); the lock here is
// held for looking things up only, never while anything is sent or called.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/tools/worker/declarations.hpp"
#include "server/tools/worker/messages.hpp"
#include "server/tools/worker/pending_call.hpp"
#include "server/turns/worker_port.hpp"

namespace parley::tools {

struct WorkerOptions {
  std::chrono::milliseconds heartbeat{10'000};  // how often a worker shows that it lives
  std::chrono::milliseconds lease{30'000};      // silent for longer, it counts as lost
  std::chrono::milliseconds rejoin{2'000};      // how long the answer of a lost worker is waited for
  std::size_t workers = 256;
  std::size_t capacity = 1'000;  // calls at once of one worker
  std::size_t calls = 10'000;    // all together, those that wait included
  std::size_t result_bytes = 64U << 10U;
  std::string prefix = "w";  // of ids; another one after each start, so that no id comes twice
  // Stores what restore() gets at the next start; without it nothing is kept.
  std::function<turns::Awaitable<Result<void>>(std::string declarations)> keep = {};
  // For the log: "worker connected" and the like.
  std::function<void(std::string_view event, std::string_view worker, std::string_view detail)> note = {};
  // A call has ended: "ok", a code of this side, or "failed" for whatever a worker calls it.
  std::function<void(std::string_view outcome, std::chrono::microseconds took)> count = {};
};

// What the pool has to do at the moment.
struct WorkerLoad {
  std::size_t connected = 0;  // those that take no new calls included
  std::size_t draining = 0;   // of these
  std::size_t under_way = 0;  // calls at workers
  std::size_t waiting = 0;    // calls for which there is none
  std::size_t room = 0;       // calls that could be handed out now
};

class WorkerPool : public turns::Workers, public std::enable_shared_from_this<WorkerPool> {
 public:
  using Clock = PendingCall::Clock;

  explicit WorkerPool(WorkerOptions options = {}) : options_(std::move(options)) {}

  [[nodiscard]] WorkerDeclarations& declarations() { return declarations_; }
  [[nodiscard]] const WorkerDeclarations& declarations() const { return declarations_; }
  [[nodiscard]] const WorkerOptions& options() const { return options_; }

  [[nodiscard]] WorkerLoad load() const;

  // turns::Workers
  Result<std::unique_ptr<turns::WorkerSession>> open(std::shared_ptr<turns::WorkerLine> line) override;
  [[nodiscard]] Value describe() const override;
  [[nodiscard]] Result<std::vector<flow::ToolSignature>> signatures_with(
      const std::string& connector, const Value& document
  ) const override;
  turns::Awaitable<Result<void>> declare(std::string connector, Value document) override;

  // `done` is called once, on the executor, or destroyed when the pool stops.
  void call(net::Executor executor, PendingCall::Order order, PendingCall::Done done);
  [[nodiscard]] std::string next_id();
  // Lets go of all calls and workers; the loops run no more.
  void stop();

  // For sessions. `take` sees to one message.
  turns::Awaitable<void> take(std::string session, std::string text);
  void leave(const std::string& session);
  void server_stops(const std::string& session);

  // For calls.
  struct Given {
    std::string session;
    std::shared_ptr<turns::WorkerLine> line;
  };
  // A worker for it; without one the call is noted as waiting.
  [[nodiscard]] std::optional<Given> give(PendingCall& call);
  [[nodiscard]] Clock::time_point lease_end(const std::string& session) const;  // long ago, if it is gone
  [[nodiscard]] bool offers(std::string_view tool) const;
  void cancel(const std::string& session, std::string_view call_id);
  // The worker is as good as dead.
  void drop(const std::string& session);
  void forget(const std::string& call_id);
  void count(const Result<turns::ToolAnswer>& answer, Clock::duration took) const;

 private:
  struct Session {
    std::shared_ptr<turns::WorkerLine> line;
    std::string name;
    std::string sdk;
    std::set<std::string, std::less<>> tools;
    std::size_t capacity = 1;
    bool draining = false;
    Clock::time_point connected;
    Clock::time_point heard;
    std::uint64_t last_given = 0;
    std::set<std::string> calls;
  };
  using SessionMap = std::map<std::string, Session, std::less<>>;
  using CallPtr = std::shared_ptr<PendingCall>;

  [[nodiscard]] bool may_take(const Session& session, std::string_view tool, Clock::time_point now) const;
  // Calls that wait for what the session offers, as many as it has room for. With the lock held.
  [[nodiscard]] std::vector<CallPtr> next_waiting(const Session& session);
  static void hand_out(std::vector<CallPtr> calls);
  [[nodiscard]] CallPtr find_call(const std::string& session, const std::string& call_id);
  turns::Awaitable<void> enter(std::string session, worker::Register wanted);
  void begin_draining(const std::string& session);
  void report(const std::string& session, const Error& error);
  turns::Awaitable<Result<void>> keep();
  void note(std::string_view event, std::string_view worker, std::string_view detail = {}) const;

  const WorkerOptions options_;
  WorkerDeclarations declarations_;
  mutable std::mutex mutex_;
  SessionMap sessions_;
  std::map<std::string, CallPtr, std::less<>> calls_;
  std::map<std::string, std::deque<std::string>, std::less<>> waiting_;  // ids of calls by tool
  std::uint64_t given_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace parley::tools
