// The objects of the API, as OpenAPI and request checks know them. Static data.
#pragma once

#include <span>
#include <string_view>

#include "server/api/fields.hpp"

namespace parley::api {

// What a text may be, separated by '|'.
inline constexpr std::string_view kConversationStatuses = "waiting|working|pending_human|human|ended";
inline constexpr std::string_view kReviewStatuses =
    "open|approved|rejected|answered|expired|withdrawn|edited";

// Requests.
extern const Schema kChatRequest;
extern const Schema kStartRequest;
extern const Schema kFeedbackRequest;
extern const Schema kHumanRequest;
extern const Schema kRollback;
extern const Schema kFlowSetRequest;
extern const Schema kFlowText;
extern const Schema kWorkerTools;
extern const Schema kEventRequest;
extern const Schema kReviewRequest;
extern const Schema kSocketMessage;

// Responses.
extern const Schema kAnswer;
extern const Schema kHookAnswer;
extern const Schema kSignInLink;
extern const Schema kSignInRequest;
extern const Schema kSignInClient;
extern const Schema kSignInState;
extern const Schema kSignInCode;
extern const Schema kSignInConfirmed;
extern const Schema kAssistant;
extern const Schema kConversation;
extern const Schema kConversationList;
extern const Schema kTurnList;
extern const Schema kRecordList;
extern const Schema kReview;
extern const Schema kReviewList;
extern const Schema kUserToken;
extern const Schema kMemory;
extern const Schema kErasure;
extern const Schema kErasureList;
extern const Schema kFlow;
extern const Schema kFlowList;
extern const Schema kFlowVersionList;
extern const Schema kFlowSet;
extern const Schema kWorkerList;
extern const Schema kReadiness;
extern const Schema kErrorAnswer;

[[nodiscard]] std::span<const Schema* const> all_schemas();

}  // namespace parley::api
