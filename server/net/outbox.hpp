// The coalescing outbox of a stream. What is appended while the loop is busy, or while an earlier write waits
// for the client, goes out together in one write; writing every token by itself is seven times slower.
//
// push() may be called from any thread; everything else belongs to the connection's loop. The outbox may
// outlive its connection: it is then closed and drops what it gets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/net/loop.hpp"

namespace parley::net {

class Connection;
class Worker;

// Why a stream came to its end before its handler did.
enum class StreamEnd : std::uint8_t {
  none,
  client_gone,    // closed, reset, or stopped answering
  slow_consumer,  // left too much unread
  draining,       // the server is going away; the stream still works
};

class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  // `head` goes out first, as it is. With `head_only` nothing follows it.
  Outbox(Connection& connection, bool chunked, std::string head, bool head_only = false);

  // Any thread. False if the stream is closed and the bytes were dropped.
  bool push(std::string_view bytes);
  [[nodiscard]] bool open() const { return open_.load(std::memory_order_acquire); }

  // Bytes not yet taken by the kernel.
  [[nodiscard]] std::size_t unsent() const { return pending_.size() + writing_.size() - written_; }
  // Waits until little is unsent (or the stream is closed), so that a fast producer does not run into the
  // bound.
  Awaitable<void> drained();

  [[nodiscard]] StreamEnd end() const { return end_; }
  // Calls `callback` once when the stream ends before its handler does; at once if it has.
  void on_end(std::function<void()> callback);
  // Completes then too.
  Awaitable<void> ended();

  // For the connection, on its loop.
  void append(std::string_view bytes);  // also after seal()
  void flush();
  void seal();  // refuses further pushes; those that came before are kept
  void signal_end(StreamEnd why);
  // Sends what is left (and the last chunk); true once all of it was written.
  Awaitable<bool> finish();
  // Breaks with the connection: nothing is sent any more.
  void detach();
  void on_writable(bool ok);

 private:
  void schedule_flush();
  void take_remote();
  void wake_producer();
  Awaitable<void> wait_until_unsent(std::size_t at_most);

  Connection* connection_;
  std::weak_ptr<Worker> worker_;
  std::thread::id thread_;
  std::size_t limit_;
  bool chunked_;
  bool head_only_;

  std::string pending_;  // gathered; with chunked framing it starts with room for the chunk size
  std::string writing_;  // handed to the kernel up to written_
  std::size_t written_ = 0;
  bool flush_scheduled_ = false;
  bool waiting_writable_ = false;

  std::mutex remote_mutex_;
  std::string remote_;  // from other threads
  bool remote_scheduled_ = false;

  std::atomic<bool> open_ = true;
  StreamEnd end_ = StreamEnd::none;
  std::function<void()> on_end_;
  Event ended_;
  std::size_t wake_at_ = 0;
  std::move_only_function<void(bool)> producer_;
};

}  // namespace parley::net
