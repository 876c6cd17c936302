// Bytes as the description of a service: as JSON (OpenAPI, Swagger, OpenRPC, introspection, an overlay of
// itself) and as a GraphQL schema. Whatever they are, they compile or are refused; every tool's name and
// schema can be used, and made-up arguments render or are refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/json.hpp"
#include "base/json_schema.hpp"
#include "base/result.hpp"
#include "wire/description.hpp"
#include "wire/dialect/dialect.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/example.hpp"
#include "wire/names.hpp"
#include "wire/overlay/overlay.hpp"
#include "wire/render.hpp"

namespace {

using namespace parley;

void check_tool(const wire::Tool& tool) {
  INVARIANT(!tool.name.empty() && tool.name.size() <= wire::kMaxNameLength, "a provider takes the name");
  INVARIANT(wire::clean_name(tool.name) == tool.name, "a name is clean");
  const auto schema = Schema::compile(tool.parameters);
  INVARIANT(schema.has_value(), "the schema of a tool is a schema");
  for (const wire::Dialect dialect :
       {wire::Dialect::openai, wire::Dialect::openai_strict, wire::Dialect::anthropic, wire::Dialect::minimal
       }) {
    const Value phrased = wire::phrased(tool.parameters, dialect).parameters;
    INVARIANT(phrased.text("type") == "object", "parameters are those of an object");
  }
  const Value arguments = wire::example_of(wire::without_references(tool.parameters));
  if (!arguments.is_map()) return;
  (void)schema->valid(wire::without_nulls(tool.parameters, arguments));
  if (const auto request = wire::render(tool, arguments)) {
    for (const auto& [name, value] : request->headers) {
      INVARIANT(!value.contains('\n') && !value.contains('\r'), "a header is one line");
    }
  }
}

void check(const Value& document) {
  if (const auto connector = wire::compile_description(document, {.prefix = "p"})) {
    for (const wire::Tool& tool : connector->tools) check_tool(tool);
  }
  (void)wire::apply_overlay(document, document);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = parse_json(text)) check(*document);
  check(Value(text));
  return 0;
}
