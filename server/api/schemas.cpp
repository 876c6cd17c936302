#include "server/api/schemas.hpp"

#include <array>

namespace parley::api {

namespace {

using enum FieldType;

constexpr std::size_t kIdBytes = 128;
constexpr std::size_t kMessageBytes = 16 * 1024;

// Of JSON's numbers.
constexpr std::int64_t kLargestSequence = 9'007'199'254'740'991;
constexpr Field kFlowId{
    "flow_id", text, "The flow to start in a new conversation.", false, nullptr, kIdBytes
};
constexpr Field kUserId{
    "user_id",
    text,
    "Your name for the user; of a visitor it counts only together with user_token.",
    false,
    nullptr,
    kIdBytes
};
constexpr Field kUserTokenOf{
    "user_token",
    text,
    "Shows that a visitor is this user; your server asks POST /v1/users/{id}/token for it.",
    false,
    nullptr,
    128
};
constexpr Field kConversationId{
    "conversation_id",
    text,
    "The conversation to go on with; left out for a new one.",
    false,
    nullptr,
    kIdBytes
};
constexpr Field kText{"message", text, "What the user wrote.", false, nullptr, kMessageBytes};
constexpr Field kPayload{
    "payload", text, "The payload of the button that the user pressed.", false, nullptr, 4096
};
constexpr Field kContext{
    "context", object, "What you know about the user, for the flows to read; of a new conversation."
};
constexpr Field kLocale{
    "locale", text, "The user's language, such as en or de; of a new conversation.", false, nullptr, 35
};
constexpr Field kTone{
    "tone", any, "How the assistant speaks from here on: 0 to 100, or the name of one of its tones."
};
constexpr Field kLength{
    "length", text, "How much a model writes from here on.", false, nullptr, 0, "short|normal|detailed"
};
constexpr Field kMessageId{
    "message_id",
    text,
    "Your id of the message; the same id gets the first answer again.",
    false,
    nullptr,
    255
};

constexpr std::array kChatFields{
    kConversationId,
    kFlowId,
    kUserId,
    kUserTokenOf,
    kText,
    kPayload,
    kContext,
    kLocale,
    kTone,
    kLength,
    kMessageId
};
constexpr std::array kStartFields{kFlowId, kUserId, kUserTokenOf, kContext, kLocale, kTone, kLength};
constexpr std::array kSocketFields{
    Field{
        "type",
        text,
        "message: say something, with the fields of ChatRequest. subscribe: get the conversation's events.",
        true,
        nullptr,
        0,
        "message|subscribe"
    },
    Field{
        "after",
        integer,
        "Of subscribe: begin with what came after this `sequence`; left out, with what comes from now on.",
        false,
        nullptr,
        0,
        {},
        0,
        kLargestSequence
    },
    kConversationId,
    kFlowId,
    kUserId,
    kUserTokenOf,
    kText,
    kPayload,
    kContext,
    kLocale,
    kTone,
    kLength,
    kMessageId,
    Field{
        "token",
        text,
        "The conversation's token or an API key, when the handshake had no Authorization.",
        false,
        nullptr,
        512
    },
    Field{"idempotency_key", text, "As the Idempotency-Key header.", false, nullptr, 255},
};
constexpr std::array kFeedbackFields{
    Field{"stars", integer, "1 is bad, 5 is good.", true, nullptr, 0, {}, 1, 5},
    Field{"comment", text, "In the user's own words.", false, nullptr, 4096},
};
constexpr std::array kRollbackFields{
    Field{"version", text, "A hash, its first 6 or more characters, or a label.", true, nullptr, 128},
    Field{"reason", text, "Why; kept with the version.", true, nullptr, 1024},
    Field{"author", text, "Who; the key that asks when left out.", false, nullptr, 256},
    Field{
        "base",
        text,
        "The `release` that it was made from: 409 when another one is active.",
        false,
        nullptr,
        128
    },
};
constexpr std::array kFlowTextFields{
    Field{
        "file",
        text,
        "Such as order.yaml or order.json; its stem is the id of a flow without one.",
        true,
        nullptr,
        200
    },
    Field{"text", text, "The document.", true},
};
constexpr std::array kWorkerToolsFields{
    Field{"connector", text, "What flows write before the tool's name.", true, nullptr, 32},
    Field{"declaration", object, "{worker: {version: 1}, tools: […]}, as in a file of tools/.", true},
};
const std::array kFlowSetRequestFields{
    Field{"flows", list_of_schema, "At least one.", true, &kFlowText},
    Field{"workers", list_of_schema, "The tools of workers that the flows call.", false, &kWorkerTools},
    Field{"check_only", boolean, "Look for mistakes and change nothing."},
    Field{"reason", text, "Why; kept with the version.", false, nullptr, 1024},
    Field{"author", text, "Who; the key that asks when left out.", false, nullptr, 256},
    Field{
        "base",
        text,
        "The `release` that they were made from: 409 when another one is active.",
        false,
        nullptr,
        128
    },
};
constexpr std::array kHumanFields{
    Field{
        "action",
        text,
        "join: take over; reply: say something; leave: hand back to the bot.",
        true,
        nullptr,
        0,
        "join|reply|leave"
    },
    Field{"operator", text, "Who it is; the API key's name when left out.", false, nullptr, kIdBytes},
    Field{"name", text, "The name that the user sees; of join.", false, nullptr, kIdBytes},
    Field{"text", text, "What to say; of reply.", false, nullptr, kMessageBytes},
    Field{"note", text, "For the record; of leave.", false, nullptr, 4096},
};

constexpr std::array kButtonFields{
    Field{"label", text, "What it says.", true},
    Field{"payload", text, "What pressing it sends.", true},
};
const Schema kButton{"Button", "A suggestion that the user may press.", kButtonFields};
constexpr std::array kInputFields{
    Field{"slot", text, "The slot that is asked for.", true},
    Field{"type", text, "Its type, for the keyboard.", true},
};
const Schema kInput{"Input", "What a message asks for.", kInputFields};
const std::array kMessageFields{
    Field{"id", text, "Unique in the conversation.", true},
    Field{"role", text, "Who speaks.", true, nullptr, 0, "assistant|operator|system"},
    Field{"text", text, "", true},
    Field{"buttons", list_of_schema, "", false, &kButton},
    Field{"card", object, "For channels that can show one."},
    Field{"input", schema, "", false, &kInput},
    Field{"name", text, "The operator's name."},
};
const Schema kMessage{"Message", "One message to the user.", kMessageFields};

const std::array kAnswerFields{
    Field{"conversation_id", text, "", true},
    Field{"turn", integer, "Counts from 1.", true},
    Field{"at", text, "When it was committed, RFC 3339."},
    Field{"created", boolean, "This request made the conversation.", true},
    Field{"text", text, "The messages' texts, one a line.", true},
    Field{"messages", list_of_schema, "", true, &kMessage},
    Field{"next_step", text, "The step that waits for the user.", true, nullptr, 0, {}, 0, 0, true},
    Field{"status", text, "", true, nullptr, 0, kConversationStatuses},
    Field{"owner", text, "", true, nullptr, 0, "bot|pending_human|human|returning"},
    Field{
        "outcome", text, "How the last flow ended.", false, nullptr, 0, "resolved|abandoned|escalated|failed"
    },
    Field{"ended", boolean, "Nothing waits; a further message starts anew.", true},
    Field{"test_mode", boolean, "A tool's answer was made up from its description."},
    Field{"token", text, "Opens a new conversation again; only in the answer that created it."},
};

constexpr std::array kSaidFields{
    Field{"text", text, "", true}, Field{"payload", text, "", false, nullptr, 0, {}, 0, 0, true}
};
const Schema kSaid{"Said", "What the user said.", kSaidFields};
const std::array kTurnFields{
    Field{"turn", integer, "", true},
    Field{"at", text, "RFC 3339.", true},
    Field{"user", schema, "Null when the assistant or an operator began.", true, &kSaid, 0, {}, 0, 0, true},
    Field{"messages", list_of_schema, "", true, &kMessage},
    Field{"status", text, ""},
    Field{"idempotency_key", text, "Of the request that made the turn."},
    Field{"test_mode", boolean, ""},
};
const Schema kTurn{"Turn", "One exchange of a conversation.", kTurnFields};
const std::array kTurnListFields{
    Field{"data", list_of_schema, "", true, &kTurn}, Field{"has_more", boolean, "", true}
};

const std::array kConversationFields{
    Field{"id", text, "", true},
    Field{"user_id", text, "", true},
    Field{"channel", text, "", true},
    Field{"flow_id", text, "The flow that runs or ran last.", true, nullptr, 0, {}, 0, 0, true},
    Field{"release", text, "Hash of the set of flows it runs on.", true},
    Field{"status", text, "", true, nullptr, 0, kConversationStatuses},
    Field{"owner", text, "", true, nullptr, 0, "bot|pending_human|human|returning"},
    Field{"outcome", text, ""},
    Field{"next_step", text, "", false, nullptr, 0, {}, 0, 0, true},
    Field{"turns", integer, "", true},
    Field{"created_at", text, "", true},
    Field{"updated_at", text, "", true},
    Field{"feedback", schema, "The user's last rating.", false, &kFeedbackRequest},
};
const std::array kConversationListFields{
    Field{"data", list_of_schema, "Newest first.", true, &kConversation},
    Field{"has_more", boolean, "", true},
    Field{"next_before", text, "The `before` of the next page.", false},
};

constexpr std::array kRecordFields{
    Field{"sequence", integer, "", true},
    Field{"turn", integer, "", true},
    Field{"at", text, "", true},
    Field{"events", any, "What the engine was told.", true},
    Field{"effects", any, "What it wanted.", true},
};
const Schema kRecord{"Record", "One commit's part of a conversation's log.", kRecordFields};
const std::array kRecordListFields{
    Field{"data", list_of_schema, "", true, &kRecord}, Field{"has_more", boolean, "", true}
};

constexpr std::array kSignInRequestFields{
    Field{"device", boolean, "For another device, where a code is typed in; no browser leads back here."},
};
constexpr std::array kSignInLinkFields{
    Field{"url", text, "At the authorization server."},
    Field{"code", text, "What is typed in there, where a device was asked for."},
    Field{"expires_in", integer, "Seconds until the code counts no more."},
};
constexpr std::array kSignInClientFields{
    Field{"client_id", text, "The address of this document."},
    Field{"client_name", text, "What people are shown."},
    Field{"redirect_uris", list_of_text, "Where browsers come back to."},
    Field{"grant_types", list_of_text, "How permissions are asked for."},
    Field{"response_types", list_of_text, "What comes back."},
    Field{"token_endpoint_auth_method", text, "none: by PKCE."},
};
constexpr std::array kSignInCodeFields{
    Field{"code", text, "Six digits, as the browser shows them.", true, nullptr, 32},
};
constexpr std::array kSignInConfirmedFields{
    Field{"connector", text, "That may act in this conversation from now on."},
};
constexpr std::array kSignInStateFields{
    Field{"signed_in", boolean, "Somebody has, and it was not taken back."}
};

constexpr std::array kHookAnswerFields{
    Field{"received", boolean, "It is kept; sending it again changes nothing."},
    Field{"wanted", boolean, "False: no flow wants it."},
};

constexpr std::array kEventRequestFields{
    Field{"name", text, "What happened, such as ticket.closed.", true, nullptr, kIdBytes},
    Field{"data", object, "What flows see as event.data."},
    Field{
        "conversation_id",
        text,
        "The conversation that it enters; left out: the user's open one, or a new one.",
        false,
        nullptr,
        kIdBytes
    },
    kUserId,
    kContext,
    kLocale,
};
constexpr std::array kReviewRequestFields{
    Field{
        "decision",
        text,
        "approved or rejected; of a form answered or rejected; of a call also edited, or answered instead of "
        "it.",
        true,
        nullptr,
        0,
        "approved|rejected|answered|edited"
    },
    Field{
        "values",
        any,
        "Of a form: field name to value. Of an outcome: the result, if known. Of an edited call: all its "
        "arguments. Of an answered call: what it would have returned."
    },
    Field{"note", text, "For the flow, as review.note.", false, nullptr, 4096},
    Field{
        "digest",
        text,
        "As the review shows it; a decision about anything else is refused.",
        false,
        nullptr,
        64
    },
    Field{"reviewer", text, "Who it is; the API key's name when left out.", false, nullptr, kIdBytes},
};
constexpr std::array kReviewFields{
    Field{"id", text, "", true},
    Field{"conversation_id", text, "", true},
    Field{"kind", text, "", true, nullptr, 0, "form|approval|outcome"},
    Field{"status", text, "", true, nullptr, 0, kReviewStatuses},
    Field{"assignee", text, "The person or queue that should decide."},
    Field{"title", text, "", true},
    Field{"text", text, ""},
    Field{"subject", any, "Of a tool call: {tool, arguments}."},
    Field{
        "call",
        any,
        "Of a tool call: {words, effect, request: {method, url, headers, body}}, as it would go out; without "
        "credentials."
    },
    Field{"form", any, "The fields: a list of {name, label, type, …}."},
    Field{"people", any, "How many different people must approve, when more than one."},
    Field{"approvals", any, "Who has approved so far, when one is not enough."},
    Field{"replaces", text, "The review whose call somebody edited into this one."},
    Field{"digest", text, "SHA-256 of what is to be decided.", true},
    Field{"requested_at", text, "RFC 3339.", true},
    Field{"due", text, "When it expires.", true, nullptr, 0, {}, 0, 0, true},
    Field{"decided_at", text, "", false},
    Field{"decision", any, "{reviewer, note, values}; once it is closed."},
};
const std::array kReviewListFields{
    Field{"data", list_of_schema, "Newest first.", true, &kReview},
    Field{"has_more", boolean, "", true},
    Field{"next_before", text, "The `before` of the next page.", false},
};
constexpr std::array kFactFields{
    Field{"name", text, "Flows read it as user.NAME.", true},
    Field{"value", any, "", true},
    Field{"conversation", text, "In which it was remembered.", true},
    Field{"turn", integer, "Of that conversation.", true},
    Field{"at", text, "", true},
};

const Schema kFact{"Fact", "What is known of a user, and from where.", kFactFields};

constexpr std::array kUserTokenFields{Field{"user_token", text, "For `user_token` of a message.", true}};

constexpr std::array kMemoryFields{
    Field{"user_id", text, "", true},
    Field{"slots", object, "Slot name to value.", true},
    Field{"facts", list_of_schema, "", true, &kFact},
};

constexpr std::array kErasureFields{
    Field{"id", text, "", true},
    Field{"cause", text, "user or retention", true},
    Field{"author", text, "Id of the API key; empty for the server itself.", true},
    Field{"begun_at", text, "", true},
    Field{"finished_at", text, "null: not yet; one that broke off is to be made again.", true},
    Field{"conversations", integer, "How many were erased.", true},
    Field{"rows", integer, "Of all tables.", true},
};
const std::array kErasureListFields{Field{"data", list_of_schema, "Newest first.", true, &kErasure}};

constexpr std::array kFlowFields{
    Field{"id", text, "", true},
    Field{"version", text, "The author's label.", true},
    Field{"hash", text, "SHA-256 of the canonical document: its identity.", true},
    Field{"description", text, "", true},
    Field{"steps", integer, "", true},
    Field{"file", text, "Where it was read from."},
    Field{"document", object, "The flow itself; not in lists."},
    Field{"source", text, "As its author wrote it; not in lists."},
    Field{"warnings", list_of_text, "Rendered diagnostics; only in the answer to PUT."},
    Field{"release", text, "What new conversations run on now; only in answers to a publication."},
};
const std::array kFlowListFields{
    Field{"data", list_of_schema, "", true, &kFlow},
    Field{"release", text, "Their set's hash; null before anything was published."},
};
constexpr std::array kFlowVersionFields{
    Field{"hash", text, "", true},
    Field{"version", text, "", true},
    Field{"author", text, "", true},
    Field{"reason", text, "Why it was published or rolled back to last.", true},
    Field{"action", text, "How it became active last.", true, nullptr, 0, "published|rolled_back"},
    Field{"published_at", text, "The first time.", true},
    Field{"activated_at", text, "The last time.", true},
    Field{"active", boolean, "New conversations run on it.", true},
};
const std::array kFlowSetFields{
    Field{"flows", list_of_schema, "As they are now, or would be.", true, &kFlow},
    Field{"published", boolean, "False after a check.", true},
    Field{"warnings", list_of_text, "Rendered diagnostics."},
    Field{"release", text, "What new conversations run on now; not after a check."},
};
constexpr std::array kWorkerListFields{
    Field{"data", any, "A list of {id, name, sdk, tools, capacity, calls, draining, …}.", true},
    Field{"tools", any, "A list of {id, effect, declared_by}.", true},
    Field{"waiting", integer, "Calls for which no worker was free.", true},
};
const Schema kFlowVersion{"FlowVersion", "A published version of a flow.", kFlowVersionFields};
const std::array kFlowVersionListFields{Field{"data", list_of_schema, "Newest first.", true, &kFlowVersion}};

constexpr std::array kAssistantStyleFields{
    Field{"tone", integer, "Of conversations that choose none.", true, nullptr, 0, {}, 0, 100},
    Field{"tone_min", integer, "What is chosen below counts as this.", true, nullptr, 0, {}, 0, 100},
    Field{"tone_max", integer, "What is chosen above counts as this.", true, nullptr, 0, {}, 0, 100},
    Field{"tones", object, "What the numbers are called: name to number.", true},
    Field{"length", text, "Of conversations that choose none.", true, nullptr, 0, "short|normal|detailed"},
};
const Schema kAssistantStyle{"AssistantStyle", "Tone and length.", kAssistantStyleFields};

const std::array kAssistantFields{
    Field{"name", text, "", true},
    Field{"disclosure", text, "What users are told about talking to a machine.", true},
    Field{"locale", text, "", true},
    Field{"version", text, "Of the flows that new conversations run on.", true},
    Field{"suggestions", list_of_schema, "What a new user may begin with.", true, &kButton},
    Field{"test_mode", boolean, "Tools answer from their descriptions.", true},
    Field{"style", schema, "How it speaks, and what users may choose.", true, &kAssistantStyle},
};

constexpr std::array kReadinessFields{
    Field{"status", text, "", true, nullptr, 0, "ok|failing|draining"},
    Field{"checks", any, "With ?verbose: each part and what is wrong with it."},
};

constexpr std::array kErrorFields{
    Field{"type", text, "A class of errors.", true},
    Field{"code", text, "Stable; for programs.", true},
    Field{"message", text, "One sentence; for people.", true},
    Field{"hint", text, "What to do."},
    Field{"param", text, "The field it is about.", true, nullptr, 0, {}, 0, 0, true},
    Field{"request_id", text, "As in X-Request-Id and in the log.", true},
    Field{"diagnostics", list_of_text, "Of flow_invalid: every mistake, rendered."},
};
const Schema kError{"Error", "What went wrong.", kErrorFields};
const std::array kErrorAnswerFields{Field{"error", schema, "", true, &kError}};

}  // namespace

const Schema kChatRequest{"ChatRequest", "One message of a user.", kChatFields};
const Schema kStartRequest{
    "StartRequest", "A conversation in which the assistant speaks first.", kStartFields
};
const Schema kFeedbackRequest{"Feedback", "How the user liked the conversation.", kFeedbackFields};
const Schema kHumanRequest{"HumanRequest", "What an operator does.", kHumanFields};
const Schema kRollback{"Rollback", "Which version of a flow to go back to.", kRollbackFields};
const Schema kFlowText{"FlowText", "A flow as its author wrote it.", kFlowTextFields};
const Schema kWorkerTools{"WorkerTools", "The tools of a worker.", kWorkerToolsFields};
const Schema kFlowSetRequest{"FlowSetRequest", "Flows that belong together.", kFlowSetRequestFields};
const Schema kFlowSet{"FlowSet", "What became of flows that were published together.", kFlowSetFields};
const Schema kWorkerList{"WorkerList", "The workers that carry out calls of tools.", kWorkerListFields};
const Schema kEventRequest{"EventRequest", "Something happened outside.", kEventRequestFields};
const Schema kReviewRequest{"ReviewRequest", "A person's decision.", kReviewRequestFields};
const Schema kSocketMessage{"SocketMessage", "What a client sends over WebSocket.", kSocketFields};
const Schema kSignInRequest{"SignInRequest", "How somebody is to sign in.", kSignInRequestFields};
const Schema kSignInLink{"SignInLink", "Where to sign in, within ten minutes.", kSignInLinkFields};
const Schema kSignInClient{"SignInClient", "This server as a client of others.", kSignInClientFields};
const Schema kSignInCode{"SignInCode", "The end of a sign-in.", kSignInCodeFields};
const Schema kSignInConfirmed{"SignInConfirmed", "It counts.", kSignInConfirmedFields};
const Schema kSignInState{"SignInState", "Whether somebody has signed in.", kSignInStateFields};
const Schema kHookAnswer{"HookAnswer", "A delivery was taken.", kHookAnswerFields};
const Schema kAnswer{"Answer", "What one turn said.", kAnswerFields};
const Schema kAssistant{"Assistant", "What a chat page shows before the first message.", kAssistantFields};
const Schema kConversation{"Conversation", "A conversation, without what was said.", kConversationFields};
const Schema kConversationList{"ConversationList", "", kConversationListFields};
const Schema kTurnList{"TurnList", "", kTurnListFields};
const Schema kRecordList{"RecordList", "", kRecordListFields};
const Schema kReview{"Review", "What a person is asked to decide.", kReviewFields};
const Schema kReviewList{"ReviewList", "", kReviewListFields};
const Schema kUserToken{"UserToken", "Shows that a visitor is a user.", kUserTokenFields};
const Schema kMemory{"Memory", "What is remembered of a user.", kMemoryFields};
const Schema kErasure{
    "Erasure", "A record of something erased, without anything of what it was.", kErasureFields
};
const Schema kErasureList{"ErasureList", "", kErasureListFields};
const Schema kFlow{"Flow", "A flow of the active release.", kFlowFields};
const Schema kFlowList{"FlowList", "", kFlowListFields};
const Schema kFlowVersionList{"FlowVersionList", "", kFlowVersionListFields};
const Schema kReadiness{"Readiness", "Whether the server can serve.", kReadinessFields};
const Schema kErrorAnswer{"ErrorAnswer", "Every error looks like this.", kErrorAnswerFields};

std::span<const Schema* const> all_schemas() {
  static const std::array all{
      &kChatRequest,
      &kStartRequest,
      &kFeedbackRequest,
      &kHumanRequest,
      &kSocketMessage,
      &kAnswer,
      &kMessage,
      &kButton,
      &kInput,
      &kTurn,
      &kSaid,
      &kTurnList,
      &kAssistant,
      &kConversation,
      &kConversationList,
      &kRecord,
      &kRecordList,
      &kFlow,
      &kFlowList,
      &kFlowVersion,
      &kFlowVersionList,
      &kReadiness,
      &kError,
      &kErrorAnswer,
      &kRollback,
      &kEventRequest,
      &kReviewRequest,
      &kReview,
      &kReviewList,
      &kMemory,
      &kFact,
      &kFlowText,
      &kWorkerTools,
      &kFlowSetRequest,
      &kFlowSet,
      &kWorkerList,
      &kHookAnswer,
      &kErasure,
      &kErasureList,
      &kSignInLink,
      &kSignInState,
      &kAssistantStyle,
      &kUserToken,
      &kSignInRequest,
      &kSignInClient,
      &kSignInCode,
      &kSignInConfirmed,
  };
  return all;
}

}  // namespace parley::api
