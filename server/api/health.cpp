// What supervisors and monitoring ask: alive, ready, metrics; and the API's own description.
#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/routes.hpp"

namespace parley::api {

Reply get_livez(Api&, Call&) {
  co_return net::Response{.content_type = "text/plain", .body = "ok\n"};
}

Reply get_readyz(Api& api, Call& call) {
  ListBuilder checks;
  bool failing = false;
  // Why names files, hosts and users; it is not for everybody who can reach the server.
  const bool says_why = call.caller.role >= Role::operator_;
  const auto check = [&](std::string_view name, const Result<void>& result) {
    MapBuilder map;
    map.set("name", name).set("status", result ? "ok" : "failing");
    if (!result && says_why) map.set("problem", result.error().message);
    checks.add(map.build());
    failing = failing || !result;
  };
  check("store", co_await api.store().check());
  const bool published = api.driver().releases().active(api.tenant()) != nullptr;
  check(
      "flows", published ? Result<void>() : fail(ErrorCode::unavailable, "no flows have been published yet")
  );
  for (const Helper& helper : api.helpers()) {
    const auto result = helper.check();
    MapBuilder map;
    map.set("name", helper.name).set("status", result ? "ok" : "degraded");
    if (!result && says_why) map.set("problem", result.error().message);
    if (helper.detail && says_why) map.set("detail", helper.detail());
    checks.add(map.build());
  }
  // HAProxy knows a server that stops by this answer, and tells it from one that has failed.
  const bool leaves = api.draining() && !failing && call.request.query.find("draining") == "404";
  if (api.draining()) check("drain", fail(ErrorCode::unavailable, "the server is stopping"));

  MapBuilder map;
  map.set("status", api.draining() ? "draining" : failing ? "failing" : "ok");
  if (call.request.query.find("verbose")) map.set("checks", checks.build());
  co_return json_response(write_json(map.build()), leaves ? 404 : failing ? 503 : 200);
}

Reply get_metrics(Api& api, Call& call) {
  // Numbers about a business are not for everybody: on a server that others reach, a key is needed.
  if (call.caller.role < Role::operator_) {
    co_return refused(
        {"token_required", "Metrics need an API key.", "send Authorization: Bearer <API key>"}, call
    );
  }
  co_return net::Response{
      .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = api.services().metrics.text()
  };
}

Reply get_openapi(Api&, Call&) {
  co_return json_response(openapi_document());
}

}  // namespace parley::api
