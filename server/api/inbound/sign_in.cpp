// GET /v1/sign-in/callback, where authorization servers send browsers back to, and /v1/sign-ins: who has let
// a connector act for him.
#include "server/api/inbound/sign_in.hpp"

#include <utility>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/inbound/page.hpp"
#include "server/api/schemas.hpp"
#include "server/ops/log.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kTitle = "Signing in";

std::string query_of(const Call& call, std::string_view name) {
  return std::string(call.request.query.find(name).value_or(""));
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

Reply take_back(
    Api& api, Call& call, std::string connector, std::string conversation_id = {}, std::string user_id = {}
) {
  const auto revoked =
      co_await api.sign_ins().revoke(connector, std::move(conversation_id), std::move(user_id));
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
  co_return page(
      200,
      kTitle,
      "<p>You are signed in at " + escape_html(back->connector) + ".</p><p>You can close this window.</p>"
  );
}

Reply post_sign_in(Api& api, Call& call) {
  const auto body = call.request.body.empty() ? std::expected<Value, Problem>(Value::map())
                                              : read_body(call.request.body, kSignInRequest);
  if (!body) co_return refused(body.error(), call);
  if ((*body)["device"] == Value(true)) {
    const auto where = co_await api.sign_ins().team_device(std::string(call.id()));
    if (!where) co_return failed(where.error(), call);
    co_return json_response(
        write_json(MapBuilder()
                       .set("url", where->url)
                       .set("code", where->code)
                       .set("expires_in", where->lives_seconds)
                       .build()),
        201
    );
  }
  const auto link = co_await api.sign_ins().team_link(std::string(call.id()));
  if (!link) co_return failed(link.error(), call);
  co_return json_response(write_json(MapBuilder().set("url", *link).build()), 201);
}

Reply get_sign_in_client(Api& api, Call& call) {
  std::string document = api.sign_ins().client_document();
  if (document.empty())
    co_return refused({"not_found", "This server has no https: address that it is known by."}, call);
  co_return json_response(std::move(document));
}

Reply get_sign_in(Api& api, Call& call) {
  const auto yes = co_await api.sign_ins().is_signed_in(std::string(call.id()), {});
  co_return yes ? signed_in(*yes) : failed(yes.error(), call);
}

Reply delete_sign_in(Api& api, Call& call) {
  co_return co_await take_back(api, call, std::string(call.id()));
}

Reply delete_conversation_sign_in(Api& api, Call& call) {
  const std::string conversation_id(call.id());
  if (auto allowed = api.access().check_conversation(call.caller, conversation_id); !allowed)
    co_return refused(allowed.error(), call);
  const auto view = co_await api.driver().conversation(api.tenant(), conversation_id);
  if (!view) co_return failed(view.error(), call);
  std::string user_id = view->state.user_known ? view->summary.user_id : std::string();
  co_return co_await take_back(api, call, std::string(call.params[1]), conversation_id, std::move(user_id));
}

Reply delete_user_sign_in(Api& api, Call& call) {
  co_return co_await take_back(api, call, std::string(call.params[1]), {}, std::string(call.id()));
}

}  // namespace parley::api
