// parley backtest, parley bisect: stored conversations told to other versions of the flows.
#include "assistant/backtest/backtest.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/numbers.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "server/turns/releases.hpp"

namespace parley::cli {
namespace {

using assistant::BacktestResult;

struct Tested {
  std::string id;
  BacktestResult result;
};

struct Summary {
  std::uint64_t conversations = 0;
  std::uint64_t turns = 0;
  std::uint64_t diverging = 0;
  std::uint64_t needs_model = 0;
  std::uint64_t unreadable = 0;
  std::map<std::pair<std::string, std::string>, std::uint64_t> outcomes;  // that changed
};

// Releases by their hashes, compiled once.
class Releases {
 public:
  explicit Releases(DataFolder& data) : data_(data) {}

  engine::ReleasePtr find(std::string_view hash) {
    const auto known = known_.find(hash);
    if (known != known_.end()) return known->second;
    auto release = data_.release(hash);
    return known_.emplace(std::string(hash), release ? *std::move(release) : nullptr).first->second;
  }
  assistant::FindRelease lookup() {
    return [this](std::string_view hash) { return find(hash); };
  }

 private:
  DataFolder& data_;
  std::map<std::string, engine::ReleasePtr, std::less<>> known_;
};

// The flows to test: a folder's all together, or one file's in place of the active one of its name.
Result<engine::ReleasePtr> fresh_release(const std::filesystem::path& path, DataFolder& data) {
  std::error_code problem;
  const bool one = std::filesystem::is_regular_file(path, problem);
  const auto parent = path.parent_path().parent_path();
  const auto project = open_project(one ? (parent.empty() ? std::filesystem::path(".") : parent) : path);
  if (!project) return std::unexpected(project.error());
  if (project->space.has_errors())
    return fail(ErrorCode::invalid_input, "the flows have mistakes", {}, "parley check shows them");
  if (!one) return project->space.release;
  const std::string file = "flows/" + path.filename().string();
  const auto flow =
      std::ranges::find(project->space.folder.flows, file, [](const auto& each) { return each->file; });
  if (flow == project->space.folder.flows.end())
    return fail(ErrorCode::not_found, path.string() + " is not in the flows/ folder of an assistant");
  const auto active = data.active_release();
  if (!active) return std::unexpected(active.error());
  const auto release = data.release(active->hash);
  if (!release) return std::unexpected(release.error());
  return assistant::with_flow(**release, *flow);
}

Value to_value(const Tested& tested) {
  const BacktestResult& result = tested.result;
  MapBuilder map;
  map.set("id", tested.id)
      .set("turns", result.turns)
      .set("same", result.divergences.empty())
      .set("needs_model", result.needs_model)
      .set("unanswered_calls", result.unanswered)
      .set("outcome_before", result.outcome_before)
      .set("outcome_now", result.outcome_now);
  if (!result.divergences.empty()) {
    const assistant::Divergence& first = result.divergences.front();
    map.set(
        "first",
        MapBuilder()
            .set("turn", first.turn)
            .set("step", first.step)
            .set("what", first.what)
            .set("recorded", first.recorded)
            .set("now", first.now)
            .build()
    );
  }
  return map.build();
}

std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text.empty() ? std::string("(nothing)") : text) {
    out += c;
    if (c == '\n') out += "              ";
  }
  return out;
}

void print_tested(const Tested& tested) {
  const assistant::Divergence& first = tested.result.divergences.front();
  print(
      tested.id + "  turn " + std::to_string(first.turn) + ", step " +
      (first.step.empty() ? "-" : first.step) + ": " + first.what +
      (tested.result.needs_model ? "  (needs model)" : "") + "\n    recorded  " + indented(first.recorded) +
      "\n    now       " + indented(first.now) + "\n"
  );
  if (tested.result.outcome_before != tested.result.outcome_now)
    print("    outcome   " + tested.result.outcome_before + " → " + tested.result.outcome_now + "\n");
}

void count(Summary& summary, const BacktestResult& result) {
  ++summary.conversations;
  summary.turns += result.turns;
  summary.diverging += !result.divergences.empty();
  summary.needs_model += result.needs_model;
  if (result.outcome_before != result.outcome_now)
    ++summary.outcomes[{result.outcome_before, result.outcome_now}];
}

Value to_value(const Summary& summary, double seconds) {
  ListBuilder outcomes;
  for (const auto& [change, times] : summary.outcomes)
    outcomes.add(
        MapBuilder().set("before", change.first).set("now", change.second).set("conversations", times).build()
    );
  return MapBuilder()
      .set("conversations", summary.conversations)
      .set("turns", summary.turns)
      .set("diverging", summary.diverging)
      .set("needs_model", summary.needs_model)
      .set("unreadable", summary.unreadable)
      .set("outcomes", outcomes.build())
      .set("seconds", seconds)
      .build();
}

void print_summary(const Summary& summary, double seconds) {
  print(
      counted(summary.conversations, "conversation") + ", " + counted(summary.turns, "turn") + ", " +
      std::to_string(summary.diverging) + " diverging, " + std::to_string(summary.needs_model) +
      " need a model\n"
  );
  for (const auto& [change, times] : summary.outcomes)
    print(
        "  " + std::to_string(times) + "  " + (change.first.empty() ? "open" : change.first) + " → " +
        (change.second.empty() ? "open" : change.second) + "\n"
    );
  if (summary.unreadable != 0) note(counted(summary.unreadable, "conversation") + " could not be read");
  note(
      std::to_string(static_cast<std::uint64_t>(static_cast<double>(summary.turns) / std::max(seconds, 1e-9))
      ) +
      " turns/s"
  );
}

std::optional<Tested> test_one(
    DataFolder& data, Releases& releases, const std::string& id, const engine::Release& fresh
) {
  const auto events = data.events(id);
  if (!events) return std::nullopt;
  const auto recording = assistant::recall(*events, releases.lookup());
  if (!recording) return std::nullopt;
  return Tested{id, assistant::backtest(*events, *recording, fresh)};
}

int run_backtest(const Arguments& arguments) {
  const auto last = number_of(arguments, "--last", 1'000, 1, 10'000'000);
  const auto allow = number_of(arguments, "--allow", 0, 0, 10'000'000);
  if (!last || !allow) return report(last ? allow.error() : last.error(), kExitUsage);
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const auto fresh = fresh_release(arguments.text("PATH", "."), *data);
  if (!fresh) return report(fresh.error(), kExitConfiguration);
  const bool json = arguments.has("--json");
  Releases releases(*data);
  Summary summary;
  ListBuilder list;
  const auto begun = std::chrono::steady_clock::now();
  std::string before;
  std::uint64_t open = *last;
  while (open > 0) {
    const auto limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(open, 500));
    const auto page =
        data->conversations({.flow = arguments.text("--flow"), .before = before, .limit = limit});
    if (!page) return report(page.error(), kExitConfiguration);
    for (const auto& conversation : *page) {
      const auto tested = test_one(*data, releases, conversation.id, **fresh);
      if (!tested) {
        ++summary.unreadable;
        continue;
      }
      count(summary, tested->result);
      if (tested->result.divergences.empty()) continue;
      if (json) {
        list.add(to_value(*tested));
      } else {
        print_tested(*tested);
      }
    }
    if (page->size() < limit) break;
    before = page->back().id;
    open -= page->size();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (json) {
    print_json(MapBuilder().set("summary", to_value(summary, seconds)).set("diverging", list.build()).build()
    );
  } else {
    print_summary(summary, seconds);
  }
  return summary.diverging > *allow ? kExitFindings : kExitOk;
}

// What is asked of a version: the words of --expect among what the bot says or the outcome, else the outcome
// of the oldest version.
class Verdict {
 public:
  explicit Verdict(const Arguments& arguments) : expected_(arguments.text("--expect")) {}

  [[nodiscard]] bool good(const BacktestResult& result, const BacktestResult& oldest) const {
    if (expected_.empty()) return result.outcome_now == oldest.outcome_now;
    return result.outcome_now == expected_ || std::ranges::any_of(result.said, [&](const std::string& said) {
             return said.find(expected_) != std::string::npos;
           });
  }

 private:
  std::string expected_;
};

int run_bisect(const Arguments& arguments) {
  const std::string id = arguments.text("ID");
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const auto summary = data->conversation(id);
  if (!summary) return report(summary.error(), kExitFindings);
  const auto events = data->events(id);
  if (!events) return report(events.error(), kExitConfiguration);
  const std::string flow_id = arguments.text("--flow", summary->flow);
  auto versions = data->flow_versions(flow_id);
  if (!versions) return report(versions.error(), kExitFindings);
  std::ranges::reverse(*versions);  // the oldest first
  Releases releases(*data);
  const auto recording = assistant::recall(*events, releases.lookup());
  if (!recording) return report(recording.error(), kExitConfiguration);
  const auto base = releases.find(summary->release);
  if (base == nullptr)
    return report(
        {ErrorCode::internal, "the release of the conversation cannot be read"}, kExitConfiguration
    );

  const Verdict verdict(arguments);
  std::optional<BacktestResult> oldest;
  std::optional<std::size_t> culprit;
  Rows rows{{"HASH", "VERSION", "AUTHOR", "OUTCOME", "", "FIRST DIFFERENCE TO THE RECORD"}};
  bool was_good = true;
  for (std::size_t i = 0; i < versions->size(); ++i) {
    const turns::FlowVersion& version = (*versions)[i];
    const auto flow = data->compiled(version);
    if (!flow) return report(flow.error(), kExitConfiguration);
    const auto result = assistant::backtest(*events, *recording, *assistant::with_flow(*base, *flow));
    if (!oldest) oldest = result;
    const bool good = verdict.good(result, *oldest);
    if (was_good && !good && !culprit) culprit = i;
    was_good = good;
    const std::string first = result.divergences.empty()
                                  ? "none"
                                  : "turn " + std::to_string(result.divergences.front().turn) + ", " +
                                        result.divergences.front().what;
    rows.push_back(
        {version.hash.substr(0, 12),
         version.version,
         version.author,
         result.outcome_now,
         good ? "good" : "bad",
         first}
    );
  }
  print(table(rows));
  if (!culprit) {
    print("\nno version changes it\n");
    return kExitOk;
  }
  const turns::FlowVersion& found = (*versions)[*culprit];
  print(
      "\nfirst bad: " + flow_id + " " + found.hash.substr(0, 12) +
      (found.version.empty() ? "" : " v" + found.version) + "\n"
  );
  return kExitFindings;
}

constexpr Option kBacktestOptions[] = {
    {"PATH", "", "The assistant's folder, or one file of its flows/ in place of the active version."},
    {"--last", "N", "How many conversations, the newest ones; 1000 when left out."},
    {"--flow", "ID", "Only those that run or ran this flow last."},
    {"--allow", "N", "How many may diverge without failing; 0 when left out."},
    kDbOption,
    kDataDirOption,
    kJsonOption,
};
constexpr Option kBisectOptions[] = {
    {"ID", "", "The conversation.", true},
    {"--flow", "ID", "The flow whose versions are tried; the conversation's last when left out."},
    {"--expect",
     "TEXT",
     "What a good version says, or its outcome; the oldest version's outcome when left out."},
    kDbOption,
    kDataDirOption,
};

}  // namespace

constinit const Command kBacktest{
    "backtest",
    "Tell stored conversations to changed flows and show where they part",
    "Messages, presses, operators and answers of tools come as they were recorded; what the bot says,\n"
    "calls and waits for is compared turn by turn. Words are matched anew; what a model understood is\n"
    "taken from the record, and marked \"needs model\" when the question was another one. Calls no tool\n"
    "and no model. Exit code 1 when more than --allow conversations diverge.",
    kBacktestOptions,
    "parley backtest --last 1000\n"
    "parley backtest flows/order.yaml --flow order --allow 10",
    run_backtest,
};

constinit const Command kBisect{
    "bisect",
    "Find the version of a flow that changed how a conversation goes",
    "Tells the conversation to every published version of the flow, the oldest first. Exit code 1 when\n"
    "there is a first bad one.",
    kBisectOptions,
    "parley bisect c_01kaq2t9v6s8m3n5r7w1x4y0zb\n"
    "parley bisect c_01kaq2t9v6s8m3n5r7w1x4y0zb --expect 'Done: 2 pizzas'",
    run_bisect,
};

}  // namespace parley::cli
