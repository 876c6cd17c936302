// parley db copy: from the SQLite file of a data folder to a PostgreSQL database, then everything is replayed
// there.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "cli/command_files.hpp"
#include "cli/db/database_url.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "server/stores/copy_to_postgres.hpp"
#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/sqlite/tenant_files.hpp"
#include "server/turns/releases.hpp"
#include "server/turns/replay.hpp"

namespace parley::cli {
namespace {

constexpr const char* kTenant = "default";
constexpr std::uint32_t kPage = 500;

struct Replayed {
  std::size_t conversations = 0;
  std::size_t records = 0;
  std::size_t differences = 0;
};

turns::Awaitable<Result<Replayed>> replay_all(turns::Store& store) {
  turns::ReleaseTable releases(store);
  Replayed all;
  std::string last;
  for (;;) {
    const auto page = co_await store.list(kTenant, {.before = last, .limit = kPage});
    if (!page) co_return std::unexpected(page.error());
    for (const turns::ConversationSummary& summary : *page) {
      const auto report = co_await turns::replay_stored(store, releases, kTenant, summary.id);
      if (!report) co_return std::unexpected(report.error());
      ++all.conversations;
      all.records += report->records;
      if (!report->same) {
        ++all.differences;
        note(summary.id + " differs in record " + std::to_string(report->sequence) + ": " + report->what);
      }
      last = summary.id;
    }
    if (page->size() < kPage) co_return all;
  }
}

// The store has threads of its own; the loop waits for them until the work is done.
Result<Replayed> replay_copy(const std::string& url) {
  boost::asio::io_context loop(1);
  auto store = stores::PostgresStore::open({.url = url});
  if (!store) return std::unexpected(std::move(store.error()));
  std::optional<Result<Replayed>> outcome;
  auto guard = boost::asio::make_work_guard(loop);
  boost::asio::co_spawn(
      loop,
      replay_all(**store),
      [&](const std::exception_ptr& problem, Result<Replayed> all) {
        guard.reset();
        if (problem) std::rethrow_exception(problem);
        outcome = std::move(all);
      }
  );
  loop.run();
  INVARIANT(outcome.has_value(), "work that was begun is finished");
  return *std::move(outcome);
}

Result<std::string> sqlite_file(const Arguments& arguments) {
  ops::Assignments flags;
  if (arguments.has("--data-dir")) flags.emplace_back("server.data_dir", arguments.text("--data-dir"));
  const auto config = read_configuration(".", flags);
  if (!config) return std::unexpected(config.error());
  const std::string& directory = config->assistant().data_dir;
  // Takes the folder's lock for a moment, so that no server is writing, and brings the file up to date.
  auto files = stores::TenantFiles::open(directory);
  if (!files) return std::unexpected(std::move(files.error()));
  auto path = (*files)->database(kTenant, false);
  if (!path) return std::unexpected(std::move(path.error()));
  if (*path) return **path;
  return fail(
      ErrorCode::not_found, "nothing is stored in " + directory, {}, "name another folder with --data-dir"
  );
}

void show(
    const std::vector<stores::CopiedTable>& tables, const Replayed& replayed, const Arguments& arguments
) {
  if (arguments.has("--json")) {
    MapBuilder rows;
    for (const stores::CopiedTable& table : tables) rows.set(table.name, table.rows);
    print_json(MapBuilder()
                   .set("rows", rows.build())
                   .set("conversations", static_cast<std::int64_t>(replayed.conversations))
                   .set("records", static_cast<std::int64_t>(replayed.records))
                   .set("differences", static_cast<std::int64_t>(replayed.differences))
                   .build());
    return;
  }
  Rows shown_rows{{"TABLE", "ROWS"}};
  for (const stores::CopiedTable& each : tables) shown_rows.push_back({each.name, std::to_string(each.rows)});
  print(
      table(shown_rows) + "replayed " + counted(replayed.conversations, "conversation") + ", " +
      counted(replayed.records, "record") + ", " + counted(replayed.differences, "difference") + "\n"
  );
}

int run(const Arguments& arguments) {
  if (arguments.text("--from", "sqlite") != "sqlite") {
    return report(
        {ErrorCode::invalid_input,
         "only sqlite can be copied from",
         {},
         "parley db copy --from sqlite --to URL"},
        kExitUsage
    );
  }
  const auto url = database_url(arguments);
  if (!url) return report(url.error(), kExitUsage);
  const auto file = sqlite_file(arguments);
  if (!file) return report(file.error(), kExitConfiguration);
  const auto tables = stores::copy_to_postgres(*file, *url, kTenant);
  if (!tables) return report(tables.error(), kExitConfiguration);
  const auto replayed = replay_copy(*url);
  if (!replayed) return report(replayed.error(), kExitConfiguration);
  show(*tables, *replayed, arguments);
  return replayed->differences == 0 ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    {"--from", "STORE", "sqlite, the only one so far."},
    kDatabaseOption,
    kDataDirOption,
    kJsonOption,
};

}  // namespace

constinit const Command kDbCopy{
    "db copy",
    "Copy everything from SQLite to a PostgreSQL database",
    "Stop the server first. All rows are copied in one transaction, counted on both sides, and then every\n"
    "conversation is replayed from the copy. Exit code 1 when one differs. The data folder keeps the secret\n"
    "key, which the server needs as before.",
    kOptions,
    "parley db copy --from sqlite --to postgres://parley@db.example.org/parley",
    run
};

}  // namespace parley::cli
