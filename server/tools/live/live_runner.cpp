#include "server/tools/live/live_runner.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "server/net/client/egress.hpp"
#include "server/tools/live/answers.hpp"
#include "server/tools/test_mode.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/render.hpp"

namespace parley::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, net::Executor>;

// Repetitions that a service may ask for within one call; a flow's `retry` comes on top.
constexpr int kRepetitions = 2;

// A little before the caller stops waiting, so that the reason reaches him.
std::uint32_t own_timeout(std::uint32_t timeout_ms) {
  return timeout_ms - std::min<std::uint32_t>(timeout_ms / 10, 100);
}

void add_if_absent(net::Headers& headers, std::string_view name, std::string_view value) {
  const auto same = [&](const auto& header) { return ascii_lower(header.first) == ascii_lower(name); };
  if (std::ranges::none_of(headers, same)) headers.emplace_back(name, value);
}

std::shared_ptr<const wire::Connector> at_server(
    std::shared_ptr<const wire::Connector> connector, const std::string& server
) {
  if (server.empty()) return connector;
  wire::Connector moved = *connector;
  for (wire::Tool& tool : moved.tools) tool.server = server;
  return std::make_shared<const wire::Connector>(std::move(moved));
}

net::Awaitable<void> pause(std::chrono::milliseconds duration) {
  Timer timer(co_await boost::asio::this_coro::executor, duration);
  co_await net::await_callback<bool>([&](auto done) {
    timer.async_wait([done = std::move(done)](boost::system::error_code) mutable { done(true); });
  });
}

}  // namespace

LiveRunner::LiveRunner(
    std::shared_ptr<const wire::Connector> connector,
    LiveOptions options,
    std::shared_ptr<net::HttpClient> client
)
    : connector_(at_server(std::move(connector), options.server)),
      options_(std::move(options)),
      client_(std::move(client)),
      tokens_(client_),
      mcp_(client_),
      program_(options_.program.command.empty() ? nullptr : std::make_unique<StdioServer>(options_.program)) {
  for (const wire::Tool& tool : connector_->tools) checks_.emplace(tool.id, ArgumentCheck(tool.parameters));
}

bool LiveRunner::has(std::string_view tool) const {
  return connector_->find(tool) != nullptr;
}

turns::EffectClass LiveRunner::effect_class(std::string_view tool) const {
  const wire::Tool* known = connector_->find(tool);
  return known == nullptr ? turns::EffectClass::unsafe : effect_class_named(known->effect);
}

std::vector<flow::ToolSignature> LiveRunner::signatures() const {
  std::vector<flow::ToolSignature> all;
  all.reserve(connector_->tools.size());
  for (const wire::Tool& tool : connector_->tools) {
    all.push_back(
        {tool.id, wire::without_references(tool.parameters), wire::without_references(tool.result_schema)}
    );
  }
  return all;
}

void LiveRunner::stop() {
  if (program_) program_->stop();
}

turns::Awaitable<Result<turns::ToolAnswer>> LiveRunner::run(const turns::ToolCall& call) {
  const wire::Tool* tool = connector_->find(call.tool);
  if (tool == nullptr)
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  auto request = request_of(*tool, call);
  if (!request) co_return std::unexpected(std::move(request.error()));
  co_return co_await send(
      *tool, effect_class_named(tool->effect), *std::move(request), own_timeout(call.timeout_ms)
  );
}

Result<net::OutgoingRequest> LiveRunner::request_of(const wire::Tool& tool, const turns::ToolCall& call)
    const {
  auto arguments = checks_.find(tool.id)->second.taken(tool.id, call.arguments);
  if (!arguments) return std::unexpected(std::move(arguments.error()));
  const bool by_http = tool.server.starts_with("https://") || tool.server.starts_with("http://");
  if (!by_http && !(program_ && tool.body.kind == wire::BodyKind::mcp)) {
    return fail(
        ErrorCode::invalid_input,
        "the description of " + tool.id + " does not say where the service is",
        "no_server",
        "set tools.connectors." + std::string(tool.id.substr(0, tool.id.find('.'))) + ".server in parley.yaml"
    );
  }
  auto rendered = wire::render(tool, *arguments);
  if (!rendered) {
    Error error = std::move(rendered.error());
    error.message = tool.id + ": " + error.message;
    error.pointer = "invalid_arguments";
    return std::unexpected(std::move(error));
  }
  net::OutgoingRequest request{
      .method = std::move(rendered->method),
      .url = std::move(rendered->url),
      .headers = std::move(rendered->headers),
      .body = std::move(rendered->body),
      .max_answer_bytes = options_.answer_bytes,
      .allowed_hosts = {net::host_and_port(tool.server)},
  };
  for (const auto& [name, value] : options_.headers) add_if_absent(request.headers, name, value);
  add_if_absent(request.headers, "Accept", "application/json");
  if (effect_class_named(tool.effect) == turns::EffectClass::keyed && !call.idempotency_key.empty())
    add_if_absent(request.headers, options_.idempotency_header, call.idempotency_key);
  return request;
}

// Whoever listens on the way reads what goes without TLS; inside the own network that was decided by a
// person.
Result<void> LiveRunner::check_plain(std::string_view url) const {
  if (!url.starts_with("http://")) return {};
  const auto target = net::read_target(url);
  if (target && (std::ranges::find(options_.plain_hosts, "*") != options_.plain_hosts.end() ||
                 net::is_listed(*target, options_.plain_hosts)))
    return {};
  return fail(
      ErrorCode::forbidden,
      "credentials are not sent over plain http",
      "insecure",
      "use the https:// address of the service"
  );
}

net::Awaitable<Result<std::string>> LiveRunner::authenticate(
    const wire::Tool& tool, net::OutgoingRequest& request, std::string refused
) {
  const auto credentials = credentials_for(tool, options_.credentials);
  if (!credentials) co_return std::unexpected(credentials.error());
  std::string used;
  for (const Credential* credential : *credentials) {
    const bool token = credential->kind == CredentialKind::client_credentials;
    auto safe = check_plain(request.url);
    if (safe && token) safe = check_plain(credential->token_url);
    if (!safe) co_return std::unexpected(std::move(safe.error()));
    if (token) {
      std::vector<std::string> scopes;
      for (const wire::SecurityWay& way : tool.security) {
        for (const wire::SecurityUse& use : way) {
          if (use.scheme == credential->scheme && scopes.empty()) scopes = use.scopes;
        }
      }
      auto fetched = co_await tokens_.token(*credential, std::move(scopes), refused, request.timeout_ms);
      if (!fetched) co_return std::unexpected(std::move(fetched.error()));
      used = *std::move(fetched);
    }
    apply(*credential, used, request);
  }
  co_return used;
}

net::Awaitable<Result<net::IncomingAnswer>> LiveRunner::transfer(
    const wire::Tool& tool, net::OutgoingRequest request
) {
  if (tool.body.kind != wire::BodyKind::mcp) co_return co_await client_->send(std::move(request));
  const auto body = parse_json(request.body);
  INVARIANT(body.has_value(), "what was rendered is JSON");
  if (program_) {
    auto said = co_await program_->ask(
        "tools/call", (*body)["params"], std::chrono::milliseconds(request.timeout_ms)
    );
    if (!said) co_return std::unexpected(std::move(said.error()));
    co_return net::IncomingAnswer{
        .status = 200, .headers = {{"content-type", "application/json"}}, .body = *std::move(said)
    };
  }
  co_return co_await mcp_.send(std::move(request), "tools/call", (*body)["params"]);
}

turns::Awaitable<Result<turns::ToolAnswer>> LiveRunner::send(
    const wire::Tool& tool, turns::EffectClass effect, net::OutgoingRequest request, std::uint32_t timeout_ms
) {
  const Clock::time_point deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  const auto left = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  };
  std::string refused;
  for (int repetitions = 0;;) {
    net::OutgoingRequest attempt = request;
    attempt.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left().count(), 1));
    auto token = co_await authenticate(tool, attempt, refused);
    if (!token) co_return std::unexpected(std::move(token.error()));
    auto answer = co_await transfer(tool, std::move(attempt));
    if (!answer) co_return std::unexpected(failure_of(tool, effect, answer.error()));
    if (answer->status == 401 && !token->empty() && refused.empty()) {
      refused = *std::move(token);
      continue;
    }
    // A service may repeat what it was sent; what is stored of its answer must not hold a secret.
    answer->body = scrubbed(std::move(answer->body), options_.credentials, *token);
    if (turns::may_repeat(effect) && repetitions < kRepetitions) {
      const auto wait = wait_asked_for(*answer, std::chrono::system_clock::now());
      if (wait && *wait < left()) {
        ++repetitions;
        co_await pause(*wait);
        continue;
      }
    }
    auto result = read_answer(tool, effect, *answer, options_.kept_bytes);
    if (!result) co_return std::unexpected(std::move(result.error()));
    co_return turns::ToolAnswer{*std::move(result), false};
  }
}

}  // namespace parley::tools
