#include "server/api/routes.hpp"

#include <array>

#include "server/api/handlers.hpp"
#include "server/api/schemas.hpp"

namespace parley::api {

namespace {

constexpr Parameter kConversationParameters[] = {
    {"user_id", "string", "Only this user's."},
    {"status", "string", "Only with this status.", kConversationStatuses},
    {"flow", "string", "Only those that run or ran this flow last."},
    {"before", "string", "The next page: `next_before` of the one before."},
    {"limit", "integer", "At most this many, up to 200."},
};
constexpr Parameter kTurnParameters[] = {
    {"after", "integer", "Only turns after this one."},
    {"limit", "integer", "At most this many, up to 200."},
};
constexpr Parameter kRecordParameters[] = {
    {"after", "integer", "Only records after this sequence."},
    {"limit", "integer", "At most this many, up to 500."},
};
constexpr Parameter kReviewParameters[] = {
    {"status", "string", "Only with this status; open ones are those that wait.", kReviewStatuses},
    {"assignee", "string", "Only this person's or queue's."},
    {"conversation", "string", "Only this conversation's."},
    {"before", "string", "The next page: `next_before` of the one before."},
    {"limit", "integer", "At most this many, up to 200."},
};
constexpr Parameter kErasureParameters[] = {{"limit", "integer", "At most this many, up to 500."}};
constexpr Parameter kEventParameters[] = {
    {"conversation", "string", "Only this conversation's; all when left out, for operators."},
};
constexpr Parameter kPublishParameters[] = {
    {"reason", "string", "Why; kept with the version. The header X-Author says who."},
    {"base", "string", "The `release` that it was made from: 409 when another one is active."},
};
constexpr Parameter kReadyParameters[] = {
    {"verbose", "string", "Show every check; with an API key also what is wrong."},
    {"draining", "string", "404: answer with that, instead of 503, when the server is about to stop."},
};

constexpr Parameter kSignInLinkParameters[] = {
    {"link", "string", "As the conversation showed it."},
    {"ticket", "string", "Of the page that asked; for POST."},
};

constexpr std::string_view kStream = "text/event-stream";
constexpr std::string_view kText = "text/plain";
constexpr std::string_view kHtml = "text/html";

// The busiest first.
const std::array kRoutes{
    Route{
        "POST",
        "/v1/chat",
        post_chat,
        Role::anyone,
        "chat",
        "Say something; JSON, or a stream of events with Accept: text/event-stream",
        &kChatRequest,
        &kAnswer
    },
    Route{
        "POST",
        "/chat",
        post_chat,
        Role::anyone,
        "chat",
        "The same under a short path",
        &kChatRequest,
        &kAnswer
    },
    Route{
        "GET",
        "/v1/conversations/{id}/turns",
        list_turns,
        Role::visitor,
        "conversations",
        "What was said, one element a turn",
        nullptr,
        &kTurnList,
        200,
        kTurnParameters
    },
    Route{
        "GET",
        "/v1/conversations/{id}",
        get_conversation,
        Role::visitor,
        "conversations",
        "Status, owner and flow of a conversation",
        nullptr,
        &kConversation
    },
    Route{
        "GET",
        "/v1/events",
        stream_events,
        Role::visitor,
        "conversations",
        "Turns and changes of owner and status as they happen; Last-Event-ID resumes",
        nullptr,
        nullptr,
        200,
        kEventParameters,
        kStream
    },
    Route{
        "POST",
        "/v1/events",
        post_event,
        Role::operator_,
        "events",
        "Tell the assistant that something happened; it starts a conversation or enters the running one",
        &kEventRequest,
        &kAnswer
    },
    Route{
        "POST",
        "/v1/hooks/{name}",
        post_hook,
        Role::anyone,
        "events",
        "What another system tells of, signed with the secret of the hook; the same delivery counts once",
        nullptr,
        &kHookAnswer
    },
    Route{
        "GET",
        "/v1/sign-in",
        get_sign_in_page,
        Role::anyone,
        "sign-ins",
        "Asks whoever opens the link of a sign-in whether the assistant may act for him",
        nullptr,
        nullptr,
        200,
        kSignInLinkParameters,
        kHtml
    },
    Route{
        "POST",
        "/v1/sign-in",
        post_sign_in_page,
        Role::anyone,
        "sign-ins",
        "He says yes, and is taken to the authorization server",
        nullptr,
        nullptr,
        200,
        kSignInLinkParameters,
        kHtml
    },
    Route{
        "GET",
        "/v1/sign-in/callback",
        get_sign_in_callback,
        Role::anyone,
        "sign-ins",
        "Where authorization servers send browsers back to",
        nullptr,
        nullptr,
        200,
        {},
        kHtml
    },
    Route{
        "GET",
        "/v1/sign-in/client",
        get_sign_in_client,
        Role::anyone,
        "sign-ins",
        "What this server is as a client, for authorization servers that know clients by such a document",
        nullptr,
        &kSignInClient
    },
    Route{
        "POST",
        "/v1/sign-ins/{connector}",
        post_sign_in,
        Role::admin,
        "sign-ins",
        "A link at which somebody lets the team's connector act for him",
        &kSignInRequest,
        &kSignInLink,
        201
    },
    Route{
        "GET",
        "/v1/sign-ins/{connector}",
        get_sign_in,
        Role::admin,
        "sign-ins",
        "Whether somebody has",
        nullptr,
        &kSignInState
    },
    Route{
        "DELETE",
        "/v1/sign-ins/{connector}",
        delete_sign_in,
        Role::admin,
        "sign-ins",
        "Take the team's permission back",
        nullptr,
        nullptr,
        204
    },
    Route{
        "DELETE",
        "/v1/users/{id}/sign-ins/{connector}",
        delete_user_sign_in,
        Role::operator_,
        "sign-ins",
        "Take the permission back that a user has given, in all his conversations",
        nullptr,
        nullptr,
        204
    },
    Route{
        "POST",
        "/v1/conversations/{id}/sign-ins",
        post_conversation_sign_in,
        Role::visitor,
        "sign-ins",
        "Show the code that the browser showed at the end of a sign-in, so that it counts in this "
        "conversation",
        &kSignInCode,
        &kSignInConfirmed
    },
    Route{
        "DELETE",
        "/v1/conversations/{id}/sign-ins/{connector}",
        delete_conversation_sign_in,
        Role::visitor,
        "sign-ins",
        "Take the permission back that was given in a conversation",
        nullptr,
        nullptr,
        204
    },
    Route{
        "GET",
        "/v1/ws",
        open_websocket,
        Role::anyone,
        "chat",
        "The same messages over a WebSocket; both sides send {type, …} as text",
        nullptr,
        nullptr,
        101
    },
    Route{
        "POST",
        "/v1/conversations",
        start_conversation,
        Role::anyone,
        "conversations",
        "Start a conversation in which the assistant speaks first",
        &kStartRequest,
        &kAnswer,
        201
    },
    Route{
        "GET",
        "/v1/conversations",
        list_conversations,
        Role::operator_,
        "conversations",
        "Conversations, newest first",
        nullptr,
        &kConversationList,
        200,
        kConversationParameters
    },
    Route{
        "GET",
        "/v1/conversations/{id}/events",
        list_records,
        Role::operator_,
        "conversations",
        "The log: every event and effect",
        nullptr,
        &kRecordList,
        200,
        kRecordParameters
    },
    Route{
        "POST",
        "/v1/conversations/{id}/feedback",
        post_feedback,
        Role::visitor,
        "conversations",
        "Rate a conversation",
        &kFeedbackRequest,
        nullptr,
        204
    },
    Route{
        "POST",
        "/v1/conversations/{id}/human",
        post_human,
        Role::operator_,
        "conversations",
        "Take a conversation over, answer in it, hand it back",
        &kHumanRequest,
        &kAnswer
    },
    Route{
        "GET",
        "/v1/reviews",
        list_reviews,
        Role::operator_,
        "reviews",
        "What people are asked to decide, newest first",
        nullptr,
        &kReviewList,
        200,
        kReviewParameters
    },
    Route{
        "GET",
        "/v1/reviews/{id}",
        get_review,
        Role::operator_,
        "reviews",
        "One review with its decision",
        nullptr,
        &kReview
    },
    Route{
        "POST",
        "/v1/reviews/{id}",
        post_review,
        Role::operator_,
        "reviews",
        "Decide a review, once; the conversation goes on",
        &kReviewRequest,
        &kAnswer
    },
    Route{
        "POST",
        "/v1/users/{id}/token",
        post_user_token,
        Role::operator_,
        "users",
        "What shows that a visitor is this user, for whom your site has signed in",
        nullptr,
        &kUserToken
    },
    Route{
        "GET",
        "/v1/users/{id}/memory",
        get_memory,
        Role::operator_,
        "users",
        "What is remembered of a user",
        nullptr,
        &kMemory
    },
    Route{
        "DELETE",
        "/v1/users/{id}/memory",
        delete_memory,
        Role::operator_,
        "users",
        "Forget a user; conversations that run keep what they know",
        nullptr,
        nullptr,
        204
    },
    Route{
        "DELETE",
        "/v1/users/{id}",
        delete_user,
        Role::admin,
        "users",
        "Erase everything that is stored of a user; what is left is a record of how much",
        nullptr,
        &kErasure
    },
    Route{
        "GET",
        "/v1/erasures",
        list_erasures,
        Role::operator_,
        "users",
        "What was erased, newest first: when, by whom and how much",
        nullptr,
        &kErasureList,
        200,
        kErasureParameters
    },
    Route{
        "GET",
        "/v1/assistant",
        get_assistant,
        Role::anyone,
        "chat",
        "Name, disclosure and suggestions",
        nullptr,
        &kAssistant
    },
    Route{
        "GET",
        "/v1/flows",
        list_flows,
        Role::operator_,
        "flows",
        "Flows that new conversations run on",
        nullptr,
        &kFlowList
    },
    Route{
        "GET",
        "/v1/flows/{id}",
        get_flow,
        Role::operator_,
        "flows",
        "One flow with its document",
        nullptr,
        &kFlow
    },
    Route{
        "PUT",
        "/v1/flows/{id}",
        put_flow,
        Role::admin,
        "flows",
        "Publish a flow from YAML or JSON; running conversations keep theirs",
        nullptr,
        &kFlow,
        200,
        kPublishParameters
    },
    Route{
        "POST",
        "/v1/flows/{id}/rollback",
        roll_back_flow,
        Role::admin,
        "flows",
        "Make an earlier version what new conversations run on",
        &kRollback,
        &kFlow
    },
    Route{
        "POST",
        "/v1/flows",
        post_flows,
        Role::admin,
        "flows",
        "Check or publish several flows together, with the tools of the worker that they call: all or "
        "nothing",
        &kFlowSetRequest,
        &kFlowSet
    },
    Route{
        "GET",
        "/v1/workers",
        open_workers,
        Role::admin,
        "workers",
        "As a WebSocket: carry out calls of tools. As a plain request: the workers that are connected",
        nullptr,
        &kWorkerList
    },
    Route{
        "GET",
        "/v1/flows/{id}/versions",
        list_flow_versions,
        Role::operator_,
        "flows",
        "Published versions of a flow",
        nullptr,
        &kFlowVersionList
    },
    Route{
        "GET",
        "/livez",
        get_livez,
        Role::anyone,
        "health",
        "The process serves requests",
        nullptr,
        nullptr,
        200,
        {},
        kText
    },
    Route{
        "GET",
        "/readyz",
        get_readyz,
        Role::anyone,
        "health",
        "Conversations can be served",
        nullptr,
        &kReadiness,
        200,
        kReadyParameters
    },
    Route{
        "GET",
        "/metrics",
        get_metrics,
        Role::anyone,
        "health",
        "Prometheus metrics",
        nullptr,
        nullptr,
        200,
        {},
        kText
    },
    Route{"GET", "/openapi.json", get_openapi, Role::anyone, "health", "This document", nullptr, nullptr},
    Route{
        "GET",
        "/setup",
        get_setup,
        Role::anyone,
        "setup",
        "The one-time set-up page",
        nullptr,
        nullptr,
        200,
        {},
        kHtml,
        false
    },
    Route{
        "POST",
        "/setup",
        post_setup,
        Role::anyone,
        "setup",
        "Make the first admin key",
        nullptr,
        nullptr,
        200,
        {},
        kHtml,
        false
    },
    Route{
        "GET", "/", get_asset, Role::anyone, "chat", "The chat page", nullptr, nullptr, 200, {}, kHtml, false
    },
    Route{
        "GET",
        "/{asset}",
        get_asset,
        Role::anyone,
        "chat",
        "Files of the chat page and the widget",
        nullptr,
        nullptr,
        200,
        {},
        kHtml,
        false
    },
};

// Fills `params` with what stands for {…}; segments are never empty.
bool matches(std::string_view pattern, std::string_view path, std::array<std::string_view, 2>& params) {
  std::size_t filled = 0;
  for (;;) {
    const std::size_t brace = pattern.find('{');
    const std::string_view literal = pattern.substr(0, brace);
    if (brace == std::string_view::npos) return path == literal;
    if (!path.starts_with(literal)) return false;
    path.remove_prefix(literal.size());
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty()) return false;
    params[filled++] = segment;
    path.remove_prefix(segment.size());
    pattern.remove_prefix(pattern.find('}') + 1);
  }
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

std::optional<Match> find_route(std::string_view method, std::string_view path) {
  if (method == "HEAD") method = "GET";
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    Match match{.route = i};
    if (kRoutes[i].method == method && matches(kRoutes[i].pattern, path, match.params)) return match;
  }
  return std::nullopt;
}

limits::Work work_of(const Route& route) {
  using enum limits::Work;
  if (route.status == 101 || route.media == kStream) return reading;
  if (route.method != "GET") return route.access == Role::visitor ? running : vital;
  if (!route.pattern.starts_with("/v1/")) return vital;
  return route.access >= Role::operator_ ? reading : running;
}

std::string allowed_methods(std::string_view path) {
  std::string methods;
  std::array<std::string_view, 2> ignored{};
  for (const Route& route : kRoutes) {
    if (!matches(route.pattern, path, ignored)) continue;
    // Files at the top exist only by name, so they say nothing about which methods a path takes.
    if (route.pattern == "/{asset}") continue;
    if (methods.find(route.method) != std::string::npos) continue;
    methods.append(methods.empty() ? "" : ", ").append(route.method);
    if (route.method == "GET") methods += ", HEAD";
  }
  return methods;
}

}  // namespace parley::api
