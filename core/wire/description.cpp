#include "wire/description.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "wire/graphql/compile.hpp"
#include "wire/mcp/compile.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/openrpc/compile.hpp"
#include "wire/prose.hpp"
#include "wire/worker/compile.hpp"

namespace parley::wire {
namespace {

Result<Connector> compile_graphql(Result<graphql::Schema> schema, const CompileOptions& options) {
  if (!schema) return std::unexpected(std::move(schema.error()));
  return graphql::compile(*std::move(schema), options);
}

// What people take for a description of this kind, and what to do about it; nothing for what may be one.
std::optional<Error> taken_for_another(const Value& document) {
  const auto is = [](std::string message, std::string hint) {
    return Error{ErrorCode::invalid_input, std::move(message), {}, std::move(hint)};
  };
  constexpr std::string_view kKinds = "tools are made from OpenAPI, Swagger 2.0, GraphQL, OpenRPC and MCP";
  if (!document.is_map()) return is("this is no description of a service", std::string(kKinds));
  if (document.find("asyncapi") != nullptr)
    return is("this is AsyncAPI, which describes messages and not calls", std::string(kKinds));
  if (document["info"].find("_postman_id") != nullptr ||
      document["info"].text("schema").contains("getpostman.com"))
    return is(
        "this is a collection of Postman's", "export it as OpenAPI, or take the service's own description"
    );
  if (document.find("swaggerVersion") != nullptr)
    return is("this is Swagger 1.x", "convert it to OpenAPI; Swagger 2.0 is the oldest that is read");
  if (const Value& errors = document["errors"]; errors.is_list() && errors.size() > 0) {
    return is(
        "this is an answer that says no: " + plain_text(errors.as_list()[0].text("message")),
        "GraphQL servers may refuse introspection; ask for the schema as text"
    );
  }
  return std::nullopt;
}

}  // namespace

Result<Connector> compile_description(const Value& document, const CompileOptions& options) {
  if (document.is_string()) return compile_graphql(graphql::read_sdl(document.as_string()), options);
  if (document.find("__schema") != nullptr || document["data"].find("__schema") != nullptr) {
    return compile_graphql(graphql::read_introspection(document), options);
  }
  if (document.find("openrpc") != nullptr || document["methods"].is_list()) {
    return openrpc::compile(document, options);
  }
  if (document.find("mcp") != nullptr) return mcp::compile(document, options);
  if (document.find("worker") != nullptr) return worker::compile(document, options);
  if (document.find("paths") == nullptr) {
    if (auto another = taken_for_another(document)) return std::unexpected(*std::move(another));
  }
  return openapi::compile(document, options);
}

}  // namespace parley::wire
