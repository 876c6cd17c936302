// parley db migrate, parley db status: the schema of a PostgreSQL database. SQLite files are brought up to
// date by the server that opens them.
#include "cli/command_files.hpp"
#include "cli/db/database_url.hpp"
#include "cli/numbers.hpp"
#include "cli/terminal.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/vectors/vector_support.hpp"

namespace parley::cli {
namespace {

using stores::postgres::SchemaStatus;

// Who is to be restarted.
void note_older_servers(const SchemaStatus& status) {
  const auto older = status.older_servers();
  if (older.empty()) return;
  std::string names;
  for (const auto& server : older) names += (names.empty() ? "" : ", ") + server.name;
  note(
      counted(older.size(), "server") + " of an older version " + (older.size() == 1 ? "goes" : "go") +
      " on with the new schema: " + names + "; install this version there, one after the other"
  );
}

int show(const SchemaStatus& status, const Arguments& arguments, const std::string& url) {
  const bool current = status.made == status.known;
  const auto vectors = stores::postgres::vector_support(url);
  if (!vectors) return report(vectors.error(), kExitConfiguration);
  if (arguments.has("--json")) {
    ListBuilder servers;
    for (const auto& server : status.servers)
      servers.add(MapBuilder()
                      .set("name", server.name)
                      .set("schema", static_cast<std::int64_t>(server.known_schema))
                      .build());
    print_json(MapBuilder()
                   .set("schema", static_cast<std::int64_t>(status.made))
                   .set("known", static_cast<std::int64_t>(status.known))
                   .set("current", current)
                   .set("servers", servers.build())
                   .set("vectors", describe(*vectors))
                   .build());
  } else {
    print(
        "schema " + std::to_string(status.made) + " of " + std::to_string(status.known) +
        (current ? ", up to date\n" : "\n") + describe(*vectors) + "\n"
    );
    if (current) note_older_servers(status);
  }
  return current ? kExitOk : kExitFindings;
}

int run_migrate(const Arguments& arguments) {
  const auto url = database_url(arguments);
  if (!url) return report(url.error(), kExitUsage);
  const auto status = stores::postgres::migrate(*url, arguments.text("--runtime-role", "parley"));
  if (!status) return report(status.error(), kExitConfiguration);
  if (arguments.has("--vector-index")) {
    const auto dimensions =
        number_of(arguments, "--vector-index", 1, 1, stores::postgres::kMostGraphDimensions);
    if (!dimensions) return report(dimensions.error(), kExitUsage);
    const auto made = stores::postgres::make_vector_graph(*url, static_cast<int>(*dimensions));
    if (!made) return report(made.error(), kExitConfiguration);
  }
  return show(*status, arguments, *url);
}

int run_status(const Arguments& arguments) {
  const auto url = database_url(arguments);
  if (!url) return report(url.error(), kExitUsage);
  const auto status = stores::postgres::schema_status(*url);
  if (!status) return report(status.error(), kExitConfiguration);
  return show(*status, arguments, *url);
}

constexpr Option kMigrateOptions[] = {
    kDatabaseOption,
    {"--runtime-role", "ROLE", "Whom servers connect as; parley when left out."},
    {"--vector-index", "NUMBERS", "Also make an HNSW index of vectors of this length; takes its time."},
    kJsonOption,
};
constexpr Option kStatusOptions[] = {kDatabaseOption, kJsonOption};

}  // namespace

constinit const Command kDbMigrate{
    "db migrate",
    "Bring a PostgreSQL database up to this version",
    "Connect as the owner of the database, or as a role that may become it; never as a superuser. Each\n"
    "migration is a transaction: one that is broken off is made the next time. Servers that run go on with\n"
    "most of them, and are named; where one must be stopped, this says so and does nothing. Servers connect\n"
    "as another role, which is given what it needs and no more.\n"
    "Where the extension vector is installed, what its searches need is made, too: run this again after\n"
    "installing it.",
    kMigrateOptions,
    "parley db migrate --to postgres://parley_migrate@db.example.org/parley",
    run_migrate
};

constinit const Command kDbStatus{
    "db status",
    "Show which schema a PostgreSQL database has",
    "Exit code 1 when it is not the one that this version needs.",
    kStatusOptions,
    "parley db status --to postgres://parley@db.example.org/parley",
    run_status
};

}  // namespace parley::cli
