// The archive: everything of one or several tenants in one file, the same for every store. Described in
// docs/reference/archive.md.
//
//   {"format":"parley-archive","version":1}
//   {"tenant":"default"}
//   {"setting":{"name":"…","value":"…"}}        a row of a table, typed JSON, one a line
//   …
//   {"end":{"rows":{"default":{"setting":4,…}},"sha256":"…"}}   of all bytes before this line
//
// The same data gives the same bytes. One thread. Errors: `unavailable` for the disk, `invalid_input` for a
// file that is no archive, is cut short or was altered.
#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "server/stores/archive/tables.hpp"

namespace parley::stores {

class ArchiveWriter {
 public:
  // Writes beside `path`; the file is there, whole and synced, after finish(). It must not exist yet.
  static Result<ArchiveWriter> create(const std::string& path);
  ArchiveWriter(ArchiveWriter&&) noexcept = default;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept = default;
  ~ArchiveWriter();

  Result<TenantSummary> add(const std::string& tenant, TenantSource& from);
  Result<void> finish();

 private:
  class Sink;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  ArchiveWriter(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Result<void> line(std::string text);
  Result<void> put(std::string_view text);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  Sha256 sum_;
  std::vector<TenantSummary> tenants_;
};

// Reads all of it: every line is understood, the counts and the checksum are those at its end.
[[nodiscard]] Result<std::vector<TenantSummary>> check_archive(const std::string& path);

// One tenant of an archive that was checked.
class ArchiveSource final : public TenantSource {
 public:
  static Result<std::unique_ptr<ArchiveSource>> open(const std::string& path, const std::string& tenant);
  Result<void> read(const ArchiveTable& table, const Each& each) override;

 private:
  ArchiveSource() = default;
  std::ifstream file_;
  std::string line_;  // the next one, not yet given
};

// The fingerprint in a row of `setting`; empty for all others.
[[nodiscard]] std::string_view secret_key_in(const ArchiveTable& table, const ArchiveRow& row);

}  // namespace parley::stores
