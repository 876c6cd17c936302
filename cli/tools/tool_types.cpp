// parley tool types: what an assistant's tools take and give, for programs in TypeScript.
#include <vector>

#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "cli/tools/assistant_tools.hpp"
#include "wire/typescript/tool_types.hpp"

namespace parley::cli {
namespace {

int run_types(const Arguments& arguments) {
  const auto tools = open_tools(arguments);
  if (!tools) return report(tools.error(), kExitConfiguration);
  std::vector<const wire::Tool*> all;
  for (const auto& [name, connector] : tools->project.space.described) {
    for (const wire::Tool& tool : connector->tools) all.push_back(&tool);
  }
  print(wire::tool_types(all));
  return kExitOk;
}

constexpr Option kTypesOptions[] = {kFolderOption};

}  // namespace

constinit const Command kToolTypes{
    "tool types",
    "Print what tools take and give as TypeScript types",
    "Two types for each tool, and Tools, which maps ids to both. What TypeScript cannot say is left out.",
    kTypesOptions,
    "parley tool types > src/tool-types.ts",
    run_types,
};

}  // namespace parley::cli
