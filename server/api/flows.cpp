// Flows as a resource: what new conversations run on, and publishing a new version.
#include <algorithm>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/schemas.hpp"

namespace parley::api {

namespace {

MapBuilder describe(const flow::Flow& flow) {
  MapBuilder map;
  map.set("id", flow.id)
      .set("version", flow.version)
      .set("hash", flow.hash)
      .set("description", flow.description)
      .set("steps", static_cast<std::int64_t>(flow.steps.size()));
  if (!flow.file.empty()) map.set("file", flow.file);
  return map;
}

net::Response unknown_flow(const Api& api, const Call& call) {
  std::vector<std::string_view> ids;
  const auto active = api.driver().releases().active(api.tenant());
  if (active != nullptr) {
    for (const auto& [flow_id, flow] : active->flows()) ids.push_back(flow_id);
  }
  const std::string_view near = nearest(call.id(), ids);
  return refused(
      {"flow_not_found",
       "There is no flow '" + std::string(call.id()) + "'.",
       near.empty() ? "GET /v1/flows lists all" : "did you mean '" + std::string(near) + "'?",
       "id"},
      call
  );
}

flow::FlowPtr active_flow(const Api& api, std::string_view flow_id) {
  const auto active = api.driver().releases().active(api.tenant());
  if (active == nullptr) return nullptr;
  const auto found = active->flows().find(flow_id);
  return found == active->flows().end() ? nullptr : found->second;
}

bool is_json(const net::Request& request) {
  const auto type = request.header("content-type");
  return type && type->find("json") != std::string_view::npos;
}

bool valid_id(std::string_view id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !id.empty() && id.size() <= 128 && id.find_first_not_of(kAllowed) == std::string_view::npos;
}

// 422 with every mistake as the terminal would show it.
net::Response show_mistakes(const flow::Diagnostics& diagnostics, const Call& call) {
  std::size_t errors = 0;
  ListBuilder rendered;
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == flow::Severity::error) ++errors;
    rendered.add(flow::render(diagnostic, call.request.body));
  }
  net::Response response = refused(
      {"flow_invalid",
       "The flow has " + std::to_string(errors) + (errors == 1 ? " mistake." : " mistakes."),
       "see diagnostics"},
      call
  );
  response.body.resize(response.body.size() - 2);
  response.body += ",\"diagnostics\":";
  append_json(response.body, rendered.build());
  response.body += "}}";
  return response;
}

}  // namespace

Reply list_flows(Api& api, Call&) {
  ListBuilder data;
  const auto active = api.driver().releases().active(api.tenant());
  if (active != nullptr) {
    for (const auto& [flow_id, flow] : active->flows()) data.add(describe(*flow).build());
  }
  co_return json_response(write_json(MapBuilder().set("data", data.build()).build()));
}

Reply get_flow(Api& api, Call& call) {
  const flow::FlowPtr flow = active_flow(api, call.id());
  if (flow == nullptr) co_return unknown_flow(api, call);
  const auto version = co_await api.store().flow_by_hash(api.tenant(), flow->hash);
  if (!version) co_return failed(version.error(), call);
  MapBuilder map = describe(*flow);
  if (auto document = parse_json(flow->canonical)) map.set("document", std::move(*document));
  if (*version && !(*version)->source.empty()) map.set("source", (*version)->source);
  co_return json_response(write_json(map.build()));
}

namespace {

// Who publishes: as the caller says, else the caller's key.
turns::Cause cause_of(const Call& call, std::string_view author, std::string_view reason) {
  if (author.empty()) author = call.request.header("x-author").value_or(std::string_view());
  return {
      .author = author.empty() ? "key:" + call.caller.id : std::string(author), .reason = std::string(reason)
  };
}

net::Response show_publication(
    const api::Publication& published, std::string_view flow_id, int status, const Call& call
) {
  if (!published) {
    if (!published.error().error) return show_mistakes(published.error().diagnostics, call);
    const Error& error = *published.error().error;
    if (error.pointer == "version")
      return refused({"version_not_found", "There is no such version.", error.hint, "version"}, call);
    return failed(error, call);
  }
  MapBuilder map = describe(*published->release->flows().find(flow_id)->second);
  ListBuilder warnings;
  for (const flow::Diagnostic& warning : published->warnings) {
    warnings.add(flow::render(warning, call.request.body));
  }
  if (warnings.size() != 0) map.set("warnings", warnings.build());
  return json_response(write_json(map.build()), status);
}

}  // namespace

Reply put_flow(Api& api, Call& call) {
  const std::string id(call.id());
  if (!valid_id(id)) {
    co_return refused(
        {"invalid_field",
         "'" + id + "' cannot be the id of a flow.",
         "use letters, digits, '_', '-' and '.'",
         "id"},
        call
    );
  }
  const bool existed = active_flow(api, id) != nullptr;
  auto published = co_await api.services().publisher.put_flow(
      id,
      call.request.body,
      id + (is_json(call.request) ? ".json" : ".yaml"),
      cause_of(call, {}, call.request.query.find("reason").value_or(std::string_view()))
  );
  co_return show_publication(published, id, existed ? 200 : 201, call);
}

Reply roll_back_flow(Api& api, Call& call) {
  const std::string id(call.id());
  if (active_flow(api, id) == nullptr) co_return unknown_flow(api, call);
  const auto body = read_body(call.request.body, kRollback);
  if (!body) co_return refused(body.error(), call);
  const auto published = co_await api.services().publisher.roll_back(
      id, body->text("version"), cause_of(call, body->text("author"), body->text("reason"))
  );
  co_return show_publication(published, id, 200, call);
}

Reply list_flow_versions(Api& api, Call& call) {
  const auto versions = co_await api.store().flow_versions(api.tenant(), call.id());
  if (!versions) co_return failed(versions.error(), call);
  if (versions->empty()) co_return unknown_flow(api, call);
  const flow::FlowPtr active = active_flow(api, call.id());
  const auto history = co_await api.store().publications(api.tenant(), call.id());
  if (!history) co_return failed(history.error(), call);
  ListBuilder data;
  for (const turns::FlowVersion& version : *versions) {
    // Why it was published last; the first time is published_at.
    const auto last = std::ranges::find(*history, version.hash, &turns::PublicationEntry::hash);
    const bool known = last != history->end();
    data.add(MapBuilder()
                 .set("hash", version.hash)
                 .set("version", version.version)
                 .set("author", known ? last->author : version.author)
                 .set("reason", known ? last->reason : std::string())
                 .set("action", known ? last->action : std::string("published"))
                 .set("published_at", format_timestamp(version.published_at))
                 .set("activated_at", format_timestamp(known ? last->at : version.published_at))
                 .set("active", active != nullptr && active->hash == version.hash)
                 .build());
  }
  co_return json_response(write_json(MapBuilder().set("data", data.build()).build()));
}

}  // namespace parley::api
