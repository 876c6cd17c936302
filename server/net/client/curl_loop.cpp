#include "server/net/client/curl_loop.hpp"

#include <chrono>
#include <utility>

#include "server/net/client/transfer.hpp"

namespace parley::net {
namespace {

constexpr long kConnectionsMax = 256;
constexpr long kConnectionsPerHost = 64;
constexpr long kIdleConnections = 64;

boost::asio::io_context& as_loop(boost::asio::execution_context& context) {
  return static_cast<boost::asio::io_context&>(context);
}

}  // namespace

boost::asio::execution_context::id CurlLoop::id;

// A socket of libcurl's, which libcurl closes; here it is only waited for.
struct CurlLoop::Watch {
  Watch(const Executor& executor, curl_socket_t socket) : descriptor(executor, socket) {}
  ~Watch() { forget(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void forget() {
    wanted = CURL_POLL_NONE;
    if (descriptor.is_open()) descriptor.release();
  }

  boost::asio::posix::basic_stream_descriptor<Executor> descriptor;
  int wanted = CURL_POLL_NONE;
  bool reading = false;
  bool writing = false;
};

CurlLoop::CurlLoop(boost::asio::execution_context& context)
    : service(context),
      executor_(as_loop(context).get_executor()),
      multi_(curl_multi_init()),
      timer_(executor_) {
  INVARIANT(multi_ != nullptr, "libcurl can be initialised");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, kConnectionsMax);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

CurlLoop::~CurlLoop() {
  shutdown();
}

CurlLoop& CurlLoop::of(const Executor& executor) {
  return boost::asio::use_service<CurlLoop>(executor.context());
}

// The loop ends: calls under way are dropped, and the coroutines that wait for them with the loop.
void CurlLoop::shutdown() {
  if (multi_ == nullptr) return;
  inside_ = true;
  for (auto& [handle, transfer] : running_) curl_multi_remove_handle(multi_, handle);
  const auto dropped = std::exchange(running_, {});
  const auto unbegun = std::exchange(to_begin_, {});
  curl_multi_cleanup(std::exchange(multi_, nullptr));
  watches_.clear();
}

void CurlLoop::begin(std::shared_ptr<Transfer> transfer) {
  if (inside_) {
    to_begin_.push_back(std::move(transfer));
    return;
  }
  CURL* handle = transfer->handle();
  running_.emplace(handle, std::move(transfer));
  inside_ = true;
  const CURLMcode added = curl_multi_add_handle(multi_, handle);
  inside_ = false;
  INVARIANT(added == CURLM_OK, "a prepared transfer can be added");
  act(CURL_SOCKET_TIMEOUT, 0);
}

bool CurlLoop::abandon(Transfer& transfer) {
  if (inside_) return false;
  const auto found = running_.find(transfer.handle());
  if (found == running_.end()) return true;
  inside_ = true;
  curl_multi_remove_handle(multi_, found->first);
  inside_ = false;
  running_.erase(found);
  return true;
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  static_cast<CurlLoop*>(self)->watch(socket, what);
  return 0;
}

void CurlLoop::watch(curl_socket_t socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    const auto found = watches_.find(socket);
    if (found == watches_.end()) return;
    // At once, though a handler of its may be on the stack: the same socket may be back before that ends.
    found->second->forget();
    watches_.erase(found);
    return;
  }
  auto& watch = watches_[socket];
  if (!watch) watch = std::make_shared<Watch>(executor_, socket);
  watch->wanted = what;
  wait_to_read(watch);
  wait_to_write(watch);
}

void CurlLoop::wait_to_read(const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_IN) == 0 || watch->reading) return;
  watch->reading = true;
  watch->descriptor.async_wait(
      boost::asio::posix::descriptor_base::wait_read,
      [this,
       weak = std::weak_ptr(watch),
       socket = watch->descriptor.native_handle()](boost::system::error_code error) {
        const auto alive = weak.lock();
        if (error == boost::asio::error::operation_aborted || !alive) return;
        alive->reading = false;
        if ((alive->wanted & CURL_POLL_IN) == 0) return;
        act(socket, CURL_CSELECT_IN);
        wait_to_read(alive);
      }
  );
}

void CurlLoop::wait_to_write(const std::shared_ptr<Watch>& watch) {
  if ((watch->wanted & CURL_POLL_OUT) == 0 || watch->writing) return;
  watch->writing = true;
  watch->descriptor.async_wait(
      boost::asio::posix::descriptor_base::wait_write,
      [this,
       weak = std::weak_ptr(watch),
       socket = watch->descriptor.native_handle()](boost::system::error_code error) {
        const auto alive = weak.lock();
        if (error == boost::asio::error::operation_aborted || !alive) return;
        alive->writing = false;
        if ((alive->wanted & CURL_POLL_OUT) == 0) return;
        act(socket, CURL_CSELECT_OUT);
        wait_to_write(alive);
      }
  );
}

int CurlLoop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (milliseconds < 0) {
    loop.timer_.cancel();
    return 0;
  }
  loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  loop.timer_.async_wait([&loop](boost::system::error_code error) {
    if (!error) loop.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlLoop::act(curl_socket_t socket, int ready) {
  if (multi_ == nullptr) return;
  int running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, ready, &running);
  inside_ = false;
  collect();
  for (auto& transfer : std::exchange(to_begin_, {})) begin(std::move(transfer));
}

void CurlLoop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode outcome = message->data.result;
    const auto found = running_.find(message->easy_handle);
    INVARIANT(found != running_.end(), "libcurl only tells of transfers that run");
    const auto transfer = std::move(found->second);
    running_.erase(found);
    inside_ = true;
    curl_multi_remove_handle(multi_, transfer->handle());
    inside_ = false;
    transfer->ended(outcome);
  }
}

}  // namespace parley::net
