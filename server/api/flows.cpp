// Flows as a resource: what new conversations run on, and publishing a new version.
#include <algorithm>
#include <map>
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

using Sources = std::map<std::string, std::string, std::less<>>;  // by file

// As the terminal would show it. A flow that was there before has no source here.
std::string rendered(const flow::Diagnostic& diagnostic, const Sources& sources) {
  const auto source = sources.find(diagnostic.file);
  return flow::render(diagnostic, source == sources.end() ? std::string_view() : source->second);
}

// 422 with every mistake.
net::Response show_mistakes(const flow::Diagnostics& diagnostics, const Sources& sources, const Call& call) {
  std::size_t errors = 0;
  ListBuilder list;
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == flow::Severity::error) ++errors;
    list.add(rendered(diagnostic, sources));
  }
  const bool several = sources.size() > 1;
  net::Response response = refused(
      {"flow_invalid",
       std::string(several ? "The flows have " : "The flow has ") + std::to_string(errors) +
           (errors == 1 ? " mistake." : " mistakes."),
       "see diagnostics"},
      call
  );
  response.body.resize(response.body.size() - 2);
  response.body += ",\"diagnostics\":";
  append_json(response.body, list.build());
  response.body += "}}";
  return response;
}

}  // namespace

Reply list_flows(Api& api, Call& call) {
  // What another server has published a moment ago is listed, too: somebody may publish on what he sees here.
  engine::ReleasePtr active = api.driver().releases().active(api.tenant());
  if (api.store().is_shared()) {
    auto followed = co_await api.driver().releases().restore(api.tenant());
    if (!followed) co_return failed(followed.error(), call);
    active = *std::move(followed);
  }
  ListBuilder data;
  if (active != nullptr) {
    for (const auto& [flow_id, flow] : active->flows()) data.add(describe(*flow).build());
  }
  MapBuilder map;
  map.set("data", data.build()).set("release", active == nullptr ? Value() : Value(active->hash()));
  co_return json_response(write_json(map.build()));
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

// Who publishes: as the caller says, and the key, which nobody chooses by saying so (turns::is_author).
// `base` may be empty: on whatever is active.
turns::Cause cause_of(
    const Api& api, const Call& call, std::string_view author, std::string_view reason, std::string_view base
) {
  if (author.empty()) author = call.request.header("x-author").value_or(std::string_view());
  const std::string key = "key:" + call.caller.id;
  std::string who = author.empty() ? key : std::string(author);
  if (!author.empty() && !api.access().open()) who += " (" + key + ")";
  turns::Cause cause{.author = std::move(who), .reason = std::string(reason)};
  if (!base.empty()) cause.base = base;
  return cause;
}

net::Response show_refusal(const NotPublished& refusal, const Sources& sources, const Call& call) {
  if (!refusal.error) return show_mistakes(refusal.diagnostics, sources, call);
  if (refusal.error->pointer == "version") {
    return refused({"version_not_found", "There is no such version.", refusal.error->hint, "version"}, call);
  }
  return failed(*refusal.error, call);
}

void add_warnings(MapBuilder& map, const flow::Diagnostics& diagnostics, const Sources& sources) {
  ListBuilder warnings;
  for (const flow::Diagnostic& warning : diagnostics) warnings.add(rendered(warning, sources));
  if (warnings.size() != 0) map.set("warnings", warnings.build());
}

net::Response show_publication(
    const api::Publication& published,
    std::string_view flow_id,
    const Sources& sources,
    int status,
    const Call& call
) {
  if (!published) return show_refusal(published.error(), sources, call);
  MapBuilder map = describe(*published->release->flows().find(flow_id)->second);
  map.set("release", published->release->hash());
  add_warnings(map, published->warnings, sources);
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
  const std::string file = id + (is_json(call.request) ? ".json" : ".yaml");
  auto published = co_await api.services().publisher.put_flow(
      id,
      call.request.body,
      file,
      cause_of(
          api,
          call,
          {},
          call.request.query.find("reason").value_or(std::string_view()),
          call.request.query.find("base").value_or(std::string_view())
      )
  );
  const Sources sources{{file, std::string(call.request.body)}};
  co_return show_publication(published, id, sources, existed ? 200 : 201, call);
}

Reply roll_back_flow(Api& api, Call& call) {
  const std::string id(call.id());
  if (active_flow(api, id) == nullptr) co_return unknown_flow(api, call);
  const auto body = read_body(call.request.body, kRollback);
  if (!body) co_return refused(body.error(), call);
  const auto published = co_await api.services().publisher.roll_back(
      id,
      body->text("version"),
      cause_of(api, call, body->text("author"), body->text("reason"), body->text("base"))
  );
  co_return show_publication(published, id, {}, 200, call);
}

namespace {

constexpr std::size_t kMaxFlows = 200;

std::expected<std::vector<FlowText>, Problem> flow_texts(const Value& body) {
  std::vector<FlowText> flows;
  const Value& list = body["flows"];
  if (list.size() == 0 || list.size() > kMaxFlows) {
    return std::unexpected(Problem{"invalid_field", "'flows' must have 1 to 200 flows.", {}, "flows"});
  }
  for (const Value& each : list.as_list()) {
    if (auto checked = check_fields(each, kFlowText); !checked) return std::unexpected(checked.error());
    flows.push_back({std::string(each.text("file")), std::string(each.text("text"))});
  }
  return flows;
}

std::expected<void, Problem> check_workers(const Value& workers) {
  if (workers.is_null()) return {};
  for (const Value& each : workers.as_list()) {
    if (auto checked = check_fields(each, kWorkerTools); !checked) return checked;
  }
  return {};
}

// Those of the tools in use, and of the workers' as the request declares them.
Result<Signatures> signatures_for(const Api& api, const Value& workers) {
  Signatures all = api.services().publisher.signatures();
  if (workers.is_null()) return all;
  for (const Value& each : workers.as_list()) {
    const std::string connector(each.text("connector"));
    auto fresh = api.services().workers.signatures_with(connector, each["declaration"]);
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    std::erase_if(all, [&](const auto& signature) { return signature.name.starts_with(connector + "."); });
    for (flow::ToolSignature& signature : *fresh) all.push_back(std::move(signature));
  }
  return all;
}

Awaitable<Result<void>> declare(const Api& api, const Value& workers) {
  if (workers.is_null()) co_return Result<void>();
  for (const Value& each : workers.as_list()) {
    auto declared =
        co_await api.services().workers.declare(std::string(each.text("connector")), each["declaration"]);
    if (!declared) co_return declared;
  }
  co_return Result<void>();
}

Problem bad_declaration(const Error& error) {
  const std::string place = error.pointer.empty() ? "" : " (at " + error.pointer + ")";
  return {
      "invalid_field",
      "The workers' tools cannot be declared: " + error.message + place + ".",
      error.hint,
      "workers"
  };
}

net::Response show_set(
    const api::Publication& published, const Sources& sources, bool only_checked, const Call& call
) {
  if (!published) return show_refusal(published.error(), sources, call);
  ListBuilder changed;
  for (const FlowChange& change : published->changes) {
    if (change.now != nullptr) changed.add(describe(*change.now).build());
  }
  MapBuilder map;
  map.set("flows", changed.build()).set("published", !only_checked);
  if (published->release != nullptr) map.set("release", published->release->hash());
  add_warnings(map, published->warnings, sources);
  return json_response(write_json(map.build()));
}

}  // namespace

Reply post_flows(Api& api, Call& call) {
  const auto body = read_body(call.request.body, kFlowSetRequest);
  if (!body) co_return refused(body.error(), call);
  auto flows = flow_texts(*body);
  if (!flows) co_return refused(flows.error(), call);
  const Value& workers = (*body)["workers"];
  if (auto checked = check_workers(workers); !checked) co_return refused(checked.error(), call);
  auto signatures = signatures_for(api, workers);
  if (!signatures) co_return refused(bad_declaration(signatures.error()), call);
  const Value& only = (*body)["check_only"];
  const bool only_check = only.is_bool() && only.as_bool();
  Sources sources;
  for (const FlowText& each : *flows) sources.insert_or_assign(each.file, each.text);
  FlowPublisher& publisher = api.services().publisher;
  const turns::Cause cause =
      cause_of(api, call, body->text("author"), body->text("reason"), body->text("base"));
  auto published = co_await publisher.put_flows(*flows, *signatures, cause, true);
  if (published && !only_check) {
    // First the tools: a flow that is published may be run at once.
    if (auto declared = co_await declare(api, workers); !declared)
      co_return refused(bad_declaration(declared.error()), call);
    published = co_await publisher.put_flows(*std::move(flows), *std::move(signatures), cause, false);
  }
  co_return show_set(published, sources, only_check, call);
}

Reply list_flow_versions(Api& api, Call& call) {
  const auto versions = co_await api.reads().flow_versions(api.tenant(), call.id());
  if (!versions) co_return failed(versions.error(), call);
  if (versions->empty()) co_return unknown_flow(api, call);
  const flow::FlowPtr active = active_flow(api, call.id());
  const auto history = co_await api.reads().publications(api.tenant(), call.id());
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
