#include "cli/tools/shipped.hpp"

#include <filesystem>
#include <utility>

#include "cli/terminal.hpp"
#include "cli/tools/added_tool.hpp"
#include "cli/tools/tool_document.hpp"
#include "cli_connector_files.hpp"
#include "wire/description.hpp"
#include "wire/overlay/overlay.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".yaml";

std::string_view text_of(const std::string& file) {
  for (const ConnectorFile& each : kConnectorFiles) {
    if (each.name == file) return each.text;
  }
  return {};
}

struct Addition {
  std::string ending;
  std::string text;
  std::string_view overlay;  // empty: none
};

Result<Addition> addition_of(
    const Arguments& arguments,
    std::string_view connector,
    const std::function<Result<std::string>(const std::string& source)>& fetch
) {
  const std::string source = arguments.text("--document");
  if (source.empty())
    return Addition{std::string(kEnding), std::string(text_of(std::string(connector) + ".yaml")), {}};
  const std::string_view overlay = text_of("overlays/" + std::string(connector) + ".overlay.yaml");
  if (overlay.empty()) {
    return fail(
        ErrorCode::not_found,
        "there is no overlay for a description of " + std::string(connector),
        {},
        "parley tool add openapi " + source + " adds it as it is"
    );
  }
  auto text = fetch(source);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto document = parse_description(*text, source);
  if (!document) return std::unexpected(document.error());
  return Addition{ending_for(*document, *text), *std::move(text), overlay};
}

Result<wire::Connector> compiled(const Addition& addition, const std::string& name) {
  auto document = parse_description(addition.text, name + addition.ending);
  if (!document) return std::unexpected(std::move(document.error()));
  if (!addition.overlay.empty()) {
    const auto overlay = parse_description(addition.overlay, name + ".overlay.yaml");
    if (!overlay) return std::unexpected(overlay.error());
    auto overlaid = wire::apply_overlay(*document, *overlay);
    if (!overlaid) return std::unexpected(std::move(overlaid.error()));
    for (const std::string& warning : overlaid->warnings) note("warning: " + warning);
    *document = std::move(overlaid->document);
  }
  return wire::compile_description(*document, {.connector = name});
}

}  // namespace

std::vector<std::string_view> shipped_connectors() {
  std::vector<std::string_view> names;
  for (const ConnectorFile& each : kConnectorFiles) {
    if (!each.name.contains('/')) names.push_back(each.name.substr(0, each.name.size() - kEnding.size()));
  }
  return names;
}

int add_shipped(
    const Arguments& arguments,
    std::string_view connector,
    const std::function<Result<std::string>(const std::string& source)>& fetch
) {
  const auto addition = addition_of(arguments, connector, fetch);
  if (!addition) return report(addition.error(), kExitConfiguration);
  const std::string name = arguments.text("--name", std::string(connector));
  const auto tools = compiled(*addition, name);
  if (!tools) return report(tools.error(), kExitConfiguration);
  // The place of SOURCE is the folder's here: there is nothing to fetch.
  const fs::path folder = fs::path(arguments.text("SOURCE", ".")) / "tools";
  const fs::path file = folder / (name + addition->ending);
  if (auto written = write_new(file, addition->text, arguments.has("--replace")); !written)
    return report(written.error(), kExitConfiguration);
  print(file.string() + ": " + counted(tools->tools.size(), "tool") + "\n");
  if (!addition->overlay.empty()) {
    const fs::path overlay = folder / (name + ".overlay.yaml");
    if (auto written = write_text(overlay, addition->overlay); !written)
      return report(written.error(), kExitConfiguration);
    print(overlay.string() + ": what calls need that the description does not say\n");
  }
  say_what_is_next(*tools, name, {}, arguments.text("--document"));
  return kExitOk;
}

}  // namespace parley::cli
