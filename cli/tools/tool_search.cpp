// parley tool search: which tools of an assistant a task is about, as an agent with many tools finds them.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/command_files.hpp"
#include "cli/numbers.hpp"
#include "cli/terminal.hpp"
#include "cli/tools/assistant_tools.hpp"
#include "language/tool_search/tool_index.hpp"

namespace parley::cli {
namespace {

constexpr std::uint64_t kFound = 10;
constexpr std::uint64_t kMostFound = 100;

int run_search(const Arguments& arguments) {
  const auto tools = open_tools(arguments);
  if (!tools) return report(tools.error(), kExitConfiguration);
  std::vector<flow::ToolSignature> all;
  for (const auto& [name, connector] : tools->project.space.connectors) {
    for (flow::ToolSignature& tool : connector->signatures()) all.push_back(std::move(tool));
  }
  const auto limit = number_of(arguments, "--limit", kFound, 1, kMostFound);
  if (!limit) return report(limit.error(), kExitUsage);
  language::ToolIndex index(all, tools->settings.locale);
  ListBuilder list;
  Rows rows{{"TOOL", "EFFECT", "DESCRIPTION"}};
  for (const auto& found : index.search(arguments.text("TASK"), static_cast<std::size_t>(*limit))) {
    const flow::ToolSignature& tool = all[found.tool];
    list.add(MapBuilder()
                 .set("id", tool.name)
                 .set("effect", tool.effect)
                 .set("description", tool.description)
                 .set("score", static_cast<double>(found.score))
                 .build());
    rows.push_back({tool.name, tool.effect, tool.description.substr(0, tool.description.find(". "))});
  }
  if (arguments.has("--json")) {
    print_json(list.build());
  } else if (rows.size() == 1) {
    note("no tool of this assistant has anything to do with that");
  } else {
    print(table(rows));
  }
  return rows.size() == 1 ? kExitFindings : kExitOk;
}

constexpr Option kSearchOptions[] = {
    {"TASK", "", "What is to be done, in a few words.", true},
    kFolderOption,
    {"--limit", "N", "At most so many; 10 when left out."},
    kJsonOption,
};

}  // namespace

constinit const Command kToolSearch{
    "tool search",
    "Find the tools of an assistant that a task needs",
    "The same search that an agent with more than 30 tools has: by the words of names, paths, descriptions "
    "and "
    "parameters, and by what gives the identifiers that the best of them need.",
    kSearchOptions,
    "parley tool search \"give the money back\"\n"
    "parley tool search \"who reported this\" my-assistant --json",
    run_search,
};

}  // namespace parley::cli
