#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "base/json.hpp"
#include "server/tools/built_in_model.hpp"
#include "server/tools/test_mode.hpp"
#include "server/tools/text_tools.hpp"
#include "server/tools/tool_table.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::tools;

using parley::wire::testing::json;

namespace {

constexpr std::string_view kShop = R"({"paths": {
  "/charges": {"post": {"operationId": "charge", "x-parley-effect": "keyed",
    "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["amount"],
      "properties": {"amount": {"type": "string"}, "items": {}}}}}},
    "responses": {"200": {"content": {"application/json": {"example":
      {"id": "ch_1", "amount": "{{ args.amount }}", "lines": ["{{ args.items }}"], "note": "{{ args.none }}"}}}}}}},
  "/orders/{id}": {"get": {"operationId": "order", "responses": {"200": {"content": {"application/json": {"schema":
      {"type": "object", "properties": {"id": {"type": "string"}, "paid": {"type": "boolean"}}}}}}}}}}})";

ToolTable table() {
  auto connector = wire::openapi::compile(json(kShop), {.connector = "shop"});
  REQUIRE(connector.has_value());
  Connectors connectors;
  connectors.emplace(
      "shop", std::make_shared<TestModeRunner>(std::make_shared<const wire::Connector>(std::move(*connector)))
  );
  connectors.emplace("text", std::make_shared<TextTools>());
  return ToolTable(std::move(connectors));
}

Result<turns::ToolAnswer> call(turns::ToolRunner& tools, std::string tool, Value arguments) {
  boost::asio::io_context loop;
  std::optional<Result<turns::ToolAnswer>> result;
  const turns::ToolCall request{.tool = std::move(tool), .arguments = std::move(arguments)};
  boost::asio::co_spawn(loop, tools.run(request), [&](std::exception_ptr, Result<turns::ToolAnswer> answer) {
    result = std::move(answer);
  });
  loop.run();
  REQUIRE(result.has_value());
  return std::move(*result);
}

}  // namespace

TEST_CASE("what is shown of a call in test mode is what would go out, or why it cannot") {
  auto connector = wire::openapi::compile(
      json(
          R"({"servers": [{"url": "https://shop.test"}], "paths": {"/refunds": {"post": {"operationId": "refund",
        "x-parley-effect": "keyed", "x-parley-send": {"amount": "{{ int(args.amount) * 100 }}"},
        "requestBody": {"content": {"application/json": {"schema": {"type": "object",
          "properties": {"charge": {"type": "string"}, "amount": {}}}}}},
        "responses": {"200": {"description": "Done."}}}}}})"
      ),
      {.connector = "shop"}
  );
  REQUIRE(connector.has_value());
  const TestModeRunner runner(std::make_shared<const wire::Connector>(std::move(*connector)));
  const auto preview =
      runner.preview({.tool = "shop.refund", .arguments = json(R"({"charge": "ch_1", "amount": "12"})")});
  REQUIRE(preview.has_value());
  CHECK(preview->request.text("body") == R"({"charge":"ch_1","amount":1200})");
  const auto impossible = runner.preview({.tool = "shop.refund", .arguments = json(R"({"charge": "ch_1"})")});
  REQUIRE(impossible.has_value());
  CHECK(impossible->request.is_null());
  CHECK(impossible->words.contains("It cannot be made as it is"));
}

TEST_CASE("test mode answers from the example, filled with the call's arguments, and says so") {
  ToolTable tools = table();
  struct {
    std::string_view name, tool, arguments, result;
  } cases[] = {
      {"example",
       "shop.charge",
       R"({"amount": "12.50", "items": ["a", 2]})",
       R"({"id":"ch_1","amount":"12.50","lines":[["a",2]],"note":null})"},
      {"slots that the operation does not know are left out",
       "shop.charge",
       R"({"amount": "1", "none": "x"})",
       R"({"id":"ch_1","amount":"1","lines":[null],"note":null})"},
      {"made up from the schema", "shop.order", R"({"id": "7"})", R"({"id":"text","paid":true})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto answer = call(tools, std::string(c.tool), json(c.arguments));
    REQUIRE(answer.has_value());
    CHECK(write_json(answer->result) == c.result);
    CHECK(answer->test_mode);
  }
}

TEST_CASE("a tool answers to the name that its description gives it as well") {
  auto connector = wire::openapi::compile(
      json(
          R"({"paths": {"/a/{id}": {"get": {"operationId": "orders/get", "responses": {"200": {"content": {"application/json": {"example":
        {"id": "{{ args.id }}"}}}}}}}}})"
      ),
      {.connector = "shop"}
  );
  REQUIRE(connector.has_value());
  TestModeRunner runner(std::make_shared<const wire::Connector>(std::move(*connector)));
  for (const char* name : {"shop.orders_get", "shop.orders/get"}) {
    CAPTURE(name);
    const auto answer = call(runner, name, json(R"({"id": "7"})"));
    REQUIRE(answer.has_value());
    CHECK(write_json(answer->result) == R"({"id":"7"})");
    CHECK_FALSE(runner.check_arguments(name, json(R"({"no": 1})")).has_value());
  }
}

TEST_CASE("a call that a live service would refuse is refused in test mode") {
  ToolTable tools = table();
  struct {
    std::string_view name, tool, arguments, code;
  } cases[] = {
      {"missing argument", "shop.charge", "{}", "invalid_arguments"},
      {"wrong type", "shop.charge", R"({"amount": 3})", "invalid_arguments"},
      {"missing path argument", "shop.order", "{}", "invalid_arguments"},
      {"unknown operation", "shop.refund", "{}", "unknown_tool"},
      {"unknown connector", "stripe.charge", "{}", "unknown_tool"},
      {"no connector", "charge", "{}", "unknown_tool"},
      {"no text", "text.analyze_sentiment", R"({"text": 5})", "invalid_arguments"},
      {"too many sentences", "text.summarise", R"({"texts": [], "sentences": 1000})", "invalid_arguments"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto answer = call(tools, std::string(c.tool), json(c.arguments));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == c.code);
    CHECK_FALSE(answer.error().message.empty());
  }
}

TEST_CASE("effect classes and signatures come from the descriptions; unknown is unsafe") {
  const ToolTable tools = table();
  CHECK(tools.effect_class("shop.charge") == turns::EffectClass::keyed);
  CHECK(tools.effect_class("shop.order") == turns::EffectClass::read);
  CHECK(tools.effect_class("text.summarise") == turns::EffectClass::read);
  CHECK(tools.effect_class("shop.refund") == turns::EffectClass::unsafe);
  CHECK(tools.effect_class("nobody.knows") == turns::EffectClass::unsafe);
  std::vector<std::string> names;
  for (const flow::ToolSignature& signature : tools.signatures()) {
    names.push_back(signature.name);
    CHECK(signature.parameters.text("type") == "object");
  }
  CHECK(
      names ==
      std::vector<std::string>{"shop.charge", "shop.order", "text.analyze_sentiment", "text.summarise"}
  );
}

TEST_CASE("text.analyze_sentiment tells how a message is meant") {
  ToolTable tools = table();
  const auto angry =
      call(tools, "text.analyze_sentiment", json(R"({"text": "This is terrible, I am so angry!"})"));
  REQUIRE(angry.has_value());
  CHECK(angry->result.text("label") == "negative");
  CHECK(angry->result["score"].as_double() < -0.2);
  CHECK_FALSE(angry->test_mode);
}

TEST_CASE("text.summarise picks sentences of tickets, and is no test mode") {
  ToolTable tools = table();
  const auto answer = call(tools, "text.summarise", json(R"({"sentences": 1, "tickets": [
      {"id": "T1", "subject": "Broken machine", "text": "The coffee machine is broken. The weather is nice."},
      {"id": "T2", "text": "My coffee machine is broken and leaks."}, "The machine leaks."]})"));
  REQUIRE(answer.has_value());
  CHECK_FALSE(answer->test_mode);
  CHECK(answer->result["count"].as_int() == 3);
  CHECK(answer->result.text("summary").find("machine") != std::string_view::npos);
  const auto none = call(tools, "text.summarise", json("{}"));
  REQUIRE(none.has_value());
  CHECK(none->result.text("summary").empty());
}

TEST_CASE("without a model, texts are summarised from their own sentences and messages are said as they are"
) {
  BuiltInModel model;
  const auto summary =
      call(model, "model.generate", json(R"({"prompt": "Summarise these tickets", "facts": {"tickets": [
      {"id": "T1", "text": "The coffee machine is broken. The weather is nice."},
      {"id": "T2", "text": "My coffee machine is broken and leaks."}]}})"));
  REQUIRE(summary.has_value());
  CHECK(summary->result.as_string().find("coffee machine is broken") != std::string_view::npos);
  CHECK(summary->use.model == "builtin");
  const auto same = call(model, "model.rephrase", json(R"({"text": "That is 5 EUR."})"));
  REQUIRE(same.has_value());
  CHECK(same->result == Value("That is 5 EUR."));
  struct {
    std::string_view name, tool, input;
  } cases[] = {
      {"writing", "model.generate", R"({"prompt": "Write a poem", "facts": {"a": "some words here"}})"},
      {"a summary of nothing", "model.generate", R"({"prompt": "Summarise", "facts": {"id": "T1"}})"},
      {"classify", "model.classify", R"({"text": "x", "labels": {"a": ""}})"},
      {"extract", "model.extract", R"({"text": "x", "schema": {}})"},
      {"agent", "model.agent", R"({"goal": "x"})"},
      {"understand", "model.understand", R"({"message": "x"})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto answer = call(model, std::string(c.tool), json(c.input));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == "no_model");
  }
}
