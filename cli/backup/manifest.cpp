#include "cli/backup/manifest.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "cli/project.hpp"
#include "server/stores/archive/archive_file.hpp"
#include "server/stores/archive/sqlite_rows.hpp"
#include "server/stores/sqlite/file_copy.hpp"
#include "server/stores/sqlite/tenant_files.hpp"
#include "server/stores/sync_folder.hpp"

namespace parley::cli {
namespace {

using stores::TenantSummary;

std::unexpected<Error> refused(const std::string& why) {
  return fail(
      ErrorCode::invalid_input,
      "the backup cannot be used: " + why,
      {},
      "nothing was restored; take another one"
  );
}

Result<std::string> sum_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 sum;
  std::string piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    sum.update(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
  if (!file.eof()) return fail(ErrorCode::unavailable, path + " cannot be read");
  return hex_encode(sum.finish());
}

bool file_synced(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = ::fsync(file) == 0;
  ::close(file);
  return done;
}

Value body_of(const Manifest& manifest) {
  ListBuilder files;
  for (const BackupFile& file : manifest.files)
    files.add(Value::map({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}}));
  ListBuilder tenants;
  for (const TenantSummary& tenant : manifest.tenants) tenants.add(to_value(tenant));
  return MapBuilder()
      .set("format", "parley-backup")
      .set("version", 1)
      .set("made_at", manifest.made_at)
      .set("program", manifest.program)
      .set("files", files.build())
      .set("tenants", tenants.build())
      .build();
}

// The files are named by whoever wrote the manifest: they must lie in the folder.
bool is_name(std::string_view name) {
  if (name == kArchiveName || name == "secret.key") return true;
  const std::filesystem::path path(name);
  return path.parent_path() == "tenants" && path.extension() == ".db" &&
         path.filename().string().front() != '.';
}

Result<Manifest> manifest_of(const Value& body) {
  Manifest manifest{
      .made_at = std::string(body.text("made_at")),
      .program = std::string(body.text("program")),
      .files = {},
      .tenants = {}
  };
  for (const Value& file : body["files"].as_list()) {
    if (!is_name(file.text("name"))) return refused("its manifest names a file that no backup has");
    manifest.files.push_back(
        {std::string(file.text("name")), file["bytes"].as_int(), std::string(file.text("sha256"))}
    );
  }
  for (const Value& tenant : body["tenants"].as_list()) {
    TenantSummary& summary = manifest.tenants.emplace_back(TenantSummary{
        .name = std::string(tenant.text("name")),
        .tables = {},
        .secret_key = std::string(tenant.text("secret_key"))
    });
    for (const auto& [table, rows] : tenant["rows"].entries())
      summary.tables.push_back({std::string(table.as_string()), rows.as_int()});
  }
  return manifest;
}

bool same_counts(const TenantSummary& a, const TenantSummary& b) {
  const auto counts = [](const TenantSummary& tenant) {
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (const auto& table : tenant.tables) all.emplace_back(table.name, table.rows);
    std::ranges::sort(all);
    return all;
  };
  return a.name == b.name && a.secret_key == b.secret_key && counts(a) == counts(b);
}

// Reads every row, which verifies its checksum.
class Nowhere final : public stores::TenantSink {
 public:
  Result<void> write(const stores::ArchiveTable&, const stores::ArchiveRow&) override { return {}; }
  Result<void> finish() override { return {}; }
};

Result<void> verify_file(const std::string& path, const TenantSummary& tenant) {
  if (auto sound = stores::check_sqlite_file(path); !sound) return sound;
  const auto summary = stores::summary_of_sqlite_file(path, tenant.name);
  if (!summary) return std::unexpected(summary.error());
  if (!same_counts(*summary, tenant))
    return refused("the rows of tenant " + tenant.name + " are not those counted");
  auto source = stores::SqliteSource::open(path);
  if (!source) {
    // Of an older schema: its rows are read when a server has brought it up to date.
    if (source.error().code == ErrorCode::unsupported) return {};
    return std::unexpected(std::move(source.error()));
  }
  Nowhere nowhere;
  if (auto read = stores::transfer(**source, nowhere); !read) return std::unexpected(std::move(read.error()));
  return {};
}

}  // namespace

Value to_value(const TenantSummary& tenant) {
  MapBuilder rows;
  for (const stores::TableCount& table : tenant.tables) rows.set(table.name, table.rows);
  return MapBuilder()
      .set("name", tenant.name)
      .set("secret_key", tenant.secret_key)
      .set("rows", rows.build())
      .build();
}

bool Manifest::has(const std::string& file) const {
  return std::ranges::find(files, file, &BackupFile::name) != files.end();
}

std::string tenant_file(const std::string& folder, const std::string& tenant) {
  return folder + "/tenants/" + tenant + ".db";
}

Result<void> write_manifest(
    const std::string& folder, Manifest manifest, const std::vector<std::string>& files
) {
  for (const std::string& name : files) {
    const std::string path = folder + "/" + name;
    auto sum = sum_of(path);
    if (!sum) return std::unexpected(std::move(sum.error()));
    std::error_code problem;
    manifest.files.push_back(
        {name, static_cast<std::int64_t>(std::filesystem::file_size(path, problem)), *std::move(sum)}
    );
  }
  const Value body = body_of(manifest);
  const std::string path = folder + "/manifest.json";
  std::ofstream file(path, std::ios::binary);
  file << write_json_pretty(body.with("sha256", sha256_hex(write_canonical(body)))) << "\n";
  file.close();
  const bool kept = file && file_synced(path) && stores::sync_folder(folder);
  if (kept) return {};
  return fail(ErrorCode::unavailable, "the backup " + folder + " cannot be written: " + std::strerror(errno));
}

Result<Manifest> read_manifest(const std::string& folder) {
  const auto text = read_file(folder + "/manifest.json");
  if (!text) return refused("it has no manifest.json; it was not finished, or " + folder + " is no backup");
  const auto value = parse_json(*text);
  if (!value || value->text("format") != "parley-backup") return refused("its manifest is damaged");
  const Value body = value->without("sha256");
  if (sha256_hex(write_canonical(body)) != value->text("sha256"))
    return refused("its manifest is not as it was written");
  if (body["version"] != Value(1)) return refused("it was made by a newer Parley");
  auto manifest = manifest_of(body);
  if (!manifest) return manifest;
  for (const BackupFile& file : manifest->files) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(folder + "/" + file.name, problem);
    if (problem) return refused(file.name + " is missing");
    if (static_cast<std::int64_t>(size) != file.bytes)
      return refused(
          file.name + " has " + std::to_string(size) + " bytes instead of " + std::to_string(file.bytes)
      );
    const auto sum = sum_of(folder + "/" + file.name);
    if (!sum) return std::unexpected(sum.error());
    if (*sum != file.sha256) return refused(file.name + " was altered, its checksum differs");
  }
  return manifest;
}

Result<Manifest> verify_backup(const std::string& folder) {
  auto manifest = read_manifest(folder);
  if (!manifest) return manifest;
  if (!manifest->has(kArchiveName)) {
    for (const TenantSummary& tenant : manifest->tenants) {
      if (!manifest->has("tenants/" + tenant.name + ".db"))
        return refused("tenant " + tenant.name + " has no file");
      if (auto sound = verify_file(tenant_file(folder, tenant.name), tenant); !sound)
        return std::unexpected(std::move(sound.error()));
    }
    return manifest;
  }
  const auto tenants = stores::check_archive(folder + "/" + kArchiveName);
  if (!tenants) return std::unexpected(tenants.error());
  if (!std::ranges::equal(*tenants, manifest->tenants, same_counts))
    return refused("the rows of its archive are not those counted");
  return manifest;
}

}  // namespace parley::cli
