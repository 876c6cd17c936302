// parley flow diff: what is different between two published versions of a flow.
#include "assistant/flow_diff.hpp"

#include "assistant/line_diff.hpp"
#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/terminal.hpp"
#include "server/turns/releases.hpp"

namespace parley::cli {
namespace {

int run(const Arguments& arguments) {
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const auto versions = data->flow_versions(arguments.text("ID"));
  if (!versions) return report(versions.error(), kExitFindings);
  const auto before = turns::find_version(*versions, arguments.text("A"));
  const auto after = turns::find_version(*versions, arguments.text("B"));
  if (!before || !after) return report(before ? after.error() : before.error(), kExitFindings);
  const auto old_document = parse_json(before->canonical);
  const auto new_document = parse_json(after->canonical);
  if (!old_document || !new_document)
    return report(
        {ErrorCode::internal, "a stored version is not JSON", {}, "run parley doctor"}, kExitConfiguration
    );
  const auto differences = assistant::diff_flows(*old_document, *new_document);
  if (arguments.has("--json")) {
    print_json(assistant::to_value(differences));
  } else {
    print(assistant::render(differences));
    if (arguments.has("--text")) print("\n" + assistant::line_diff(before->source, after->source));
    if (differences.empty()) note("nothing is different");
  }
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"ID", "", "The flow.", true},
    {"A", "", "The earlier version: a hash, its first 6 or more characters, or a label.", true},
    {"B", "", "The later version.", true},
    {"--text", "", "Also show the difference of the sources, line by line."},
    kDbOption,
    kDataDirOption,
    kJsonOption,
};

}  // namespace

constinit const Command kFlowDiff{
    "flow diff",
    "Show what is different between two versions of a flow",
    "In the words of flows: steps and slots that were added (+), removed (-), changed (~) or moved (>).",
    kOptions,
    "parley flow diff order 1 2\n"
    "parley flow diff order 4f2a91c7 9b01e6d2 --text",
    run,
};

}  // namespace parley::cli
