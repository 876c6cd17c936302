#include "server/api/heartbeat.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

namespace parley::api {

namespace {

// Clients take 40 silent seconds for a dead line; proxies often 60.
constexpr std::chrono::seconds kEvery{15};

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

}  // namespace

struct Heartbeat::State {
  State(net::Executor executor, net::StreamWriter writer) : timer(executor), stream(std::move(writer)) {}
  Timer timer;
  net::StreamWriter stream;
};

Heartbeat::Heartbeat(net::Executor executor, net::StreamWriter stream)
    : state_(std::make_shared<State>(executor, std::move(stream))) {
  arm(state_);
}

Heartbeat::~Heartbeat() {
  state_->timer.cancel();
}

void Heartbeat::arm(const std::shared_ptr<State>& state) {
  state->timer.expires_after(kEvery);
  state->timer.async_wait([state](const boost::system::error_code& cancelled) {
    if (cancelled || !state->stream.send(": \n\n")) return;
    arm(state);
  });
}

}  // namespace parley::api
