#include "server/workspace/workspace.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "base/edit_distance.hpp"
#include "engine/steps/registry.hpp"
#include "policy/check_times.hpp"
#include "server/tools/built_in.hpp"
#include "server/tools/knowledge.hpp"
#include "server/tools/test_mode.hpp"
#include "server/tools/tool_finder.hpp"
#include "wire/description.hpp"

namespace parley::workspace {

namespace {

// Settings of a connector that the folder lacks would silently do nothing.
void check_connector_names(Workspace& workspace) {
  std::vector<std::string> names;
  for (const auto& [name, connector] : workspace.folder.connectors) names.push_back(name);
  for (const auto& [name, settings] : workspace.folder.settings.connectors) {
    if (workspace.folder.connectors.contains(name)) continue;
    const std::string_view meant = nearest(name, names);
    workspace.folder.diagnostics.push_back(
        {"F0601",
         flow::Severity::error,
         "parley.yaml",
         settings.place,
         "there is no connector '" + name + "' in tools/",
         meant.empty() ? "a connector is called like its file" : "did you mean '" + std::string(meant) + "'?"}
    );
  }
}

std::optional<bool> trusts_annotations(const assistant::Settings& settings, std::string_view connector) {
  const auto own = settings.connectors.find(connector);
  return own == settings.connectors.end() ? std::nullopt : own->second.trust_annotations;
}

// Whoever has decided is not told again.
void tell_of_claims(Workspace& workspace, const std::string& file, const wire::Connector& connector) {
  const auto claims =
      std::ranges::count_if(connector.tools, [](const wire::Tool& tool) { return !tool.claims.empty(); });
  if (claims == 0 || trusts_annotations(workspace.folder.settings, connector.name)) return;
  const auto first = std::ranges::find_if_not(connector.tools, &std::string::empty, &wire::Tool::claims);
  const std::string which = claims == 1 ? "'" + first->id + "'"
                                        : std::to_string(claims) + " tools, '" + first->id + "' among them,";
  workspace.folder.diagnostics.push_back(
      {"F0941",
       flow::Severity::warning,
       file,
       {1, 1, 0},
       "the server itself calls " + which + " harmless, which is not believed",
       "if you trust it, write tools.connectors." + connector.name +
           ".trust_annotations: true; else false, or x-parley-effect in an overlay"}
  );
}

void add_connectors(Workspace& workspace) {
  check_connector_names(workspace);
  const tools::Connectors built_in = tools::built_in_connectors();
  workspace.connectors = built_in;
  for (const auto& [name, connector] : workspace.folder.connectors) {
    if (built_in.contains(name)) {
      workspace.folder.diagnostics.push_back(
          {"F0417",
           flow::Severity::error,
           connector.file,
           {1, 1, 0},
           "a connector cannot be called '" + name + "'",
           "Parley has one of this name itself; rename the file"}
      );
      continue;
    }
    const bool trusted = trusts_annotations(workspace.folder.settings, name).value_or(false);
    auto compiled =
        wire::compile_description(connector.document, {.connector = name, .trust_annotations = trusted});
    if (!compiled) {
      workspace.folder.diagnostics.push_back(
          {"F0412",
           flow::Severity::error,
           connector.file,
           {1, 1, 0},
           compiled.error().message,
           compiled.error().hint}
      );
      continue;
    }
    for (const wire::DroppedOperation& dropped : compiled->dropped) {
      workspace.folder.diagnostics.push_back(
          {"F0413",
           flow::Severity::warning,
           connector.file,
           {1, 1, 0},
           "operation '" + dropped.operation + "' cannot be used: " + dropped.reason,
           "at " + dropped.pointer}
      );
    }
    tell_of_claims(workspace, connector.file, *compiled);
    auto described = std::make_shared<const wire::Connector>(std::move(*compiled));
    workspace.connectors[name] = std::make_shared<tools::TestModeRunner>(described);
    workspace.described.emplace(name, std::move(described));
  }
  workspace.connectors =
      tools::with_finder(std::move(workspace.connectors), workspace.folder.settings.locale);
}

void add_knowledge(Workspace& workspace) {
  if (workspace.folder.knowledge.empty()) return;
  auto runner = std::make_shared<tools::KnowledgeRunner>(workspace.folder.settings.locale);
  for (const auto& [source, files] : workspace.folder.knowledge) {
    std::vector<tools::KnowledgeDocument> documents;
    for (const assistant::KnowledgeFile& each : files) documents.push_back({each.file, each.markdown});
    runner->add_source(source, documents);
  }
  workspace.connectors["knowledge"] = std::move(runner);
}

// Another one than the built-in answers, which have no use for context.
bool has_model(const assistant::Settings& settings) {
  const auto chain = assistant::model_chain(settings);
  return std::ranges::any_of(chain, [](const auto& model) { return model.provider != "builtin"; });
}

}  // namespace

engine::AssistantSettings engine_settings(
    const assistant::Settings& settings, std::shared_ptr<const flow::Messages> messages
) {
  return {
      .name = settings.name,
      .start_flow = settings.start,
      .handlers = settings.handlers,
      .max_steps_per_turn = settings.max_steps_per_turn,
      .max_misunderstandings = settings.max_misunderstandings,
      .calendars = settings.calendars,
      .utc_offset_seconds = settings.utc_offset_seconds,
      .locale = settings.locale,
      .tone = assistant::tone_value(settings),
      .tones = settings.tones,
      .tone_min = assistant::tone_bounds(settings).first,
      .tone_max = assistant::tone_bounds(settings).second,
      .length = settings.length,
      .messages = std::move(messages),
      .context_tokens = has_model(settings) ? settings.context_tokens : 0,
      .link_hosts = settings.link_hosts,
  };
}

Workspace load(const std::filesystem::path& path) {
  Workspace workspace{.folder = assistant::read_folder(path, engine::step_specs())};
  add_connectors(workspace);
  add_knowledge(workspace);
  std::vector<flow::ToolSignature> signatures;
  for (const auto& [name, connector] : workspace.connectors) {
    for (flow::ToolSignature& signature : connector->signatures()) signatures.push_back(std::move(signature));
  }
  flow::check_all(workspace.folder.flows, signatures, workspace.folder.diagnostics);
  policy::check_times(
      workspace.folder.flows, workspace.folder.settings.calendars, workspace.folder.diagnostics
  );
  assistant::check_flows(workspace.folder);
  engine::AssistantSettings settings = engine_settings(workspace.folder.settings, workspace.folder.messages);
  engine::check_words(workspace.folder.flows, settings, workspace.folder.diagnostics);
  flow::sort_diagnostics(workspace.folder.diagnostics);
  workspace.release = engine::make_release(workspace.folder.flows, std::move(settings));
  return workspace;
}

bool only_reads(const tools::Connectors& connectors, std::string_view tool) {
  const auto runner = connectors.find(tool.substr(0, tool.find('.')));
  return runner != connectors.end() && runner->second->effect_class(tool) == turns::EffectClass::read;
}

Result<Value> call_tool(const tools::Connectors& connectors, std::string_view tool, const Value& arguments) {
  auto answer = answer_call(connectors, {.tool = std::string(tool), .arguments = arguments});
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::move(answer->result);
}

Result<turns::ToolAnswer> answer_call(const tools::Connectors& connectors, const turns::ToolCall& call) {
  tools::ToolTable table(connectors);
  if (!table.has(call.tool))
    return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  boost::asio::io_context io(1);
  std::optional<Result<turns::ToolAnswer>> answer;
  boost::asio::co_spawn(
      io,
      [&]() -> turns::Awaitable<void> {
        answer = co_await table.run(call);
        io.stop();  // connections that are kept for another call would keep the loop
      },
      boost::asio::detached
  );
  io.run();
  INVARIANT(answer.has_value(), "a tool that runs in this process answers before its loop is empty");
  return *std::move(answer);
}

}  // namespace parley::workspace
