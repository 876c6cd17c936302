#include "wire/mcp/compile.hpp"

#include <algorithm>
#include <utility>

#include "wire/conduct/effect.hpp"
#include "wire/kept.hpp"
#include "wire/names.hpp"
#include "wire/pin.hpp"
#include "wire/prose.hpp"

namespace parley::wire::mcp {
namespace {

bool truth(const Value& value) {
  return value.is_bool() && value.as_bool();
}

// A server that nobody vouches for could call anything harmless, and it would be done without a person.
Result<void> add_effect(const Value& source, bool trust_annotations, Tool& tool) {
  const Value& hints = source["annotations"];
  const std::string_view hinted = truth(hints["readOnlyHint"])     ? "read"
                                  : truth(hints["idempotentHint"]) ? "natural"
                                                                   : "unsafe";
  const bool said = source.find("x-parley-effect") != nullptr;
  if (!said && !trust_annotations && hinted != "unsafe") tool.claims = hinted;
  auto effect = read_effect(source, trust_annotations ? hinted : "unsafe");
  if (!effect) return std::unexpected(std::move(effect.error()));
  tool.effect = *std::move(effect);
  return {};
}

Result<void> build(const Value& source, const std::string& url, bool trust_annotations, Tool& tool) {
  tool.alias = source.text("name");
  if (tool.alias.empty()) return fail(ErrorCode::invalid_input, "a tool needs a `name`");
  tool.id = clean_name(tool.alias);
  tool.method = "POST";
  tool.server = url;
  if (auto effect = add_effect(source, trust_annotations, tool); !effect) return effect;
  tool.description = tool_description(source.text("title"), source.text("description"));
  tool.about = beyond(tool.description, source.text("description"));
  if (tool.description.empty()) tool.description = "Call " + tool.alias;
  tool.body.kind = BodyKind::mcp;
  tool.body.media_type = "application/json";
  tool.body.required = true;
  tool.body.operation = tool.alias;
  tool.parameters = source["inputSchema"];
  if (!tool.parameters.is_map()) tool.parameters = MapBuilder().set("type", "object").build();
  if (const Value& properties = tool.parameters["properties"]; properties.is_map()) {
    for (const auto& [name, schema] : properties.entries()) {
      tool.bindings.push_back(
          {.argument = std::string(name.as_string()),
           .wire_name = std::string(name.as_string()),
           .place = Place::variable,
           .style = Style::json}
      );
    }
  }
  tool.result_schema = source["outputSchema"];
  if (auto pinned = pin_all(tool, source["x-parley-pins"]); !pinned) return pinned;
  return read_fields(source["x-parley-fields"], tool.fields);
}

void name_tools(Connector& connector, const CompileOptions& options) {
  std::vector<NameRequest> requests;
  for (Tool& tool : connector.tools) requests.push_back({std::move(tool.id), tool.alias});
  const std::vector<std::string> ids = unique_names(requests, {});
  const std::vector<std::string> names = unique_names(requests, name_prefix(options.prefix));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    connector.tools[i].id = options.connector.empty() ? ids[i] : options.connector + "." + ids[i];
    connector.tools[i].name = names[i];
  }
  std::ranges::sort(connector.tools, {}, &Tool::id);
}

}  // namespace

Result<Connector> compile(const Value& document, const CompileOptions& options) {
  const std::string url(document["mcp"].text("url"));
  if (!document["mcp"].is_map() || !document["tools"].is_list()) {
    return fail(
        ErrorCode::invalid_input,
        "the description of an MCP server has no `mcp` or no `tools`",
        "/mcp",
        "parley tool add mcp URL writes one"
    );
  }
  Connector out{.name = options.connector, .title = std::string(document["mcp"].text("title"))};
  if (!url.empty()) out.servers.push_back(url);
  std::size_t index = 0;
  for (const Value& source : document["tools"].as_list()) {
    const std::string pointer = "/tools/" + std::to_string(index++);
    Tool tool;
    if (auto built = build(source, url, options.trust_annotations, tool); built) {
      out.tools.push_back(std::move(tool));
    } else {
      out.dropped.push_back({tool.alias.empty() ? pointer : tool.alias, built.error().message, pointer});
    }
  }
  name_tools(out, options);
  return out;
}

}  // namespace parley::wire::mcp
