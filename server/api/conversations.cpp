// Conversations as a resource: lists, one with its turns and its log, feedback, and the human side.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/query.hpp"
#include "server/api/schemas.hpp"
#include "server/turns/log/record.hpp"

namespace parley::api {

namespace {

constexpr std::uint64_t kMaxPage = 200;
constexpr std::uint64_t kMaxRecords = 500;

Value or_null(std::string_view text) {
  return text.empty() ? Value() : Value(text);
}

MapBuilder describe(const turns::ConversationSummary& summary) {
  MapBuilder map;
  map.set("id", summary.id)
      .set("user_id", summary.user_id)
      .set("channel", summary.channel)
      .set("flow_id", or_null(summary.flow))
      .set("release", summary.release)
      .set("status", summary.status)
      .set("owner", summary.owner);
  if (!summary.outcome.empty()) map.set("outcome", summary.outcome);
  map.set("turns", static_cast<std::int64_t>(summary.turn))
      .set("created_at", format_timestamp(summary.created_at))
      .set("updated_at", format_timestamp(summary.updated_at));
  return map;
}

// Conversations are told apart from each other's before anybody learns whether they exist.
std::optional<net::Response> not_theirs(Api& api, const Call& call) {
  auto allowed = api.access().check_conversation(call.caller, call.id());
  if (allowed) return std::nullopt;
  return refused(allowed.error(), call);
}

net::Response unknown_conversation(const Error& error, const Call& call) {
  if (error.code != ErrorCode::not_found) return failed(error, call);
  return refused(
      {"conversation_not_found", "There is no conversation " + std::string(call.id()) + ".", {}, "id"}, call
  );
}

// The last rating among the newest records; users rate at the end.
Awaitable<Value> last_feedback(Api& api, const turns::ConversationSummary& summary) {
  constexpr std::uint32_t kBack = 32;
  const std::uint64_t after = summary.sequence > kBack ? summary.sequence - kBack : 0;
  const auto records = co_await api.store().records(api.tenant(), summary.id, after, kBack);
  Value feedback;
  if (!records) co_return feedback;
  for (const turns::LogRecord& record : *records) {
    if (record.body.find("FeedbackGiven") == std::string::npos) continue;
    const auto body = turns::decode_record(record.body);
    if (!body) continue;
    for (const engine::Event& event : body->events) {
      const auto* given = std::get_if<engine::FeedbackGiven>(&event.body);
      if (given == nullptr) continue;
      MapBuilder map;
      map.set("stars", static_cast<std::int64_t>(given->stars));
      if (!given->comment.empty()) map.set("comment", given->comment);
      feedback = map.build();
    }
  }
  co_return feedback;
}

std::string page(const std::vector<std::string>& items, bool has_more) {
  std::string json = "{\"data\":[";
  for (const std::string& item : items) {
    if (json.back() != '[') json += ',';
    json += item;
  }
  json += has_more ? "],\"has_more\":true}" : "],\"has_more\":false}";
  return json;
}

engine::EventBody human_event(const Value& body, std::string_view operator_id) {
  const std::string_view action = body.text("action");
  if (action == "join") {
    return engine::OperatorJoined{std::string(operator_id), std::string(body.text("name", operator_id))};
  }
  if (action == "reply")
    return engine::OperatorReplied{std::string(operator_id), std::string(body.text("text"))};
  return engine::OperatorLeft{std::string(operator_id), std::string(body.text("note"))};
}

// A flow that is not served any more may be the last one of some conversations.
Awaitable<Result<std::optional<Problem>>> unknown_flow(Api& api, const std::string& flow_id) {
  std::vector<std::string_view> served;
  const auto release = api.driver().releases().active(api.tenant());
  if (release != nullptr) {
    for (const auto& [id, flow] : release->flows()) served.push_back(id);
  }
  if (std::ranges::find(served, flow_id) != served.end()) co_return std::nullopt;
  const auto versions = co_await api.reads().flow_versions(api.tenant(), flow_id);
  if (!versions) co_return std::unexpected(versions.error());
  if (!versions->empty()) co_return std::nullopt;
  const std::string_view near = nearest(flow_id, served);
  co_return Problem{
      "invalid_field",
      "There is no flow '" + flow_id + "'.",
      near.empty() ? "GET /v1/flows lists the flows of this assistant"
                   : "did you mean '" + std::string(near) + "'?",
      "flow"
  };
}

}  // namespace

Reply list_conversations(Api& api, Call& call) {
  const auto limit = query_number(call.request, "limit", 50, 1, kMaxPage);
  if (!limit) co_return refused(limit.error(), call);
  const auto text = [&](std::string_view name) {
    return std::string(call.request.query.find(name).value_or(""));
  };
  turns::ConversationFilter filter{
      .user_id = text("user_id"),
      .status = text("status"),
      .flow = text("flow"),
      .before = text("before"),
      .limit = static_cast<std::uint32_t>(*limit) + 1,
  };
  const std::string flow_id = filter.flow;
  auto found = co_await api.reads().list(api.tenant(), std::move(filter));
  if (!found) co_return failed(found.error(), call);
  if (found->empty() && !flow_id.empty()) {
    const auto unknown = co_await unknown_flow(api, flow_id);
    if (!unknown) co_return failed(unknown.error(), call);
    if (*unknown) co_return refused(**unknown, call);
  }
  const bool has_more = found->size() > *limit;
  if (has_more) found->resize(*limit);
  ListBuilder data;
  for (const turns::ConversationSummary& summary : *found) data.add(describe(summary).build());
  MapBuilder list;
  list.set("data", data.build()).set("has_more", has_more);
  if (has_more) list.set("next_before", found->back().id);
  co_return json_response(write_json(list.build()));
}

Reply get_conversation(Api& api, Call& call) {
  if (auto refusal = not_theirs(api, call)) co_return std::move(*refusal);
  const auto view = co_await api.driver().conversation(api.tenant(), std::string(call.id()));
  if (!view) co_return unknown_conversation(view.error(), call);
  MapBuilder map = describe(view->summary);
  map.set("next_step", or_null(view->next_step));
  if (Value feedback = co_await last_feedback(api, view->summary); !feedback.is_null()) {
    map.set("feedback", std::move(feedback));
  }
  co_return json_response(write_json(map.build()));
}

Reply list_turns(Api& api, Call& call) {
  if (auto refusal = not_theirs(api, call)) co_return std::move(*refusal);
  const auto after = query_number(call.request, "after", 0, 0, UINT64_MAX);
  const auto limit = query_number(call.request, "limit", 50, 1, kMaxPage);
  if (!after) co_return refused(after.error(), call);
  if (!limit) co_return refused(limit.error(), call);
  const auto found = co_await api.driver().turns(
      api.reads(), api.tenant(), std::string(call.id()), *after, static_cast<std::uint32_t>(*limit)
  );
  if (!found) co_return unknown_conversation(found.error(), call);
  co_return json_response(page(found->turns, found->has_more));
}

Reply list_records(Api& api, Call& call) {
  const auto after = query_number(call.request, "after", 0, 0, UINT64_MAX);
  const auto limit = query_number(call.request, "limit", 100, 1, kMaxRecords);
  if (!after) co_return refused(after.error(), call);
  if (!limit) co_return refused(limit.error(), call);
  const auto records =
      co_await api.reads().records(api.tenant(), call.id(), *after, static_cast<std::uint32_t>(*limit) + 1);
  if (!records) co_return failed(records.error(), call);
  if (records->empty() && *after == 0) {
    co_return unknown_conversation({ErrorCode::not_found, "no records"}, call);
  }
  std::vector<std::string> items;
  for (std::size_t i = 0; i < records->size() && i < *limit; ++i) {
    const turns::LogRecord& record = (*records)[i];
    std::string item = "{\"sequence\":" + std::to_string(record.sequence) +
                       ",\"turn\":" + std::to_string(record.turn) + ",\"at\":\"" +
                       format_timestamp(record.at) + "\",";
    // The body is a JSON object of its own: {"effects":…,"events":…}.
    items.push_back(std::move(item) + turns::outside_view(record.body).substr(1));
  }
  co_return json_response(page(items, records->size() > *limit));
}

Reply post_feedback(Api& api, Call& call) {
  if (auto refusal = not_theirs(api, call)) co_return std::move(*refusal);
  const auto body = read_body(call.request.body, kFeedbackRequest);
  if (!body) co_return refused(body.error(), call);
  // A rating is a turn: whoever sends many would fill the log with them.
  turns::ChatRequest rated;
  rated.conversation_id = call.id();
  Throttle::Headers limits;
  if (auto problem = co_await api.throttle().refuse_sender(call.caller, rated, call.request.peer, limits)) {
    net::Response response = refused(*problem, call);
    std::ranges::move(limits, std::back_inserter(response.headers));
    co_return response;
  }
  const auto stars = static_cast<std::int32_t>((*body)["stars"].as_int());
  auto done = co_await api.driver().feedback(
      api.tenant(), std::string(call.id()), stars, std::string(body->text("comment"))
  );
  if (!done) co_return unknown_conversation(done.error(), call);
  co_return net::Response{.status = 204};
}

Reply post_human(Api& api, Call& call) {
  const auto body = read_body(call.request.body, kHumanRequest);
  if (!body) co_return refused(body.error(), call);
  if (body->text("action") == "reply" && body->text("text").empty()) {
    co_return refused({"missing_field", "'text' is missing.", "a reply needs words", "text"}, call);
  }
  const std::string_view operator_id = body->text("operator", call.caller.id);
  auto answer =
      co_await api.driver().event(api.tenant(), std::string(call.id()), human_event(*body, operator_id));
  if (!answer) co_return unknown_conversation(answer.error(), call);
  co_return json_response(std::move(answer->json));
}

}  // namespace parley::api
