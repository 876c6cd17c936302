// A Redis of a test's own, one that lies, and the loop on which the tests of this folder wait. Tests only.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "server/net/loop.hpp"
#include "server/stores/redis/client.hpp"
#include "server/stores/temporary_directory.hpp"

extern char** environ;

namespace parley::stores::redis::test {

// What must happen has failed to when it takes this long.
inline constexpr std::chrono::seconds kPatience{30};

inline bool installed() {
  const bool there = std::filesystem::exists("/usr/bin/redis-server");
  if (!there) MESSAGE("skipped: redis-server is not installed");
  return there;
}

// Waits for something that another thread or process does.
inline void wait_until(const char* what, const std::function<bool()>& so) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!so()) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, what, " has not happened");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

class Loop {
 public:
  template <typename T>
  T run(net::Awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(
        context_,
        [](net::Awaitable<T> inner, std::optional<T>& out) -> net::Awaitable<void> {
          out.emplace(co_await std::move(inner));
        }(std::move(work), result),
        boost::asio::detached
    );
    while (!result) context_.run_one();
    return std::move(*result);
  }
  void run(net::Awaitable<void> work) {
    (void)run([](net::Awaitable<void> inner) -> net::Awaitable<bool> {
      co_await std::move(inner);
      co_return true;
    }(std::move(work)));
  }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<net::Executor> work_{context_.get_executor()};
};

// A process of its own behind a unix socket.
class Redis {
 public:
  Redis() { start(); }
  ~Redis() { kill(); }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  void start() {
    const std::string socket = path();
    const char* arguments[] = {
        "redis-server",
        "--port",
        "0",
        "--unixsocket",
        socket.c_str(),
        "--save",
        "",
        "--appendonly",
        "no",
        "--logfile",
        "/dev/null",
        "--requirepass",
        "",
        "--dir",
        directory_.path().c_str(),
        nullptr
    };
    REQUIRE(
        posix_spawn(
            &process_, "/usr/bin/redis-server", nullptr, nullptr, const_cast<char**>(arguments), environ
        ) == 0
    );
    wait_until("the start of a Redis", [&] { return connects(socket); });
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    std::error_code ignored;
    std::filesystem::remove(path(), ignored);
  }
  void pause() const { ::kill(process_, SIGSTOP); }
  void resume() const { ::kill(process_, SIGCONT); }

  [[nodiscard]] std::string path() const { return directory_.path() + "/redis.sock"; }
  [[nodiscard]] ClientOptions options() const {
    ClientOptions options;
    options.connection.address.socket = path();
    options.connection.first_pause = std::chrono::milliseconds(5);
    options.connection.longest_pause = std::chrono::milliseconds(50);
    // Sanitizers are slow, and so may the machine be; what is tested is not how quick it is.
    options.patience = std::chrono::milliseconds(2000);
    options.hung_after = std::chrono::milliseconds(2000);
    return options;
  }

 private:
  static bool connects(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool ok = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return ok;
  }

  TemporaryDirectory directory_;
  pid_t process_ = -1;
};

// Listens where a Redis should, and answers what it is told to: PING properly, and everything else with the
// same bytes.
class Liar {
 public:
  explicit Liar(std::string answer, std::string hello = "+PONG\r\n")
      : answer_(std::move(answer)), hello_(std::move(hello)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Liar() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
  }
  Liar(const Liar&) = delete;
  Liar& operator=(const Liar&) = delete;

  [[nodiscard]] std::string path() const { return directory_.path() + "/redis.sock"; }
  [[nodiscard]] int lies() const { return lies_; }

 private:
  void serve() {
    while (!stopping_) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      talkers_.emplace_back([this, fd] { talk(fd); });
    }
  }
  void talk(int fd) {
    timeval patience{0, 20'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char bytes[65536];
    while (!stopping_) {
      const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got <= 0) break;
      const bool hello = std::string_view(bytes, static_cast<std::size_t>(got)).ends_with("PING\r\n");
      const std::string& out = hello ? hello_ : answer_;
      if (!hello) ++lies_;
      std::string_view left = out;
      while (!left.empty() && !stopping_) {
        const ssize_t sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    ::close(fd);
  }

  TemporaryDirectory directory_;
  std::string answer_;
  std::string hello_;
  int listener_ = -1;
  std::atomic<int> lies_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> talkers_;
  std::thread thread_;
};

}  // namespace parley::stores::redis::test
