#include "server/net/outbox.hpp"

#include <algorithm>
#include <utility>

#include "server/net/connection.hpp"
#include "server/net/worker.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kFlushAt = 16 * 1024;   // gathered: write now, even if the handler has not paused
constexpr std::size_t kLowWater = 64 * 1024;  // unsent: the producer may go on
constexpr std::size_t kKeepCapacity = 16 * 1024;
// Room for the size line of a chunk, which is only known when the chunk is sent.
constexpr std::string_view kChunkHead = "00000000\r\n";

}  // namespace

Outbox::Outbox(Connection& connection, bool chunked, std::string head, bool head_only)
    : connection_(&connection),
      worker_(connection.worker().weak_from_this()),
      thread_(std::this_thread::get_id()),
      limit_(connection.worker().limits().outbox_bytes),
      chunked_(chunked),
      head_only_(head_only),
      writing_(std::move(head)) {}

bool Outbox::push(std::string_view bytes) {
  if (!open()) return false;
  if (std::this_thread::get_id() == thread_) {
    append(bytes);
    return open();
  }
  const auto worker = worker_.lock();
  if (!worker) return false;
  const std::lock_guard lock(remote_mutex_);
  // One byte over the limit is enough for the loop to cut the client off; more need not be kept.
  if (remote_.size() <= limit_) remote_ += bytes;
  if (!std::exchange(remote_scheduled_, true)) {
    boost::asio::post(worker->executor(), [self = shared_from_this()] { self->take_remote(); });
  }
  return true;
}

void Outbox::take_remote() {
  std::string gathered;
  {
    const std::lock_guard lock(remote_mutex_);
    remote_scheduled_ = false;
    gathered.swap(remote_);
  }
  if (!gathered.empty()) append(gathered);
}

void Outbox::append(std::string_view bytes) {
  if (connection_ == nullptr || head_only_ || bytes.empty()) return;
  if (unsent() + bytes.size() > limit_) {
    connection_->abort(StreamEnd::slow_consumer);
    return;
  }
  if (chunked_ && pending_.empty()) pending_ = kChunkHead;
  pending_ += bytes;
  if (waiting_writable_) return;
  if (pending_.size() >= kFlushAt) {
    flush();
  } else {
    schedule_flush();
  }
}

// Writes at the end of this turn of the loop, together with whatever else the turn produces.
void Outbox::schedule_flush() {
  if (std::exchange(flush_scheduled_, true)) return;
  boost::asio::post(connection_->worker().executor(), [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void Outbox::flush() {
  while (connection_ != nullptr && !waiting_writable_) {
    if (written_ == writing_.size()) {
      writing_.clear();
      written_ = 0;
      if (pending_.empty()) {
        if (writing_.capacity() > kKeepCapacity) writing_ = {};
        break;
      }
      writing_.swap(pending_);
      if (chunked_) {
        std::size_t size = writing_.size() - kChunkHead.size();
        for (std::size_t at = 8; at-- > 0; size >>= 4) writing_[at] = "0123456789abcdef"[size & 15];
        writing_ += "\r\n";
      }
    }
    const auto sent = connection_->write_some(std::string_view(writing_).substr(written_));
    if (!sent) {
      connection_->abort(StreamEnd::client_gone);
      return;
    }
    written_ += *sent;
    if (*sent == 0) {
      waiting_writable_ = true;
      connection_->wait_writable(shared_from_this());
    }
  }
  wake_producer();
}

void Outbox::on_writable(bool ok) {
  waiting_writable_ = false;
  if (connection_ == nullptr) return;
  if (!ok) {
    connection_->abort(StreamEnd::client_gone);
    return;
  }
  flush();
}

void Outbox::wake_producer() {
  if (producer_ && (connection_ == nullptr || unsent() <= wake_at_)) std::exchange(producer_, nullptr)(true);
}

Awaitable<void> Outbox::wait_until_unsent(std::size_t at_most) {
  if (connection_ == nullptr || unsent() <= at_most) co_return;
  wake_at_ = at_most;
  co_await await_callback<bool>([this](auto done) {
    producer_ = std::move(done);
    if (!waiting_writable_) schedule_flush();
  });
}

Awaitable<void> Outbox::drained() {
  co_await wait_until_unsent(kLowWater);
}

void Outbox::on_end(std::function<void()> callback) {
  if (end_ != StreamEnd::none) {
    callback();
  } else {
    on_end_ = std::move(callback);
  }
}

Awaitable<void> Outbox::ended() {
  co_await ended_.wait();
}

void Outbox::signal_end(StreamEnd why) {
  if (end_ == StreamEnd::none) {
    end_ = why;
    if (on_end_) std::exchange(on_end_, nullptr)();
    ended_.happen();
  } else if (end_ == StreamEnd::draining) {
    end_ = why;
  }
}

void Outbox::seal() {
  take_remote();
  open_.store(false, std::memory_order_release);
}

Awaitable<bool> Outbox::finish() {
  seal();
  flush();
  if (chunked_ && !head_only_ && connection_ != nullptr) {
    // The last chunk follows the gathered ones without a chunk of its own around it.
    co_await wait_until_unsent(0);
    chunked_ = false;
    if (connection_ != nullptr) pending_ = "0\r\n\r\n";
    flush();
  }
  co_await wait_until_unsent(0);
  co_return connection_ != nullptr;
}

void Outbox::detach() {
  open_.store(false, std::memory_order_release);
  connection_ = nullptr;
  pending_ = {};
  writing_ = {};
  written_ = 0;
  on_end_ = nullptr;
  wake_producer();
}

}  // namespace parley::net
