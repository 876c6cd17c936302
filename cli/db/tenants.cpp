#include "cli/db/tenants.hpp"

#include <algorithm>
#include <utility>

#include "cli/backup/manifest.hpp"
#include "cli/terminal.hpp"
#include "server/stores/archive/archive_file.hpp"
#include "server/stores/archive/postgres_rows.hpp"
#include "server/stores/archive/sqlite_rows.hpp"

namespace parley::cli {

namespace {

template <typename Base, typename Derived>
Result<std::unique_ptr<Base>> as(Result<std::unique_ptr<Derived>> opened) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::unique_ptr<Base>(std::move(*opened));
}

Result<std::unique_ptr<stores::TenantSource>> source_at(const StoredAt& place, const std::string& tenant) {
  if (!place.url.empty()) return as<stores::TenantSource>(stores::PostgresSource::open(place.url, tenant));
  return as<stores::TenantSource>(stores::SqliteSource::open(tenant_file(place.data_dir, tenant)));
}

}  // namespace

Result<std::vector<std::string>> tenants_of(const StoredAt& place, const Arguments& arguments) {
  std::vector<std::string> named = arguments.list("--tenant");
  if (place.url.empty()) {
    const std::vector<std::string> there = stores::tenants_in(place.data_dir);
    if (there.empty()) {
      return fail(
          ErrorCode::not_found,
          "nothing is stored in " + place.data_dir,
          {},
          "name another folder with --data-dir"
      );
    }
    for (const std::string& name : named) {
      if (std::ranges::find(there, name) != there.end()) continue;
      return fail(ErrorCode::not_found, "there is no tenant " + name + " in " + place.data_dir);
    }
    return named.empty() ? there : named;
  }
  if (!arguments.has("--all-tenants")) return named.empty() ? std::vector<std::string>{"default"} : named;
  auto all = stores::postgres_tenants(place.url);
  if (!all || !all->empty()) return all;
  return fail(
      ErrorCode::forbidden,
      "this role sees one tenant at a time, and only by name",
      {},
      "name them with --tenant, or connect as a role with BYPASSRLS, see docs/how-to/back-up-and-restore.md"
  );
}

Result<std::vector<stores::TenantSummary>> write_archive(
    const StoredAt& place, const std::vector<std::string>& tenants, const std::string& path
) {
  auto writer = stores::ArchiveWriter::create(path);
  if (!writer) return std::unexpected(std::move(writer.error()));
  std::vector<stores::TenantSummary> summaries;
  for (const std::string& tenant : tenants) {
    const auto source = source_at(place, tenant);
    if (!source) return std::unexpected(source.error());
    auto summary = writer->add(tenant, **source);
    if (!summary) return std::unexpected(std::move(summary.error()));
    summaries.push_back(*std::move(summary));
  }
  if (auto finished = writer->finish(); !finished) return std::unexpected(std::move(finished.error()));
  return summaries;
}

Result<std::unique_ptr<stores::TenantSource>> open_archive(
    const std::string& path, const std::string& tenant
) {
  return as<stores::TenantSource>(stores::ArchiveSource::open(path, tenant));
}

Result<std::unique_ptr<stores::TenantSink>> sink_at(
    const StoredAt& place, stores::TenantFiles& files, const std::string& tenant
) {
  if (!place.url.empty()) return as<stores::TenantSink>(stores::PostgresSink::open(place.url, tenant));
  const auto path = files.database(tenant, true);
  if (!path) return std::unexpected(path.error());
  return as<stores::TenantSink>(stores::SqliteSink::open(**path));
}

void show_tenants(const std::vector<stores::TenantSummary>& tenants, const Arguments& arguments) {
  if (arguments.has("--json")) {
    ListBuilder list;
    for (const stores::TenantSummary& tenant : tenants) list.add(to_value(tenant));
    print_json(list.build());
    return;
  }
  Rows rows{{"TENANT", "TABLE", "ROWS"}};
  for (const stores::TenantSummary& tenant : tenants) {
    for (const stores::TableCount& each : tenant.tables)
      rows.push_back({tenant.name, each.name, std::to_string(each.rows)});
  }
  print(table(rows));
}

}  // namespace parley::cli
