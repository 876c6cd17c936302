// parley db copy: from the SQLite file of a data folder to a PostgreSQL database, then everything is replayed
// there.
#include <utility>

#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/db/database_url.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "server/stores/copy_to_postgres.hpp"
#include "server/stores/sqlite/tenant_files.hpp"

namespace parley::cli {
namespace {

constexpr const char* kTenant = "default";

Result<ReplayedAll> replay_copy(const std::string& url) {
  auto data = DataFolder::open_database(url);
  if (!data) return std::unexpected(std::move(data.error()));
  return replay_everything(*data);
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
    const std::vector<stores::TableCount>& tables, const ReplayedAll& replayed, const Arguments& arguments
) {
  if (arguments.has("--json")) {
    MapBuilder rows;
    for (const stores::TableCount& table : tables) rows.set(table.name, table.rows);
    print_json(MapBuilder()
                   .set("rows", rows.build())
                   .set("conversations", static_cast<std::int64_t>(replayed.conversations))
                   .set("records", static_cast<std::int64_t>(replayed.records))
                   .set("differences", static_cast<std::int64_t>(replayed.differences))
                   .build());
    return;
  }
  Rows shown_rows{{"TABLE", "ROWS"}};
  for (const stores::TableCount& each : tables) shown_rows.push_back({each.name, std::to_string(each.rows)});
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
