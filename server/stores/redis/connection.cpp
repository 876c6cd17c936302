#include "server/stores/redis/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <utility>

namespace parley::stores::redis {

namespace {

using boost::asio::redirect_error;
using boost::asio::generic::stream_protocol;
using boost::asio::ip::tcp;

std::string described(const boost::system::error_code& error) {
  return error == boost::asio::error::eof ? std::string("it closed the connection") : error.message();
}

}  // namespace

Connection::Connection(boost::asio::io_context& context, ConnectionOptions options, Owner& owner)
    : context_(context),
      options_(std::move(options)),
      owner_(owner),
      socket_(context),
      pause_(context),
      watchdog_(context) {}

void Connection::start() {
  boost::asio::co_spawn(context_, run(), boost::asio::detached);
}

void Connection::drop(std::string why) {
  if (!socket_.is_open() && !up()) return;
  why_ = std::move(why);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

net::Awaitable<void> Connection::run() {
  for (std::size_t failures = 0;; ++failures) {
    why_.clear();
    co_await attempt();
    watchdog_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    unsent_.clear();
    if (up_.exchange(false, std::memory_order_acq_rel)) failures = 0;
    owner_.on_down(why_);
    pause_.expires_after(pause_after(failures));
    co_await pause_.async_wait(redirect_error(net::kUseAwaitable, ignored));
  }
}

// Several servers that lost the same Redis do not all come back at once.
std::chrono::milliseconds Connection::pause_after(std::size_t failures) {
  const auto doubled = options_.first_pause * (std::int64_t{1} << std::min<std::size_t>(failures, 10));
  const auto whole = std::min<std::chrono::milliseconds>(doubled, options_.longest_pause);
  return whole / 2 + std::chrono::milliseconds(dice_() % static_cast<std::uint32_t>(whole.count() / 2 + 1));
}

net::Awaitable<void> Connection::attempt() {
  if (!co_await connect()) co_return;
  say_hello();
  co_await read();
}

// Each address of the name has its own time, and a name server that is slow takes nothing of it.
void Connection::watch() {
  watchdog_.expires_after(options_.connect_within);
  watchdog_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled && !up()) drop("it does not answer");
  });
}

net::Awaitable<std::vector<stream_protocol::endpoint>> Connection::endpoints() {
  std::vector<stream_protocol::endpoint> found;
  const Address& address = options_.address;
  if (!address.socket.empty()) {
    found.emplace_back(boost::asio::local::stream_protocol::endpoint(address.socket));
    co_return found;
  }
  boost::system::error_code error;
  boost::asio::ip::basic_resolver<tcp, net::Executor> resolver(context_);
  const auto results = co_await resolver.async_resolve(
      address.host, std::to_string(address.port), redirect_error(net::kUseAwaitable, error)
  );
  if (error) why_ = described(error);
  for (const auto& result : results) found.emplace_back(result.endpoint());
  co_return found;
}

net::Awaitable<bool> Connection::connect() {
  const auto places = co_await endpoints();
  for (const stream_protocol::endpoint& place : places) {
    boost::system::error_code error;
    socket_.close(error);
    socket_.open(place.protocol(), error);
    watch();
    if (!error) co_await socket_.async_connect(place, redirect_error(net::kUseAwaitable, error));
    if (!error && socket_.is_open()) {
      if (options_.address.socket.empty()) socket_.set_option(tcp::no_delay(true), error);
      co_return true;
    }
    if (why_.empty()) why_ = described(error);
  }
  co_return false;
}

void Connection::say_hello() {
  const Address& address = options_.address;
  const std::string database = std::to_string(address.database);
  std::string hello;
  hello_ = 1;
  if (!address.password.empty()) {
    ++hello_;
    std::vector<std::string_view> words{"AUTH"};
    if (!address.user.empty()) words.emplace_back(address.user);
    words.emplace_back(address.password);
    append_command(hello, words);
  }
  if (address.database != 0) {
    ++hello_;
    append_command(hello, std::array<std::string_view, 2>{"SELECT", database});
  }
  append_command(hello, std::array<std::string_view, 1>{"PING"});
  unsent_ = std::move(hello);
  write();
}

net::Awaitable<void> Connection::read() {
  ReplyReader reader(options_.most_unread);
  std::vector<char> space(64 * 1024);
  std::vector<Reply> replies;
  for (;;) {
    boost::system::error_code error;
    const std::size_t got = co_await socket_.async_read_some(
        boost::asio::buffer(space), redirect_error(net::kUseAwaitable, error)
    );
    if (error || !socket_.is_open()) {
      if (why_.empty()) why_ = described(error);
      co_return;
    }
    replies.clear();
    const bool good = reader.feed({space.data(), got}, replies);
    for (Reply& reply : replies) {
      if (take(std::move(reply))) continue;
      if (why_.empty()) why_ = "it says what nobody asked for";
      co_return;
    }
    if (!good) {
      why_ = "it does not speak the protocol";
      co_return;
    }
  }
}

bool Connection::take(Reply reply) {
  if (hello_ == 0) return owner_.on_reply(std::move(reply));
  if (reply.kind == Reply::Kind::error) {
    // "NOAUTH Authentication required.": the first words are the server's own, not what it was told.
    why_ = "it refuses: " + reply.text.substr(0, 100);
    return false;
  }
  const bool last = --hello_ == 0;
  if (reply.kind != Reply::Kind::status || (last && reply.text != "PONG")) return false;
  if (!last) return true;
  watchdog_.cancel();
  why_.clear();
  up_.store(true, std::memory_order_release);
  owner_.on_up();
  return true;
}

void Connection::send(std::string_view bytes) {
  if (!up()) return;
  if (unsent_.size() + bytes.size() > options_.most_unsent) return drop("it does not read");
  unsent_ += bytes;
  write();
}

// What gathers while a write is under way goes out with the next.
void Connection::write() {
  if (!writing_.empty() || unsent_.empty()) return;
  writing_.swap(unsent_);
  boost::asio::async_write(
      socket_,
      boost::asio::buffer(writing_),
      [this](const boost::system::error_code& error, std::size_t) {
        writing_.clear();
        if (error) {
          if (socket_.is_open()) drop(described(error));
          return;
        }
        write();
      }
  );
}

}  // namespace parley::stores::redis
