#include "wire/model_api/chat_completions.hpp"

#include <doctest/doctest.h>

#include "wire/model_api/answer_stream.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire::model_api;
using parley::wire::testing::json;

namespace {

const Provider& provider(std::string_view name) {
  const Provider* found = provider_named(name);
  REQUIRE(found != nullptr);
  return *found;
}

Value request(const Question& question, std::string_view provider_name, Structured structured) {
  return json(chat_request(question, provider(provider_name), structured));
}

Question question() {
  Question asked{
      .model = "m", .messages = {{Message::Role::system, "Be short."}, {Message::Role::user, "Hi"}}
  };
  asked.max_tokens = 50;
  return asked;
}

// "text / tool(arguments) … / finish / in+out", or "! code".
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

std::string streamed(std::string_view stream, std::size_t piece, std::string* heard = nullptr) {
  AnswerStream answer(Api::chat, [&](std::string_view text) {
    if (heard != nullptr) *heard += std::string(text) + "|";
  });
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    if (!answer.feed(stream.substr(at, piece))) break;
  }
  return shown(answer.finish());
}

}  // namespace

TEST_CASE("a request says the same to every kind of server, and how each wants it") {
  Question asked = question();
  CHECK(
      write_json(request(asked, "openai", Structured::json_schema)) ==
      R"({"model":"m","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"Hi"}],)"
      R"("max_completion_tokens":50})"
  );
  CHECK(request(asked, "vllm", Structured::json_schema)["max_tokens"].as_int() == 50);
  asked.stream = true;
  CHECK(request(asked, "vllm", Structured::none)["stream_options"]["include_usage"] == Value(true));

  asked.schema = json(R"({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
                          "required": ["a"], "additionalProperties": false})");
  struct {
    std::string_view name, provider;
    Structured structured;
    std::string_view member, expected;
  } cases[] = {
      {"in words only", "compatible", Structured::none, "response_format", "null"},
      {"openai, strictly: everything required, what is optional may be null",
       "openai",
       Structured::json_schema,
       "response_format",
       R"({"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":)"
       R"({"a":{"type":"string"},"b":{"type":["integer","null"]}},"required":["a","b"],)"
       R"("additionalProperties":false},"strict":true}})"},
      {"vllm takes the schema as it is",
       "vllm",
       Structured::json_schema,
       "response_format",
       R"({"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":)"
       R"({"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"],"additionalProperties":false},)"
       R"("strict":false}})"},
      {"vllm of old",
       "vllm",
       Structured::guided_json,
       "guided_json",
       R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"],)"
       R"("additionalProperties":false})"},
      {"llama.cpp",
       "llama_cpp",
       Structured::json_object,
       "response_format",
       R"({"type":"json_object","schema":{"type":"object","properties":{"a":{"type":"string"},)"
       R"("b":{"type":"integer"}},"required":["a"],"additionalProperties":false}})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(
        write_canonical(request(asked, c.provider, c.structured)[c.member]) ==
        write_canonical(json(c.expected))
    );
  }
}

TEST_CASE("tools, proposed calls and their results go into a request") {
  Question asked = question();
  asked.tools = {
      {"shop_find", "Finds things", json(R"({"type": "object", "properties": {"q": {"type": "string"}}})")}
  };
  asked.messages.push_back({Message::Role::assistant, "", {{"c1", "shop_find", R"({"q":"tea"})"}}});
  asked.messages.push_back({Message::Role::tool, "[]", {}, "c1"});
  const Value body = request(asked, "vllm", Structured::none);
  CHECK(
      write_json(body["tools"]) ==
      R"([{"type":"function","function":{"name":"shop_find","description":)"
      R"("Finds things","parameters":{"type":"object","properties":{"q":{"type":"string"}}}}}])"
  );
  CHECK(
      write_json(body["messages"].as_list()[2]) ==
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":)"
      R"({"name":"shop_find","arguments":"{\"q\":\"tea\"}"}}]})"
  );
  CHECK(write_json(body["messages"].as_list()[3]) == R"({"role":"tool","content":"[]","tool_call_id":"c1"})");
}

TEST_CASE("answers are read, and what servers leave out or get wrong does no harm") {
  struct {
    std::string_view name, body, expected;
  } cases[] = {
      {"text",
       R"({"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
           "usage":{"prompt_tokens":3,"completion_tokens":1}})",
       "Hi / / stop / 3+1"},
      {"no usage, no reason", R"({"choices":[{"message":{"content":"Hi"}}]})", "Hi / / stop"},
      {"content in parts",
       R"({"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]})",
       "ab / / stop"},
      {"calls",
       R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"c1","type":"function","function":
           {"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}]})",
       " / c1:f({\"x\":1}) / tool_calls"},
      {"arguments as an object",
       R"({"choices":[{"message":{"tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"x":1}}}]},
           "finish_reason":"tool_calls"}]})",
       " / c1:f({\"x\":1}) / tool_calls"},
      {"a call without a name is none",
       R"({"choices":[{"message":{"content":"Hi","tool_calls":[{"id":"c1"}, 7]}}]})",
       "Hi / / stop"},
      {"negative and text counts",
       R"({"choices":[{"message":{"content":"Hi"}}],"usage":{"prompt_tokens":-3,"completion_tokens":"x"}})",
       "Hi / / stop"},
      {"stopped by the filter",
       R"({"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]})",
       "! refused"},
      {"an error with status 200", R"({"error":{"message":"no","type":"server_error"}})", "! model_down"},
      {"no choices", R"({"choices":[]})", "! model_answer"},
      {"no message", R"({"choices":[{"text":"Hi"}]})", "! model_answer"},
      {"a list", "[1]", "! model_answer"},
      {"half of it", R"({"choices":[{"message":{"content":"Hi)", "! model_answer"},
      {"a page", "<html>502</html>", "! model_answer"},
      {"nothing", "", "! model_answer"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(shown(read_answer(Api::chat, c.body)) == c.expected);
  }
  CHECK(
      shown(read_answer(
          Api::chat, R"({"choices":[{"message":{"content":")" + std::string(5U << 20U, 'x') + "\"}}]}"
      )) == "! model_answer"
  );
}

TEST_CASE("chunks become the answer, however they are cut") {
  struct {
    std::string_view name, stream, expected;
  } cases[] = {
      {"text with usage",
       "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
       "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
       "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
       "Hello / / stop / 5+2"},
      {"usage on the last chunk, no DONE",
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
       "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n",
       "Hi / / stop / 1+1"},
      {"DONE without a reason",
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n",
       "Hi / / stop"},
      {"two calls in pieces, out of order",
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
       "\"arguments\":\"\"}}]}}]}\n\n"
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\","
       "\"arguments\":\"{\"}}]}}]}\n\n"
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":\"}}]"
       "}}]}\n\n"
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"}\"}},{"
       "\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}}]}\n\n"
       "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
       " / a:f({\"x\":1}) b:g({}) / tool_calls"},
      {"calls without an index",
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":"
       "\"{}\"}}]}}]}\n\n"
       "data: "
       "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":"
       "\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
       " / a:f({}) b:g({}) / tool_calls"},
      {"cut in the middle", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n", "! interrupted"},
      {"cut within a chunk", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel", "! model_answer"},
      {"an error in mid-stream",
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: "
       "{\"error\":{\"message\":\"boom\",\"code\":503}}\n\n",
       "! model_down"},
      {"broken JSON in mid-stream",
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {oops}\n\ndata: [DONE]\n\n",
       "! model_answer"},
      {"comments between",
       ": OPENROUTER PROCESSING\n\ndata: "
       "{\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"length\"}]}\n\n",
       "Hi / / length"},
      {"wrong types are nothing",
       "data: {\"choices\":[{\"delta\":{\"content\":7,\"tool_calls\":\"x\"}}]}\n\ndata: "
       "{\"choices\":7}\n\ndata: 7\n\n"
       "data: {\"choices\":[{\"delta\":null,\"finish_reason\":\"stop\"}]}\n\n",
       " / / stop"},
      {"nothing", "", "! interrupted"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (const std::size_t piece : {1U, 2U, 7U, 64U, 4096U}) {
      CAPTURE(piece);
      CHECK(streamed(c.stream, piece) == c.expected);
    }
  }
  std::string heard;
  CHECK(streamed(cases[0].stream, 3, &heard) == cases[0].expected);
  CHECK(heard == "Hel|lo|");
}

TEST_CASE("an endless answer is cut off instead of filling the memory") {
  AnswerStream answer(Api::chat);
  const std::string chunk =
      "data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(100'000, 'x') + "\"}}]}\n\n";
  int fed = 0;
  while (answer.feed(chunk) && fed < 1000) ++fed;
  CHECK(fed * chunk.size() < 2 * kMostAnswerBytes);
  CHECK(shown(answer.finish()) == "! model_answer");

  AnswerStream calls(Api::chat);
  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":" + std::to_string(i) +
            ",\"function\":{\"name\":\"f\"}}]}}]}\n\n";
  }
  CHECK_FALSE(calls.feed(many));
  CHECK(shown(calls.finish()) == "! model_answer");
}
