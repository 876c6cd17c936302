// One table for each rule of docs/reference/tools.md.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/json.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;

using parley::wire::testing::json;

namespace {

Connector compiled(std::string_view document, const CompileOptions& options = {}) {
  auto connector = openapi::compile(json(document), options);
  REQUIRE(connector.has_value());
  return *std::move(connector);
}

// A 3.0 document of one operation.
std::string operation(
    std::string_view rest, std::string_view method = "get", std::string_view path = "/a/{id}"
) {
  return R"({"openapi": "3.0.3", "servers": [{"url": "https://x.test/v1/"}], "paths": {")" +
         std::string(path) + R"(": {")" + std::string(method) + R"(": {"operationId": "op", )" +
         std::string(rest) + "}}}}";
}

std::string with_query(std::string_view parameter) {
  return operation(R"("parameters": [)" + std::string(parameter) + "]", "get", "/a");
}

std::string with_body(std::string_view media, std::string_view content) {
  return operation(
      R"("requestBody": {"required": true, "content": {")" + std::string(media) + R"(": )" +
          std::string(content) + "}}",
      "post",
      "/a"
  );
}

Request rendered(const std::string& document, std::string_view arguments) {
  const Connector connector = compiled(document);
  REQUIRE(connector.tools.size() == 1);
  ToolCaller caller(connector);
  auto request = caller.call("op", json(arguments));
  REQUIRE_MESSAGE(request.has_value(), request.error().message);
  return *std::move(request);
}

std::string header(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "none";
}

}  // namespace

TEST_CASE("names are clean, at most 64 characters with the prefix, and do not hang on the order") {
  const std::string long_id(80, 'x');
  const std::string a = R"("/a": {"get": {"operationId": "repos/get"}})";
  const std::string b = R"("/b": {"get": {"operationId": "Repos_Get"}})";
  const std::string c = R"("/c": {"post": {"operationId": ")" + long_id + R"("}, "delete": {}})";
  const Connector first = compiled("{\"paths\": {" + a + "," + b + "," + c + "}}", {.prefix = "git hub"});
  const Connector second = compiled("{\"paths\": {" + c + "," + b + "," + a + "}}", {.prefix = "git hub"});
  REQUIRE(first.tools.size() == 4);
  for (std::size_t i = 0; i < first.tools.size(); ++i) {
    CAPTURE(first.tools[i].name);
    CHECK(first.tools[i].name == second.tools[i].name);
    CHECK(first.tools[i].name.size() <= 64);
    CHECK(first.tools[i].name.starts_with("git_hub_"));
  }
  CHECK(first.find("repos/get") != nullptr);
  CHECK(first.find_named("git_hub_delete_c") != nullptr);
}

TEST_CASE("descriptions are the summary or the first sentence, as plain text") {
  struct {
    std::string_view name, operation, description;
  } cases[] = {
      {"summary", R"("summary": "Read <b>it</b>", "description": "Other.")", "Read it"},
      {"first sentence", R"("description": "<p>Reads it, e.g. now. Then more.</p>")", "Reads it, e.g. now."},
      {"image", R"("summary": "![x](y.png) Text")", "Text"},
      {"placeholder stays", R"("summary": "Use <id> here")", "Use <id> here"},
      {"nothing", R"("tags": [])", "GET /a"},
      {"deprecated", R"("summary": "Old", "deprecated": true)", "Deprecated. Old"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(compiled(operation(c.operation, "get", "/a")).tools[0].description == c.description);
  }
}

TEST_CASE("every style carries its value") {
  struct {
    std::string_view name, parameter, arguments, query;
  } cases[] = {
      {"scalar",
       R"({"name":"q","in":"query","schema":{"type":"string"}})",
       R"({"q":"a b&c=d/ü"})",
       "?q=a%20b%26c%3Dd%2F%C3%BC"},
      {"list",
       R"({"name":"q","in":"query","schema":{"type":"array","items":{"type":"string"}}})",
       R"({"q":["a","b"]})",
       "?q=a&q=b"},
      {"commas",
       R"({"name":"q","in":"query","explode":false,"schema":{"type":"array","items":{"type":"integer"}}})",
       R"({"q":[1,2]})",
       "?q=1,2"},
      {"spaces",
       R"({"name":"q","in":"query","style":"spaceDelimited","schema":{"type":"array","items":{}}})",
       R"({"q":[1,2]})",
       "?q=1%202"},
      {"pipes",
       R"({"name":"q","in":"query","style":"pipeDelimited","schema":{"type":"array","items":{}}})",
       R"({"q":[1,2]})",
       "?q=1%7C2"},
      {"object",
       R"({"name":"q","in":"query","schema":{"type":"object"}})",
       R"({"q":{"a":1,"b":true}})",
       "?a=1&b=true"},
      {"object in one",
       R"({"name":"q","in":"query","explode":false,"schema":{"type":"object"}})",
       R"({"q":{"a":1,"b":2}})",
       "?q=a,1,b,2"},
      {"deep",
       R"({"name":"q","in":"query","style":"deepObject","schema":{"type":"object"}})",
       R"({"q":{"a":{"b":[1,{"c":2}]}}})",
       "?q%5Ba%5D%5Bb%5D%5B0%5D=1&q%5Ba%5D%5Bb%5D%5B1%5D%5Bc%5D=2"},
      {"deep list",
       R"({"name":"expand","in":"query","style":"deepObject","schema":{"type":"array","items":{}}})",
       R"({"expand":["x"]})",
       "?expand%5B0%5D=x"},
      {"JSON content",
       R"({"name":"q","in":"query","content":{"application/json":{"schema":{"type":"object"}}}})",
       R"({"q":{"a":null}})",
       "?q=%7B%22a%22%3Anull%7D"},
      {"reserved",
       R"({"name":"q","in":"query","allowReserved":true,"schema":{"type":"string"}})",
       R"({"q":"a/b?c&d"})",
       "?q=a/b?c%26d"},
      {"odd name",
       R"({"name":"a[b]<","in":"query","schema":{"type":"string"}})",
       R"({"a_b__":"x"})",
       "?a%5Bb%5D%3C=x"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(rendered(with_query(c.parameter), c.arguments).url == "https://x.test/v1/a" + std::string(c.query));
  }
}

TEST_CASE("path values are encoded and cannot lead elsewhere") {
  struct {
    std::string_view name, parameter, arguments, path;
  } cases[] = {
      {"slash",
       R"({"name":"id","in":"path","required":true,"schema":{"type":"string"}})",
       R"({"id":"src/a b.txt"})",
       "/a/src%2Fa%20b.txt"},
      {"list",
       R"({"name":"id","in":"path","required":true,"schema":{"type":"array","items":{}}})",
       R"({"id":[1,2]})",
       "/a/1,2"},
      {"label",
       R"({"name":"id","in":"path","style":"label","explode":true,"required":true,"schema":{"type":"array","items":{}}})",
       R"({"id":[1,2]})",
       "/a/.1.2"},
      {"matrix",
       R"({"name":"id","in":"path","style":"matrix","required":true,"schema":{"type":"string"}})",
       R"({"id":"x"})",
       "/a/;id=x"},
      {"undeclared", "", R"({"id":"x"})", "/a/x"},
      {"reserved characters of the segment alone",
       R"({"name":"id","in":"path","allowReserved":true,"required":true,"schema":{"type":"string"}})",
       R"({"id":"a:b/..c?d#e"})",
       "/a/a:b%2F..c%3Fd%23e"},
      {"other letter case in the path",
       R"({"name":"ID","in":"path","required":true,"schema":{"type":"integer"}})",
       R"({"ID":7})",
       "/a/7"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const std::string document = operation(R"("parameters": [)" + std::string(c.parameter) + "]");
    CHECK(rendered(document, c.arguments).url == "https://x.test/v1" + std::string(c.path));
  }
  const Connector connector = compiled(operation(R"("tags": [])"));
  ToolCaller caller(connector);
  for (const std::string_view bad :
       {R"({"id":".."})",
        R"({"id":"."})",
        R"({"id":""})",
        R"({})",
        R"({"id":"x","more":1})",
        R"({"id":"../b"})",
        R"({"id":"b/../../c"})",
        R"({"id":"b\\.."})",
        R"({"id":"./b"})"}) {
    CAPTURE(bad);
    CHECK_FALSE(caller.call("op", json(bad)).has_value());
  }
}

TEST_CASE("a value cannot climb out of its path together with what stands around it") {
  struct {
    std::string_view path, arguments;
    bool refused;
  } cases[] = {
      {"/.well-known/{a}", R"({"a":"."})", true},
      {"/x/.{a}", R"({"a":"."})", true},
      {"/x/{a}{b}", R"({"a":".","b":"."})", true},
      {"/x/{a}-{b}", R"({"a":"../","b":"y"})", true},
      {"/x/{a}.json", R"({"a":".."})", false},
      {"/x/{a}...{b}", R"({"a":"main","b":"dev"})", false},
      {"/x/{a}", R"({"a":"..hidden/a.b"})", false},
      {"/x?y={a}", R"({"a":"../.."})", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    const Connector connector = compiled(operation(R"("tags": [])", "get", c.path));
    REQUIRE(connector.tools.size() == 1);
    CHECK(ToolCaller(connector).call("op", json(c.arguments)).has_value() != c.refused);
  }
}

TEST_CASE("what an author wrote into a path travels as a URL can have it; what no path has is no argument") {
  CHECK(
      rendered(operation(R"("tags": [])", "get", "/straße a/%20"), "{}").url ==
      "https://x.test/v1/stra%C3%9Fe%20a/%20"
  );
  const Connector connector = compiled(operation(
      R"("parameters":[{"name":"gone","in":"path","required":true,"schema":{"type":"string"}},{"name":"rest","in":"path","required":true,"schema":{"type":"integer"}}])",
      "get",
      "/a/{rest*}"
  ));
  REQUIRE(connector.tools.size() == 1);
  CHECK(write_json(connector.tools[0].parameters["properties"]) == R"({"rest":{"type":"integer"}})");
  REQUIRE(connector.warnings.size() == 1);
  CHECK(connector.warnings[0] == "GET /a/{rest*}: the path has no place for 'gone'");
}

TEST_CASE("what a text carries cannot be null or empty") {
  struct {
    std::string_view schema, compiled;
  } cases[] = {
      {R"({"type":"string","nullable":true})", R"({"type":"string"})"},
      {R"({"type":"array","items":{"type":"string","nullable":true}})",
       R"({"items":{"type":"string"},"minItems":1,"type":"array"})"},
      {R"({"type":"string","enum":["a",null],"nullable":true})", R"({"enum":["a"],"type":"string"})"},
      {R"({"anyOf":[{"type":"null"},{"type":"integer"}]})", R"({"anyOf":[{"type":"integer"}]})"},
      {R"({"type":"object"})", R"({"minProperties":1,"type":"object"})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    const Connector connector =
        compiled(with_query(R"({"name":"q","in":"query","schema":)" + std::string(c.schema) + "}"));
    CHECK(write_canonical(connector.tools[0].parameters["properties"]["q"]) == c.compiled);
  }
}

TEST_CASE("schemas of 3.0 become JSON Schema 2020-12") {
  struct {
    std::string_view schema, compiled;
  } cases[] = {
      {R"({"type":"string","nullable":true})", R"({"type":["string","null"]})"},
      {R"({"type":"string","nullable":true,"enum":["a"]})", R"({"enum":["a",null],"type":["string","null"]})"
      },
      {R"({"nullable":true,"allOf":[{"type":"string"}]})",
       R"({"anyOf":[{"allOf":[{"type":"string"}]},{"type":"null"}]})"},
      {R"({"minimum":"3","exclusiveMinimum":true})", R"({"exclusiveMinimum":3})"},
      {R"({"maximum":3,"exclusiveMaximum":false,"maxLength":"5"})", R"({"maxLength":5,"maximum":3})"},
      {R"({"type":"string","pattern":"([","example":"x","x-y":1,"xml":{}})", R"({"type":"string"})"},
      {R"({"type":"string","enum":[1,true,"a","a"]})", R"({"enum":["1","true","a"],"type":"string"})"},
      {R"({"type":"integer","enum":["1",2]})", R"({"enum":[1,2],"type":"integer"})"},
      {R"({"type":"float","required":true})", R"({"type":"number"})"},
      {R"({"type":"object","properties":{"a":{"type":"string","readOnly":true},"b":{}},"required":["a","b","b"]})",
       R"({"properties":{"b":{}},"required":["b"],"type":"object"})"},
      {R"({"type":"object","additionalProperties":false,"required":["gone"]})",
       R"({"additionalProperties":false,"type":"object"})"},
      {R"({"type":"array","items":[{"type":"string"}]})",
       R"({"prefixItems":[{"type":"string"}],"type":"array"})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    const Connector connector = compiled(with_body(
        "application/json", R"({"schema":{"type":"object","properties":{"p":)" + std::string(c.schema) + "}}}"
    ));
    CHECK(write_canonical(connector.tools[0].parameters["properties"]["p"]) == c.compiled);
  }
}

TEST_CASE("bodies travel as their media type says") {
  struct {
    std::string_view name, media, content, arguments, body, type;
  } cases[] = {
      {"json members",
       "application/json",
       R"({"schema":{"type":"object","properties":{"a":{},"b":{}}}})",
       R"({"a":[null]})",
       R"({"a":[null]})",
       "application/json"},
      {"required and empty",
       "application/json",
       R"({"schema":{"type":"object","properties":{"a":{}}}})",
       "{}",
       "{}",
       "application/json"},
      {"list",
       "application/json-patch+json",
       R"({"schema":{"type":"array","items":{}}})",
       R"({"body":[1]})",
       "[1]",
       "application/json-patch+json"},
      {"alternatives",
       "application/json",
       R"({"schema":{"anyOf":[{"type":"object"},{"type":"array"}]}})",
       R"({"body":{"x":1}})",
       R"({"x":1})",
       "application/json"},
      {"wildcard",
       "*/*",
       R"({"schema":{"type":"object","properties":{"a":{}}}})",
       R"({"a":1})",
       R"({"a":1})",
       "application/json"},
      {"all of",
       "application/json",
       R"({"schema":{"allOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}},"required":["b"]}]}})",
       R"({"b":2})",
       R"({"b":2})",
       "application/json"},
      {"form",
       "application/x-www-form-urlencoded",
       R"({"schema":{"type":"object","properties":{"a":{"type":"string"},"l":{"type":"array","items":{}},"o":{"type":"object"}}}})",
       R"({"a":"x y","l":[1,2],"o":{"k":[1]}})",
       "a=x%20y&l=1&l=2&o=%7B%22k%22%3A%5B1%5D%7D",
       "application/x-www-form-urlencoded"},
      {"deep form",
       "application/x-www-form-urlencoded",
       R"({"schema":{"type":"object","properties":{"e":{"type":"array","items":{}}}},"encoding":{"e":{"style":"deepObject","explode":true}}})",
       R"({"e":["a"]})",
       "e%5B0%5D=a",
       "application/x-www-form-urlencoded"},
      {"text", "text/plain", R"({"schema":{"type":"string"}})", R"({"body":"hi"})", "hi", "text/plain"},
      {"xml",
       "application/xml",
       R"({"schema":{"type":"object"}})",
       R"({"body":"<a/>"})",
       "<a/>",
       "application/xml"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Request request = rendered(with_body(c.media, c.content), c.arguments);
    CHECK(request.body == c.body);
    CHECK(header(request, "Content-Type") == c.type);
  }
}

TEST_CASE("multipart bodies have one part for each value, and the same bytes every time") {
  const Request request = rendered(
      with_body(
          "multipart/form-data",
          R"({"schema":{"type":"object","properties":{"file":{"type":"string","format":"binary"},"meta":{"type":"object"},"tag":{"type":"array","items":{"type":"string"}}}}})"
      ),
      R"({"file":"bytes","meta":{"a":1},"tag":["x","y"]})"
  );
  const std::string type = header(request, "Content-Type");
  REQUIRE(type.starts_with("multipart/form-data; boundary="));
  const std::string line = "--" + type.substr(type.find('=') + 1);
  const auto part = [&](std::string_view head, std::string_view content) {
    return line + "\r\nContent-Disposition: form-data; " + std::string(head) + "\r\n\r\n" +
           std::string(content) + "\r\n";
  };
  CHECK(
      request.body ==
      part("name=\"file\"; filename=\"file\"\r\nContent-Type: application/octet-stream", "bytes") +
          part("name=\"meta\"\r\nContent-Type: application/json", R"({"a":1})") + part("name=\"tag\"", "x") +
          part("name=\"tag\"", "y") + line + "--\r\n"
  );
}

TEST_CASE("what the caller does not choose is not an argument") {
  struct {
    std::string_view name, parameter;
  } cases[] = {
      {"authorization", R"({"name":"Authorization","in":"header","required":true,"schema":{}})"},
      {"declared key", R"({"name":"X-My-Key","in":"header","schema":{}})"},
      {"known key", R"({"name":"access_token","in":"query","schema":{}})"},
      {"token that says so",
       R"({"name":"token","in":"query","description":"Authentication token.","schema":{}})"},
      {"length", R"({"name":"Content-Length","in":"header","schema":{}})"},
      {"compression of the answer", R"({"name":"Accept-Encoding","in":"header","required":true,"schema":{}})"
      },
      {"compression of the body",
       R"({"name":"Content-Encoding","in":"header","schema":{"enum":["gzip","br"]}})"},
      {"constant", R"({"name":"version","in":"query","required":true,"schema":{"enum":["2"]}})"},
      {"accept",
       R"({"name":"Accept","in":"header","required":true,"schema":{"default":"application/vnd.x+json"}})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Connector connector = compiled(
        R"({"openapi":"3.0.0","components":{"securitySchemes":{"k":{"type":"apiKey","in":"header","name":"x-my-key"}}},
            "paths":{"/a":{"get":{"operationId":"op","security":[{"k":[]}],"parameters":[)" +
        std::string(c.parameter) + "]}}}}"
    );
    REQUIRE(connector.tools.size() == 1);
    CHECK(connector.tools[0].parameters["properties"].size() == 0);
  }
  const std::string accept =
      R"({"name":"Accept","in":"header","required":true,"schema":{"default":"application/vnd.x+json"}})";
  CHECK(header(rendered(with_query(accept), "{}"), "Accept") == "application/vnd.x+json");
  const std::string constant = R"({"name":"v","in":"query","required":true,"schema":{"enum":["2"]}})";
  CHECK(rendered(with_query(constant), "{}").url == "https://x.test/v1/a?v=2");
  // A page token is none of ours.
  CHECK(
      compiled(with_query(R"({"name":"token","in":"query","description":"Of the next page","schema":{}})"))
          .tools[0]
          .parameters["properties"]
          .size() == 1
  );
}

TEST_CASE("a service that has no JSON to answer with is asked for what it has") {
  struct {
    std::string_view name, responses, accept;
  } cases[] = {
      {"JSON", R"({"200":{"content":{"text/csv":{},"application/json; charset=utf-8":{}}}})", "none"},
      {"a dialect of JSON",
       R"({"200":{"content":{"application/xml":{},"application/vnd.api+json":{}}}})",
       "application/vnd.api+json"},
      {"no JSON", R"({"200":{"content":{"text/csv":{}}}})", "text/csv"},
      {"anything", R"({"200":{"content":{"*/*":{}}}})", "none"},
      {"nothing", R"({"204":{}})", "none"},
      {"an error alone", R"({"400":{"content":{"text/csv":{}}}})", "none"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(
        header(
            rendered(operation(R"("responses":)" + std::string(c.responses), "get", "/a"), "{}"), "Accept"
        ) == c.accept
    );
  }
  const std::string old =
      R"({"swagger":"2.0","host":"x.test","produces":["text/csv"],"paths":{"/a":{"get":{"operationId":"op"}}}})";
  CHECK(header(rendered(old, "{}"), "Accept") == "text/csv");
}

TEST_CASE("security is one of several ways, each with all of its schemes") {
  const Connector connector = compiled(
      R"({"openapi":"3.1.0","security":[{"a":[]}],"paths":{"/x":{
          "get":{"operationId":"inherits"},
          "put":{"operationId":"open","security":[]},
          "post":{"operationId":"both","security":[{"a":[],"b":["write"]},{}]}}}})"
  );
  CHECK(connector.find("inherits")->security == std::vector<SecurityWay>{{{"a", {}}}});
  CHECK(connector.find("open")->security.empty());
  CHECK(connector.find("both")->security == std::vector<SecurityWay>{{{"a", {}}, {"b", {"write"}}}, {}});
}

TEST_CASE("what is required and read-only is no argument, wherever the two are said") {
  const auto document = [](std::string_view media) {
    return R"({"openapi":"3.0.0","paths":{"/a":{"post":{"operationId":"op","requestBody":{"required":true,"content":{")" +
           std::string(media) +
           R"(":{"schema":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","required":["id","name","owner"]}]}}}}}}},
      "components":{"schemas":{"Pet":{"type":"object","properties":{"id":{"type":"integer","readOnly":true},"name":{"type":"string"}}}}}})";
  };
  for (const std::string_view media : {"application/json", "application/x-www-form-urlencoded"}) {
    CAPTURE(media);
    const Connector connector = compiled(document(media));
    REQUIRE(connector.tools.size() == 1);
    CHECK(write_json(connector.tools[0].parameters["required"]) == R"(["name","owner"])");
    CHECK(connector.tools[0].parameters["properties"].size() == 2);
  }
}

TEST_CASE("the key by which a service recognises a repetition is not chosen by the caller") {
  const auto arguments = [](std::string_view effect) {
    return compiled(
               operation(
                   R"("x-parley-effect":")" + std::string(effect) +
                       R"(","parameters":[{"name":"Idempotency-Key","in":"header","schema":{"type":"string"}}])",
                   "post",
                   "/a"
               )
    )
        .tools[0]
        .parameters["properties"]
        .size();
  };
  CHECK(arguments("keyed") == 0);
  CHECK(arguments("unsafe") == 1);
}

TEST_CASE("an optional body is all or nothing") {
  const std::string document = operation(
      R"("requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["a"], "properties": {"a": {}, "b": {}}}}}})",
      "post",
      "/a"
  );
  CHECK_FALSE(rendered(document, "{}").has_body);
  CHECK(rendered(document, R"({"a":1})").body == R"({"a":1})");
  const Connector connector = compiled(document);
  CHECK_FALSE(ToolCaller(connector).call("op", json(R"({"b":1})")).has_value());
}

TEST_CASE("Swagger 2.0 is compiled by the same rules") {
  const std::string document =
      R"({"swagger":"2.0","host":"x.test","basePath":"/v1","schemes":["http","https"],
    "consumes":["application/x-www-form-urlencoded"],
    "paths":{"/a":{"parameters":[{"name":"t","in":"query","type":"array","items":{"type":"string"}}],
      "post":{"operationId":"op","parameters":[{"name":"f","in":"formData","type":"string","required":true},
        {"name":"m","in":"formData","type":"array","items":{"type":"integer"},"collectionFormat":"multi"}]},
      "put":{"operationId":"body","parameters":[{"name":"b","in":"body","required":true,"schema":{"$ref":"#/definitions/B"}}]}}},
    "definitions":{"B":{"type":"object","properties":{"n":{"type":"integer","x-nullable":true}}}}})";
  const Connector connector = compiled(document);
  ToolCaller caller(connector);
  const auto form = caller.call("op", json(R"({"f":"x","m":[1,2],"t":["a","b"]})"));
  REQUIRE(form.has_value());
  CHECK(form->url == "https://x.test/v1/a?t=a,b");
  CHECK(form->body == "f=x&m=1&m=2");
  CHECK(caller.call("body", json(R"({"n":null})"))->body == R"({"n":null})");
}

TEST_CASE("unknown versions are read with a warning, and a broken operation is dropped with a reason") {
  const Connector connector = compiled(
      R"({"openapi":"3.9.0","paths":{"/a":{"get":{"requestBody":{"content":{"application/json":{"schema":
          {"properties":{"x":{"$ref":"#/components/schemas/none"}}}}}}},"put":{}}}})"
  );
  CHECK(connector.warnings.size() == 1);
  CHECK(connector.tools.size() == 1);
  REQUIRE(connector.dropped.size() == 1);
  CHECK(connector.dropped[0].pointer == "/paths/~1a/get");
}

TEST_CASE("headers take no line breaks, cookies are encoded, fragments are not sent") {
  const std::string document = operation(
      R"("parameters":[{"name":"X-A","in":"header","schema":{"type":"string"}},{"name":"c","in":"cookie","schema":{"type":"string"}}])",
      "get",
      "/a?fixed=1#Action=x"
  );
  const Request request = rendered(document, R"({"X-A":"1, 2","c":"a;b"})");
  CHECK(request.url == "https://x.test/v1/a?fixed=1");
  CHECK(header(request, "X-A") == "1, 2");
  CHECK(header(request, "Cookie") == "c=a%3Bb");
  const std::string plain = operation(
      R"("parameters":[{"name":"c","in":"cookie","style":"cookie","schema":{"type":"array","items":{"type":"string"}}}])",
      "get",
      "/a"
  );
  CHECK(header(rendered(plain, R"({"c":["a/b=","x;y z"]})"), "Cookie") == "c=a/b=; c=x%3By%20z");
  const Connector connector = compiled(document);
  CHECK_FALSE(ToolCaller(connector).call("op", json("{\"X-A\":\"a\\r\\nb: c\"}")).has_value());
}
