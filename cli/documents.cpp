// parley schema and parley openapi: descriptions of our languages, for editors and client generators.
#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"
#include "server/api/routes.hpp"

namespace parley::cli {
namespace {

int run_schema(const Arguments&) {
  print_json(flow::flow_schema(engine::step_specs()));
  return kExitOk;
}

int run_openapi(const Arguments&) {
  const auto document = parse_json(api::openapi_document());
  INVARIANT(document.has_value(), "the description of the API is JSON");
  print_json(*document);
  return kExitOk;
}

}  // namespace

constinit const Command kSchema{
    "schema",
    "Print the JSON Schema of flow files",
    "An editor that knows YAML completes and checks flows with it: put\n"
    "  # yaml-language-server: $schema=../flow.schema.json\n"
    "at the top of a flow.",
    {},
    "parley schema > flow.schema.json",
    run_schema,
};

constinit const Command kOpenapi{
    "openapi",
    "Print the OpenAPI description of the HTTP API",
    "The same document that a running server gives at /openapi.json.",
    {},
    "parley openapi > openapi.json",
    run_openapi,
};

}  // namespace parley::cli
