// GET /v1/sign-in/callback, where authorization servers send browsers back to, and /v1/sign-ins: who has let
// a connector act for him.
#include "server/api/inbound/sign_in.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/json.hpp"
#include "engine/event.hpp"
#include "server/api/handlers.hpp"
#include "server/api/inbound/page.hpp"
#include "server/ops/log.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kTitle = "Signing in";
constexpr std::string_view kSignedIn = "parley.signed_in";

std::string query_of(const Call& call, std::string_view name) {
  return std::string(call.request.query.find(name).value_or(""));
}

// The conversation goes on by itself; the page does not wait for it.
Awaitable<void> go_on(turns::TurnDriver& driver, std::string tenant, CameBack back) {
  engine::EventArrived event{std::string(kSignedIn), MapBuilder().set("connector", back.connector).build()};
  const auto done = co_await driver.event(std::move(tenant), back.conversation_id, std::move(event));
  if (!done) {
    ops::log(
        ops::LogLevel::warn,
        "a conversation did not go on after a sign-in",
        {{"conversation", back.conversation_id}, {"problem", done.error().message}}
    );
  }
}

net::Response sign_in_refusal(const Error& error, const Call& call) {
  if (error.code == ErrorCode::internal || error.code == ErrorCode::unavailable) return failed(error, call);
  const Problem problem = problem_from(error);
  return page(
      row_of(problem.code).status,
      kTitle,
      "<p role=\"alert\">That did not work: " + escape_html(problem.message) + ".</p><p>" +
          escape_html(problem.hint) + "</p>"
  );
}

net::Response signed_in(bool yes) {
  return json_response(yes ? R"({"signed_in":true})" : R"({"signed_in":false})");
}

Reply take_back(Api& api, Call& call, std::string connector, std::string conversation_id) {
  const auto revoked = co_await api.sign_ins().revoke(connector, std::move(conversation_id));
  if (!revoked) co_return failed(revoked.error(), call);
  if (*revoked) co_return net::Response{.status = 204};
  co_return refused({"not_found", "Nobody has signed in at '" + connector + "'."}, call);
}

}  // namespace

Reply get_sign_in_callback(Api& api, Call& call) {
  const auto back = co_await api.sign_ins().finish(
      query_of(call, "state"), query_of(call, "code"), query_of(call, "error"), query_of(call, "iss")
  );
  if (!back) co_return sign_in_refusal(back.error(), call);
  ops::log(ops::LogLevel::info, "signed in", {{"connector", back->connector}});
  if (!back->conversation_id.empty()) {
    boost::asio::co_spawn(
        call.exchange.executor(), go_on(api.driver(), api.tenant(), *back), boost::asio::detached
    );
  }
  co_return page(
      200,
      kTitle,
      "<p>You are signed in at " + escape_html(back->connector) + ".</p><p>You can close this window.</p>"
  );
}

Reply post_sign_in(Api& api, Call& call) {
  const auto link = api.sign_ins().team_link(std::string(call.id()));
  if (!link) co_return failed(link.error(), call);
  co_return json_response(write_json(MapBuilder().set("url", *link).build()), 201);
}

Reply get_sign_in(Api& api, Call& call) {
  const auto yes = co_await api.sign_ins().is_signed_in(std::string(call.id()), {});
  co_return yes ? signed_in(*yes) : failed(yes.error(), call);
}

Reply delete_sign_in(Api& api, Call& call) {
  co_return co_await take_back(api, call, std::string(call.id()), {});
}

Reply delete_conversation_sign_in(Api& api, Call& call) {
  const std::string conversation_id(call.id());
  if (auto allowed = api.access().check_conversation(call.caller, conversation_id); !allowed)
    co_return refused(allowed.error(), call);
  co_return co_await take_back(api, call, std::string(call.params[1]), conversation_id);
}

}  // namespace parley::api
