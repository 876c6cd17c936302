// parley user: erasing everything of a user, and the record of what was erased.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/numbers.hpp"
#include "cli/project.hpp"
#include "cli/remote/http_client.hpp"
#include "cli/terminal.hpp"
#include "server/erasure/eraser.hpp"
#include "server/open_store.hpp"
#include "server/turns/world.hpp"

namespace parley::cli {
namespace {

constexpr const char* kTenant = "default";

// As the API shows it.
Value to_value(const turns::ErasureEntry& entry) {
  return MapBuilder()
      .set("id", entry.erasure_id)
      .set("cause", entry.cause)
      .set("author", entry.author)
      .set("begun_at", format_timestamp(entry.begun_at))
      .set("finished_at", entry.finished_at ? Value(format_timestamp(*entry.finished_at)) : Value())
      .set("conversations", entry.conversations)
      .set("rows", entry.rows)
      .build();
}

// In the store itself, which no server uses meanwhile: opening it takes the lock.
Result<Value> erase_here(const Arguments& arguments) {
  ops::Assignments flags;
  if (arguments.has("--data-dir")) flags.emplace_back("server.data_dir", arguments.text("--data-dir"));
  const auto config = read_configuration(".", flags);
  if (!config) return std::unexpected(config.error());
  boost::asio::io_context loop(1);
  auto store = open_store(*config);
  if (!store) return std::unexpected(std::move(store.error()));
  turns::SystemClock clock;
  turns::RandomIds ids;
  erasure::Eraser eraser({**store, clock, ids});
  std::optional<Result<turns::ErasureEntry>> outcome;
  auto guard = boost::asio::make_work_guard(loop);
  boost::asio::co_spawn(
      loop,
      eraser.erase_user(kTenant, arguments.text("ID"), "cli"),
      [&](const std::exception_ptr& problem, Result<turns::ErasureEntry> entry) {
        guard.reset();
        if (problem) std::rethrow_exception(problem);
        outcome = std::move(entry);
      }
  );
  loop.run();
  INVARIANT(outcome.has_value(), "work that was begun is finished");
  if (!*outcome) return std::unexpected((*outcome).error());
  return to_value(**outcome);
}

Result<Value> erase(const Arguments& arguments) {
  if (!arguments.has("--url")) return erase_here(arguments);
  const auto client = HttpClient::from(arguments);
  if (!client) return std::unexpected(client.error());
  return client->remove("/v1/users/" + escaped(arguments.text("ID")));
}

int run_erase(const Arguments& arguments) {
  const auto erased = erase(arguments);
  if (!erased) return report(erased.error(), kExitConfiguration);
  if (arguments.has("--json")) {
    print_json(*erased);
    return kExitOk;
  }
  print(
      "erased " + counted(static_cast<std::size_t>((*erased)["conversations"].to_double()), "conversation") +
      ", " + counted(static_cast<std::size_t>((*erased)["rows"].to_double()), "row") + "; recorded as " +
      std::string(erased->text("id")) + "\n"
  );
  note("backups and exports made before still have the user; see docs/how-to/erase-and-retain.md");
  return kExitOk;
}

Result<Value> erasures(const Arguments& arguments, std::uint64_t limit) {
  if (arguments.has("--url")) {
    const auto client = HttpClient::from(arguments);
    if (!client) return std::unexpected(client.error());
    const auto page = client->get("/v1/erasures?limit=" + std::to_string(limit));
    if (!page) return std::unexpected(page.error());
    return (*page)["data"];
  }
  auto data = DataFolder::open(arguments);
  if (!data) return std::unexpected(data.error());
  const auto entries = data->erasures(static_cast<std::uint32_t>(limit));
  if (!entries) return std::unexpected(entries.error());
  ListBuilder list;
  for (const turns::ErasureEntry& entry : *entries) list.add(to_value(entry));
  return list.build();
}

int run_erasures(const Arguments& arguments) {
  const auto limit = number_of(arguments, "--limit", 50, 1, 500);
  if (!limit) return report(limit.error(), kExitUsage);
  const auto entries = erasures(arguments, *limit);
  if (!entries) return report(entries.error(), kExitConfiguration);
  if (arguments.has("--json")) {
    print_json(*entries);
    return kExitOk;
  }
  Rows rows{{"ID", "CAUSE", "BY", "FINISHED", "CONVERSATIONS", "ROWS"}};
  for (const Value& entry : entries->as_list()) {
    rows.push_back(
        {std::string(entry.text("id")),
         std::string(entry.text("cause")),
         entry.text("author").empty() ? "-" : std::string(entry.text("author")),
         std::string(entry.text("finished_at", "not yet")),
         std::to_string(static_cast<std::uint64_t>(entry["conversations"].to_double())),
         std::to_string(static_cast<std::uint64_t>(entry["rows"].to_double()))}
    );
  }
  print(table(rows));
  return kExitOk;
}

constexpr Option kEraseOptions[] = {
    {"ID", "", "The user.", true},
    kDataDirOption,
    kUrlOption,
    kKeyFileOption,
    kJsonOption,
};
constexpr Option kErasuresOptions[] = {
    {"--limit", "N", "At most this many; 50 when left out."},
    kDbOption,
    kDataDirOption,
    kUrlOption,
    kKeyFileOption,
    kJsonOption,
};

}  // namespace

constinit const Command kUserErase{
    "user erase",
    "Erase everything that is stored of a user",
    "Conversations with their logs, snapshots, answers, calls, timers and reviews, and what is remembered.\n"
    "With --url a running server does it, with an admin's key; without, no server may use the store. What\n"
    "is left is a record: when, by whom and how much, nothing of the user.",
    kEraseOptions,
    "parley user erase ana --url http://127.0.0.1:8080\n"
    "parley user erase ana --data-dir /var/lib/parley",
    run_erase,
};

constinit const Command kUserErasures{
    "user erasures",
    "List what was erased: when, by whom and how much",
    "Of users, and of conversations that were past as `retention` says.",
    kErasuresOptions,
    "parley user erasures\n"
    "parley user erasures --url http://127.0.0.1:8080",
    run_erasures,
};

}  // namespace parley::cli
