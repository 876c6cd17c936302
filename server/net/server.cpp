#include "server/net/server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "server/net/worker.hpp"

namespace parley::net {
namespace {

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kCutPatience{500};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool is_v6 = false;
};

Result<SocketAddress> to_socket_address(const std::string& text, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) {
    return fail(
        ErrorCode::invalid_input,
        "cannot listen on \"" + text + "\": not an IP address",
        {},
        "use 127.0.0.1, 0.0.0.0, ::1 or ::"
    );
  }
  const boost::asio::ip::tcp::endpoint endpoint(address, port);
  SocketAddress out;
  out.size = static_cast<socklen_t>(endpoint.size());
  out.is_v6 = address.is_v6();
  std::memcpy(&out.storage, endpoint.data(), endpoint.size());
  return out;
}

std::unexpected<Error> listen_error(const ServerOptions& options) {
  const int code = errno;
  const std::string where = options.address + ":" + std::to_string(options.port);
  return fail(
      ErrorCode::unavailable,
      "cannot listen on " + where + ": " + std::generic_category().message(code),
      {},
      code == EADDRINUSE ? "another program uses this port; stop it or choose another port"
      : code == EACCES   ? "ports below 1024 need a privilege; choose a higher one"
                         : "check the address"
  );
}

// A bound socket, or -1 with errno.
int bound_socket(const SocketAddress& address, bool share_port) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.is_v6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) return fd;
  const int code = errno;
  ::close(fd);
  errno = code;
  return -1;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  // sin_port and sin6_port are at the same place.
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace

Server::Server(ServerOptions options, Handler handler) : shared_(std::make_shared<Shared>()) {
  if (options.loops == 0) options.loops = std::max(1U, std::thread::hardware_concurrency());
  shared_->options = std::move(options);
  shared_->handler = std::move(handler);
  for (std::size_t i = 0; i < shared_->options.loops; ++i) {
    workers_.push_back(std::make_shared<Worker>(shared_, i));
  }
}

Server::~Server() {
  wait(std::chrono::milliseconds(0));
}

Result<void> Server::start() {
  ServerOptions& options = shared_->options;
  auto address = to_socket_address(options.address, options.port);
  if (!address) return std::unexpected(std::move(address.error()));

  // A shared port would let a second server of the same user start beside this one and take half of its
  // clients. Listening without sharing first shows whether somebody is there.
  const int probe = bound_socket(*address, false);
  if (probe < 0 || ::listen(probe, 1) != 0) {
    auto error = listen_error(options);
    if (probe >= 0) ::close(probe);
    return error;
  }
  port_ = port_of(probe);
  ::close(probe);

  address = to_socket_address(options.address, port_);
  std::vector<int> sockets;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const int fd = bound_socket(*address, true);
    if (fd < 0 || ::listen(fd, kBacklog) != 0) {
      auto error = listen_error(options);
      if (fd >= 0) ::close(fd);
      for (int open : sockets) ::close(open);
      return error;
    }
    sockets.push_back(fd);
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->start(sockets[i], address->is_v6);
  return {};
}

void Server::begin_drain() {
  if (shared_->draining.exchange(true)) return;
  for (const auto& worker : workers_) worker->begin_drain();
}

bool Server::wait(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  begin_drain();
  bool closing_last = false;
  const auto gone_by = [&](Clock::time_point deadline) {
    while (open_connections() > 0) {
      const bool only_last = open_connections() <= shared_->outlasting.load(std::memory_order_relaxed);
      if (only_last && !std::exchange(closing_last, true)) {
        for (const auto& worker : workers_) worker->close_outlasting();
      }
      if (Clock::now() >= deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  };
  const bool clean = gone_by(Clock::now() + patience);
  if (!clean) {
    for (const auto& worker : workers_) worker->cut_connections();
    gone_by(Clock::now() + kCutPatience);
  }
  for (const auto& worker : workers_) worker->join();
  return clean;
}

std::size_t Server::open_connections() const {
  return shared_->connections.load(std::memory_order_acquire);
}

Executor Server::executor(std::size_t loop) const {
  return workers_.at(loop)->executor();
}

void Server::post_to_loop(std::size_t loop, std::function<void()> task) const {
  boost::asio::post(executor(loop), std::move(task));
}

}  // namespace parley::net
