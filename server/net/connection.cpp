#include "server/net/connection.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <exception>
#include <utility>

#include "server/net/worker.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kCopiedBody =
    16 * 1024;  // smaller bodies are copied behind their head: one buffer, one write
constexpr std::uint32_t kFreshDrainMs = 1000;  // for a connection that was opened just before a drain
constexpr Refusal kTooSlow = {408, "request_timeout", "The request did not arrive in time."};
constexpr Refusal kHandlerFailed = {500, "internal", "The server failed to answer this request."};
constexpr std::size_t kMaxLinger = 8 * 1024 * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, int socket, const PeerAddress& peer)
    : worker_(std::move(worker)), socket_(worker_->executor()), peer_(peer) {
  using boost::asio::ip::tcp;
  socket_.assign(peer.is_v4() ? tcp::v4() : tcp::v6(), socket);
  worker_->add(*this);
}

Connection::~Connection() {
  worker_->remove(*this);
  worker_->shared().leave(peer_);
}

Awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  for (;;) {
    const Reading reading = co_await self->read_request();
    if (reading == Reading::refused) co_await self->refuse();
    if (reading != Reading::complete || !co_await self->answer()) break;
  }
  self->abort(StreamEnd::client_gone);
}

// --- Reading ---

std::optional<std::size_t> Connection::receive_into(std::span<char> space) {
  for (;;) {
    const ssize_t got = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) return 0;
  }
}

Awaitable<Connection::Readiness> Connection::readable() {
  boost::system::error_code error;
  if (!closed_ && !timed_out_) {
    co_await socket_.async_wait(
        boost::asio::socket_base::wait_read, boost::asio::redirect_error(kUseAwaitable, error)
    );
  }
  if (closed_) co_return Readiness::closed;
  if (timed_out_) co_return Readiness::timed_out;
  co_return error ? Readiness::closed : Readiness::ready;
}

// A read that waits costs no system call to begin, a wait for readiness costs one (epoll_ctl) each time; so
// an idle connection waits with a little memory of its own.
Awaitable<Connection::Readiness> Connection::first_bytes() {
  boost::system::error_code error;
  std::size_t got = 0;
  if (!closed_ && !timed_out_) {
    got = co_await socket_.async_receive(
        boost::asio::buffer(first_), boost::asio::redirect_error(kUseAwaitable, error)
    );
  }
  if (closed_) co_return Readiness::closed;
  if (got == 0) co_return timed_out_ ? Readiness::timed_out : Readiness::closed;
  reader_ = worker_->take_reader();
  const auto space = reader_->space();
  std::copy_n(first_.begin(), got, space.begin());
  reader_->commit(got);
  timed_out_ = false;  // they came in the last moment
  co_return Readiness::ready;
}

void Connection::enter_request(std::uint32_t body_or_head_ms) {
  phase_ = Phase::request;
  deadline_ = worker_->deadline_in(body_or_head_ms);
}

// This coroutine is what an idle connection consists of, so it keeps its frame small.
Awaitable<Connection::Reading> Connection::read_request() {
  const Limits& limits = worker_->limits();
  bool in_body = false;
  phase_ = reader_ ? Phase::request : Phase::idle;
  // A connection that never sent anything gets the time of a head, not that of a well-known client.
  deadline_ = worker_->deadline_in(answered_any_ && !reader_ ? limits.idle_ms : limits.head_ms);
  if (worker_->draining() && phase_ == Phase::idle) {
    if (answered_any_) co_return Reading::closed;
    deadline_ = worker_->deadline_in(kFreshDrainMs);
  }
  for (;;) {
    if (reader_ && !reader_->empty()) {
      const auto outcome = reader_->advance(limits);
      if (outcome == RequestReader::Outcome::complete) co_return Reading::complete;
      if (outcome == RequestReader::Outcome::refused) co_return Reading::refused;
      if (reader_->in_body() && !in_body) {
        in_body = true;
        enter_request(limits.body_ms);
        if (reader_->take_continue()) (void)write_some("HTTP/1.1 100 Continue\r\n\r\n");
      }
    }
    const bool first = !reader_;
    const Readiness readiness = first ? co_await first_bytes() : co_await readable();
    if (readiness == Readiness::closed) co_return Reading::closed;
    if (readiness == Readiness::timed_out) {
      timed_out_ = false;
      if (phase_ == Phase::idle) co_return Reading::closed;
      reader_->refuse(kTooSlow);
      co_return Reading::refused;
    }
    if (phase_ == Phase::idle) enter_request(limits.head_ms);
    if (first) continue;
    const auto got = receive_into(reader_->space());
    if (!got) continue;
    if (*got == 0) co_return Reading::closed;
    reader_->commit(*got);
  }
}

Awaitable<void> Connection::refuse() {
  const std::string id = worker_->next_request_id();
  if (co_await send(refusal_response(reader_->refusal(), id), id, false)) co_await linger();
}

// Reads on for a moment: closing with unread bytes would reset the connection and take the answer with it.
Awaitable<void> Connection::linger() {
  phase_ = Phase::linger;
  deadline_ = worker_->deadline_in(worker_->limits().linger_ms);
  ::shutdown(socket_.native_handle(), SHUT_WR);
  for (std::size_t total = 0; total < kMaxLinger;) {
    const auto got = receive_into(worker_->scratch());
    if (got && *got == 0) break;
    if (got) {
      total += *got;
    } else if (co_await readable() != Readiness::ready) {
      break;
    }
  }
}

// --- Answering ---

Awaitable<bool> Connection::answer() {
  phase_ = Phase::handling;
  deadline_ = kNever;
  Request& request = reader_->request();
  const std::string id = worker_->next_request_id();
  request.request_id = id;
  request.peer = worker_->shared().options.proxies.client_of(peer_, request.headers);
  keep_ = request.http_keep_alive;
  answered_any_ = true;

  Response response;
  bool failed = false;
  Exchange exchange(*this);
  try {
    response = co_await worker_->shared().handler(request, exchange);
  } catch (const std::exception& error) {
    failed = true;
    report(id, error.what());
  } catch (...) {
    failed = true;
    report(id, "something that is no exception");
  }
  ++watch_generation_;
  watching_ = false;
  on_disconnect_ = nullptr;
  if (websocket_) {
    co_await finish_websocket(failed);
    co_return false;
  }
  bool ok = false;
  if (outbox_) {
    ok = co_await finish_stream(failed);
  } else {
    if (closed_) co_return false;
    if (failed) response = refusal_response(kHandlerFailed, id);
    ok = co_await send(std::move(response), id, request.method == "HEAD");
  }
  if (!ok || !keep_ || closed_) co_return false;
  rest_reader();
  co_return true;
}

void Connection::report(std::string_view request_id, std::string_view what) const {
  const auto& tell = worker_->shared().options.on_handler_error;
  if (tell) tell(request_id, what);
}

void Connection::rest_reader() {
  reader_->next();
  if (reader_->empty()) worker_->give_back(std::move(reader_));
}

Awaitable<bool> Connection::send(Response response, std::string_view request_id, bool is_head) {
  keep_ = keep_ && !response.close && !worker_->draining();
  ResponseFrame frame{.close = !keep_, .date = worker_->date(), .request_id = request_id};
  std::string& out = worker_->out();
  out.clear();
  if (!append_head(out, response, frame)) {
    response = refusal_response(kHandlerFailed, request_id);
    keep_ = false;
    frame.close = true;
    (void)append_head(out, response, frame);
  }
  if (is_head || !may_have_body(response.status)) response.body.clear();
  if (response.body.size() <= kCopiedBody) {
    out += response.body;
    response.body.clear();
  }
  // Nearly every answer fits into the socket's buffer at once and costs no suspension.
  const auto sent = write_some(out, response.body);
  if (!sent) co_return false;
  if (*sent == out.size() + response.body.size()) co_return true;
  const std::size_t of_head = std::min(*sent, out.size());
  response.body.erase(0, *sent - of_head);
  co_return co_await write_all(out.substr(of_head), std::move(response.body));
}

std::optional<std::size_t> Connection::write_some(std::string_view first, std::string_view second) {
  if (closed_) return std::nullopt;
  std::array<iovec, 2> parts{};
  parts[0] = {const_cast<char*>(first.data()), first.size()};
  parts[1] = {const_cast<char*>(second.data()), second.size()};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = second.empty() ? 1 : 2;
  for (;;) {
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return std::nullopt;
  }
}

Awaitable<bool> Connection::write_all(std::string first, std::string second) {
  std::string_view a = first;
  std::string_view b = second;
  while (!a.empty() || !b.empty()) {
    if (a.empty()) std::swap(a, b);
    const auto sent = write_some(a, b);
    if (!sent) co_return false;
    if (*sent > 0) {
      const std::size_t of_a = std::min(*sent, a.size());
      a.remove_prefix(of_a);
      b.remove_prefix(*sent - of_a);
      continue;
    }
    write_deadline_ = worker_->deadline_in(worker_->limits().write_stall_ms);
    boost::system::error_code error;
    co_await socket_.async_wait(
        boost::asio::socket_base::wait_write, boost::asio::redirect_error(kUseAwaitable, error)
    );
    write_deadline_ = kNever;
    if (closed_ || error) co_return false;
  }
  co_return true;
}

// --- Streams ---

std::shared_ptr<Outbox> Connection::start_stream(const Response& head) {
  INVARIANT(!outbox_, "a handler starts at most one stream");
  const Request& current = request();
  keep_ = keep_ && !worker_->draining();
  const bool chunked = !current.is_http_1_0;
  if (!chunked) keep_ = false;
  const ResponseFrame frame{
      .framing = chunked ? BodyFraming::chunked : BodyFraming::until_close,
      .close = !keep_,
      .date = worker_->date(),
      .request_id = current.request_id
  };
  std::string bytes;
  const bool appended = append_head(bytes, head, frame);
  INVARIANT(appended, "headers of a stream are made by the server and are safe");
  outbox_ = std::make_shared<Outbox>(*this, chunked, std::move(bytes), current.method == "HEAD");
  phase_ = Phase::stream;
  outbox_->flush();
  if (worker_->draining()) outbox_->signal_end(StreamEnd::draining);
  watch();
  return outbox_;
}

Awaitable<bool> Connection::finish_stream(bool failed) {
  const auto outbox = outbox_;
  bool ok = false;
  if (!failed && !closed_) ok = co_await outbox->finish();
  outbox->detach();
  outbox_.reset();
  // Without the last chunk the client can tell that the stream was cut.
  co_return ok && !failed;
}

void Connection::on_disconnect(std::function<void()> callback) {
  on_disconnect_ = std::move(callback);
  watch();
}

// While a handler runs nobody reads, so somebody must notice that the client has left.
void Connection::watch() {
  if (closed_ || watching_) return;
  watching_ = true;
  socket_.async_wait(
      boost::asio::socket_base::wait_read,
      [self = shared_from_this(), generation = watch_generation_](boost::system::error_code error) {
        if (error || self->closed_ || generation != self->watch_generation_) return;
        self->watching_ = false;
        self->on_watch();
      }
  );
}

void Connection::on_watch() {
  const auto space = reader_->spare();
  if (space.empty()) return;  // the client keeps talking; its next requests wait in the kernel
  const auto got = receive_into(space);
  if (got && *got == 0) {
    abort(StreamEnd::client_gone);
    return;
  }
  if (got) reader_->commit(*got);
  watch();
}

void Connection::wait_writable(std::shared_ptr<Outbox> outbox) {
  write_deadline_ = worker_->deadline_in(worker_->limits().write_stall_ms);
  socket_.async_wait(
      boost::asio::socket_base::wait_write,
      [self = shared_from_this(), outbox = std::move(outbox)](boost::system::error_code error) {
        self->write_deadline_ = kNever;
        outbox->on_writable(!error);
      }
  );
}

// --- Life and death ---

void Connection::sweep(std::uint64_t now_ms) {
  if (closed_) return;
  if (now_ms >= write_deadline_) {
    abort(StreamEnd::client_gone);
    return;
  }
  if (now_ms < deadline_) return;
  deadline_ = kNever;
  if (phase_ == Phase::websocket) {
    sweep_websocket();
    return;
  }
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::begin_drain() {
  if (phase_ == Phase::idle) {
    if (answered_any_) {
      abort(StreamEnd::draining);
    } else {
      deadline_ = std::min(deadline_, worker_->deadline_in(kFreshDrainMs));
    }
  }
  // A message that is being answered is answered first: its handler comes back to receive().
  if (websocket_ && websocket_->receiving) leave_websocket();
  if (const auto outbox = outbox_) outbox->signal_end(StreamEnd::draining);
}

void Connection::abort(StreamEnd why) {
  if (closed_) return;
  closed_ = true;
  deadline_ = write_deadline_ = kNever;
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (const auto outbox = outbox_) {
    outbox->signal_end(why);
    outbox->detach();
  }
  if (on_disconnect_) std::exchange(on_disconnect_, nullptr)();
}

}  // namespace parley::net
