#include "wire/worker/compile.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/json_schema.hpp"
#include "base/time.hpp"
#include "wire/conduct/effect.hpp"
#include "wire/kept.hpp"
#include "wire/names.hpp"
#include "wire/prose.hpp"

namespace parley::wire::worker {
namespace {

constexpr std::array<std::string_view, 8> kKeys{
    "name", "description", "effect", "timeout", "parameters", "result", "example", "fields"
};
constexpr std::int64_t kLongestSeconds = 3600;

Result<void> check_keys(const Value& source) {
  for (const auto& [key, value] : source.entries()) {
    const std::string name(key.is_string() ? key.as_string() : "");
    if (std::ranges::find(kKeys, name) != kKeys.end()) continue;
    const std::string_view meant = nearest(name, kKeys);
    return fail(
        ErrorCode::invalid_input,
        "'" + name + "' is not known here" +
            (meant.empty() ? std::string() : "; did you mean '" + std::string(meant) + "'?"),
        "/" + name
    );
  }
  return {};
}

Result<std::uint32_t> timeout_of(const Value& timeout) {
  if (timeout.is_null()) return 0;
  const auto wrong = [] {
    return fail(
        ErrorCode::invalid_input, "`timeout` must be a duration up to an hour, such as 10s", "/timeout"
    );
  };
  if (!timeout.is_string()) return wrong();
  const auto duration = parse_duration(timeout.as_string());
  if (!duration || duration->seconds < 0 || duration->seconds > kLongestSeconds) return wrong();
  const std::int64_t ms = duration->seconds * 1000 + duration->nanos / 1'000'000;
  if (ms < 1) return wrong();
  return static_cast<std::uint32_t>(ms);
}

Result<void> check_schema(const Value& schema, std::string_view key) {
  if (schema.is_null()) return {};
  const auto compiled = Schema::compile(schema);
  if (compiled) return {};
  return fail(
      ErrorCode::invalid_input,
      "the schema `" + std::string(key) + "` cannot be used: " + compiled.error().message,
      "/" + std::string(key) + compiled.error().pointer
  );
}

Result<void> read_schemas(const Value& source, Tool& tool) {
  tool.parameters = source["parameters"];
  if (tool.parameters.is_null()) tool.parameters = MapBuilder().set("type", "object").build();
  const Value& type = tool.parameters["type"];
  if (!tool.parameters.is_map() || !type.is_string() || type.as_string() != "object") {
    return fail(ErrorCode::invalid_input, "`parameters` must be a schema with type: object", "/parameters");
  }
  if (auto sound = check_schema(tool.parameters, "parameters"); !sound) return sound;
  tool.result_schema = source["result"];
  if (!tool.result_schema.is_null() && !tool.result_schema.is_map())
    return fail(ErrorCode::invalid_input, "`result` must be a JSON Schema", "/result");
  return check_schema(tool.result_schema, "result");
}

Result<void> build(const Value& source, Tool& tool) {
  if (!source.is_map()) return fail(ErrorCode::invalid_input, "a tool is a map with a `name`");
  tool.alias = source.text("name");
  if (tool.alias.empty()) return fail(ErrorCode::invalid_input, "a tool needs a `name`", "/name");
  tool.id = clean_name(tool.alias);
  if (tool.id != tool.alias || tool.id.size() > kMaxNameLength) {
    return fail(
        ErrorCode::invalid_input,
        "a name has at most 64 characters: letters, digits, '_' and '-', such as '" +
            tool.id.substr(0, kMaxNameLength) + "'",
        "/name"
    );
  }
  if (auto known = check_keys(source); !known) return known;
  auto effect = read_effect(source, "unsafe", "effect");
  if (!effect) return std::unexpected(std::move(effect.error()));
  tool.effect = *std::move(effect);
  auto timeout = timeout_of(source["timeout"]);
  if (!timeout) return std::unexpected(std::move(timeout.error()));
  tool.timeout_ms = *timeout;
  tool.description = tool_description(source.text("description"), {});
  if (tool.description.empty()) tool.description = "Call " + tool.alias;
  tool.body.kind = BodyKind::worker;
  if (const Value* example = source.find("example")) tool.example = *example;
  if (auto fields = read_fields(source["fields"], tool.fields); !fields) return fields;
  return read_schemas(source, tool);
}

void name_tools(Connector& connector, const CompileOptions& options) {
  std::vector<NameRequest> requests;
  for (const Tool& tool : connector.tools) requests.push_back({tool.id, tool.alias});
  const std::vector<std::string> names = unique_names(requests, name_prefix(options.prefix));
  for (std::size_t i = 0; i < names.size(); ++i) {
    Tool& tool = connector.tools[i];
    tool.name = names[i];
    if (!options.connector.empty()) tool.id = options.connector + "." + tool.id;
  }
  std::ranges::sort(connector.tools, {}, &Tool::id);
}

}  // namespace

Result<Connector> compile(const Value& document, const CompileOptions& options) {
  const Value& version = document["worker"]["version"];
  if (!document["worker"].is_map() || !document["tools"].is_list()) {
    return fail(
        ErrorCode::invalid_input,
        "the declaration of a worker has no `worker` or no `tools`",
        "/worker",
        "begin it with worker: {version: 1} and list its tools under tools:"
    );
  }
  if (!version.is_int() || version.as_int() != kVersion) {
    return fail(
        ErrorCode::unsupported,
        "this version of a worker's declaration is not known here",
        "/worker/version",
        "write worker: {version: 1}"
    );
  }
  if (document["tools"].size() > kMaxTools) {
    return fail(
        ErrorCode::too_large,
        "a worker has at most " + std::to_string(kMaxTools) + " tools",
        "/tools",
        "spread them over several connectors"
    );
  }
  Connector out{.name = options.connector, .title = std::string(document["worker"].text("title"))};
  std::size_t index = 0;
  for (const Value& source : document["tools"].as_list()) {
    const std::string pointer = "/tools/" + std::to_string(index++);
    Tool tool;
    auto built = build(source, tool);
    const bool twice = built && std::ranges::find(out.tools, tool.alias, &Tool::alias) != out.tools.end();
    if (twice) built = fail(ErrorCode::invalid_input, "there is another tool of this name", "/name");
    if (built) {
      out.tools.push_back(std::move(tool));
    } else {
      out.dropped.push_back(
          {tool.alias.empty() ? pointer : tool.alias, built.error().message, pointer + built.error().pointer}
      );
    }
  }
  name_tools(out, options);
  return out;
}

}  // namespace parley::wire::worker
