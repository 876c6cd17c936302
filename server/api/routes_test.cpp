// Which request goes where, and that the description covers all of it.
#include "server/api/routes.hpp"

#include <doctest/doctest.h>

#include <set>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/people/review_status.hpp"
#include "server/api/query.hpp"
#include "server/api/schemas.hpp"

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

TEST_CASE("a parameter that a route does not know, or a value that is none of its choices, is told") {
  const auto asked = [](const char* method, const char* path, net::Query query) -> std::string {
    const auto match = find_route(method, path);
    REQUIRE(match.has_value());
    const auto checked = check_query(query, routes()[match->route]);
    return checked ? ""
                   : std::string(checked.error().code) + " " + checked.error().param + ": " +
                         checked.error().hint;
  };
  struct {
    const char* path;
    const char* name;
    const char* value;
    const char* problem;
  } cases[] = {
      {"/v1/conversations", "status", "waiting", ""},
      {"/v1/conversations", "status", "", ""},
      {"/v1/conversations", "status", "wating", "invalid_field status: did you mean 'waiting'?"},
      {"/v1/conversations", "status", "open", "invalid_field status: "},
      {"/v1/conversations", "stauts", "waiting", "unknown_field stauts: did you mean 'status'?"},
      {"/v1/conversations",
       "sort",
       "age",
       "unknown_field sort: the parameters are user_id, status, flow, before, limit"},
      {"/v1/reviews", "status", "open", ""},
      {"/v1/reviews", "status", "openn", "invalid_field status: did you mean 'open'?"},
      {"/v1/flows", "limit", "5", "unknown_field limit: leave it out"},
      // For anyone, whose links others make.
      {"/", "utm_source", "mail", ""},
      {"/readyz", "t", "1", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    CAPTURE(c.name);
    CAPTURE(c.value);
    net::Query query;
    query.add(c.name, c.value);
    CHECK(asked("GET", c.path, query) == c.problem);
  }
}

TEST_CASE("what a list may be filtered by is what there is") {
  for (int i = 0; i <= static_cast<int>(engine::ReviewStatus::edited); ++i) {
    const std::string_view status = engine::name(static_cast<engine::ReviewStatus>(i));
    CHECK_MESSAGE(check_choice("status", status, kReviewStatuses).has_value(), status);
  }
  engine::State state;
  const auto is_known = [&] {
    return check_choice("status", engine::status(state), kConversationStatuses).has_value();
  };
  CHECK(is_known());
  for (const auto owner : {engine::Owner::pending_human, engine::Owner::human, engine::Owner::returning}) {
    state.owner = owner;
    CHECK(is_known());
  }
  state.owner = engine::Owner::bot;
  state.ended = true;
  CHECK(is_known());
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
