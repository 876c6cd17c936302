// The server's client of a Redis: one thread, one connection for commands and one for what it subscribes to.
//
// Commands of all loops share their connection, pipelined. Redis is a help, never a need: whoever asks gets
// an answer within `patience` or nothing, and nothing at once while Redis is away. When nothing comes in time
// for a while the connection is given up, so that a Redis which hangs costs nobody any time; it is tried
// again after a pause. Everything that waits is bounded. Thread-safe. Destroy it while the loops of those who
// ask exist.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "server/net/loop.hpp"
#include "server/stores/redis/connection.hpp"

namespace parley::stores::redis {

struct ClientOptions {
  ConnectionOptions connection;
  std::chrono::milliseconds patience{10};
  std::size_t most_waiting = 4096;            // commands without an answer
  std::chrono::milliseconds hung_after{100};  // without any answer in time; then the connection is given up
  std::function<void(std::string_view what)> log = [](std::string_view) {};  // from the client's thread
};

struct ClientCounts {
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> late{0};
  std::atomic<std::uint64_t> refused{0};  // away, or too many waiting
  std::atomic<std::uint64_t> connections{0};
};

class Client {
 public:
  using Words = std::vector<std::string>;

  // What is subscribed to. Called on the client's thread.
  class Subscriber {
   public:
    virtual ~Subscriber() = default;
    // A channel that is subscribed to by name and by a pattern is heard twice.
    virtual void on_message(std::string_view channel, std::string_view payload, bool by_pattern) = 0;
    // From now on nothing is missed of that channel; what there was before may have been.
    virtual void on_subscribed(std::string_view channel) = 0;
    virtual void on_away() = 0;
  };

  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Before start(); the client must be stopped before its subscriber goes.
  void set_subscriber(Subscriber& subscriber) { subscriber_ = &subscriber; }
  void start();
  // Whoever waits gets nothing. Once; the destructor does it too.
  void stop();

  [[nodiscard]] bool up() const { return commands_connection_.up(); }
  [[nodiscard]] bool listening() const { return subscriptions_connection_.up(); }
  // What is wrong, for people.
  [[nodiscard]] Result<void> check() const;
  [[nodiscard]] const ClientCounts& counts() const { return counts_; }

  // Nothing: Redis is away, late, or answered with an error.
  net::Awaitable<std::optional<Reply>> ask(Words words);
  // Does not wait; `arrived`, if given, is told on the client's thread whether there was a good answer.
  void tell(Words words, std::move_only_function<void(bool)> arrived = nullptr);

  // Channels and, with `*` in them, patterns of channels.
  void subscribe(std::string channel);
  void unsubscribe(std::string channel);
  // On the client's thread, now and again until the client ends.
  void every(std::chrono::milliseconds period, std::function<void()> task);

 private:
  using Done = std::move_only_function<void(std::optional<Reply>)>;
  struct Command {
    std::string bytes;
    Done done;
    Clock::time_point deadline;
  };
  struct Commands : Connection::Owner {
    explicit Commands(Client& owner) : client(owner) {}
    void on_up() override;
    bool on_reply(Reply reply) override;
    void on_down(std::string_view why) override;
    Client& client;
  };
  struct Subscriptions : Connection::Owner {
    explicit Subscriptions(Client& owner) : client(owner) {}
    void on_up() override;
    bool on_reply(Reply reply) override;
    void on_down(std::string_view why) override;
    Client& client;
  };

  void submit(const Words& words, Done done);
  void take_submitted();
  void watch_deadlines();
  void expire();
  void abandon_all();
  void send_subscription(std::string_view verb, std::string_view channel);
  void keep_alive();
  void remember_problem(std::string_view why);

  ClientOptions options_;
  ClientCounts counts_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<net::Executor> work_;
  Commands commands_{*this};
  Subscriptions subscriptions_{*this};
  Connection commands_connection_;
  Connection subscriptions_connection_;
  Subscriber* subscriber_ = nullptr;

  std::mutex mutex_;
  std::vector<Command> submitted_;  // guarded by mutex_
  bool taking_ = false;             // guarded by mutex_: take_submitted() is on its way
  std::atomic<std::size_t> waiting_count_{0};
  mutable std::mutex problem_mutex_;
  std::string problem_;  // guarded by problem_mutex_

  // The client's thread.
  std::deque<Command> waiting_;  // sent; the first `expired_` of them have been given up
  std::size_t expired_ = 0;
  std::optional<Clock::time_point> late_since_;  // nothing has come in time since
  bool watching_ = false;
  Timer deadline_;
  std::set<std::string, std::less<>> channels_;
  Clock::time_point heard_;
  bool listened_ = false;  // the subscriber has not been told that it is away
  std::deque<Timer> timers_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace parley::stores::redis
