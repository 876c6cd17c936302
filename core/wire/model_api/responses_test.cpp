#include "wire/model_api/responses.hpp"

#include <doctest/doctest.h>

#include "wire/model_api/answer_stream.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire::model_api;
using parley::wire::testing::json;

namespace {

std::string shown(const Result<Answer>& answer) {
  if (!answer) return "! " + answer.error().pointer;
  std::string out = answer->text + " /";
  for (const ProposedCall& call : answer->calls)
    out += " " + call.id + ":" + call.tool + "(" + call.arguments + ")";
  out += " / " + answer->finish;
  if (answer->usage.known)
    out += " / " + std::to_string(answer->usage.input_tokens) + "+" +
           std::to_string(answer->usage.output_tokens);
  return out;
}

constexpr std::string_view kWhole =
    R"({"status":"completed","model":"m","output":[{"type":"reasoning"},{"type":"message","content":)"
    R"([{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":3,"output_tokens":1}})";

}  // namespace

TEST_CASE("a request has messages, calls and results as items, and nothing is stored") {
  Question asked{
      .model = "m", .messages = {{Message::Role::system, "Be short."}, {Message::Role::user, "Hi"}}
  };
  asked.messages.push_back({Message::Role::assistant, "", {{"c1", "f", "{}"}}});
  asked.messages.push_back({Message::Role::tool, "7", {}, "c1"});
  asked.max_tokens = 9;
  asked.schema = json(R"({"type": "object", "properties": {}, "additionalProperties": false})");
  const Value body = json(responses_request(asked, *provider_named("openai"), Structured::json_schema));
  CHECK(
      write_json(body["input"]) ==
      R"([{"type":"message","role":"system","content":"Be short."},{"type":"message","role":"user","content":"Hi"},)"
      R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
      R"({"type":"function_call_output","call_id":"c1","output":"7"}])"
  );
  CHECK(body["store"] == Value(false));
  CHECK(body["max_output_tokens"].as_int() == 9);
  CHECK(body["text"]["format"].text("type") == "json_schema");
}

TEST_CASE("responses are read") {
  struct {
    std::string_view name, body, expected;
  } cases[] = {
      {"text", kWhole, "Hi / / stop / 3+1"},
      {"a call",
       R"({"status":"completed","output":[{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{}"}]})",
       " / c1:f({}) / tool_calls"},
      {"cut by its limit",
       R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"message",
           "content":[{"type":"output_text","text":"Hi"}]}]})",
       "Hi / / length"},
      {"failed",
       R"({"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"}})",
       "! rate_limited"},
      {"cancelled", R"({"status":"cancelled","output":[]})", "! model_down"},
      {"filtered",
       R"({"status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]})",
       "! refused"},
      {"no output", R"({"status":"completed"})", "! model_answer"},
      {"broken", R"({"status)", "! model_answer"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(shown(read_answer(Api::responses, c.body)) == c.expected);
  }
}

TEST_CASE("events become the answer, however they are cut") {
  const std::string done =
      R"(data: {"type":"response.completed","response":)" + std::string(kWhole) + "}\n\n";
  const std::string delta =
      "event: response.output_text.delta\ndata: "
      "{\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n";
  struct {
    std::string_view name;
    std::string stream;
    std::string_view expected;
  } cases[] = {
      {"whole", "data: {\"type\":\"response.created\"}\n\n" + delta + done, "Hi / / stop / 3+1"},
      {"cut before the end", delta, "! interrupted"},
      {"DONE before the end", delta + "data: [DONE]\n\n", "! interrupted"},
      {"failed",
       delta + "data: "
               "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":"
               "\"server_error\"}}}\n\n",
       "! model_down"},
      {"an error event",
       "data: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}\n\n",
       "! rate_limited"},
      {"broken JSON", delta + "data: {\n\n", "! model_answer"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (const std::size_t piece : {1U, 5U, 4096U}) {
      CAPTURE(piece);
      std::string heard;
      AnswerStream answer(Api::responses, [&](std::string_view text) { heard += text; });
      const std::string_view stream = c.stream;
      for (std::size_t at = 0; at < stream.size(); at += piece) {
        if (!answer.feed(stream.substr(at, piece))) break;
      }
      CHECK(shown(answer.finish()) == c.expected);
      if (c.name == "whole") CHECK(heard == "Hi");
    }
  }
}
