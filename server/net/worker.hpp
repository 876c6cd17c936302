// One loop of the server: a thread, its io_context, its listener, its connections and what they share.
// Internal to this folder. Everything but the constructor, the executor and the functions that say "any
// thread" belongs to the loop's thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/net/connection.hpp"
#include "server/net/http.hpp"
#include "server/net/request_reader.hpp"
#include "server/net/server.hpp"

namespace parley::net {

// What all loops share.
struct Shared {
  ServerOptions options;
  Handler handler;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> outlasting = 0;  // of the connections
  std::atomic<bool> draining = false;

  // Any thread. False if the address has its share already.
  bool admit(const PeerAddress& peer);
  void leave(const PeerAddress& peer);

 private:
  using AddressKey = std::array<std::uint8_t, 16>;
  static AddressKey key_of(const PeerAddress& peer);
  [[nodiscard]] bool counts(const PeerAddress& peer) const;
  std::mutex mutex_;
  std::map<AddressKey, std::size_t> per_address_;
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(std::shared_ptr<Shared> shared, std::size_t index);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // From the controlling thread.
  void start(int listening_socket, bool is_v6);
  void begin_drain();
  void close_outlasting();
  void cut_connections();
  void join();

  // Any thread.
  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] Shared& shared() const { return *shared_; }
  [[nodiscard]] const Limits& limits() const { return shared_->options.limits; }
  [[nodiscard]] bool draining() const { return shared_->draining.load(std::memory_order_relaxed); }

  // When something that may take `ms` from now is overdue, in the time of now_ms().
  [[nodiscard]] std::uint64_t deadline_in(std::uint32_t ms) const { return now_ms_ + ms + limits().sweep_ms; }
  [[nodiscard]] std::string_view date() const { return date_; }
  [[nodiscard]] std::string next_request_id();

  [[nodiscard]] std::unique_ptr<RequestReader> take_reader();
  void give_back(std::unique_ptr<RequestReader> reader);
  // Memory for bytes that are used up before the caller suspends.
  [[nodiscard]] std::span<char> scratch() { return scratch_; }
  [[nodiscard]] std::string& out() { return out_; }

  void add(Connection& connection);
  void remove(Connection& connection);

 private:
  void run();
  void wait_for_connections();
  void accept_all();
  void admit(int socket, const PeerAddress& peer);
  void turn_away(int socket);
  void schedule_sweep();
  void sweep();
  void read_clocks();

  std::shared_ptr<Shared> shared_;
  std::size_t index_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer sweep_timer_;
  bool accept_paused_ = false;

  std::uint64_t now_ms_ = 0;
  std::int64_t date_second_ = 0;
  std::string date_;
  std::uint64_t request_number_;

  std::vector<Connection*> connections_;
  std::vector<std::unique_ptr<RequestReader>> readers_;
  std::vector<char> scratch_;
  std::string out_;
  std::thread thread_;
};

}  // namespace parley::net
