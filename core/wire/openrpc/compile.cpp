#include "wire/openrpc/compile.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "wire/arguments.hpp"
#include "wire/conduct/effect.hpp"
#include "wire/kept.hpp"
#include "wire/names.hpp"
#include "wire/openapi/document.hpp"
#include "wire/openapi/schema.hpp"
#include "wire/pin.hpp"
#include "wire/prose.hpp"

namespace parley::wire::openrpc {
namespace {

bool truth(const Value& value) {
  return value.is_bool() && value.as_bool();
}

class Compiler {
 public:
  Compiler(const Value& root, const CompileOptions& options)
      : options_(options), document_(root), requests_(document_), results_(document_) {}

  Connector run() {
    const Value& root = document_.root();
    out_.name = options_.connector;
    out_.title = root["info"].text("title", options_.connector);
    if (const Value& servers = root["servers"]; servers.is_list()) {
      for (const Value& server : servers.as_list()) {
        if (!server.text("url").empty()) out_.servers.emplace_back(server.text("url"));
      }
    }
    std::size_t index = 0;
    for (const Value& item : root["methods"].as_list()) {
      const std::string pointer = "/methods/" + std::to_string(index++);
      Tool tool;
      if (auto built = build(item, tool); built) {
        out_.tools.push_back(std::move(tool));
      } else {
        out_.dropped.push_back({tool.alias.empty() ? pointer : tool.alias, built.error().message, pointer});
      }
    }
    name_tools();
    std::ranges::sort(out_.tools, {}, &Tool::id);
    return std::move(out_);
  }

 private:
  Result<void> build(const Value& item, Tool& tool) {
    auto followed = document_.follow(item);
    if (!followed) return std::unexpected(std::move(followed.error()));
    const Value& method = **followed;
    tool.alias = method.text("name");
    if (tool.alias.empty()) return fail(ErrorCode::invalid_input, "a method needs a `name`");
    tool.id = clean_name(tool.alias);
    tool.method = "POST";
    tool.path = "/";
    if (!out_.servers.empty()) tool.server = out_.servers.front();
    auto effect = read_effect(method, "unsafe");
    if (!effect) return std::unexpected(std::move(effect.error()));
    tool.effect = *std::move(effect);
    tool.deprecated = truth(method["deprecated"]);
    tool.description = tool_description(method.text("summary"), method.text("description"));
    tool.about = beyond(tool.description, method.text("description"));
    if (tool.description.empty()) tool.description = "Call " + tool.alias;
    if (tool.deprecated) tool.description = plain_text("Deprecated. " + tool.description);
    tool.body.kind = BodyKind::json_rpc;
    tool.body.media_type = "application/json";
    tool.body.required = true;
    tool.body.operation = tool.alias;
    // "either" is the default: positions are what every server understands.
    tool.body.positional = method.text("paramStructure") != "by-name";
    if (auto params = add_params(method["params"], tool); !params) return params;
    if (auto pinned = pin_all(tool, method["x-parley-pins"]); !pinned) return pinned;
    if (auto fields = read_fields(method["x-parley-fields"], tool.fields); !fields) return fields;
    if (!options_.with_results) return {};
    // Who cannot describe his answers can be called nevertheless.
    if (auto result = add_result(method["result"], tool); !result) {
      out_.warnings.push_back(tool.alias + ": what it answers is not known: " + result.error().message);
      tool.result_schema = {};
    }
    return {};
  }

  Result<void> add_params(const Value& list, Tool& tool) {
    ArgumentTable arguments;
    if (list.is_list()) {
      std::uint16_t position = 0;
      for (const Value& item : list.as_list()) {
        auto param = document_.follow(item);
        if (!param) return std::unexpected(std::move(param.error()));
        const std::string_view name = (**param).text("name");
        if (name.empty()) return fail(ErrorCode::invalid_input, "a parameter needs a `name`");
        auto schema = requests_.compile((**param)["schema"], openapi::Carrier::json);
        if (!schema) return std::unexpected(std::move(schema.error()));
        const std::string said = tool_description((**param).text("summary"), (**param).text("description"));
        if (!said.empty() && schema->is_map()) *schema = schema->with("description", said);
        Binding binding{
            .argument = {}, .wire_name = std::string(name), .place = Place::variable, .style = Style::json
        };
        binding.position = position++;
        arguments.add(std::move(binding), *std::move(schema), truth((**param)["required"]));
      }
    }
    auto complete = requests_.with_definitions(arguments.build(tool.bindings));
    if (!complete) return std::unexpected(std::move(complete.error()));
    tool.parameters = *std::move(complete);
    return {};
  }

  Result<void> add_result(const Value& item, Tool& tool) {
    auto result = document_.follow(item);
    if (!result) return std::unexpected(std::move(result.error()));
    const Value* source = (**result).find("schema");
    if (source == nullptr) return {};
    auto schema = results_.compile(*source, openapi::Carrier::response);
    if (!schema) return std::unexpected(std::move(schema.error()));
    auto complete = results_.with_definitions(*std::move(schema));
    if (!complete) return std::unexpected(std::move(complete.error()));
    tool.result_schema = *std::move(complete);
    return {};
  }

  void name_tools() {
    std::vector<NameRequest> requests;
    for (Tool& tool : out_.tools) requests.push_back({std::move(tool.id), tool.alias});
    const std::vector<std::string> ids = unique_names(requests, {});
    const std::vector<std::string> names = unique_names(requests, name_prefix(options_.prefix));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      out_.tools[i].id = options_.connector.empty() ? ids[i] : options_.connector + "." + ids[i];
      out_.tools[i].name = names[i];
    }
  }

  const CompileOptions& options_;
  openapi::Document document_;
  openapi::SchemaCompiler requests_;
  openapi::SchemaCompiler results_;
  Connector out_;
};

}  // namespace

Result<Connector> compile(const Value& document, const CompileOptions& options) {
  if (!document["methods"].is_list()) {
    return fail(
        ErrorCode::invalid_input,
        "the document has no `methods`",
        "/methods",
        "an OpenRPC document lists its methods under `methods`"
    );
  }
  return Compiler(document, options).run();
}

}  // namespace parley::wire::openrpc
