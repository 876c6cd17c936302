#include "server/tools/worker/pool.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <type_traits>
#include <utility>
#include <variant>

#include "wire/websocket.hpp"

namespace parley::tools {
namespace {

class PoolSession : public turns::WorkerSession {
 public:
  PoolSession(std::shared_ptr<WorkerPool> pool, std::string id)
      : pool_(std::move(pool)), id_(std::move(id)) {}
  ~PoolSession() override { pool_->leave(id_); }
  PoolSession(const PoolSession&) = delete;
  PoolSession& operator=(const PoolSession&) = delete;

  turns::Awaitable<void> take(std::string text) override { return pool_->take(id_, std::move(text)); }
  void server_stops() override { pool_->server_stops(id_); }

 private:
  std::shared_ptr<WorkerPool> pool_;
  std::string id_;
};

template <typename Work>
void on_its_loop(const std::shared_ptr<PendingCall>& call, Work work) {
  boost::asio::post(call->executor(), [call, work = std::move(work)]() mutable { work(*call); });
}

}  // namespace

std::string WorkerPool::next_id() {
  const std::lock_guard lock(mutex_);
  return options_.prefix + "_" + std::to_string(++ids_);
}

void WorkerPool::note(std::string_view event, std::string_view worker, std::string_view detail) const {
  if (options_.note) options_.note(event, worker, detail);
}

// ---- workers

Result<std::unique_ptr<turns::WorkerSession>> WorkerPool::open(std::shared_ptr<turns::WorkerLine> line) {
  std::string id = next_id();
  {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= options_.workers) {
      return fail(
          ErrorCode::limit_exceeded,
          "there are " + std::to_string(options_.workers) + " workers already",
          {},
          "let each take more calls at once instead"
      );
    }
    const Clock::time_point now = Clock::now();
    sessions_.emplace(id, Session{.line = std::move(line), .connected = now, .heard = now});
  }
  return std::make_unique<PoolSession>(shared_from_this(), std::move(id));
}

turns::Awaitable<void> WorkerPool::take(std::string session, std::string text) {
  auto message = worker::read_message(text, options_.capacity);
  std::vector<CallPtr> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) co_return;  // dropped; its connection is being closed
    known->second.heard = Clock::now();
    if (!waiting_.empty()) waiting = next_waiting(known->second);  // it may have been silent for long
  }
  hand_out(std::move(waiting));
  if (!message) {
    report(session, message.error());
    co_return;
  }
  if (auto* wanted = std::get_if<worker::Register>(&*message)) {
    co_await enter(std::move(session), std::move(*wanted));
  } else if (std::holds_alternative<worker::Drain>(*message)) {
    begin_draining(session);
  } else if (auto* progress = std::get_if<worker::Progress>(&*message)) {
    if (const CallPtr call = find_call(session, progress->call_id))
      on_its_loop(call, [session](PendingCall& waits) { waits.progressed(session); });
  } else if (auto* result = std::get_if<worker::CallResult>(&*message)) {
    if (const CallPtr call = find_call(session, result->call_id))
      on_its_loop(call, [json = std::move(result->json)](PendingCall& waits) { waits.succeed(json); });
  } else if (auto* error = std::get_if<worker::CallError>(&*message)) {
    if (const CallPtr call = find_call(session, error->call_id)) {
      on_its_loop(call, [told = std::move(*error)](PendingCall& waits) {
        waits.fail_with(told.code, told.message);
      });
    }
  }
}

// A worker may answer a call that it was given on an earlier connection, if it offers the tool.
WorkerPool::CallPtr WorkerPool::find_call(const std::string& session, const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call_id);
  const auto known = sessions_.find(session);
  if (found == calls_.end() || known == sessions_.end()) return nullptr;
  return known->second.tools.contains(found->second->tool()) ? found->second : nullptr;
}

turns::Awaitable<void> WorkerPool::enter(std::string session, worker::Register wanted) {
  auto accepted = declarations_.accept(wanted.connector, wanted.tools);
  if (accepted && accepted->changed) {
    if (auto kept = co_await keep(); !kept) accepted = std::unexpected(std::move(kept.error()));
  }
  if (!accepted) {
    report(session, accepted.error());
    co_return;
  }
  std::shared_ptr<turns::WorkerLine> line;
  std::vector<CallPtr> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) co_return;
    Session& entered = known->second;
    entered.name = wanted.name;
    entered.sdk = wanted.sdk;
    entered.capacity = wanted.capacity;
    std::erase_if(entered.tools, [&](const std::string& tool) {
      return tool.starts_with(wanted.connector + ".");
    });
    entered.tools.insert(accepted->tools.begin(), accepted->tools.end());
    line = entered.line;
    waiting = next_waiting(entered);
  }
  note("worker registered", wanted.name, std::to_string(accepted->tools.size()) + " tools");
  for (const wire::DroppedOperation& each : accepted->refused)
    note("worker's tool refused", wanted.name, each.operation + ": " + each.reason);
  line->send(worker::registered_message(
      {.session = session,
       .connector = wanted.connector,
       .heartbeat = options_.heartbeat,
       .lease = options_.lease,
       .capacity = wanted.capacity,
       .result_bytes = options_.result_bytes},
      accepted->tools,
      accepted->refused
  ));
  hand_out(std::move(waiting));
}

void WorkerPool::report(const std::string& session, const Error& error) {
  std::shared_ptr<turns::WorkerLine> line;
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    line = known->second.line;
    name = known->second.name;
  }
  note("worker refused", name, error.message);
  line->send(worker::error_message(error));
}

void WorkerPool::begin_draining(const std::string& session) {
  const std::lock_guard lock(mutex_);
  if (const auto known = sessions_.find(session); known != sessions_.end()) known->second.draining = true;
}

// It still gets calls: those of the turns that this server finishes.
void WorkerPool::server_stops(const std::string& session) {
  std::shared_ptr<turns::WorkerLine> line;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    line = known->second.line;
  }
  line->send(worker::drain_message());
}

void WorkerPool::leave(const std::string& session) {
  std::vector<CallPtr> lost;
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    name = known->second.name;
    for (const std::string& id : known->second.calls) {
      if (const auto call = calls_.find(id); call != calls_.end()) lost.push_back(call->second);
    }
    sessions_.erase(known);
  }
  note("worker gone", name, lost.empty() ? std::string() : std::to_string(lost.size()) + " calls under way");
  for (const CallPtr& call : lost) on_its_loop(call, [session](PendingCall& waits) { waits.lost(session); });
}

void WorkerPool::drop(const std::string& session) {
  std::shared_ptr<turns::WorkerLine> line;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    line = known->second.line;
  }
  leave(session);
  line->close(wire::kClosePolicy, "silent for too long");
}

// ---- calls

void WorkerPool::call(net::Executor executor, PendingCall::Order order, PendingCall::Done done) {
  CallPtr call;
  {
    const std::lock_guard lock(mutex_);
    if (calls_.size() < options_.calls) {
      std::string id = order.id;
      call = std::make_shared<PendingCall>(*this, std::move(executor), std::move(order), std::move(done));
      calls_.emplace(std::move(id), call);
    }
  }
  if (call == nullptr) {
    return done(fail(ErrorCode::limit_exceeded, "too many calls wait for workers", "worker_busy"));
  }
  call->hand_out();
}

bool WorkerPool::may_take(const Session& session, std::string_view tool, Clock::time_point now) const {
  return !session.draining && session.calls.size() < session.capacity &&
         session.heard + options_.lease > now && session.tools.contains(tool);
}

std::optional<WorkerPool::Given> WorkerPool::give(PendingCall& call) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  SessionMap::value_type* best = nullptr;
  for (auto& each : sessions_) {
    const Session& session = each.second;
    if (!may_take(session, call.tool(), now)) continue;
    if (best == nullptr || std::pair(session.calls.size(), session.last_given) <
                               std::pair(best->second.calls.size(), best->second.last_given))
      best = &each;
  }
  if (best == nullptr) {
    std::deque<std::string>& queue = waiting_[call.tool()];
    if (std::ranges::find(queue, call.id()) == queue.end()) queue.push_back(call.id());
    return std::nullopt;
  }
  best->second.calls.insert(call.id());
  best->second.last_given = ++given_;
  return Given{best->first, best->second.line};
}

std::vector<WorkerPool::CallPtr> WorkerPool::next_waiting(const Session& session) {
  std::vector<CallPtr> next;
  if (session.draining) return next;
  std::size_t room = session.capacity - std::min(session.capacity, session.calls.size());
  for (auto queue = waiting_.begin(); queue != waiting_.end() && room > 0;) {
    while (session.tools.contains(queue->first) && !queue->second.empty() && room > 0) {
      if (const auto call = calls_.find(queue->second.front()); call != calls_.end()) {
        next.push_back(call->second);
        --room;
      }
      queue->second.pop_front();
    }
    queue = queue->second.empty() ? waiting_.erase(queue) : std::next(queue);
  }
  return next;
}

void WorkerPool::hand_out(std::vector<CallPtr> calls) {
  for (const CallPtr& call : calls) on_its_loop(call, [](PendingCall& waits) { waits.hand_out(); });
}

WorkerPool::Clock::time_point WorkerPool::lease_end(const std::string& session) const {
  const std::lock_guard lock(mutex_);
  const auto known = sessions_.find(session);
  return known == sessions_.end() ? Clock::time_point() : known->second.heard + options_.lease;
}

bool WorkerPool::offers(std::string_view tool) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(sessions_, [&](const auto& each) {
    return !each.second.draining && each.second.tools.contains(tool);
  });
}

void WorkerPool::cancel(const std::string& session, std::string_view call_id) {
  std::shared_ptr<turns::WorkerLine> line;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    line = known->second.line;
  }
  line->send(worker::cancel_message(call_id));
}

void WorkerPool::forget(const std::string& call_id) {
  std::vector<CallPtr> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(call_id);
    if (found == calls_.end()) return;
    if (const auto queue = waiting_.find(found->second->tool()); queue != waiting_.end()) {
      std::erase(queue->second, call_id);
      if (queue->second.empty()) waiting_.erase(queue);
    }
    calls_.erase(found);
    for (auto& [id, session] : sessions_) {
      if (session.calls.erase(call_id) != 0 && !waiting_.empty()) waiting = next_waiting(session);
    }
  }
  hand_out(std::move(waiting));
}

void WorkerPool::count(const Result<turns::ToolAnswer>& answer, Clock::duration took) const {
  if (!options_.count) return;
  constexpr static std::array<std::string_view, 7> kOwn{
      "no_worker", "worker_busy", "timeout", "in_doubt", "tool_broke", "bad_answer", "too_large"
  };
  std::string_view outcome = "ok";
  if (!answer) {
    const auto own = std::ranges::find(kOwn, std::string_view(answer.error().pointer));
    outcome = own == kOwn.end() ? "failed" : *own;
  }
  options_.count(outcome, std::chrono::duration_cast<std::chrono::microseconds>(took));
}

WorkerLoad WorkerPool::load() const {
  WorkerLoad load;
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    ++load.connected;
    load.draining += session.draining ? 1 : 0;
    load.under_way += session.calls.size();
    const bool takes = !session.draining && !session.tools.empty() && session.heard + options_.lease > now;
    if (takes) load.room += session.capacity - std::min(session.capacity, session.calls.size());
  }
  for (const auto& [tool, calls] : waiting_) load.waiting += calls.size();
  return load;
}

void WorkerPool::stop() {
  std::map<std::string, CallPtr, std::less<>> calls;
  const std::lock_guard lock(mutex_);
  calls.swap(calls_);
  waiting_.clear();
}

// ---- declarations

turns::Awaitable<Result<void>> WorkerPool::keep() {
  if (!options_.keep) co_return Result<void>();
  co_return co_await options_.keep(declarations_.encode());
}

Result<std::vector<flow::ToolSignature>> WorkerPool::signatures_with(
    const std::string& connector, const Value& document
) const {
  return declarations_.signatures_with(connector, document);
}

turns::Awaitable<Result<void>> WorkerPool::declare(std::string connector, Value document) {
  const auto changed = declarations_.replace(connector, document);
  if (!changed) co_return std::unexpected(changed.error());
  if (!*changed) co_return Result<void>();
  co_return co_await keep();
}

Value WorkerPool::describe() const {
  const Clock::time_point now = Clock::now();
  const auto seconds_since = [&](Clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - at).count();
  };
  ListBuilder workers;
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, session] : sessions_) {
      ListBuilder tools;
      for (const std::string& tool : session.tools) tools.add(tool);
      workers.add(MapBuilder()
                      .set("id", id)
                      .set("name", session.name)
                      .set("sdk", session.sdk)
                      .set("tools", tools.build())
                      .set("capacity", static_cast<std::int64_t>(session.capacity))
                      .set("calls", static_cast<std::int64_t>(session.calls.size()))
                      .set("draining", session.draining)
                      .set("connected_seconds", static_cast<std::int64_t>(seconds_since(session.connected)))
                      .set("silent_seconds", static_cast<std::int64_t>(seconds_since(session.heard)))
                      .build());
    }
    for (const auto& [tool, calls] : waiting_) waiting += calls.size();
  }
  return MapBuilder()
      .set("data", workers.build())
      .set("tools", declarations_.describe())
      .set("waiting", static_cast<std::int64_t>(waiting))
      .build();
}

}  // namespace parley::tools
