#include "server/net/worker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>

#include "server/net/response_writer.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kPooledReaders = 128;
constexpr std::size_t kScratchBytes = 64 * 1024;

PeerAddress to_peer(const sockaddr_storage& storage) {
  PeerAddress peer;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    peer.bytes[10] = peer.bytes[11] = 0xFF;
    std::memcpy(peer.bytes.data() + 12, &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  } else {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(peer.bytes.data(), &v6.sin6_addr, 16);
    peer.port = ntohs(v6.sin6_port);
  }
  return peer;
}

std::uint64_t random_start() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

Shared::AddressKey Shared::key_of(const PeerAddress& peer) {
  AddressKey key = peer.bytes;
  // A household gets a /64 of IPv6 at least; counting single addresses would count nothing.
  if (!peer.is_v4()) std::fill(key.begin() + 8, key.end(), std::uint8_t{0});
  return key;
}

bool Shared::counts(const PeerAddress& peer) const {
  return options.limits.connections_per_address > 0 && !options.proxies.contains(peer);
}

bool Shared::admit(const PeerAddress& peer) {
  const Limits& limits = options.limits;
  if (limits.connections > 0 && connections.load(std::memory_order_relaxed) >= limits.connections)
    return false;
  if (counts(peer)) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = per_address_[key_of(peer)];
    if (count >= limits.connections_per_address) return false;
    ++count;
  }
  connections.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Shared::leave(const PeerAddress& peer) {
  if (counts(peer)) {
    const std::lock_guard lock(mutex_);
    const auto entry = per_address_.find(key_of(peer));
    if (entry != per_address_.end() && --entry->second == 0) per_address_.erase(entry);
  }
  connections.fetch_sub(1, std::memory_order_release);
}

Worker::Worker(std::shared_ptr<Shared> shared, std::size_t index)
    : shared_(std::move(shared)),
      index_(index),
      work_(context_.get_executor()),
      acceptor_(context_),
      sweep_timer_(context_),
      request_number_(random_start()),
      scratch_(kScratchBytes) {
  read_clocks();
}

Worker::~Worker() {
  INVARIANT(!thread_.joinable(), "a loop is joined before it is destroyed");
}

void Worker::start(int listening_socket, bool is_v6) {
  using boost::asio::ip::tcp;
  acceptor_.assign(is_v6 ? tcp::v6() : tcp::v4(), listening_socket);
  thread_ = std::thread([this] { run(); });
}

void Worker::run() {
  wait_for_connections();
  schedule_sweep();
  context_.run();
}

void Worker::begin_drain() {
  boost::asio::post(context_, [this] {
    // Connections the kernel has completed already would be reset with the listener: serve them.
    accept_all();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->begin_drain();
  });
}

void Worker::close_outlasting() {
  boost::asio::post(context_, [this] {
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->close_outlasting();
  });
}

void Worker::cut_connections() {
  boost::asio::post(context_, [this] {
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->abort(StreamEnd::client_gone);
  });
}

void Worker::join() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

void Worker::wait_for_connections() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    accept_all();
    if (!accept_paused_) wait_for_connections();
  });
}

void Worker::accept_all() {
  if (!acceptor_.is_open()) return;
  for (;;) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int socket = ::accept4(
        acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC
    );
    if (socket >= 0) {
      admit(socket, to_peer(storage));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      accept_paused_ = true;  // until the next sweep; the backlog keeps the clients
      return;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EBADF || errno == EINVAL) {
      return;
    }
  }
}

void Worker::admit(int socket, const PeerAddress& peer) {
  if (!shared_->admit(peer)) {
    turn_away(socket);
    return;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto connection = std::make_shared<Connection>(shared_from_this(), socket, peer);
  boost::asio::co_spawn(context_, Connection::run(std::move(connection)), boost::asio::detached);
}

void Worker::turn_away(int socket) {
  const std::string id = next_request_id();
  const Response response = refusal_response(
      {503, "too_many_connections", "This server has as many connections as it accepts."}, id
  );
  std::string bytes;
  if (append_head(bytes, response, {.close = true, .date = date_, .request_id = id})) bytes += response.body;
  // The socket's buffer is empty, so this fits; what was received is read so that closing does not reset.
  (void)::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket, SHUT_WR);
  (void)::recv(socket, scratch_.data(), scratch_.size(), MSG_DONTWAIT);
  ::close(socket);
}

void Worker::schedule_sweep() {
  sweep_timer_.expires_after(std::chrono::milliseconds(limits().sweep_ms));
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void Worker::sweep() {
  read_clocks();
  for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->sweep(now_ms_);
  if (std::exchange(accept_paused_, false)) wait_for_connections();
}

void Worker::read_clocks() {
  using namespace std::chrono;
  now_ms_ =
      static_cast<std::uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
  const std::int64_t second = duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  if (second == date_second_) return;
  date_second_ = second;
  date_ = http_date(second);
}

std::string Worker::next_request_id() {
  // SplitMix64: unique within the process, and hard to mistake for an ordered number.
  std::uint64_t z = request_number_ += 0x9E3779B97F4A7C15ULL;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  std::string id = "req_0000000000000000";
  for (std::size_t i = id.size(); i-- > 4; z >>= 4) id[i] = "0123456789abcdef"[z & 15];
  return id;
}

std::unique_ptr<RequestReader> Worker::take_reader() {
  if (readers_.empty()) return std::make_unique<RequestReader>();
  auto reader = std::move(readers_.back());
  readers_.pop_back();
  return reader;
}

void Worker::give_back(std::unique_ptr<RequestReader> reader) {
  if (readers_.size() >= kPooledReaders) return;
  reader->trim();
  readers_.push_back(std::move(reader));
}

void Worker::add(Connection& connection) {
  connection.set_slot(connections_.size());
  connections_.push_back(&connection);
}

void Worker::remove(Connection& connection) {
  if (connection.outlasts()) shared_->outlasting.fetch_sub(1, std::memory_order_relaxed);
  connections_[connection.slot()] = connections_.back();
  connections_[connection.slot()]->set_slot(connection.slot());
  connections_.pop_back();
}

}  // namespace parley::net
