#include "server/tools/live/live_runner.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "server/net/client/egress.hpp"
#include "server/tools/deadline.hpp"
#include "server/tools/live/answers.hpp"
#include "server/tools/preview.hpp"
#include "server/tools/sign_in/challenge.hpp"
#include "server/tools/test_mode.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/conduct/pages.hpp"
#include "wire/kept.hpp"
#include "wire/render.hpp"
#include "wire/tool_signature.hpp"

namespace parley::tools {
namespace {

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

// Repetitions that a service may ask for within one call; a flow's `retry` comes on top.
constexpr int kRepetitions = 2;

void add_if_absent(net::Headers& headers, std::string_view name, std::string_view value) {
  const auto same = [&](const auto& header) { return ascii_lower(header.first) == ascii_lower(name); };
  if (std::ranges::none_of(headers, same)) headers.emplace_back(name, value);
}

void put(net::Headers& headers, std::string_view name, std::string_view value) {
  std::erase_if(headers, [&](const auto& header) { return ascii_lower(header.first) == ascii_lower(name); });
  headers.emplace_back(name, value);
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
  const auto start = [&](auto done) {
    timer.async_wait([done = std::move(done)](boost::system::error_code) mutable { done(true); });
  };
  co_await net::await_callback<bool>(start);
}

std::unexpected<Error> not_found_there(const wire::Tool& tool) {
  return fail(
      ErrorCode::unavailable,
      tool.id + ": an earlier attempt was not found at the service, which does not prove that it failed",
      "in_doubt",
      "look at the service, then decide the review"
  );
}

SignInFor signed_in_for(const turns::ToolCall& call) {
  const turns::Caller& caller = call.caller;
  return {caller.conversation_id, caller.user_known ? caller.user_id : std::string()};
}

// "/query/2" at "https://x.test/services" is "https://x.test/query/2".
std::string address_at(std::string_view server, const std::string& url) {
  if (!url.starts_with('/')) return url;
  const std::size_t host = server.find("://") + 3;
  return std::string(server.substr(0, server.find('/', host))) + url;
}

}  // namespace

std::chrono::milliseconds LiveRunner::Work::left() const {
  const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(span, std::chrono::milliseconds(1));
}

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
  for (const Credential& credential : options_.credentials) offer_sign_in(credential);
}

void LiveRunner::offer_sign_in(const Credential& credential) {
  if (!is_signed_in_for(credential) || options_.sign_ins == nullptr || connector_->tools.empty()) return;
  if (credential.kind == CredentialKind::discover) {
    const wire::Tool& any = connector_->tools.front();
    options_.sign_ins->offer(
        UnknownServer{
            .connector = connector_->name,
            .scheme = credential.scheme,
            .resource = any.server,
            .is_mcp = any.body.kind == wire::BodyKind::mcp,
            .client_id = credential.user,
            .secret = credential.secret,
            .scopes = credential.scopes,
            .team = credential.team,
            .by_device = credential.at_device,
            .plain_hosts = options_.plain_hosts,
        },
        client_
    );
    return;
  }
  options_.sign_ins->offer(
      SignInClient{
          .connector = connector_->name,
          .scheme = credential.scheme,
          .authorization_url = credential.authorization_url,
          .token_url = credential.token_url,
          .revocation_url = credential.revocation_url,
          .device_url = credential.device_url,
          .client_id = credential.user,
          .secret = credential.secret,
          .scopes = credential.scopes,
          .team = credential.team,
          .by_device = credential.at_device,
          .found = std::nullopt,
      },
      client_
  );
}

bool LiveRunner::has(std::string_view tool) const {
  return connector_->find(tool) != nullptr;
}

// Who cannot look for a call must not be trusted to make it again.
turns::EffectClass LiveRunner::effect_class(std::string_view tool) const {
  const wire::Tool* known = connector_->find(tool);
  if (known == nullptr) return turns::EffectClass::unsafe;
  const turns::EffectClass effect = effect_class_named(known->effect);
  const bool blind = effect == turns::EffectClass::reconcile && !known->reconciliation;
  return blind ? turns::EffectClass::unsafe : effect;
}

// From the same bytes as the call itself; credentials are added only when it is sent. What the settings add
// to every call may be a secret, so its value is not shown.
std::optional<turns::CallPreview> LiveRunner::preview(const turns::ToolCall& call) const {
  const wire::Tool* tool = connector_->find(call.tool);
  if (tool == nullptr) return std::nullopt;
  auto taken = checks_.find(tool->id)->second.taken(tool->id, call.arguments);
  if (!taken) return preview_of(*tool, call.arguments, std::unexpected(std::move(taken.error())));
  const Value& arguments = *taken;
  const std::string marker = wire::marker_of(call.idempotency_key);
  auto sent = wire::arguments_sent(*tool, arguments, marker);
  if (!sent) return preview_of(*tool, arguments, std::unexpected(std::move(sent.error())));
  auto request = request_of({*tool, call, arguments, marker, effect_class(tool->id), {}}, *sent);
  if (!request) return preview_of(*tool, arguments, std::unexpected(std::move(request.error())));
  ShownRequest shown{
      std::move(request->method),
      std::move(request->url),
      std::move(request->headers),
      std::move(request->body)
  };
  for (auto& [name, value] : shown.headers) {
    const bool of_settings = std::ranges::any_of(options_.headers, [&](const auto& set) {
      return ascii_lower(set.first) == ascii_lower(name);
    });
    if (of_settings) value = "(set)";
  }
  return preview_of(*tool, arguments, shown, options_.idempotency_header);
}

Result<void> LiveRunner::check_arguments(std::string_view tool, const Value& arguments) const {
  const wire::Tool* known = connector_->find(tool);
  return known == nullptr ? Result<void>() : checks_.find(known->id)->second.exact(tool, arguments);
}

Result<void> LiveRunner::check_result(std::string_view tool, const Value& result) const {
  const wire::Tool* known = connector_->find(tool);
  return known == nullptr ? Result<void>() : check_against_result(*known, result);
}

std::vector<flow::ToolSignature> LiveRunner::signatures() const {
  std::vector<flow::ToolSignature> all;
  all.reserve(connector_->tools.size());
  for (const wire::Tool& tool : connector_->tools) all.push_back(wire::signature_of(tool));
  return all;
}

void LiveRunner::stop() {
  if (program_) program_->stop();
}

turns::Awaitable<Result<turns::ToolAnswer>> LiveRunner::run(const turns::ToolCall& call) {
  const wire::Tool* tool = connector_->find(call.tool);
  if (tool == nullptr)
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  auto arguments = checks_.find(tool->id)->second.taken(tool->id, call.arguments);
  if (!arguments) co_return std::unexpected(std::move(arguments.error()));
  const Work work{
      .tool = *tool,
      .call = call,
      .arguments = *std::move(arguments),
      .marker = wire::marker_of(call.idempotency_key),
      .effect = effect_class(tool->id),
      .deadline = Clock::now() + std::chrono::milliseconds(own_timeout(call.timeout_ms)),
  };
  const bool looks = work.effect == turns::EffectClass::reconcile;
  if (looks && call.attempt > 1) {
    auto earlier = co_await look_up(work);
    if (!earlier) co_return std::unexpected(std::move(earlier.error()));
    if (*earlier) co_return kept(*tool, **earlier);
    if (!tool->reconciliation->absence_proves) co_return not_found_there(*tool);
  }
  auto answer = co_await make(work);
  if (answer || !looks || answer.error().pointer != "in_doubt") co_return answer;
  auto made = co_await look_up(work);
  if (made && *made) co_return kept(*tool, **made);
  co_return answer;
}

// What was found, as if the call had just been answered with it.
turns::ToolAnswer LiveRunner::kept(const wire::Tool& tool, const Value& found) const {
  return {wire::shortened(wire::project(found, tool.fields), options_.kept_bytes), false};
}

turns::Awaitable<Result<std::optional<Value>>> LiveRunner::look_up(const Work& work) {
  const wire::Tool* reader = connector_->find(connector_->name + "." + work.tool.reconciliation->tool);
  if (reader == nullptr || effect_class(reader->id) != turns::EffectClass::read)
    co_return not_found_there(work.tool);
  const auto given = wire::look_up_arguments(work.tool, work.arguments, work.marker);
  if (!given) co_return not_found_there(work.tool);
  const turns::ToolCall question{.tool = reader->id, .arguments = *given};
  const Work reading{*reader, question, *given, {}, turns::EffectClass::read, work.deadline};
  auto request = request_of(reading, *given);
  if (!request) co_return not_found_there(work.tool);
  auto answer = co_await exchange(reading, *std::move(request));
  if (!answer) co_return not_found_there(work.tool);
  wire::Tool whole = *reader;  // all of the answer, not what is kept of it
  whole.fields.clear();
  const auto said = read_answer(whole, turns::EffectClass::read, *answer, options_.answer_bytes);
  if (!said) co_return not_found_there(work.tool);
  auto found = wire::found_in(work.tool, *said, work.arguments, work.marker);
  if (!found) co_return not_found_there(work.tool);
  co_return *std::move(found);
}

turns::Awaitable<Result<turns::ToolAnswer>> LiveRunner::make(const Work& work) {
  auto sent = wire::arguments_sent(work.tool, work.arguments, work.marker);
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  auto request = request_of(work, *sent);
  if (!request) co_return std::unexpected(std::move(request.error()));
  auto answer = co_await exchange(work, *std::move(request));
  if (answer && wire::pages_wanted(work.tool, work.arguments) > 1)
    answer = co_await read_pages(work, *std::move(sent), *std::move(answer));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  auto result = read_answer(work.tool, work.effect, *answer, options_.kept_bytes);
  if (!result) co_return std::unexpected(std::move(result.error()));
  co_return turns::ToolAnswer{*std::move(result), false};
}

// One answer of all pages. A page that fails is the failure of the call: a part would pass for all.
turns::Awaitable<Result<net::IncomingAnswer>> LiveRunner::read_pages(
    const Work& work, Value arguments, net::IncomingAnswer first
) {
  net::IncomingAnswer page = std::move(first);
  Value all;
  const std::int64_t wanted = wire::pages_wanted(work.tool, work.arguments);
  for (std::int64_t pages = 1;; ++pages) {
    const auto body = parse_json(page.body, kAnswerLimits);
    const bool good = page.status >= 200 && page.status < 300;
    if (!good || !body || wire::refusal_in(work.tool, *body)) co_return page;  // whoever reads it says why
    all = pages == 1 ? *body : wire::joined_pages(*work.tool.paging, all, *body);
    const auto next = wire::next_page(work.tool, arguments, *body, page.header("link"));
    page.body = write_json(all);
    if (!next || pages >= wanted || page.body.size() > options_.answer_bytes) co_return page;
    if (next->url.empty()) arguments = next->arguments;
    auto request = request_of(work, arguments);
    if (!request) co_return std::unexpected(std::move(request.error()));
    if (!next->url.empty()) request->url = address_at(work.tool.server, next->url);
    auto answer = co_await exchange(work, *std::move(request));
    if (!answer) co_return answer;
    page = *std::move(answer);
  }
}

Result<net::OutgoingRequest> LiveRunner::request_of(const Work& work, const Value& arguments) const {
  const wire::Tool& tool = work.tool;
  const bool by_http = tool.server.starts_with("https://") || tool.server.starts_with("http://");
  if (!by_http && !(program_ && tool.body.kind == wire::BodyKind::mcp)) {
    return fail(
        ErrorCode::invalid_input,
        "the description of " + tool.id + " does not say where the service is",
        "no_server",
        "set tools.connectors." + std::string(tool.id.substr(0, tool.id.find('.'))) + ".server in parley.yaml"
    );
  }
  if (const std::size_t open = tool.server.find('{'); by_http && open != std::string::npos) {
    return fail(
        ErrorCode::invalid_input,
        "the address of " + tool.id + " has a place for " +
            tool.server.substr(open, tool.server.find('}', open) + 1 - open) + ", which nobody fills in",
        "no_server",
        "set tools.connectors." + std::string(tool.id.substr(0, tool.id.find('.'))) + ".server in parley.yaml"
    );
  }
  auto rendered = wire::render(tool, arguments);
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
  // What the settings say is not for whoever makes the call to change, nor is the key that tells calls apart.
  for (const auto& [name, value] : options_.headers) {
    const bool of_body = ascii_lower(name) == "content-type";
    (of_body ? add_if_absent : put)(request.headers, name, value);
  }
  add_if_absent(request.headers, "Accept", "application/json");
  if (work.effect == turns::EffectClass::keyed && !work.call.idempotency_key.empty())
    put(request.headers, options_.idempotency_header, work.call.idempotency_key);
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
    const Work& work, net::OutgoingRequest& request, std::string refused
) {
  const auto credentials = credentials_for(work.tool, options_.credentials);
  if (!credentials) co_return std::unexpected(credentials.error());
  std::string used;
  for (const Credential* credential : *credentials) {
    const bool token = uses_tokens(*credential);
    auto safe = check_plain(request.url);
    if (safe && token) safe = check_plain(credential->token_url);
    if (!safe) co_return std::unexpected(std::move(safe.error()));
    if (token) {
      auto fetched = co_await fetch_token(*credential, work, refused);
      if (!fetched) co_return std::unexpected(std::move(fetched.error()));
      used = *std::move(fetched);
    }
    apply(*credential, used, request);
  }
  co_return used;
}

// Of the client itself, or of the person for whom the call is made.
net::Awaitable<Result<std::string>> LiveRunner::fetch_token(
    const Credential& credential, const Work& work, std::string refused
) {
  const auto timeout_ms = static_cast<std::uint32_t>(work.left().count());
  if (is_signed_in_for(credential)) {
    if (options_.sign_ins == nullptr) {
      co_return fail(
          ErrorCode::unauthenticated,
          "'" + credential.scheme + "' needs somebody to sign in, which only a running server can ask for",
          "no_token"
      );
    }
    co_return co_await options_.sign_ins->token(
        connector_->name, credential.scheme, signed_in_for(work.call), std::move(refused), timeout_ms
    );
  }
  std::vector<std::string> scopes;
  for (const wire::SecurityWay& way : work.tool.security) {
    for (const wire::SecurityUse& use : way) {
      if (use.scheme == credential.scheme && scopes.empty()) scopes = use.scopes;
    }
  }
  co_return co_await tokens_.token(credential, std::move(scopes), std::move(refused), timeout_ms);
}

// The service let nobody in for lack of a scope that it names: the person is asked for that one too.
net::Awaitable<std::optional<Error>> LiveRunner::more_needed(
    const Work& work, const net::IncomingAnswer& answer
) {
  const auto challenge = bearer_challenge(answer.header("www-authenticate"));
  if (!challenge || challenge->error != "insufficient_scope" || challenge->scope.empty())
    co_return std::nullopt;
  const auto credentials = credentials_for(work.tool, options_.credentials);
  if (!credentials || options_.sign_ins == nullptr) co_return std::nullopt;
  const auto signs_in = std::ranges::find_if(*credentials, [](const Credential* each) {
    return each->kind == CredentialKind::discover;
  });
  if (signs_in == credentials->end()) co_return std::nullopt;
  co_return co_await options_.sign_ins->more_needed(
      connector_->name, (*signs_in)->scheme, signed_in_for(work.call), challenge->scope
  );
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

turns::Awaitable<Result<net::IncomingAnswer>> LiveRunner::exchange(
    const Work& work, net::OutgoingRequest request
) {
  std::string refused;
  for (int repetitions = 0;;) {
    net::OutgoingRequest attempt = request;
    attempt.timeout_ms = static_cast<std::uint32_t>(work.left().count());
    auto token = co_await authenticate(work, attempt, refused);
    if (!token) co_return std::unexpected(std::move(token.error()));
    auto answer = co_await transfer(work.tool, std::move(attempt));
    if (!answer) co_return std::unexpected(failure_of(work.tool, work.effect, answer.error()));
    if (answer->status == 401 && !token->empty() && refused.empty()) {
      refused = *std::move(token);
      continue;
    }
    if (answer->status == 403 && !token->empty()) {
      if (auto more = co_await more_needed(work, *answer)) co_return std::unexpected(*std::move(more));
    }
    // A service may repeat what it was sent; what is stored of its answer must not hold a secret.
    answer->body = scrubbed(std::move(answer->body), options_.credentials, *token);
    const auto wait = wait_asked_for(*answer, std::chrono::system_clock::now());
    // A call that is looked for by its marker may go on after "not now", which says that nothing happened.
    const bool harmless = turns::may_repeat(work.effect) ||
                          (work.effect == turns::EffectClass::reconcile && answer->status == 429);
    const bool again = harmless && wait && *wait < work.left() && repetitions < kRepetitions;
    if (!again) co_return *std::move(answer);
    ++repetitions;
    co_await pause(*wait);
  }
}

}  // namespace parley::tools
