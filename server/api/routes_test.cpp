// Which request goes where, and that the description covers all of it.
#include "server/api/routes.hpp"

#include <doctest/doctest.h>

#include <set>

#include "base/json.hpp"

using namespace parley;
using namespace parley::api;

TEST_CASE("paths find their routes and parameters") {
  struct {
    const char* method;
    const char* path;
    const char* pattern;  // empty: none
    const char* id;
  } cases[] = {
      {"POST", "/v1/chat", "/v1/chat", ""},
      {"POST", "/chat", "/chat", ""},
      {"GET", "/v1/conversations/c_1", "/v1/conversations/{id}", "c_1"},
      {"GET", "/v1/conversations/c_1/turns", "/v1/conversations/{id}/turns", "c_1"},
      {"HEAD", "/livez", "/livez", ""},
      {"PUT", "/v1/flows/order", "/v1/flows/{id}", "order"},
      {"GET", "/parley-chat.js", "/{asset}", "parley-chat.js"},
      {"GET", "/", "/", ""},
      {"GET", "/v1/chat", "", ""},
      {"GET", "/v1/conversations/", "", ""},
      {"GET", "/v1/conversations//turns", "", ""},
      {"GET", "/v1/conversations/c_1/turns/2", "", ""},
      {"POST", "/v1/chat/", "", ""},
      {"get", "/livez", "", ""},
  };
  for (const auto& test : cases) {
    CAPTURE(test.method);
    CAPTURE(test.path);
    const auto match = find_route(test.method, test.path);
    CHECK((match ? routes()[match->route].pattern : "") == test.pattern);
    if (match) CHECK(match->params[0] == test.id);
  }
}

TEST_CASE("a path knows its methods") {
  CHECK(allowed_methods("/v1/chat") == "POST");
  CHECK(allowed_methods("/v1/conversations") == "POST, GET, HEAD");
  CHECK(allowed_methods("/v1/flows/x") == "GET, HEAD, PUT");
  CHECK(allowed_methods("/nothing/here").empty());
  CHECK(allowed_methods("/nothing").empty());
}

TEST_CASE("each route is described once, with its access") {
  const auto document = parse_json(openapi_document());
  REQUIRE(document.has_value());
  std::set<std::string> seen;
  for (const Route& route : routes()) {
    CAPTURE(route.pattern);
    CHECK(seen.insert(std::string(route.method) + " " + std::string(route.pattern)).second);
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
    const Value& operation = (*document)["paths"][route.pattern][method];
    CHECK(operation.is_map() == route.listed);
    if (route.listed) CHECK(operation.text("x-access") == name(route.access));
  }
}

TEST_CASE("what changes flows or shows everybody's data needs a role") {
  for (const Route& route : routes()) {
    CAPTURE(route.pattern);
    if (route.pattern.starts_with("/v1/flows")) CHECK(route.access >= Role::operator_);
    if (route.method == "PUT") CHECK(route.access == Role::admin);
    if (route.pattern.starts_with("/v1/conversations/{id}")) CHECK(route.access >= Role::visitor);
  }
}
