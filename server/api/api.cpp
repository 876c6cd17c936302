#include "server/api/api.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/edit_distance.hpp"
#include "server/api/query.hpp"
#include "server/api/routes.hpp"
#include "server/ops/log.hpp"

namespace parley::api {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kAllowedHeaders =
    "authorization, content-type, idempotency-key, last-event-id, accept-language";

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Problem nothing_here(std::string_view path) {
  std::vector<std::string_view> patterns;
  for (const Route& route : routes()) patterns.push_back(route.pattern);
  const std::string_view near = nearest(path, patterns);
  return {
      "route_not_found",
      "There is nothing at " + std::string(path) + ".",
      near.empty() ? "/openapi.json lists all paths" : "did you mean " + std::string(near) + "?"
  };
}

}  // namespace

Api::Api(Services services, ApiOptions options)
    : services_(services),
      options_(std::move(options)),
      settings_(std::make_shared<const assistant::Settings>()),
      hooks_(std::make_shared<const HookTable>()) {
  constexpr std::array kClasses{"", "1xx", "2xx", "3xx", "4xx", "5xx"};
  const std::size_t count = routes().size() + 1;
  metrics_.resize(count);
  const auto labels = [&](std::size_t i) {
    if (i == routes().size()) return std::string(R"(method="",route="none")");
    return "method=\"" + std::string(routes()[i].method) + "\",route=\"" + std::string(routes()[i].pattern) +
           "\"";
  };
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t status = 1; status < kClasses.size(); ++status) {
      metrics_[i].by_class[status] = &services_.metrics.counter(
          "parley_http_requests_total",
          "Requests answered.",
          labels(i) + ",status=\"" + kClasses[status] + "\""
      );
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    metrics_[i].duration = &services_.metrics.histogram(
        "parley_http_request_seconds", "From the request's last byte to its answer.", labels(i)
    );
  }
}

Awaitable<net::Response> Api::handle(net::Request& request, net::Exchange& exchange) {
  const auto begun = SteadyClock::now();
  std::size_t index = routes().size();
  net::Response response = co_await route(request, exchange, index);
  if (request.header("origin")) add_cors(request, response);
  // Whoever keeps the connection would not notice that this server is going away.
  if (draining()) response.close = true;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begun);
  observe(request, index, response.status, static_cast<std::uint64_t>(duration.count()));
  co_return response;
}

Awaitable<net::Response> Api::route(net::Request& request, net::Exchange& exchange, std::size_t& index) {
  if (request.method == "OPTIONS") co_return preflight(request);
  const auto match = find_route(request.method, request.path);
  if (!match) {
    std::string methods = allowed_methods(request.path);
    if (methods.empty()) co_return error_response(nothing_here(request.path), request.request_id);
    net::Response response = error_response(
        {"method_not_allowed",
         std::string(request.method) + " is not possible at " + request.path + ".",
         "use " + methods},
        request.request_id
    );
    response.headers.emplace_back("Allow", std::move(methods));
    co_return response;
  }
  index = match->route;
  const Route& found = routes()[index];
  if (auto problem = services_.throttle.refuse(work_of(found)))
    co_return error_response(*problem, request.request_id);
  auto caller = authorise(request, found);
  if (!caller) co_return error_response(caller.error(), request.request_id);
  if (const auto asked = check_query(request.query, found); !asked)
    co_return error_response(asked.error(), request.request_id);
  Call call{request, exchange, match->params, std::move(*caller)};
  co_return co_await found.handler(*this, call);
}

std::expected<Caller, Problem> Api::authorise(const net::Request& request, const Route& route) const {
  // A foreign page may make a browser send this, but must not have it done. Without cookies that matters only
  // where callers without credentials are trusted; there it matters much.
  if (!is_safe(request.method)) {
    const auto origin = request.header("origin");
    if (origin && !allows_origin(*origin, request.header("host").value_or(""))) {
      return std::unexpected(Problem{
          "origin_not_allowed",
          "Pages of " + std::string(*origin) + " may not use this server.",
          "add the origin to server.allowed_origins"
      });
    }
  }
  auto caller = services_.access.identify(request);
  if (!caller) return caller;
  if (caller->role >= route.access) return caller;
  if (caller->role == Role::anyone) {
    return std::unexpected(Problem{
        "token_required",
        route.access == Role::visitor
            ? "This needs the conversation's token or an API key."
            : "This needs an API key with the role " + std::string(name(route.access)) + ".",
        "send Authorization: Bearer <token or API key>"
    });
  }
  return std::unexpected(Problem{"forbidden", "This needs the role " + std::string(name(route.access)) + "."}
  );
}

bool Api::allows_origin(std::string_view origin, std::string_view host) const {
  const std::size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && net::equals_ignoring_case(origin.substr(scheme + 3), host))
    return true;
  return std::ranges::any_of(options_.allowed_origins, [&](const std::string& allowed) {
    return allowed == "*" || net::equals_ignoring_case(allowed, origin);
  });
}

net::Response Api::preflight(const net::Request& request) const {
  net::Response response{.status = 204};
  std::string methods = allowed_methods(request.path);
  if (methods.empty()) methods = "GET, HEAD";
  const auto origin = request.header("origin");
  if (origin && allows_origin(*origin, request.header("host").value_or(""))) {
    response.headers.emplace_back("Access-Control-Allow-Methods", methods + ", OPTIONS");
    response.headers.emplace_back("Access-Control-Allow-Headers", kAllowedHeaders);
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  response.headers.emplace_back("Allow", std::move(methods));
  return response;
}

void Api::add_cors(const net::Request& request, net::Response& response) const {
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = *request.header("origin");
  if (!allows_origin(origin, request.header("host").value_or(""))) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back(
      "Access-Control-Expose-Headers", "retry-after, ratelimit, ratelimit-policy, x-request-id"
  );
}

void Api::observe(const net::Request& request, std::size_t index, int status, std::uint64_t duration_us) {
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, 5));
  metrics_[index].by_class[status_class]->add();
  metrics_[index].duration->add_us(duration_us);
  if (!ops::logs(ops::LogLevel::debug)) return;
  ops::log(
      ops::LogLevel::debug,
      "request answered",
      {{"request_id", request.request_id},
       {"method", request.method},
       {"route", index < routes().size() ? routes()[index].pattern : "none"},
       {"status", static_cast<std::int64_t>(status)},
       {"us", duration_us}}
  );
}

void Api::set_settings(assistant::Settings settings) {
  auto fresh = std::make_shared<const assistant::Settings>(std::move(settings));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(fresh);
}

std::shared_ptr<const assistant::Settings> Api::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Api::set_hooks(HookTable hooks) {
  auto fresh = std::make_shared<const HookTable>(std::move(hooks));
  const std::lock_guard lock(mutex_);
  hooks_ = std::move(fresh);
}

std::shared_ptr<const HookTable> Api::hooks() const {
  const std::lock_guard lock(mutex_);
  return hooks_;
}

std::vector<std::pair<std::string, std::string>> stream_headers(const Api& api, const net::Request& request) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}, {"X-Content-Type-Options", "nosniff"}
  };
  const auto origin = request.header("origin");
  if (!origin) return headers;
  headers.emplace_back("Vary", "Origin");
  if (api.allows_origin(*origin, request.header("host").value_or(""))) {
    headers.emplace_back("Access-Control-Allow-Origin", *origin);
  }
  return headers;
}

net::Response json_response(std::string body, int status) {
  net::Response response{.status = status, .content_type = "application/json"};
  response.headers.reserve(4);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

net::Response failed(const Error& error, const Call& call) {
  note_failure(error, call.request.request_id);
  return refused(problem_from(error), call);
}

void note_failure(const Error& error, std::string_view request_id) {
  if (!is_for_operators(error)) return;
  ops::log(ops::LogLevel::error, "request failed", {{"request_id", request_id}, {"problem", error.message}});
}

net::Response refused(const Problem& problem, const Call& call) {
  return error_response(problem, call.request.request_id);
}

}  // namespace parley::api
