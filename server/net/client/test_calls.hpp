// What the tests of this folder share: a loop to call from, a DNS that answers as told, a port that counts
// who connects. Tests only.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "server/net/client/curl_client.hpp"

namespace parley::net::test {

// A loop that runs while a call lasts; kept connections stay from one call to the next.
class Loop {
 public:
  template <typename T>
  T run(Awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr problem, T value) {
      REQUIRE(problem == nullptr);
      result = std::move(value);
      context.stop();
    });
    context.restart();
    context.run();
    REQUIRE(result.has_value());
    return std::move(*result);
  }

  boost::asio::io_context context{1};
};

// Answers each question about a name with the next of its answers, and the last for ever.
class ScriptedResolver final : public Resolver {
 public:
  explicit ScriptedResolver(std::map<std::string, std::vector<std::vector<std::string>>> answers)
      : answers_(std::move(answers)) {}

  void resolve(const std::string& host, Done done) override {
    ++asked;
    auto& left = answers_[host];
    if (left.empty()) return done(fail(ErrorCode::unavailable, "no such name", "unresolved"));
    Addresses addresses;
    for (const std::string& text : left.front()) addresses.push_back(boost::asio::ip::make_address(text));
    if (left.size() > 1) left.erase(left.begin());
    done(std::move(addresses));
  }

  int asked = 0;

 private:
  std::map<std::string, std::vector<std::vector<std::string>>> answers_;
};

// Listens on loopback, IPv4 and IPv6; whoever connected is found in the queue by connections().
class Trap {
 public:
  Trap() : fd_(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    const int off = 0;
    ::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_any;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_, 512) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin6_port);
  }
  ~Trap() { ::close(fd_); }
  Trap(const Trap&) = delete;
  Trap& operator=(const Trap&) = delete;

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  // Those since the last look.
  [[nodiscard]] int connections() const {
    int count = 0;
    for (;;) {
      const int peer = ::accept(fd_, nullptr, nullptr);
      if (peer < 0) return count;
      ::close(peer);
      ++count;
    }
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace parley::net::test
