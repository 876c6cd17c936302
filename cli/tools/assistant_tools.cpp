// parley tool list, show: the tools that an assistant has.
#include "cli/tools/assistant_tools.hpp"

#include <algorithm>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "wire/dialect/inline.hpp"

namespace parley::cli {
namespace {

constexpr std::size_t kShortDescription = 60;

std::string_view connector_of(std::string_view id) {
  return id.substr(0, id.find('.'));
}

std::string first_words(const std::string& text) {
  if (text.size() <= kShortDescription) return text;
  return text.substr(0, text.rfind(' ', kShortDescription)) + " …";
}

Value listed(const AssistantTools& tools, const wire::Tool& tool) {
  return MapBuilder()
      .set("id", tool.id)
      .set("effect", tool.effect)
      .set("mode", tools.mode(connector_of(tool.id)))
      .set("description", tool.description)
      .set("claims", tool.claims)
      .build();
}

// By the word of an MCP server, which is not believed.
std::string shown_effect(const wire::Tool& tool) {
  return tool.claims.empty() ? tool.effect : tool.effect + " (says " + tool.claims + ")";
}

void tell_of_claims(std::string_view connector) {
  note(
      "what an MCP server says of its tools is not believed; to trust this one, write into parley.yaml "
      "tools.connectors." +
      std::string(connector) + ".trust_annotations: true"
  );
}

int run_list(const Arguments& arguments) {
  const auto tools = open_tools(arguments);
  if (!tools) return report(tools.error(), kExitConfiguration);
  ListBuilder list;
  Rows rows{{"TOOL", "EFFECT", "MODE", "DESCRIPTION"}};
  for (const auto& [name, connector] : tools->project.space.described) {
    for (const wire::Tool& tool : connector->tools) {
      list.add(listed(*tools, tool));
      rows.push_back(
          {tool.id, shown_effect(tool), std::string(tools->mode(name)), first_words(tool.description)}
      );
    }
  }
  if (arguments.has("--json")) {
    print_json(list.build());
  } else if (rows.size() == 1) {
    note("this assistant has no tools of its own; parley tool add openapi FILE adds some");
  } else {
    print(table(rows));
    for (const auto& [name, connector] : tools->project.space.described) {
      if (std::ranges::any_of(connector->tools, [](const auto& tool) { return !tool.claims.empty(); }))
        tell_of_claims(name);
    }
  }
  return kExitOk;
}

Value security_of(const wire::Tool& tool) {
  ListBuilder ways;
  for (const wire::SecurityWay& way : tool.security) {
    ListBuilder names;
    for (const wire::SecurityUse& use : way) names.add(use.scheme);
    ways.add(names.build());
  }
  return ways.build();
}

int run_show(const Arguments& arguments) {
  const auto tools = open_tools(arguments);
  if (!tools) return report(tools.error(), kExitConfiguration);
  const std::string id = arguments.text("TOOL");
  const wire::Tool* tool = tools->find(id);
  if (tool == nullptr) return report(unknown_tool(*tools, id), kExitFindings);
  ListBuilder fields;
  for (const std::string& field : tool->fields) fields.add(field);
  const Value shown = MapBuilder()
                          .set("id", tool->id)
                          .set("description", tool->description)
                          .set("effect", tool->effect)
                          .set("claims", tool->claims)
                          .set("mode", tools->mode(connector_of(id)))
                          .set("method", tool->method)
                          .set("url", tools->server(*tool) + tool->path)
                          .set("credentials", security_of(*tool))
                          .set("parameters", wire::without_references(tool->parameters))
                          .set("fields", fields.build())
                          .set("result", wire::without_references(tool->result_schema))
                          .build();
  if (arguments.has("--json")) {
    print_json(shown);
  } else {
    print(write_json_pretty(shown) + "\n");
    if (!tool->claims.empty()) tell_of_claims(connector_of(id));
  }
  return kExitOk;
}

constexpr Option kListOptions[] = {kFolderOption, kJsonOption};
constexpr Option kShowOptions[] = {
    {"TOOL", "", "The tool, such as stripe.charge.", true}, kFolderOption, kJsonOption
};

}  // namespace

std::string_view AssistantTools::mode(std::string_view connector) const {
  const auto own = settings.connectors.find(connector);
  const auto wanted =
      own == settings.connectors.end() ? std::optional<assistant::ToolMode>() : own->second.mode;
  return wanted.value_or(settings.tool_mode) == assistant::ToolMode::live ? "live" : "test";
}

const wire::Tool* AssistantTools::find(std::string_view id) const {
  const auto connector = project.space.described.find(connector_of(id));
  return connector == project.space.described.end() ? nullptr : connector->second->find(id);
}

std::string AssistantTools::server(const wire::Tool& tool) const {
  const auto own = settings.connectors.find(connector_of(tool.id));
  if (own != settings.connectors.end() && !own->second.server.empty()) return own->second.server;
  return tool.server;
}

Result<AssistantTools> open_tools(const Arguments& arguments) {
  const std::string folder = arguments.text("FOLDER", ".");
  auto project = open_project(folder);
  if (!project) return std::unexpected(std::move(project.error()));
  auto config = read_configuration(folder, {});
  if (!config) return std::unexpected(std::move(config.error()));
  for (const flow::Diagnostic& diagnostic : project->diagnostics()) {
    if (diagnostic.file.starts_with("tools/") || diagnostic.file == "parley.yaml")
      note(project->render(diagnostic, wants_colour(stderr)));
  }
  return AssistantTools{*std::move(project), config->assistant()};
}

Error unknown_tool(const AssistantTools& tools, const std::string& id) {
  std::vector<std::string> ids;
  for (const auto& [name, connector] : tools.project.space.described) {
    for (const wire::Tool& tool : connector->tools) ids.push_back(tool.id);
  }
  const std::string_view meant = nearest(id, ids);
  return {
      ErrorCode::not_found,
      "there is no tool '" + id + "'",
      {},
      meant.empty() ? "parley tool list shows all of them" : "did you mean '" + std::string(meant) + "'?"
  };
}

constinit const Command kToolList{
    "tool list",
    "List the tools of an assistant",
    "The operations of the descriptions in tools/, what repeating a call of each does, and whether they are "
    "called "
    "or\nanswer from their descriptions.",
    kListOptions,
    "parley tool list examples/shop",
    run_list,
};

constinit const Command kToolShow{
    "tool show",
    "Show one tool: its parameters, where its calls go, what is kept of an answer",
    "",
    kShowOptions,
    "parley tool show stripe.charge examples/shop",
    run_show,
};

}  // namespace parley::cli
