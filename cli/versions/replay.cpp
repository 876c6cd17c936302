// parley replay: tells stored conversations to the engine again and compares. Calls no tool.
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

struct Replayed {
  std::string id;
  turns::ReplayReport report;
};

Result<std::vector<std::string>> all_ids(DataFolder& data) {
  constexpr std::uint32_t kPage = 500;
  std::vector<std::string> ids;
  for (;;) {
    const auto page =
        data.conversations({.before = ids.empty() ? std::string() : ids.back(), .limit = kPage});
    if (!page) return std::unexpected(page.error());
    for (const auto& summary : *page) ids.push_back(summary.id);
    if (page->size() < kPage) return ids;
  }
}

Value to_value(const Replayed& replayed) {
  const turns::ReplayReport& report = replayed.report;
  MapBuilder map;
  map.set("id", replayed.id)
      .set("events", report.events)
      .set("effects", report.effects)
      .set("same", report.same);
  if (report.same) return map.set("state_hash", report.state_hash).build();
  return map
      .set(
          "difference",
          MapBuilder()
              .set("sequence", report.sequence)
              .set("what", report.what)
              .set("recorded", report.recorded)
              .set("replayed", report.replayed)
              .build()
      )
      .build();
}

void print_report(const Replayed& replayed) {
  const turns::ReplayReport& report = replayed.report;
  print(
      replayed.id + "  replayed " + counted(report.events, "event") + ", " +
      counted(report.effects, "effect") + ", " + (report.same ? "0 differences\n" : "DIFFERENT\n")
  );
  if (report.same) return;
  print(
      "  in record " + std::to_string(report.sequence) + ": " + report.what + "\n  recorded  " +
      report.recorded + "\n  replayed  " + report.replayed + "\n"
  );
}

int run(const Arguments& arguments) {
  if (arguments.has("ID") == arguments.has("--all")) {
    return report(
        {ErrorCode::invalid_input, "name one conversation, or give --all", {}, "parley conv list shows them"},
        kExitUsage
    );
  }
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  std::vector<std::string> ids{arguments.text("ID")};
  if (arguments.has("--all")) {
    auto all = all_ids(*data);
    if (!all) return report(all.error(), kExitConfiguration);
    ids = *std::move(all);
  }
  std::size_t events = 0;
  std::size_t different = 0;
  ListBuilder list;
  for (const std::string& id : ids) {
    auto outcome = data->replay(id);
    if (!outcome) {
      const bool unknown = outcome.error().code == ErrorCode::not_found;
      return report(outcome.error(), unknown ? kExitFindings : kExitConfiguration);
    }
    const Replayed replayed{id, *std::move(outcome)};
    events += replayed.report.events;
    different += replayed.report.same ? 0 : 1;
    if (arguments.has("--json")) {
      list.add(to_value(replayed));
    } else if (!replayed.report.same || !arguments.has("--all")) {
      print_report(replayed);
    }
  }
  if (arguments.has("--json")) {
    print_json(list.build());
  } else if (arguments.has("--all")) {
    print(
        "replayed " + counted(ids.size(), "conversation") + ", " + counted(events, "event") + ", " +
        counted(different, "difference") + "\n"
    );
  }
  return different == 0 ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    {"ID", "", "The conversation."},
    {"--all", "", "Every conversation."},
    kDbOption,
    kDataDirOption,
    kJsonOption,
};

}  // namespace

constinit const Command kReplay{
    "replay",
    "Run stored conversations again and compare byte for byte",
    "The recorded events go through the engine on the flows they ran on then; answers of tools are\n"
    "part of the record, so no tool is called. Exit code 1 when anything differs.",
    kOptions,
    "parley replay --all\n"
    "parley replay c_01kaq2t9v6s8m3n5r7w1x4y0zb",
    run,
};

}  // namespace parley::cli
