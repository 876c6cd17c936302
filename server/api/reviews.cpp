// What people are asked to decide: lists, one review, the decision.
#include <utility>

#include "base/json.hpp"
#include "engine/people/review_status.hpp"
#include "server/api/handlers.hpp"
#include "server/api/query.hpp"
#include "server/api/schemas.hpp"

namespace parley::api {

namespace {

constexpr std::uint64_t kMaxPage = 200;

Value describe(const turns::ReviewEntry& review) {
  const Value request = parse_json(review.request).value_or(Value());
  MapBuilder map;
  map.set("id", review.review_id)
      .set("conversation_id", review.conversation_id)
      .set("kind", review.kind)
      .set("status", review.status);
  if (!review.assignee.empty()) map.set("assignee", review.assignee);
  for (const std::string_view name :
       {"title", "text", "subject", "form", "digest", "call", "people", "replaces"}) {
    const Value& value = request[name];
    if (!value.is_null() && !(value.is_string() && value.as_string().empty())) map.set(name, value);
  }
  map.set("requested_at", format_timestamp(review.requested_at))
      .set("due", review.due ? Value(format_timestamp(*review.due)) : Value());
  // Of an open review, those who have approved so far.
  const Value decision = parse_json(review.decision).value_or(Value());
  if (const Value& approvals = decision["approvals"]; approvals.is_list()) map.set("approvals", approvals);
  if (review.status == "open") return map.build();
  if (review.decided_at) map.set("decided_at", format_timestamp(*review.decided_at));
  if (!review.decision.empty()) map.set("decision", decision);
  return map.build();
}

net::Response unknown_review(const Call& call) {
  return refused(
      {"review_not_found",
       "There is no review " + std::string(call.id()) + ".",
       "GET /v1/reviews?status=open lists those that wait",
       "id"},
      call
  );
}

}  // namespace

Reply list_reviews(Api& api, Call& call) {
  const auto limit = query_number(call.request, "limit", 50, 1, kMaxPage);
  if (!limit) co_return refused(limit.error(), call);
  const auto text = [&](std::string_view name) {
    return std::string(call.request.query.find(name).value_or(""));
  };
  turns::ReviewFilter filter{
      .status = text("status"),
      .assignee = text("assignee"),
      .conversation_id = text("conversation"),
      .before = text("before"),
      .limit = static_cast<std::uint32_t>(*limit) + 1,
  };
  const std::string conversation_id = filter.conversation_id;
  auto found = co_await api.reads().reviews(api.tenant(), std::move(filter));
  if (!found) co_return failed(found.error(), call);
  if (found->empty() && !conversation_id.empty()) {
    const auto missing = co_await api.reads().missing_conversations(api.tenant(), {conversation_id});
    if (!missing) co_return failed(missing.error(), call);
    if (!missing->empty()) {
      co_return refused(
          {"conversation_not_found",
           "There is no conversation " + conversation_id + ".",
           "GET /v1/conversations lists them",
           "conversation"},
          call
      );
    }
  }
  const bool has_more = found->size() > *limit;
  if (has_more) found->resize(*limit);
  ListBuilder data;
  for (const turns::ReviewEntry& review : *found) data.add(describe(review));
  MapBuilder list;
  list.set("data", data.build()).set("has_more", has_more);
  if (has_more) list.set("next_before", found->back().review_id);
  co_return json_response(write_json(list.build()));
}

Reply get_review(Api& api, Call& call) {
  const auto found = co_await api.store().review(api.tenant(), call.id());
  if (!found) co_return failed(found.error(), call);
  if (!*found) co_return unknown_review(call);
  co_return json_response(write_json(describe(**found)));
}

Reply post_review(Api& api, Call& call) {
  const auto body = read_body(call.request.body, kReviewRequest);
  if (!body) co_return refused(body.error(), call);
  engine::ReviewDecided decision{
      .review_id = std::string(call.id()),
      .decision = engine::review_status(body->text("decision")),
      .values = (*body)["values"],
      .reviewer = std::string(body->text("reviewer", call.caller.id)),
      .note = std::string(body->text("note")),
      .digest = std::string(body->text("digest")),
      // In an open development server everybody is the same caller, so names have to do.
      .actor = api.access().open() ? std::string() : call.caller.id,
  };
  if (decision.digest.empty()) {
    // Whoever names none decides about what the review shows now.
    const auto found = co_await api.store().review(api.tenant(), call.id());
    if (!found) co_return failed(found.error(), call);
    if (!*found) co_return unknown_review(call);
    decision.digest = parse_json((*found)->request).value_or(Value()).text("digest");
  }
  auto answer = co_await api.driver().decide(api.tenant(), std::move(decision));
  if (!answer) co_return failed(answer.error(), call);
  co_return json_response(std::move(answer->json));
}

}  // namespace parley::api
