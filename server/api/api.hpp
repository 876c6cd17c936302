// The HTTP face of the server: routes, access, errors and cross-origin rules in one place; every handler is a
// function of a route (handlers.hpp).
//
// Made once, before the server starts; thread-safe from then on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/settings.hpp"
#include "server/api/access.hpp"
#include "server/api/errors.hpp"
#include "server/api/flow_publisher.hpp"
#include "server/api/inbound/hooks.hpp"
#include "server/api/inbound/sign_in.hpp"
#include "server/api/setup.hpp"
#include "server/api/throttle.hpp"
#include "server/erasure/eraser.hpp"
#include "server/net/server.hpp"
#include "server/ops/metrics.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/worker_port.hpp"

namespace parley::api {

using net::Awaitable;

struct Services {
  turns::TurnDriver& driver;
  turns::Store& store;
  turns::Store& reads;  // for lists and logs: the store, or what is as new
  turns::Clock& clock;
  Access& access;
  FlowPublisher& publisher;
  Setup& setup;
  ops::Metrics& metrics;
  turns::Workers& workers;
  Throttle& throttle;
  erasure::Eraser& eraser;
  SignInPort& sign_ins;
};

// A part that helps, but is not needed: /readyz?verbose shows how it is.
struct Helper {
  std::string name;
  std::function<Result<void>()> check;
  std::function<std::string()> detail = nullptr;  // what is in use; null: nothing to tell
};

struct ApiOptions {
  std::string tenant = "default";
  std::vector<std::string> allowed_origins;  // "*" is all
  std::vector<Helper> helpers = {};
};

// One request on its way: what the router found out about it.
struct Call {
  net::Request& request;
  net::Exchange& exchange;
  std::array<std::string_view, 2> params{};  // the pattern's {…} in order
  Caller caller;

  [[nodiscard]] std::string_view id() const { return params[0]; }
};

struct Route;

class Api {
 public:
  Api(Services services, ApiOptions options);

  // The server's handler.
  Awaitable<net::Response> handle(net::Request& request, net::Exchange& exchange);
  // For WebSocket handshakes and unsafe methods that come from web pages.
  [[nodiscard]] bool allows_origin(std::string_view origin, std::string_view host) const;

  // What users see before the first message; replaced by a reload.
  void set_settings(assistant::Settings settings);
  [[nodiscard]] std::shared_ptr<const assistant::Settings> settings() const;

  void set_hooks(HookTable hooks);
  [[nodiscard]] std::shared_ptr<const HookTable> hooks() const;

  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] turns::TurnDriver& driver() const { return services_.driver; }
  [[nodiscard]] turns::Store& store() const { return services_.store; }
  [[nodiscard]] turns::Store& reads() const { return services_.reads; }
  [[nodiscard]] Access& access() const { return services_.access; }
  [[nodiscard]] Throttle& throttle() const { return services_.throttle; }
  [[nodiscard]] SignInPort& sign_ins() const { return services_.sign_ins; }
  [[nodiscard]] Setup& setup() const { return services_.setup; }
  [[nodiscard]] const std::string& tenant() const { return options_.tenant; }

  [[nodiscard]] const std::vector<Helper>& helpers() const { return options_.helpers; }
  [[nodiscard]] bool draining() const { return draining_.load(std::memory_order_relaxed); }
  void begin_drain() { draining_.store(true, std::memory_order_relaxed); }

 private:
  struct RouteMetrics {
    std::array<ops::Counter*, 6> by_class{};  // index: status / 100
    ops::Histogram* duration = nullptr;
  };

  Awaitable<net::Response> route(net::Request& request, net::Exchange& exchange, std::size_t& index);
  [[nodiscard]] std::expected<Caller, Problem> authorise(const net::Request& request, const Route& route)
      const;
  [[nodiscard]] net::Response preflight(const net::Request& request) const;
  void add_cors(const net::Request& request, net::Response& response) const;
  void observe(const net::Request& request, std::size_t index, int status, std::uint64_t duration_us);

  Services services_;
  ApiOptions options_;
  std::vector<RouteMetrics> metrics_;  // parallel to routes(), then one for everything else
  std::atomic<bool> draining_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const assistant::Settings> settings_;  // guarded by mutex_
  std::shared_ptr<const HookTable> hooks_;               // guarded by mutex_
};

// The headers that a stream must send itself, since it answers before the router can add any.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> stream_headers(
    const Api& api, const net::Request& request
);

[[nodiscard]] net::Response json_response(std::string body, int status = 200);
// Of a request that failed below the API.
[[nodiscard]] net::Response failed(const Error& error, const Call& call);
// Writes to the log what clients are not told.
void note_failure(const Error& error, std::string_view request_id);
[[nodiscard]] net::Response refused(const Problem& problem, const Call& call);

}  // namespace parley::api
