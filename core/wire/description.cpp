#include "wire/description.hpp"

#include "wire/graphql/compile.hpp"
#include "wire/mcp/compile.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/openrpc/compile.hpp"
#include "wire/worker/compile.hpp"

namespace parley::wire {
namespace {

Result<Connector> compile_graphql(Result<graphql::Schema> schema, const CompileOptions& options) {
  if (!schema) return std::unexpected(std::move(schema.error()));
  return graphql::compile(*std::move(schema), options);
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
  return openapi::compile(document, options);
}

}  // namespace parley::wire
