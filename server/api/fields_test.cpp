// What is said about a request's body, and what the description of a schema looks like.
#include "server/api/fields.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "server/api/routes.hpp"
#include "server/api/schemas.hpp"

using namespace parley;
using namespace parley::api;

namespace {

std::string verdict(std::string_view body, const Schema& schema) {
  const auto read = read_body(body, schema);
  if (read) return "ok";
  return std::string(read.error().code) + " | " + read.error().message + " | " + read.error().hint + " | " +
         read.error().param;
}

}  // namespace

TEST_CASE("a body is checked against its schema") {
  struct {
    const char* name;
    const char* body;
    const Schema& schema;
    const char* expected;
  } cases[] = {
      {"all well", R"({"message":"hi","context":{"a":1}})", kChatRequest, "ok"},
      {"nothing is required", "{}", kChatRequest, "ok"},
      {"null is absent", R"({"payload":null})", kChatRequest, "ok"},
      {"unknown, near",
       R"({"mesage":"hi"})",
       kChatRequest,
       "unknown_field | There is no field 'mesage' here. | did you mean 'message'? | mesage"},
      {"unknown, far",
       R"({"zzz":1})",
       kFeedbackRequest,
       "unknown_field | There is no field 'zzz' here. | the fields are stars, comment | zzz"},
      {"wrong type",
       R"({"message":5})",
       kChatRequest,
       "invalid_field | 'message' must be a string, not int. | What the user wrote. | message"},
      {"missing",
       R"({"comment":"x"})",
       kFeedbackRequest,
       "missing_field | 'stars' is missing. | 1 is bad, 5 is good. | stars"},
      {"out of range",
       R"({"stars":6})",
       kFeedbackRequest,
       "invalid_field | 'stars' must be from 1 to 5. |  | stars"},
      {"not a choice",
       R"({"action":"jion"})",
       kHumanRequest,
       "invalid_field | 'action' must be one of join, reply, leave. | did you mean 'join'? | action"},
      {"empty", " ", kChatRequest, "invalid_json | The body is empty; it must be a JSON object. |  | "},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(verdict(test.body, test.schema) == test.expected);
  }
}

TEST_CASE("texts have a largest size") {
  const std::string body = R"({"message":")" + std::string(20'000, 'x') + R"("})";
  CHECK(
      verdict(body, kChatRequest) == "invalid_field | 'message' may have at most 16384 bytes. |  | message"
  );
}

TEST_CASE("a schema describes itself") {
  CHECK(
      write_json(schema_document(kFeedbackRequest)) ==
      R"({"type":"object","description":"How the user liked the conversation.","properties":{)"
      R"("stars":{"type":"integer","minimum":1,"maximum":5,"description":"1 is bad, 5 is good."},)"
      R"("comment":{"type":"string","maxLength":4096,"description":"In the user's own words."}},"required":["stars"]})"
  );
}

TEST_CASE("errors have one form; internals stay inside") {
  CHECK(
      error_body({"flow_not_found", "No \"x\".", "try y", "flow_id"}, "req_1") ==
      R"({"error":{"type":"invalid_request","code":"flow_not_found","message":"No \"x\".","hint":"try y",)"
      R"("param":"flow_id","request_id":"req_1"}})"
  );
  struct {
    const char* name;
    Error error;
    const char* code;
    bool told;
  } cases[] = {
      {"a fault", {ErrorCode::internal, "disk /dev/sda1 is on fire"}, "internal", false},
      {"a lost database",
       {ErrorCode::unavailable, "The database failed: connection to server at \"10.0.0.3\" failed"},
       "unavailable",
       false},
      {"made for clients", {ErrorCode::unavailable, "not ready", "unavailable", "later"}, "unavailable", true
      },
      {"one of its own",
       {ErrorCode::unavailable, "too many wait", "conversation_busy"},
       "conversation_busy",
       true},
      {"a refusal", {ErrorCode::invalid_input, "no such tone"}, "invalid_request", true},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const Problem problem = problem_from(test.error);
    CHECK(problem.code == test.code);
    CHECK((problem.message == test.error.message) == test.told);
    CHECK(is_for_operators(test.error) == !test.told);
    if (!test.told) CHECK(problem.hint.find("request_id") != std::string::npos);
  }
  const Problem hidden = problem_from({ErrorCode::internal, "disk /dev/sda1 is on fire"});
  CHECK(hidden.message.find("sda1") == std::string::npos);
  CHECK(row_of(hidden.code).status == 500);
  CHECK(row_of(problem_from({ErrorCode::conflict, "x", "idempotency_key_reused"}).code).status == 422);
  CHECK(row_of(problem_from({ErrorCode::conflict, "x"}).code).status == 409);
}

TEST_CASE("every error code of the core has a row") {
  for (const ErrorCode code :
       {ErrorCode::invalid_input,
        ErrorCode::not_found,
        ErrorCode::conflict,
        ErrorCode::too_large,
        ErrorCode::unauthenticated,
        ErrorCode::forbidden,
        ErrorCode::unavailable,
        ErrorCode::deadline_exceeded,
        ErrorCode::evaluation,
        ErrorCode::limit_exceeded,
        ErrorCode::unsupported,
        ErrorCode::internal}) {
    CAPTURE(name(code));
    CHECK(row_of(problem_from({code, "x"}).code).status >= 400);
  }
}
