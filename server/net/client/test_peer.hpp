// A server that misbehaves as told: raw bytes over loopback, one thread, one connection after another. Tests
// only.
#pragma once

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace parley::net::test {

// Gets each request it reads, and the connection to answer on; false closes the connection.
class Peer {
 public:
  using Answer = std::function<bool(int socket, const std::string& request, int number)>;

  explicit Peer(Answer answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    REQUIRE(::pipe(stop_) == 0);
    thread_ = std::thread([this] { run(); });
  }
  ~Peer() {
    REQUIRE(::write(stop_[1], "x", 1) == 1);
    thread_.join();
    for (const int fd : {listener_, stop_[0], stop_[1]}) ::close(fd);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int requests() const { return requests_; }

  static void write(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  static std::string ok(std::string_view body, std::string_view more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more) +
           "\r\n" + std::string(body);
  }

 private:
  // Until there is something to read; false when the test is over.
  [[nodiscard]] bool wait(int fd) const {
    pollfd ready[2] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    return ::poll(ready, 2, -1) > 0 && ready[1].revents == 0;
  }

  void run() {
    while (wait(listener_)) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) continue;
      serve(socket);
      ::close(socket);
    }
  }

  void serve(int socket) {
    std::string bytes;
    while (wait(socket)) {
      char buffer[16384];
      const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      bytes.append(buffer, static_cast<std::size_t>(got));
      const std::size_t head = bytes.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = bytes.find("Content-Length: ");
      const std::size_t body =
          length < head ? static_cast<std::size_t>(std::atoi(bytes.c_str() + length + 16)) : 0;
      if (bytes.size() < head + 4 + body) continue;
      if (!answer_(socket, std::exchange(bytes, {}), ++requests_)) return;
    }
  }

  Answer answer_;
  int listener_;
  int stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace parley::net::test
