// A connection to a Redis that is kept up: made anew whenever it ends, after pauses that grow. What is made
// of the answers is the owner's business.
//
// Everything happens on the one thread that runs the context; only up() is for any thread. The owner stops
// the context before it is destroyed, and destroys the context after it.
#pragma once

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/loop.hpp"
#include "server/stores/redis/address.hpp"
#include "server/stores/redis/replies.hpp"

namespace parley::stores::redis {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, net::Executor>;

struct ConnectionOptions {
  Address address;
  std::chrono::milliseconds connect_within{1000};  // each address, until it has answered the first question
  std::chrono::milliseconds first_pause{100};      // before it is tried again; doubles each time
  std::chrono::milliseconds longest_pause{3000};
  std::size_t most_unsent = 8 * 1024 * 1024;
  std::size_t most_unread = 4 * 1024 * 1024;  // of one answer that is not complete
};

class Connection {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_up() = 0;
    // False: nobody has asked for that, and the connection is given up.
    virtual bool on_reply(Reply reply) = 0;
    virtual void on_down(std::string_view why) = 0;
  };

  Connection(boost::asio::io_context& context, ConnectionOptions options, Owner& owner);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();

  [[nodiscard]] bool up() const { return up_.load(std::memory_order_acquire); }
  // When it is up; dropped when it is not.
  void send(std::string_view bytes);
  // Ends this connection; the next is made after a pause.
  void drop(std::string why);
  // Why it is not up, for people.
  [[nodiscard]] const std::string& why_down() const { return why_; }

 private:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, net::Executor>;

  net::Awaitable<void> run();
  net::Awaitable<void> attempt();
  void watch();
  net::Awaitable<std::vector<boost::asio::generic::stream_protocol::endpoint>> endpoints();
  net::Awaitable<bool> connect();
  net::Awaitable<void> read();
  bool take(Reply reply);
  void say_hello();
  void write();
  std::chrono::milliseconds pause_after(std::size_t failures);

  boost::asio::io_context& context_;
  ConnectionOptions options_;
  Owner& owner_;
  Socket socket_;
  Timer pause_;
  Timer watchdog_;
  std::minstd_rand dice_{std::random_device{}()};
  std::atomic<bool> up_{false};
  std::size_t hello_ = 0;  // answers to the first questions that are still to come
  std::string why_ = "not connected yet";
  std::string unsent_;
  std::string writing_;
};

}  // namespace parley::stores::redis
