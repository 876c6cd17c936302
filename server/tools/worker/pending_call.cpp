#include "server/tools/worker/pending_call.hpp"

#include <algorithm>
#include <utility>

#include "server/tools/worker/messages.hpp"
#include "server/tools/worker/pool.hpp"

namespace parley::tools {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// A function that broke off says nothing of what it had done before; that is how tools of this process that
// throw are told of.
constexpr std::string_view kThrew = "exception";

// What this server says itself of a call: a link to sign in at, which is shown to users, is not a worker's.
constexpr std::string_view kSignIn = "sign_in_required";

std::string_view told_as(std::string_view code) {
  if (code == kThrew) return "tool_broke";
  return code == kSignIn ? std::string_view("worker_error") : code;
}

}  // namespace

PendingCall::PendingCall(WorkerPool& pool, net::Executor executor, Order order, Done done)
    : pool_(pool),
      executor_(std::move(executor)),
      order_(std::move(order)),
      done_(std::move(done)),
      timer_(executor_),
      deadline_(Clock::now() + order_.patience) {}

void PendingCall::hand_out() {
  if (stage_ != Stage::waiting) return;
  const Clock::time_point now = Clock::now();
  if (now >= deadline_) return give_up();
  while (auto given = pool_.give(*this)) {
    const std::uint32_t timeout = order_.contract->tool.timeout_ms;
    attempt_deadline_ = timeout == 0 ? deadline_ : std::min(deadline_, now + milliseconds(timeout));
    const std::string text = worker::call_message(
        {.call_id = order_.id,
         .tool = tool(),
         .idempotency_key = order_.idempotency_key,
         .attempt = order_.attempt,
         .delivery = deliveries_ + 1,
         .time_left = duration_cast<milliseconds>(attempt_deadline_ - now)},
        order_.caller,
        order_.arguments
    );
    if (given->line->send(text)) {
      ++deliveries_;
      session_ = std::move(given->session);
      stage_ = Stage::handed_out;
      break;
    }
    pool_.drop(given->session);
  }
  arm();
}

void PendingCall::lost(const std::string& session) {
  if (stage_ != Stage::handed_out || session_ != session) return;
  if (turns::may_repeat(order_.contract->effect)) {
    stage_ = Stage::waiting;
    return hand_out();
  }
  stage_ = Stage::unheard;
  rejoin_until_ = std::min(deadline_, Clock::now() + pool_.options().rejoin);
  arm();
}

void PendingCall::progressed(const std::string& session) {
  if (stage_ != Stage::handed_out || session_ != session) return;
  const std::uint32_t timeout = order_.contract->tool.timeout_ms;
  if (timeout == 0) return;
  attempt_deadline_ = std::min(deadline_, Clock::now() + milliseconds(timeout));
  arm();
}

void PendingCall::succeed(std::string_view json) {
  if (stage_ == Stage::done) return;
  auto result = order_.contract->checked_result(json, pool_.options().result_bytes);
  // It has happened: whoever hears of a failure might do it again, or tell the user that it was not done.
  if (!result && !turns::may_repeat(order_.contract->effect)) {
    return fail_as(
        ErrorCode::unavailable,
        "in_doubt",
        result.error().message + "; it has been carried out",
        result.error().hint
    );
  }
  if (!result) return settle(std::unexpected(std::move(result.error())));
  settle(turns::ToolAnswer{*std::move(result), false});
}

void PendingCall::fail_with(const std::string& code, const std::string& message) {
  fail_as(
      ErrorCode::unavailable,
      std::string(told_as(code)),
      tool() + ": " + (message.empty() ? "the worker gives no reason" : message)
  );
}

// Whatever may be overdue: all times are looked at, whichever the timer was set for.
void PendingCall::on_time() {
  const Clock::time_point now = Clock::now();
  if (now >= deadline_) return give_up();
  if (stage_ == Stage::unheard && now >= rejoin_until_) return give_up();
  if (stage_ == Stage::handed_out) {
    if (now >= attempt_deadline_) return give_up();
    // A worker that is silent for too long counts as lost; drop() tells all who wait for it.
    if (pool_.lease_end(session_) <= now) pool_.drop(session_);
  }
  arm();
}

void PendingCall::give_up() {
  const auto within = [&] { return " within " + seconds_waited(); };
  switch (stage_) {
    case Stage::done:
      return;
    case Stage::handed_out:
      pool_.cancel(session_, order_.id);
      return fail_as(ErrorCode::deadline_exceeded, "timeout", tool() + " did not answer" + within());
    case Stage::unheard:
      return fail_as(
          ErrorCode::unavailable,
          "in_doubt",
          "the worker that carried out " + tool() + " went away; it may have happened"
      );
    case Stage::waiting:
      break;
  }
  if (deliveries_ > 0) {
    return fail_as(
        ErrorCode::unavailable,
        "in_doubt",
        "the worker that carried out " + tool() + " went away and none came back" + within()
    );
  }
  if (pool_.offers(tool())) {
    return fail_as(
        ErrorCode::unavailable,
        "worker_busy",
        "no worker had time for " + tool() + within(),
        "start more workers, or let each take more calls at once"
    );
  }
  fail_as(
      ErrorCode::unavailable,
      "no_worker",
      "no worker that offers " + tool() + " was connected" + within(),
      "start one: npx parley-flows work, or parley-flows work in Python"
  );
}

void PendingCall::arm() {
  if (stage_ == Stage::done) return;
  Clock::time_point next = deadline_;
  if (stage_ == Stage::unheard) next = rejoin_until_;
  if (stage_ == Stage::handed_out) {
    next = std::min(next, attempt_deadline_);
    const Clock::time_point lease = pool_.lease_end(session_);
    if (lease > Clock::now()) next = std::min(next, lease);
  }
  timer_.expires_at(next);
  timer_.async_wait([self = weak_from_this()](boost::system::error_code error) {
    const auto call = self.lock();
    if (!error && call != nullptr) call->on_time();
  });
}

std::string PendingCall::seconds_waited() const {
  return std::to_string(order_.patience.count()) + " ms";
}

void PendingCall::fail_as(ErrorCode code, std::string pointer, std::string message, std::string hint) {
  settle(fail(code, std::move(message), std::move(pointer), std::move(hint)));
}

void PendingCall::settle(Result<turns::ToolAnswer> answer) {
  if (stage_ == Stage::done) return;
  stage_ = Stage::done;
  timer_.cancel();
  const auto self = shared_from_this();  // the pool lets go of it
  pool_.forget(order_.id);
  pool_.count(answer, Clock::now() - (deadline_ - order_.patience));
  if (done_) std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace parley::tools
