// parley graph: a picture of a flow.
#include <algorithm>
#include <map>
#include <optional>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "flow/drawing/drawing.hpp"

namespace parley::cli {
namespace {

using Picture = std::string (*)(const flow::Flow&, const flow::drawing::Visits*);

// The visits of one flow from what parley test --coverage-json wrote: a list of {flow, step, visits}, alone
// or as "coverage" or "steps" of a map.
Result<flow::drawing::Visits> visits_of(const std::string& path, const std::string& flow) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  const auto document = parse_json(*text);
  if (!document) {
    return fail(ErrorCode::invalid_input, path + " is not JSON: " + document.error().message);
  }
  const Value* list = &*document;
  for (const char* key : {"coverage", "steps"}) {
    if (list->is_map() && list->find(key) != nullptr) list = list->find(key);
  }
  flow::drawing::Visits visits;
  if (list->is_list()) {
    for (const Value& row : list->as_list()) {
      if (row.text("flow") != flow || !row["step"].is_string() || !row["visits"].is_int()) continue;
      visits[std::string(row.text("step"))] +=
          static_cast<std::uint64_t>(std::max<std::int64_t>(row["visits"].as_int(), 0));
    }
  }
  if (visits.empty()) {
    return fail(
        ErrorCode::invalid_input,
        path + " says nothing about visits of the flow '" + flow + "'",
        {},
        "write it with parley test --coverage-json FILE"
    );
  }
  return visits;
}

int run(const Arguments& arguments) {
  static const std::map<std::string, Picture, std::less<>> kFormats{
      {"mermaid", flow::drawing::mermaid}, {"svg", flow::drawing::svg}, {"dot", flow::drawing::dot}
  };
  const auto format = kFormats.find(arguments.text("--format", "mermaid"));
  if (format == kFormats.end())
    return report({ErrorCode::invalid_input, "--format is one of mermaid, svg, dot"}, kExitUsage);
  const auto project = open_project(arguments.text("--folder", "."));
  if (!project) return report(project.error(), kExitConfiguration);
  const std::string id = arguments.text("FLOW");
  const auto& flows = project->space.folder.flows;
  const auto flow = std::ranges::find_if(flows, [&](const flow::FlowPtr& one) { return one->id == id; });
  if (flow == flows.end()) {
    return report(
        {ErrorCode::not_found,
         "there is no flow '" + id + "' without mistakes here",
         {},
         "parley check shows the mistakes; flows are the files in flows/"},
        kExitFindings
    );
  }
  std::optional<flow::drawing::Visits> visits;
  if (arguments.has("--coverage")) {
    auto found = visits_of(arguments.text("--coverage"), id);
    if (!found) return report(found.error(), kExitConfiguration);
    visits = *std::move(found);
  }
  print(format->second(**flow, visits ? &*visits : nullptr));
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"FLOW", "", "The id of the flow.", true},
    {"--folder", "DIR", "The assistant's folder; this one when left out."},
    {"--format", "FORMAT", "mermaid (default), svg or dot."},
    {"--coverage", "FILE", "Colour the steps by how often tests came there; from parley test --coverage-json."
    },
};

}  // namespace

constinit const Command kGraph{
    "graph",
    "Draw a flow",
    "Mermaid is drawn by code hosts and editors, SVG by browsers, DOT by Graphviz.",
    kOptions,
    "parley graph order --folder examples/shop\n"
    "parley graph order --folder examples/shop --format svg",
    run,
};

}  // namespace parley::cli
