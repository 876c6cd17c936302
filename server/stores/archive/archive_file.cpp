#include "server/stores/archive/archive_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/json.hpp"
#include "server/stores/sync_folder.hpp"

namespace parley::stores {
namespace {

constexpr std::string_view kHead = R"({"format":"parley-archive","version":1})";
constexpr std::string_view kSecretKey = "secret_key_fingerprint";
constexpr std::string_view kPartial = ".partial";

std::unexpected<Error> disk(const std::string& path, const char* what) {
  return fail(
      ErrorCode::unavailable,
      "The archive " + path + " cannot be " + what + ": " + std::strerror(errno) + ".",
      {},
      "Check its folder's owner and free space."
  );
}

std::unexpected<Error> refused(const std::string& path, const std::string& why) {
  return fail(
      ErrorCode::invalid_input,
      "The archive " + path + " cannot be used: " + why + ".",
      {},
      "Nothing was read from it; take another copy."
  );
}

std::string row_line(const ArchiveTable& table, const ArchiveRow& row) {
  MapBuilder map;
  map.reserve(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) map.set(table.columns[i].name, row[i]);
  return write_typed(Value::map({{table.name, map.build()}}));
}

// Nothing when the line's row is not of the table, or not as the table wants it.
std::optional<ArchiveRow> row_in(const ArchiveTable& table, const Value& line) {
  const Value& map = line[table.name];
  if (!map.is_map() || map.size() != table.columns.size()) return std::nullopt;
  ArchiveRow row;
  row.reserve(table.columns.size());
  for (const ArchiveColumn& column : table.columns) row.push_back(map[column.name]);
  if (!fits(table, row)) return std::nullopt;
  return row;
}

std::string end_line(const std::vector<TenantSummary>& tenants, const std::string& sum) {
  MapBuilder rows;
  for (const TenantSummary& tenant : tenants) {
    MapBuilder counts;
    for (const TableCount& table : tenant.tables) counts.set(table.name, table.rows);
    rows.set(tenant.name, counts.build());
  }
  return write_typed(Value::map({{"end", Value::map({{"rows", rows.build()}, {"sha256", sum}})}}));
}

// A line of an archive as it is checked.
class Checker {
 public:
  explicit Checker(const std::string& path) : path_(path), file_(path, std::ios::binary) {}

  Result<std::vector<TenantSummary>> run() {
    if (!file_) return disk(path_, "read");
    std::string line;
    if (!std::getline(file_, line) || line != kHead)
      return refused(path_, "it does not begin as one of version 1");
    sum_.update(line + "\n");
    for (std::uint64_t number = 2; std::getline(file_, line); ++number) {
      if (line.starts_with(R"({"end":)")) return take_end(line);
      if (file_.eof()) break;  // in the middle of a line
      sum_.update(line + "\n");
      if (!take(line)) return refused(path_, "line " + std::to_string(number) + " is damaged");
    }
    return refused(path_, "it is cut short, its end is missing");
  }

 private:
  bool take(const std::string& line) {
    const auto value = parse_typed(line);
    if (!value || !value->is_map() || value->size() != 1) return false;
    const Value& key = value->entries().front().key;
    if (!key.is_string()) return false;
    if (key.as_string() == "tenant") {
      const std::string name(value->text("tenant"));
      const bool again = std::ranges::find(tenants_, name, &TenantSummary::name) != tenants_.end();
      if (name.empty() || again) return false;
      tenants_.push_back({.name = name, .tables = {}, .secret_key = {}});
      for (const ArchiveTable& table : archive_tables())
        tenants_.back().tables.push_back({std::string(table.name)});
      place_ = 0;
      return true;
    }
    const ArchiveTable* table = find_archive_table(key.as_string());
    if (table == nullptr || tenants_.empty()) return false;
    const auto place = static_cast<std::size_t>(table - archive_tables().data());
    if (place < place_) return false;
    place_ = place;
    const auto row = row_in(*table, *value);
    if (!row) return false;
    ++tenants_.back().tables[place].rows;
    if (const auto key_of = secret_key_in(*table, *row); !key_of.empty()) tenants_.back().secret_key = key_of;
    return true;
  }

  Result<std::vector<TenantSummary>> take_end(const std::string& line) {
    const std::string expected = end_line(tenants_, hex_encode(sum_.finish()));
    if (line != expected || file_.eof())
      return refused(path_, "it is not as it was written, its checksum differs");
    if (file_.peek() != std::ifstream::traits_type::eof()) return refused(path_, "something follows its end");
    return std::move(tenants_);
  }

  const std::string& path_;
  std::ifstream file_;
  Sha256 sum_;
  std::vector<TenantSummary> tenants_;
  std::size_t place_ = 0;  // of the last row's table
};

}  // namespace

std::string_view secret_key_in(const ArchiveTable& table, const ArchiveRow& row) {
  if (table.name != "setting" || octets_of(row[0]) != kSecretKey) return {};
  return octets_of(row[1]);
}

// ---- writing

class ArchiveWriter::Sink final : public TenantSink {
 public:
  Sink(ArchiveWriter& writer, TenantSummary& summary) : writer_(writer), summary_(summary) {}
  Result<void> write(const ArchiveTable& table, const ArchiveRow& row) override {
    if (const auto key = secret_key_in(table, row); !key.empty()) summary_.secret_key = key;
    return writer_.line(row_line(table, row));
  }
  Result<void> finish() override { return {}; }

 private:
  ArchiveWriter& writer_;
  TenantSummary& summary_;
};

Result<ArchiveWriter> ArchiveWriter::create(const std::string& path) {
  std::error_code problem;
  if (std::filesystem::exists(path, problem)) {
    return fail(
        ErrorCode::conflict,
        "There is a file " + path + " already.",
        {},
        "Choose another name; nothing is overwritten."
    );
  }
  const std::string partial = path + std::string(kPartial);
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return disk(path, "made");
  ArchiveWriter writer(path, ::fdopen(file, "wb"));
  if (auto written = writer.line(std::string(kHead)); !written) return std::unexpected(written.error());
  return writer;
}

ArchiveWriter::~ArchiveWriter() {
  if (file_ != nullptr) ::unlink((path_ + std::string(kPartial)).c_str());
}

Result<void> ArchiveWriter::line(std::string text) {
  text += '\n';
  sum_.update(text);
  return put(text);
}

Result<void> ArchiveWriter::put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) return disk(path_, "written");
  return {};
}

Result<TenantSummary> ArchiveWriter::add(const std::string& tenant, TenantSource& from) {
  if (auto named = line(write_typed(Value::map({{"tenant", tenant}}))); !named)
    return std::unexpected(std::move(named.error()));
  TenantSummary summary{.name = tenant, .tables = {}, .secret_key = {}};
  Sink sink(*this, summary);
  auto counts = transfer(from, sink);
  if (!counts) return std::unexpected(std::move(counts.error()));
  summary.tables = *std::move(counts);
  tenants_.push_back(summary);
  return summary;
}

Result<void> ArchiveWriter::finish() {
  const std::string end = end_line(tenants_, hex_encode(sum_.finish())) + "\n";
  if (auto written = put(end); !written) return written;
  if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0) return disk(path_, "written");
  if (::rename((path_ + std::string(kPartial)).c_str(), path_.c_str()) != 0) return disk(path_, "named");
  file_.reset();
  if (!sync_folder(std::filesystem::path(path_).parent_path().string())) return disk(path_, "synced");
  return {};
}

// ---- reading

Result<std::vector<TenantSummary>> check_archive(const std::string& path) {
  return Checker(path).run();
}

Result<std::unique_ptr<ArchiveSource>> ArchiveSource::open(
    const std::string& path, const std::string& tenant
) {
  std::unique_ptr<ArchiveSource> source(new ArchiveSource());
  source->file_.open(path, std::ios::binary);
  if (!source->file_) return disk(path, "read");
  const std::string wanted = write_typed(Value::map({{"tenant", tenant}}));
  while (std::getline(source->file_, source->line_)) {
    if (source->line_ != wanted) continue;
    std::getline(source->file_, source->line_);
    return source;
  }
  return refused(path, "it has no tenant " + tenant);
}

Result<void> ArchiveSource::read(const ArchiveTable& table, const Each& each) {
  const std::string begin = "{\"" + std::string(table.name) + "\":";
  while (line_.starts_with(begin)) {
    const auto value = parse_typed(line_);
    auto row = value ? row_in(table, *value) : std::nullopt;
    if (!row) return refused("file", "it has changed while it was read");
    if (auto taken = each(*std::move(row)); !taken) return taken;
    if (!std::getline(file_, line_)) line_.clear();
  }
  return {};
}

}  // namespace parley::stores
