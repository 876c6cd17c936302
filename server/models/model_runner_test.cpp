#include "server/models/model_runner.hpp"

#include <algorithm>

#include "server/models/test_models.hpp"

using namespace parley;
using namespace parley::models;
using namespace parley::models::testing;

namespace {

constexpr std::string_view kPrompt = R"({"prompt": "Say hello"})";
using Hosts = std::vector<std::string>;

}  // namespace

TEST_CASE("a task becomes a question, and the answer the call's result") {
  struct {
    std::string_view name, task, input, model, expected;
  } cases[] = {
      {"generate", "generate", kPrompt, "Hello!", R"("Hello!")"},
      {"rephrase, trimmed",
       "rephrase",
       R"({"text": "That is 5 EUR", "keep": ["5"]})",
       "\n It is 5 EUR. \n",
       R"("It is 5 EUR.")"},
      {"classify",
       "classify",
       R"({"text": "late", "labels": {"delivery": "late parcels", "product": ""}})",
       R"({"label": "delivery", "confidence": 0.9})",
       R"({"label":"delivery","confidence":0.9})"},
      {"classify, in a fence",
       "classify",
       R"({"text": "late", "labels": {"delivery": ""}})",
       "```json\n{\"label\": \"delivery\", \"confidence\": 1}\n```",
       R"({"label":"delivery","confidence":1})"},
      {"extract",
       "extract",
       R"({"text": "two pizzas", "schema": {"type": "object", "properties": {"n": {"type": "integer"}}}})",
       R"({"n": 2})",
       R"({"n":2})"},
      {"what does not fit a schema is for the engine to refuse",
       "extract",
       R"({"text": "two", "schema": {"type": "object", "properties": {"n": {"type": "integer"}}}})",
       R"({"n": "two"})",
       R"({"n":"two"})"},
      {"nulls for what is optional are left out",
       "extract",
       R"({"text": "x", "schema": {"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "integer"}}}})",
       R"({"n": 1, "m": null})",
       R"({"n":1})"},
      {"agent, done",
       "agent",
       R"({"goal": "g", "tools": ["a.b"], "steps": []})",
       "All done.",
       R"({"text":"All done."})"},
      {"understand",
       "understand",
       R"({"message": "stop", "flows": [], "schema": {"type": "object", "required": ["commands"]}})",
       R"({"commands": [{"do": "cancel"}]})",
       R"({"commands":[{"do":"cancel"}]})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Models models({endpoint("one")});
    models.http->replies["one"] = {{.body = answer_body(c.model)}};
    CHECK(models.said(c.task, c.input) == c.expected);
    CHECK(models.http->requests.size() == 1);
  }
}

TEST_CASE("an answer says which model gave it, to which prompt, for how many tokens") {
  Models models({endpoint("one")});
  models.http->replies["one"] = {{.body = answer_body("Hello!", 100, 7)}};
  const auto answer = models.call("generate", kPrompt);
  REQUIRE(answer.has_value());
  CHECK(answer->use.model == "one");
  CHECK(answer->use.prompt == "generate/3");
  CHECK(answer->use.input_tokens == 100);
  CHECK(answer->use.output_tokens == 7);
  CHECK_FALSE(answer->test_mode);
  CHECK(models.counts("one").cost == 114'000'000);  // pico: 100 × 1 + 7 × 2 millionths
  CHECK(models.runner.spent_today().tokens == 107);
}

TEST_CASE("what is sent says only what the step gave, and the key is a header alone") {
  Endpoint one = endpoint("one");
  one.key = "sk-secret";
  Models models({one});
  models.http->replies["one"] = {{.status = 400, .body = R"({"error":{"message":"you sent sk-secret"}})"}};
  const auto answer = models.call("generate", R"({"prompt": "Answer", "facts": {"order": "7 >>> ignore"}})");
  REQUIRE_FALSE(answer.has_value());
  const net::OutgoingRequest& sent = models.http->requests.front();
  CHECK(sent.url == "http://one/v1/chat/completions");
  CHECK(sent.allowed_hosts == std::vector<std::string>{"one"});
  CHECK(sent.body.find("sk-secret") == std::string::npos);
  CHECK(sent.body.find("7 >>> ignore") == std::string::npos);
  CHECK(
      std::ranges::count(
          sent.headers, std::pair<std::string, std::string>("authorization", "Bearer sk-secret")
      ) == 1
  );
  CHECK(answer.error().message.find("sk-secret") == std::string::npos);
  REQUIRE_FALSE(models.problems.empty());
  for (const std::string& problem : models.problems) CHECK(problem.find("sk-secret") == std::string::npos);
}

TEST_CASE(
    "models that write are told the tone, the length and the language, with the author's names for tones"
) {
  const auto told = [](std::string_view task, std::string_view input) {
    Models models({endpoint("one")});
    models.http->replies["one"] = {{.body = answer_body("Hi")}};
    (void)models.call(task, input);
    const auto sent = parse_json(models.http->requests.front().body);
    return std::string((*sent)["messages"].as_list()[0].text("content"));
  };
  struct {
    std::string_view name, task, input, told;
  } cases[] = {
      {"formal",
       "generate",
       R"({"prompt": "x", "style": {"locale": "de", "tone": 5, "length": "normal"}})",
       "Unless the task says otherwise: Write in a tone that is formal and reserved, in the language 'de'."},
      {"casual and short",
       "generate",
       R"({"prompt": "x", "style": {"locale": "en", "tone": 100, "length": "short"}})",
       "casual and playful, in the language 'en'. Write as little as it takes, two sentences at most."},
      {"names of its own",
       "generate",
       R"({"prompt": "x", "style": {"tone": 80, "tones": {"landlubber": 0, "pirate": 100}}})",
       "Write at 80 on a scale of tones where 0 is landlubber, 100 is pirate."},
      {"an agent",
       "agent",
       R"({"goal": "x", "tools": [], "style": {"tone": 50, "length": "detailed"}})",
       "The text for the user: Write in a tone that is friendly and plain. Explain,"},
      {"a message",
       "rephrase",
       R"({"text": "x", "tone": 100, "locale": "en", "style": {"tone": 30, "locale": "en", "length": "short"}})",
       "in your own words, shorter. Its meaning stays the same, and nothing is added. Write in a tone that "
       "is polite and plain, in the language 'en'. Answer"},
      {"a message of an older conversation",
       "rephrase",
       R"({"text": "x", "tone": 100, "locale": "fr"})",
       "about as long. Its meaning stays the same, and nothing is added. Write in a tone that is casual and "
       "playful, in the language 'fr'."},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK_MESSAGE(told(c.task, c.input).find(c.told) != std::string::npos, told(c.task, c.input));
  }
  CHECK(told("generate", R"({"prompt": "x"})").find("tone") == std::string::npos);
}

TEST_CASE("an agent sees its tools under names that providers take, and what was done so far") {
  Models models({endpoint("one")});
  models.tools = {{"desk.list", *parse_json(R"({"type": "object", "properties": {"q": {"type": "string"}}})")}
  };
  models.http->replies["one"] = {{.body = R"({"choices":[{"message":{"tool_calls":[
      {"id":"c1","function":{"name":"desk_list","arguments":"{\"q\":\"tea\"}"}},
      {"id":"c2","function":{"name":"nobody","arguments":""}}]},"finish_reason":"tool_calls"}]})"}};
  CHECK(
      models.said("agent", R"({"goal": "g", "tools": ["desk.list", "desk.make"],
        "steps": [{"tool": "desk.make", "arguments": {"x": 1}, "error": "refused"}]})") ==
      R"({"calls":[{"tool":"desk.list","arguments":{"q":"tea"}},{"tool":"nobody","arguments":{}}]})"
  );
  const auto sent = parse_json(models.http->requests.front().body);
  REQUIRE(sent.has_value());
  CHECK((*sent)["tools"].size() == 2);
  CHECK((*sent)["messages"].size() == 4);
  CHECK((*sent)["messages"].as_list()[3].text("content") == "error: refused");
}

TEST_CASE("an agent with many tools is given three that find the others, and is understood by their names") {
  Models models({endpoint("one")});
  models.http->replies["one"] = {{.body = R"({"choices":[{"message":{"tool_calls":[
      {"id":"c1","function":{"name":"search_tools","arguments":"{\"query\":\"tea\"}"}},
      {"id":"c2","function":{"name":"describe_tools","arguments":"{\"names\":[\"desk.list\"]}"}},
      {"id":"c3","function":{"name":"call_tool","arguments":"{\"name\":\"desk.list\",\"arguments\":{\"q\":\"tea\"}}"}},
      {"id":"c4","function":{"name":"desk_list","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})"}};
  CHECK(
      models.said("agent", R"({"goal": "g", "tools": ["desk.list", "desk.make"], "search": true, "steps": [
        {"tool": "tools.search", "arguments": {"query": "x"}, "result": []},
        {"tool": "desk.make", "arguments": {"x": 1}, "error": "refused"}]})") ==
      R"({"calls":[{"tool":"tools.search","arguments":{"query":"tea"}},{"tool":"tools.describe","arguments":{"names":["desk.list"]}},{"tool":"desk.list","arguments":{"q":"tea"}},{"tool":"desk_list","arguments":{}}]})"
  );
  const auto sent = parse_json(models.http->requests.front().body);
  REQUIRE(sent.has_value());
  std::vector<std::string> names;
  for (const Value& tool : (*sent)["tools"].as_list()) names.emplace_back(tool["function"].text("name"));
  CHECK(names == std::vector<std::string>{"search_tools", "describe_tools", "call_tool"});
  const auto called = [&](std::size_t message) {
    return std::string(
        (*sent)["messages"].as_list()[message]["tool_calls"].as_list()[0]["function"].text("name")
    );
  };
  CHECK(called(2) == "search_tools");
  CHECK(called(4) == "call_tool");
}

TEST_CASE("an agent does not see the arguments that its flow fixes") {
  Models models({endpoint("one")});
  models.tools = {
      {.name = "desk.list",
       .parameters = *parse_json(
           R"({"type":"object","properties":{"q":{"type":"string"},"user":{"type":"string"}},"required":["q","user"]})"
       ),
       .description = "Lists what there is."}
  };
  models.http->replies["one"] = {{.body = answer_body("Done.")}};
  (void)models.said(
      "agent", R"({"goal": "g", "tools": ["desk.list"], "pinned": {"desk.list": ["user"]}, "steps": []})"
  );
  const std::string& body = models.http->requests.front().body;
  CHECK(body.contains("Lists what there is."));
  CHECK(body.contains(R"("q")"));
  CHECK_FALSE(body.contains("user\":{"));
}

TEST_CASE("an answer that does not fit is asked for once more, with what was wrong") {
  Models models({endpoint("one")});
  models.http->replies["one"] = {
      {.body = answer_body("It is delivery.")},
      {.body = answer_body(R"({"label": "delivery", "confidence": 1})")}
  };
  CHECK(
      models.said("classify", R"({"text": "x", "labels": {"delivery": ""}})") ==
      R"({"label":"delivery","confidence":1})"
  );
  CHECK(models.counts("one").asked_again == 1);
  const auto second = parse_json(models.http->requests[1].body);
  CHECK((*second)["messages"].size() == 4);

  models.http->replies["one"] = {{.body = answer_body(R"({"label": "weather", "confidence": 1})")}};
  models.http->requests.clear();
  CHECK(models.said("classify", R"({"text": "x", "labels": {"delivery": ""}})") == "! model_answer");
  CHECK(models.http->requests.size() == 2);
}

TEST_CASE("passing failures are tried again, with growing pauses or those the server asks for") {
  struct {
    std::string_view name;
    std::deque<Reply> replies;
    std::string_view expected;
    std::vector<std::int64_t> pauses;
  } cases[] = {
      {"once", {{.status = 500}, {.body = answer_body("Hi")}}, R"("Hi")", {250}},
      {"twice",
       {{.status = 503}, {.failure = "interrupted"}, {.body = answer_body("Hi")}},
       R"("Hi")",
       {250, 500}},
      {"for ever", {{.status = 429}}, "! rate_limited", {250, 500}},
      {"as asked",
       {{.status = 429, .headers = {{"retry-after", "3"}}}, {.body = answer_body("Hi")}},
       R"("Hi")",
       {3000}},
      {"longer than there is time",
       {{.status = 429, .headers = {{"retry-after", "90"}}}},
       "! rate_limited",
       {}},
      {"no JSON", {{.body = "<html>"}, {.body = answer_body("Hi")}}, R"("Hi")", {250}},
      {"not worth it", {{.status = 400, .body = R"({"error":{"message":"no"}})"}}, "! model_request", {}},
      {"no such model", {{.status = 404}}, "! model_not_found", {}},
      {"too slow", {{.body = answer_body("Hi"), .takes_ms = 100'000}}, "! timeout", {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Models models({endpoint("one")});
    models.http->replies["one"] = c.replies;
    const std::int64_t begun = models.http->now_ms;
    CHECK(models.said("generate", kPrompt) == c.expected);
    CHECK(models.pauses == c.pauses);
    CHECK(models.http->now_ms - begun <= models.timeout_ms);
  }
}

TEST_CASE("a server that knows no response_format is asked without one from then on") {
  Models models({endpoint("one")});
  models.http->replies["one"] = {
      {.status = 400, .body = R"({"error":{"message":"response_format is not supported"}})"},
      {.body = answer_body(R"({"label": "a", "confidence": 1})")}
  };
  for (int time = 0; time < 2; ++time)
    CHECK(
        models.said("classify", R"({"text": "x", "labels": {"a": ""}})") == R"({"label":"a","confidence":1})"
    );
  CHECK(models.http->requests.size() == 3);
  CHECK(models.http->requests[0].body.find("response_format") != std::string::npos);
  CHECK(models.http->requests[2].body.find("response_format") == std::string::npos);
}

TEST_CASE("a schema that a server cannot hold a model to is left out of that question alone") {
  Models models({endpoint("one")});
  models.http->replies["one"] = {
      {.status = 400,
       .body = R"({"error":{"message":"JSON schema error at #/properties/n: unrecognized type"}})"},
      {.body = answer_body(R"({"n": 1})")}
  };
  const std::string_view extract = R"({"text": "x", "schema": {"type": "object", "properties": {"n": {}}}})";
  CHECK(models.said("extract", extract) == R"({"n":1})");
  models.said("extract", extract);
  REQUIRE(models.http->requests.size() == 3);
  CHECK(models.http->requests[1].body.find("response_format") == std::string::npos);
  CHECK(models.http->requests[2].body.find("response_format") != std::string::npos);
}

TEST_CASE("a model is asked for a confidence that servers can hold it to, and may answer a finer one") {
  Models models({endpoint("one")});
  for (const std::string_view confidence : {"0", "0.3", "0.85", "1"}) {
    const std::string answer = R"({"label":"a","confidence":)" + std::string(confidence) + "}";
    models.http->replies["one"] = {{.body = answer_body(answer)}};
    CHECK(models.said("classify", R"({"text": "x", "labels": {"a": ""}})") == answer);
  }
  const auto sent = parse_json(models.http->requests[0].body);
  const Value& schema = (*sent)["response_format"]["json_schema"]["schema"];
  CHECK(
      write_json(schema["properties"]["confidence"]["enum"]) == "[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1]"
  );
  for (const std::string_view wrong : {"7", "-1", "1e999"}) {
    const std::string answer = R"({"label":"a","confidence":)" + std::string(wrong) + "}";
    models.http->replies["one"] = {{.body = answer_body(answer)}};
    CHECK(models.said("classify", R"({"text": "x", "labels": {"a": ""}})") == "! model_answer");
  }
}

TEST_CASE("the next model answers when one does not, within the call's time") {
  struct {
    std::string_view name;
    Reply first;
    std::string_view expected;
    std::size_t asked_first;  // requests
  } cases[] = {
      {"down", {.failure = "unreachable"}, R"("Hi")", 3},
      {"wrong key", {.status = 401}, R"("Hi")", 1},
      {"slow", {.body = answer_body("late"), .takes_ms = 1'000'000}, R"("Hi")", 1},
      {"nonsense", {.body = "x"}, R"("Hi")", 3},
      {"refused",
       {.status = 400, .body = R"({"error":{"code":"content_filter","message":"no"}})"},
       "! refused",
       1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Models models({endpoint("one"), endpoint("two")});
    models.http->replies["one"] = {c.first};
    models.http->replies["two"] = {{.body = answer_body("Hi")}};
    const std::int64_t begun = models.http->now_ms;
    const auto answer = models.call("generate", kPrompt);
    CHECK((answer ? write_json(answer->result) : "! " + answer.error().pointer) == c.expected);
    CHECK(std::ranges::count(models.hosts(), "one") == static_cast<std::ptrdiff_t>(c.asked_first));
    CHECK(models.http->now_ms - begun < models.timeout_ms);
    if (!answer) continue;
    CHECK(answer->use.model == "two");
    CHECK(models.counts("two").fallbacks == 1);
    const std::string code = models.counts("one").attempts.begin()->first;
    CHECK(write_json(answer->use.passed_over) == R"([{"model":"one","code":")" + code + R"("}])");
    CHECK(models.counts("one").passed_over.at(code) == 1);
    CHECK(
        std::ranges::find(
            models.notes, "model falls back one " + models.counts("one").attempts.begin()->first
        ) != models.notes.end()
    );
  }
}

TEST_CASE("a model that fails again and again is left alone, then asked once") {
  Models models({endpoint("one"), endpoint("two")});
  models.http->replies["one"] = {{.status = 500}};
  models.http->replies["two"] = {{.body = answer_body("Hi")}};
  for (int call = 0; call < 6; ++call) CHECK(models.said("generate", kPrompt) == R"("Hi")");
  const auto to_one = [&] { return std::ranges::count(models.hosts(), "one"); };
  CHECK(to_one() == 15);  // five calls of three attempts
  CHECK(models.runner.standings()[0].resting);
  models.http->now_ms += Breaker::kFirstPauseMs;
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  CHECK(to_one() == 18);
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  CHECK(to_one() == 18);
  models.http->now_ms += 2 * Breaker::kFirstPauseMs;
  models.http->replies["one"] = {{.body = answer_body("I am back")}};
  CHECK(models.said("generate", kPrompt) == R"("I am back")");
  CHECK_FALSE(models.runner.standings()[0].resting);
}

TEST_CASE("a budget is reserved before a call and settled after it") {
  Models models({endpoint("one")}, {.tokens = 3000});
  models.http->replies["one"] = {{.body = answer_body("Hi", 900, 100)}};
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  // 2000 are used; an answer may take 1024 more.
  CHECK(models.said("generate", kPrompt) == "! budget");
  CHECK(models.said("generate", R"({"prompt": "Say hello", "max_tokens": 100})") == R"("Hi")");
  CHECK(models.http->requests.size() == 3);
  ++models.day;
  CHECK(models.said("generate", kPrompt) == R"("Hi")");

  Models dear(
      {endpoint("one"),
       [] {
         Endpoint local = endpoint("local");
         local.price = {};
         return local;
       }()},
      {.money = 1}
  );
  dear.http->replies["local"] = {{.body = answer_body("Free")}};
  CHECK(dear.said("generate", kPrompt) == R"("Free")");
  CHECK(dear.hosts() == Hosts{"local"});
}

TEST_CASE("what broke off counts in the budget as if it had all been written") {
  Models models({endpoint("one")}, {.tokens = 5000});
  models.http->replies["one"] = {{.failure = "timeout"}};
  // Each may have taken its 1024 tokens and a few for the question.
  CHECK(models.said("generate", kPrompt) == "! timeout");
  models.http->replies["one"] = {
      {.body = "{\"choices\": []}"}, {.body = "{\"choices\": []}"}, {.body = answer_body("Hi", 10, 5)}
  };
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  // Three attempts that nobody can count leave less than a fourth would need.
  models.http->replies["one"] = {{.body = answer_body("Hi", 10, 5)}};
  CHECK(models.said("generate", R"({"prompt": "Say hello", "max_tokens": 2000})") == "! budget");
  CHECK(models.said("generate", R"({"prompt": "Say hello", "max_tokens": 100})") == R"("Hi")");

  // Who was turned away has cost nothing.
  Models refused({endpoint("one")}, {.tokens = 1500});
  refused.http->replies["one"] = {{.status = 400, .body = R"({"error": {"message": "no"}})"}};
  for (int call = 0; call < 3; ++call) CHECK(refused.said("generate", kPrompt) == "! model_request");
  // Nor does an empty count pass for none.
  Models uncounted({endpoint("one")}, {.tokens = 1500});
  const std::string text(3000, 'x');
  uncounted.http->replies["one"] = {
      {.body = R"({"choices":[{"message":{"content":")" + text + R"("},"finish_reason":"stop"}],"usage":{}})"}
  };
  CHECK(uncounted.said("generate", kPrompt) == "\"" + text + "\"");
  CHECK(uncounted.said("generate", kPrompt) == "! budget");
}

TEST_CASE("a step may name a model; those behind it answer when it does not") {
  Models models({endpoint("one"), endpoint("two"), endpoint("three")});
  models.http->replies["two"] = {{.status = 401}};
  models.http->replies["three"] = {{.body = answer_body("Hi")}};
  CHECK(models.said("generate", R"({"prompt": "x", "model": "two"})") == R"("Hi")");
  CHECK(models.hosts() == Hosts{"two", "three"});
  CHECK(models.said("generate", R"({"prompt": "x", "model": "nobody"})") == "! no_model");

  models.runner.configure({.endpoints = {endpoint("three")}, .http = models.http, .one_for_all = true});
  CHECK(models.said("generate", R"({"prompt": "x", "model": "nobody"})") == R"("Hi")");
  models.runner.configure({});
  CHECK(models.said("generate", kPrompt) == "! no_model");
  CHECK_FALSE(models.runner.has_model());
}

TEST_CASE("a key that is not there is said so without asking anybody") {
  Endpoint one = endpoint("one");
  one.missing_key = "OPENAI_API_KEY";
  Models models({one});
  const auto answer = models.call("generate", kPrompt);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "unauthenticated");
  CHECK(answer.error().message.find("OPENAI_API_KEY") != std::string::npos);
  CHECK(models.http->requests.empty());
}

TEST_CASE("a server without a model's name is asked which it has, once") {
  Endpoint one = endpoint("one");
  one.model.clear();
  Models models({one});
  models.http->replies["one"] = {{.body = R"({"data":[{"id":"qwen"}]})"}, {.body = answer_body("Hi")}};
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  REQUIRE(models.http->requests.size() == 3);
  CHECK(models.http->requests[0].url == "http://one/v1/models");
  CHECK(models.http->requests[2].body.find(R"("model":"qwen")") != std::string::npos);
}

TEST_CASE("that question counts, is told of and tried again like any other") {
  Endpoint one = endpoint("one");
  one.model.clear();
  Models models({one});
  models.http->replies["one"] = {
      {.failure = "unreachable"}, {.body = R"({"data":[{"id":"qwen"}]})"}, {.body = answer_body("Hi")}
  };
  CHECK(models.said("generate", kPrompt) == R"("Hi")");
  CHECK(models.notes == std::vector<std::string>{"model failed one unreachable", "model answered one "});
  CHECK(models.counts("one").attempts.at("unreachable") == 1);

  Models refused({one});
  refused.http->replies["one"] = {{.status = 401}};
  CHECK(refused.said("generate", kPrompt) == "! unauthenticated");
  CHECK(refused.notes == std::vector<std::string>{"model failed one unauthenticated"});
}

TEST_CASE("the built-in answers may stand at the end of the line") {
  Models models({endpoint("one"), Endpoint{.name = "builtin"}});
  models.http->replies["one"] = {{.failure = "unreachable"}};
  CHECK(models.said("rephrase", R"({"text": "That is 5 EUR"})") == R"("That is 5 EUR")");
  CHECK(models.said("generate", kPrompt) == "! no_model");
}

TEST_CASE("a text is heard while it is written, and begins anew with whoever writes it in the end") {
  Models models({endpoint("one"), endpoint("two")});
  models.http->replies["one"] = {
      {.pieces = {chunk("Hel")}, .failure = "stalled"},
      {.status = 500},
      {.pieces = {chunk("Bad "), "data: {oops}\n\n"}},
  };
  models.http->replies["two"] = {{.pieces = {chunk("Good "), chunk("day") + std::string(kEnd)}}};
  auto heard = std::make_shared<Heard>();
  const auto answer = models.call("generate", kPrompt, heard);
  REQUIRE(answer.has_value());
  CHECK(answer->result == Value("Good day"));
  CHECK(heard->words == "Hel|<<Bad |<Good |day|");
  // A server that knows no streams answers at once.
  models.http->replies["one"] = {{.pieces = {answer_body("All at once")}}};
  heard->words.clear();
  CHECK(models.call("generate", kPrompt, heard)->result == Value("All at once"));
  CHECK(heard->words == "All at once|");
}

TEST_CASE("an endless stream is cut off, and the next model answers") {
  Models models({endpoint("one"), endpoint("two")});
  Reply endless{.pieces = {}};
  for (int i = 0; i < 100; ++i) endless.pieces.push_back(chunk(std::string(100'000, 'x')));
  models.http->replies["one"] = {endless};
  models.http->replies["two"] = {{.pieces = {chunk("Hi") + std::string(kEnd)}}};
  const auto answer = models.call("generate", kPrompt, std::make_shared<Heard>());
  REQUIRE(answer.has_value());
  CHECK(answer->use.model == "two");
}
