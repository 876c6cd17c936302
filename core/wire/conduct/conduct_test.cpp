// What x-parley-send, -reconcile, -failure and -pages of a description do.
#include "wire/conduct/conduct.hpp"

#include <doctest/doctest.h>

#include "wire/conduct/pages.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

// A document of one operation, "op", with a form of four fields; `keys` are its x-parley-… keys.
Connector compiled(std::string_view keys, std::string_view method = "post") {
  const std::string fields = R"("requestBody": {"content": {"application/x-www-form-urlencoded": {"schema":
    {"type": "object", "properties": {"amount": {}, "currency": {"type": "string"}, "note": {"type": "string"},
     "tag": {"type": "string"}}}}}})";
  const std::string query = R"("parameters": [{"name": "after", "in": "query", "schema": {"type": "string"}},
    {"name": "start", "in": "query", "schema": {"type": "integer"}}])";
  const std::string text =
      R"({"openapi": "3.1.0", "servers": [{"url": "https://x.test"}], "paths": {"/a": {")" +
      std::string(method) + R"(": {"operationId": "op", )" + (method == "get" ? query : fields) +
      (keys.empty() ? "" : ", ") + std::string(keys) + "}}}}";
  auto connector = openapi::compile(json(text), {.connector = "x"});
  REQUIRE(connector.has_value());
  return *std::move(connector);
}

const Tool& only(const Connector& connector) {
  REQUIRE_MESSAGE(connector.tools.size() == 1, connector.dropped.at(0).reason);
  return connector.tools[0];
}

std::string body_sent(const Connector& connector, std::string_view arguments) {
  const auto sent = arguments_sent(only(connector), json(arguments), "m-1");
  if (!sent) return sent.error().pointer;
  const auto request = render(only(connector), *sent);
  REQUIRE(request.has_value());
  return request->body;
}

}  // namespace

TEST_CASE("what is sent may differ from what was given, exactly") {
  const Connector shop = compiled(R"("x-parley-send": {
    "amount": "{{ int(money.round(money(args.amount, args.currency)).amount.replace('.', '')) }}",
    "currency": "{{ args.currency.lowerAscii() }}",
    "note": "{{ has(args.note) ? args.note : null }}", "tag": "{{ marker }}"})");
  struct Row {
    const char* given;
    const char* body;
  };
  const Row rows[] = {
      {R"({"amount":"12.50","currency":"EUR"})", "amount=1250&currency=eur&tag=m-1"},
      {R"({"amount":0.29,"currency":"EUR","note":"a b"})", "amount=29&currency=eur&note=a%20b&tag=m-1"},
      {R"({"amount":500,"currency":"JPY"})", "amount=500&currency=jpy&tag=m-1"},
      {R"({"amount":"1.5","currency":"KWD"})", "amount=1500&currency=kwd&tag=m-1"},
      {R"({"amount":"12.50"})", "invalid_arguments"},
      {R"({"amount":"a lot","currency":"EUR"})", "invalid_arguments"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given);
    CHECK(body_sent(shop, row.given) == row.body);
  }
  // Nobody is asked for what does not depend on what was given.
  const Value& properties = only(shop).parameters["properties"];
  CHECK(properties.find("tag") == nullptr);
  CHECK(properties.find("note") != nullptr);
}

TEST_CASE("an argument may be there for others only, and a pin counts like one that was given") {
  const char* const send = R"("x-parley-send": {"note": "{{ args.tag + ' in ' + args.currency }}",
    "tag": "{{ null }}", "currency": "{{ args.currency.lowerAscii() }}"})";
  const Connector pinned = compiled(std::string(send) + R"(, "x-parley-pins": {"currency": "EUR"})");
  CHECK(only(pinned).parameters["properties"].find("tag") != nullptr);
  CHECK(only(pinned).parameters["properties"].find("currency") == nullptr);
  CHECK(body_sent(pinned, R"({"tag":"tea"})") == "note=tea%20in%20EUR&currency=eur");
  CHECK(body_sent(compiled(send), R"({"tag":"tea","currency":"USD"})") == "currency=usd&note=tea%20in%20USD");
}

TEST_CASE("mistakes in these keys drop the operation, with the key as the place") {
  const char* const rows[] = {
      R"("x-parley-send": ["amount"])",
      R"("x-parley-send": {"size": 1})",
      R"("x-parley-send": {"note": "{{ 1 + }}"})",
      R"("x-parley-reconcile": {"ask": "list"})",
      R"("x-parley-reconcile": {"ask": "list", "found": "answer."})",
      R"("x-parley-failure": {"when": "true"})",
      R"("x-parley-pages": {"next": "cursor", "at": "/next", "argument": "tag"})",
      R"("x-parley-pages": {"next": "somehow"})",
  };
  for (const char* const keys : rows) {
    CAPTURE(keys);
    const Connector broken = compiled(keys);
    REQUIRE(broken.dropped.size() == 1);
    CHECK(broken.dropped[0].pointer.starts_with("/paths/~1a/post/x-parley-"));
  }
  CHECK(compiled(R"("x-parley-pages": {"next": "cursor", "argument": "after"})", "get").dropped.size() == 1);
}

TEST_CASE("a call in doubt is looked for by what it has left") {
  const Connector mail = compiled(R"x("x-parley-effect": "reconcile", "x-parley-reconcile": {"ask": "list",
    "with": {"query": "{{ 'label:' + marker }}", "note": "{{ has(args.note) ? args.note : null }}"},
    "found": "answer.mails.filter(m, m.tag == marker)"})x");
  const Tool& tool = only(mail);
  CHECK(write_json(*look_up_arguments(tool, json("{}"), "m-1")) == R"({"query":"label:m-1"})");
  const auto found =
      found_in(tool, json(R"({"mails":[{"tag":"m-2"},{"tag":"m-1","id":7}]})"), json("{}"), "m-1");
  REQUIRE(found.has_value());
  CHECK(write_json(**found) == R"({"tag":"m-1","id":7})");
  CHECK_FALSE(found_in(tool, json(R"({"mails":[]})"), json("{}"), "m-1")->has_value());
  CHECK_FALSE(found_in(tool, json(R"({"error":1})"), json("{}"), "m-1").has_value());
  CHECK_FALSE(tool.reconciliation->absence_proves);
  CHECK(marker_of("key") == marker_of("key"));
  CHECK(marker_of("key") != marker_of("another"));
}

TEST_CASE("a service may say no in an answer of success") {
  const Connector chat = compiled(R"("x-parley-failure": {"when": "!answer.ok", "code": "answer.error"})");
  CHECK(refusal_in(only(chat), json(R"({"ok":false,"error":"no_channel"})")) == "no_channel");
  CHECK_FALSE(refusal_in(only(chat), json(R"({"ok":true})")));
  CHECK_FALSE(refusal_in(only(chat), json("[]")));
  CHECK(refusal_in(only(chat), json(R"({"ok":false})")) == "refused");
}

TEST_CASE("the next page is found as the service pages") {
  struct Row {
    const char* name;
    const char* keys;
    const char* arguments;
    const char* page;
    const char* link;
    const char* next;  // arguments or address; empty: the last page
  };
  const Row rows[] = {
      {"cursor",
       R"("next":"cursor","items":"/a","at":"/meta/next","argument":"after")",
       "{}",
       R"({"a":[1],"meta":{"next":"c2"}})",
       "",
       R"({"after":"c2"})"},
      {"no cursor",
       R"("next":"cursor","items":"/a","at":"/meta/next","argument":"after")",
       "{}",
       R"({"a":[1],"meta":{"next":""}})",
       "",
       ""},
      {"the same cursor again",
       R"("next":"cursor","items":"/a","at":"/next","argument":"after")",
       R"({"after":"c2"})",
       R"({"a":[1],"next":"c2"})",
       "",
       ""},
      {"last item",
       R"("next":"last_item","items":"/data","at":"/id","more":"/has_more","argument":"after")",
       "{}",
       R"({"data":[{"id":"a"},{"id":"b"}],"has_more":true})",
       "",
       R"({"after":"b"})"},
      {"no more",
       R"("next":"last_item","items":"/data","at":"/id","more":"/has_more","argument":"after")",
       "{}",
       R"({"data":[{"id":"a"}],"has_more":false})",
       "",
       ""},
      {"offset",
       R"("next":"offset","items":"/a","at":"/total","argument":"start")",
       R"({"start":2})",
       R"({"a":[1,2],"total":5})",
       "",
       R"({"start":4})"},
      {"offset at the end",
       R"("next":"offset","items":"/a","at":"/total","argument":"start")",
       R"({"start":4})",
       R"({"a":[1],"total":5})",
       "",
       ""},
      {"nothing more at an offset",
       R"("next":"offset","items":"/a","argument":"start")",
       "{}",
       R"({"a":[]})",
       "",
       ""},
      {"address", R"("next":"url","items":"/a","at":"/next")", "{}", R"({"a":[1],"next":"/q/2"})", "", "/q/2"
      },
      {"link",
       R"("next":"link")",
       "{}",
       "[1]",
       R"(<https://x.test/a?page=1>; rel="prev", <https://x.test/a?page=3>; rel="next")",
       "https://x.test/a?page=3"},
      {"no link", R"("next":"link")", "{}", "[1]", R"(<https://x.test/a>; rel="first")", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Connector connector = compiled("\"x-parley-pages\": {" + std::string(row.keys) + "}", "get");
    const Tool& tool = only(connector);
    const auto next = next_page(tool, json(row.arguments), json(row.page), row.link);
    const std::string got = !next ? "" : !next->url.empty() ? next->url : write_json(next->arguments);
    CHECK(got == row.next);
  }
}

TEST_CASE("pages are joined, and how many are wanted is an argument") {
  const Connector connector = compiled(
      R"("x-parley-pages": {"next": "cursor", "items": "/a/b", "at": "/n", "argument": "after"})", "get"
  );
  const Tool& tool = only(connector);
  CHECK(tool.parameters["properties"]["pages"]["maximum"] == Value(kPagesMax));
  CHECK(pages_wanted(tool, json("{}")) == 1);
  CHECK(pages_wanted(tool, json(R"({"pages":3})")) == 3);
  const Value joined =
      joined_pages(*tool.paging, json(R"({"a":{"b":[1,2]},"n":"x"})"), json(R"({"a":{"b":[3]},"n":""})"));
  CHECK(write_json(joined) == R"({"a":{"b":[1,2,3]},"n":""})");
  const Connector whole = compiled(R"("x-parley-pages": {"next": "link"})", "get");
  CHECK(write_json(joined_pages(*only(whole).paging, json("[1]"), json("[2]"))) == "[1,2]");
}
