#include "server/api/inbound/hooks.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "expr/expression.hpp"
#include "expr/scope.hpp"
#include "flow/flow.hpp"
#include "server/api/handlers.hpp"
#include "server/ops/log.hpp"
#include "wire/conduct/fill.hpp"
#include "wire/conduct/pages.hpp"

namespace parley::api {

namespace {

constexpr std::size_t kIdBytesMax = 200;
constexpr std::size_t kNameBytesMax = 200;

// {"a": "1"} of "a=1"; what Slack calls interactivity comes as JSON in the field `payload`.
Result<Value> read_form(std::string_view body) {
  MapBuilder fields;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    const std::size_t equals = pair.find('=');
    const auto name = net::percent_decode(pair.substr(0, equals), true);
    const auto value =
        net::percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value) return fail(ErrorCode::invalid_input, "the form cannot be read", "invalid_request");
    fields.set(*name, *value);
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
  }
  const Value form = fields.build();
  if (const Value& payload = form["payload"]; payload.is_string()) {
    if (auto inside = parse_json(payload.as_string(), {.reject_duplicate_keys = false})) return inside;
  }
  return form;
}

Result<Value> read_hook_body(std::string_view body, std::string_view type) {
  if (type.starts_with("application/x-www-form-urlencoded")) return read_form(body);
  auto value = parse_json(body, {.reject_duplicate_keys = false});
  if (value) return value;
  return fail(ErrorCode::invalid_input, "the body is not JSON: " + value.error().message, "invalid_json");
}

// A header, or a place in the body.
std::string word_at(const std::string& where, const wire::HeaderLookup& header, const Value& body) {
  if (where.empty()) return {};
  if (!where.starts_with('/')) return repair_utf8(header(where).value_or(""));
  const Value found = wire::at_pointer(body, where);
  return found.is_string() ? std::string(found.as_string()) : std::string();
}

std::string text_of(const Value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return value.is_null() ? std::string() : write_json(value);
}

bool is_wanted(const Hook& hook, const expr::Scope& scope) {
  if (hook.settings.only.empty()) return true;
  const auto condition = expr::Expression::compile(hook.settings.only);
  if (!condition) return false;
  const auto verdict = condition->evaluate(scope);
  return verdict && *verdict == Value(true);
}

net::Response received(bool wanted) {
  return json_response(wanted ? R"({"received":true})" : R"({"received":true,"wanted":false})");
}

// Hears of the first commit: from then on the turn is finished whatever happens to this process.
struct Taking : turns::Observer {
  net::Event settled;
  std::optional<Result<turns::Answer>> outcome;

  void on_say(const engine::Say& /*message*/) override { settled.happen(); }
  void on_effect(std::string_view /*tool*/, std::string_view /*state*/, bool /*test_mode*/) override {
    settled.happen();
  }
};

// Outlives the request: services give up after a few seconds, a turn may take longer.
Awaitable<void> take(turns::TurnDriver& driver, turns::ChatRequest request, std::shared_ptr<Taking> taking) {
  const std::string hook = request.channel;
  taking->outcome = co_await driver.arrive(std::move(request), taking.get());
  const bool broke = !taking->outcome->has_value();
  if (broke && taking->settled.happened()) {
    ops::log(
        ops::LogLevel::warn,
        "the turn of a webhook broke off",
        {{"hook", hook}, {"problem", taking->outcome->error().message}}
    );
  }
  taking->settled.happen();
}

turns::ChatRequest request_of(const Api& api, const Hook& hook, Happening happening) {
  const auto settings = api.settings();
  turns::ChatRequest request;
  request.tenant = api.tenant();
  request.channel = "hook";
  request.user_id = std::move(happening.user);
  request.locale = settings->locale;
  request.currency = settings->currency;
  request.utc_offset_seconds = settings->utc_offset_seconds;
  request.event = MapBuilder()
                      .set("name", happening.event)
                      .set("data", std::move(happening.data))
                      .set("origin", hook.name + std::string(flow::kWebhookOrigin))
                      .build();
  // A service sends the same again with what has changed in the meantime, so there is no body to compare.
  request.idempotency = {"hook:" + hook.name, std::move(happening.id), "hook"};
  return request;
}

// Slack asks once whether somebody is here who knows the secret.
std::optional<net::Response> answer_to_challenge(const Hook& hook, std::string_view body) {
  if (hook.scheme.name != "slack") return std::nullopt;
  const auto asked = parse_json(body, {.reject_duplicate_keys = false});
  if (!asked || asked->text("type") != "url_verification") return std::nullopt;
  return json_response(write_json(MapBuilder().set("challenge", asked->text("challenge")).build()));
}

Value headers_of(const net::Request& request) {
  MapBuilder headers;
  for (const net::Header& header : request.headers)
    headers.set(ascii_lower(header.name), repair_utf8(header.value));
  return headers.build();
}

Reply deliver(Api& api, Call& call, const Hook& hook, Happening happening) {
  const auto taking = std::make_shared<Taking>();
  boost::asio::co_spawn(
      call.exchange.executor(),
      take(api.driver(), request_of(api, hook, std::move(happening)), taking),
      boost::asio::detached
  );
  co_await taking->settled.wait();
  if (!taking->outcome || *taking->outcome) co_return received(true);
  const Error& error = taking->outcome->error();
  if (error.pointer == "event_not_wanted") co_return received(false);
  co_return failed(error, call);
}

}  // namespace

HookTable make_hooks(
    const assistant::HookTable& settings,
    const std::function<std::optional<std::string>(std::string_view name)>& find_secret
) {
  HookTable table;
  for (const auto& [name, each] : settings) {
    const wire::SignatureScheme* known = wire::find_signature_scheme(each.scheme);
    if (known == nullptr) continue;
    Hook hook{
        .name = name, .scheme = *known, .secret = find_secret(each.secret).value_or(""), .settings = each
    };
    if (!each.signature_header.empty()) hook.scheme.header = each.signature_header;
    if (!each.id_header.empty()) hook.scheme.id = each.id_header;
    if (!each.timestamp_header.empty()) {
      hook.scheme.timestamp = each.timestamp_header;
      hook.scheme.signed_text = "{time}.{body}";
    }
    table.emplace(name, std::move(hook));
  }
  return table;
}

Result<Happening> happening_of(
    const Hook& hook, const wire::HeaderLookup& header, std::string_view body, const Value& headers
) {
  const auto said = read_hook_body(body, header("content-type").value_or(""));
  if (!said) return std::unexpected(said.error());
  Happening happening{.id = word_at(hook.scheme.id, header, *said)};
  // Without an id of the service's, the same bytes at the same time are the same delivery.
  if (happening.id.empty() || happening.id.size() > kIdBytesMax) {
    const std::string time(header(hook.scheme.timestamp).value_or(""));
    happening.id = sha256_hex(happening.id + "\n" + time + "\n" + std::string(body));
  }
  std::string word = word_at(hook.scheme.event, header, *said);
  // GitHub tells the kind in a header and what happened to it in the body.
  if (const std::string_view action = said->text("action"); hook.scheme.name == "github" && !action.empty())
    word += "." + std::string(action);
  const Value names = MapBuilder().set("body", *said).set("headers", headers).set("event", word).build();
  const expr::Scope scope = expr::Scope::of_map(names);
  if (!is_wanted(hook, scope)) return happening;
  const std::string usual = word.empty() ? hook.name : hook.name + "." + word;
  happening.event = hook.settings.event.empty() ? usual : text_of(wire::filled(hook.settings.event, scope));
  happening.event = utf8_prefix(happening.event, kNameBytesMax);
  if (!hook.settings.user.empty())
    happening.user = utf8_prefix(text_of(wire::filled(hook.settings.user, scope)), kNameBytesMax);
  happening.data = hook.settings.data.is_null() ? *said : wire::filled(hook.settings.data, scope);
  return happening;
}

Reply post_hook(Api& api, Call& call) {
  const auto hooks = api.hooks();
  const auto found = hooks->find(call.id());
  if (found == hooks->end()) {
    co_return refused(
        {"hook_not_found",
         "There is no hook '" + std::string(call.id()) + "'.",
         "add it to hooks in parley.yaml"},
        call
    );
  }
  const Hook& hook = found->second;
  if (hook.secret.empty()) {
    co_return refused(
        {"hook_not_ready",
         "The secret of the hook '" + hook.name + "' is not set.",
         "set PARLEY_SECRET_" + hook.settings.secret + " and start the server anew"},
        call
    );
  }
  const wire::HeaderLookup header = [&](std::string_view name) { return call.request.header(name); };
  const std::int64_t now = api.services().clock.now().seconds;
  if (auto genuine = wire::check_signature(hook.scheme, hook.secret, header, call.request.body, now);
      !genuine)
    co_return failed(genuine.error(), call);
  if (auto answer = answer_to_challenge(hook, call.request.body)) co_return *std::move(answer);
  auto happening = happening_of(hook, header, call.request.body, headers_of(call.request));
  if (!happening) co_return failed(happening.error(), call);
  if (happening->event.empty()) co_return received(false);
  co_return co_await deliver(api, call, hook, *std::move(happening));
}

}  // namespace parley::api
