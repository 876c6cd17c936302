// parley conv: what a server has stored of its conversations.
#include <charconv>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

Value to_value(const turns::ConversationSummary& summary) {
  return MapBuilder()
      .set("id", summary.id)
      .set("user_id", summary.user_id)
      .set("channel", summary.channel)
      .set("flow_id", summary.flow.empty() ? Value() : Value(summary.flow))
      .set("release", summary.release)
      .set("status", summary.status)
      .set("owner", summary.owner)
      .set("outcome", summary.outcome)
      .set("turns", summary.turn)
      .set("created_at", format_timestamp(summary.created_at))
      .set("updated_at", format_timestamp(summary.updated_at))
      .build();
}

Result<std::uint32_t> limit_of(const Arguments& arguments) {
  const std::string text = arguments.text("--limit", "50");
  std::uint32_t limit = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (problem != std::errc() || end != text.data() + text.size() || limit == 0 || limit > 10'000) {
    return fail(ErrorCode::invalid_input, "--limit is a number from 1 to 10000");
  }
  return limit;
}

int run_list(const Arguments& arguments) {
  const auto limit = limit_of(arguments);
  if (!limit) return report(limit.error(), kExitUsage);
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const auto page = data->conversations({
      .user_id = arguments.text("--user"),
      .status = arguments.text("--status"),
      .flow = arguments.text("--flow"),
      .before = arguments.text("--before"),
      .limit = *limit,
  });
  if (!page)
    return report(
        page.error(), page.error().code == ErrorCode::not_found ? kExitFindings : kExitConfiguration
    );
  if (arguments.has("--json")) {
    ListBuilder list;
    for (const auto& summary : *page) list.add(to_value(summary));
    print_json(list.build());
    return kExitOk;
  }
  Rows rows{{"ID", "STATUS", "FLOW", "TURNS", "USER", "UPDATED (UTC)"}};
  for (const auto& summary : *page) {
    rows.push_back(
        {summary.id,
         summary.status,
         summary.flow.empty() ? "-" : summary.flow,
         std::to_string(summary.turn),
         summary.user_id.empty() ? "-" : summary.user_id,
         shown(summary.updated_at)}
    );
  }
  print(table(rows));
  if (page->size() == *limit) note("more: parley conv list --before " + page->back().id);
  return kExitOk;
}

std::string speaker(const engine::Say& message) {
  switch (message.speaker) {
    case engine::Speaker::assistant:
      return "bot";
    case engine::Speaker::operator_:
      return message.author.empty() ? "operator" : message.author;
    case engine::Speaker::system:
      return "system";
  }
  return "bot";
}

// "generate by spare, after main (timeout)"
std::string spoken(const turns::ModelAnswer& answer) {
  std::string out = answer.task.empty() ? "a call" : answer.task;
  out += answer.model.empty() ? ": nobody answered (" + answer.code + ")" : " by " + answer.model;
  std::string before;
  for (const auto& [model, code] : answer.passed_over)
    before += (before.empty() ? ", after " : ", ") + model + " (" + code + ")";
  return out + before;
}

void print_transcript(
    const turns::ConversationSummary& summary, const std::vector<turns::TranscriptTurn>& transcript
) {
  print(
      summary.id + "  " + summary.status + (summary.outcome.empty() ? "" : ", " + summary.outcome) +
      "\nflow " + (summary.flow.empty() ? "-" : summary.flow) + ", release " + summary.release.substr(0, 12) +
      ", user " + (summary.user_id.empty() ? "-" : visible(summary.user_id)) + ", channel " +
      summary.channel + "\n"
  );
  for (const turns::TranscriptTurn& turn : transcript) {
    if (!turn.user.by_user && turn.messages.empty()) continue;  // it only began, or only a tool was called
    print(
        "\n" + std::to_string(turn.turn) + "  " + shown(turn.at) +
        (turn.test_mode ? "  tools in test mode" : "") + "\n"
    );
    Rows rows;
    if (turn.user.by_user) {
      rows.push_back({"  user", turn.user.text.empty() ? "[" + turn.user.payload + "]" : turn.user.text});
    }
    for (const engine::Say& message : turn.messages) {
      std::string text = message.text;
      for (const engine::SaidButton& button : message.buttons) text += "  [" + button.label + "]";
      rows.push_back({"  " + speaker(message), text});
    }
    for (const turns::ModelAnswer& answer : turn.models) rows.push_back({"  model", spoken(answer)});
    for (const engine::RecordExposure& seen : turn.exposures)
      rows.push_back(
          {"  sees", "experiment " + seen.experiment + ": " + seen.variant + " (by " + seen.unit + ")"}
      );
    print(table(rows));
  }
}

// The log itself: every event and effect.
int print_events(const std::vector<turns::LogRecord>& records) {
  ListBuilder list;
  for (const turns::LogRecord& record : records) {
    auto body = parse_json(turns::outside_view(record.body));
    list.add(MapBuilder()
                 .set("sequence", record.sequence)
                 .set("turn", record.turn)
                 .set("at", format_timestamp(record.at))
                 .set("body", body ? *std::move(body) : Value(record.body))
                 .build());
  }
  print_json(list.build());
  return kExitOk;
}

int run_show(const Arguments& arguments) {
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const std::string id = arguments.text("ID");
  const auto summary = data->conversation(id);
  if (!summary) return report(summary.error(), kExitFindings);
  const auto records = data->records(id);
  if (!records) return report(records.error(), kExitConfiguration);
  if (arguments.has("--events")) return print_events(*records);
  std::vector<turns::TranscriptTurn> transcript;
  for (const turns::LogRecord& record : *records) {
    if (auto added = turns::add_to_transcript(transcript, record); !added)
      return report(added.error(), kExitConfiguration);
  }
  if (!arguments.has("--json")) {
    print_transcript(*summary, transcript);
    return kExitOk;
  }
  ListBuilder list;
  for (const turns::TranscriptTurn& turn : transcript) {
    auto value = parse_json(turns::encode_transcript_turn(turn));
    INVARIANT(value.has_value(), "a turn is written as JSON");
    list.add(*std::move(value));
  }
  print_json(MapBuilder().set("conversation", to_value(*summary)).set("turns", list.build()).build());
  return kExitOk;
}

constexpr Option kListOptions[] = {
    {"--status", "STATUS", "Only waiting, working, pending_human, human or ended ones."},
    {"--flow", "ID", "Only those that run or ran this flow last."},
    {"--user", "ID", "Only this user's."},
    {"--limit", "N", "At most this many; 50 when left out."},
    {"--before", "ID", "Go on after this one, the last of the page before."},
    kDbOption,
    kDataDirOption,
    kJsonOption,
};

constexpr Option kShowOptions[] = {
    {"ID", "", "The conversation.", true},
    {"--events", "", "Print the log: every event and effect, as JSON."},
    kDbOption,
    kDataDirOption,
    kJsonOption,
};

}  // namespace

constinit const Command kConvList{
    "conv list",
    "List conversations, newest first",
    "Reads the data folder or the database; a server may run meanwhile.",
    kListOptions,
    "parley conv list\n"
    "parley conv list --status pending_human\n"
    "parley conv list --json --limit 500",
    run_list,
};

constinit const Command kConvShow{
    "conv show",
    "Show what was said in a conversation",
    "Reads the data folder or the database; a server may run meanwhile.",
    kShowOptions,
    "parley conv show c_01kaq2t9v6s8m3n5r7w1x4y0zb\n"
    "parley conv show c_01kaq2t9v6s8m3n5r7w1x4y0zb --events",
    run_show,
};

}  // namespace parley::cli
