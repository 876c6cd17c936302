// The table of routes: routing, 404 and 405, access and the OpenAPI document are made from it. Static data.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/api/api.hpp"
#include "server/api/fields.hpp"

namespace parley::api {

struct Parameter {
  std::string_view name;
  std::string_view type;  // of JSON Schema
  std::string_view doc;
  std::string_view choices = {};  // separated by '|'
};

// A handler that belongs to a conversation checks the visitor's token itself when `access` is visitor: only
// it knows which conversation.
struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/conversations/{id}/turns"
  Awaitable<net::Response> (*handler)(Api& api, Call& call);
  Role access;
  std::string_view tag;
  std::string_view summary;
  const Schema* request = nullptr;
  const Schema* response = nullptr;
  int status = 200;
  std::span<const Parameter> query = {};
  std::string_view media = "application/json";  // of the response
  bool listed = true;                           // in the OpenAPI document
};

[[nodiscard]] std::span<const Route> routes();

struct Match {
  std::size_t route = 0;
  std::array<std::string_view, 2> params{};
};

// HEAD finds the routes of GET. Views into `path`.
[[nodiscard]] std::optional<Match> find_route(std::string_view method, std::string_view path);
// "GET, HEAD, POST": what the path takes; empty when there is nothing there.
[[nodiscard]] std::string allowed_methods(std::string_view path);

// What it is for an overloaded server. Turns are judged by their handlers, which know whose they are.
[[nodiscard]] limits::Work work_of(const Route& route);

// OpenAPI 3.1 of the table.
[[nodiscard]] const std::string& openapi_document();

}  // namespace parley::api
