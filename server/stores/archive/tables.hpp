// What a tenant's data consists of, as every store has it: the tables and columns of the archive format, of
// copies from one store to another and of imports. A store keeps more (numbers, checksums, indexes), which it
// makes itself.
//
// A table that a migration adds gets a row in tables.cpp; a test of each store compares. Static data.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::stores {

enum class ColumnKind : std::uint8_t {
  text,     // bytes; may hold NUL and need not be UTF-8
  number,   // 64 bits, signed
  time,     // nanoseconds, or nothing
  texts,    // a list of texts
  derived,  // a number that some stores find in another table
};

struct ArchiveColumn {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
};

// How rows belong to a conversation in a store that numbers its conversations.
enum class ConversationLink : std::uint8_t {
  none,
  itself,    // they are the conversations
  by_number  // the column "conversation" is its number there
};

struct ArchiveTable {
  std::string_view name;
  std::span<const ArchiveColumn> columns;  // in the order of the row's checksum
  ConversationLink link = ConversationLink::none;
  bool sums_link = true;             // its checksum covers the conversation's number
  bool summed_in_postgres = false;   // it has a checksum there; SQLite's tables all have one but `activation`
  std::string_view order_in_sqlite;  // ORDER BY, of table t and conversation c
  std::string_view order_in_postgres;
};

// In an order in which every row comes after those it names.
[[nodiscard]] std::span<const ArchiveTable> archive_tables();
[[nodiscard]] const ArchiveTable* find_archive_table(std::string_view name);

// Parallel to the columns: a string, or bytes when they are no UTF-8; an int; null; a list of either.
using ArchiveRow = std::vector<Value>;

[[nodiscard]] Value text_cell(std::string_view octets);
// Of a cell made by text_cell(), valid as long as the cell.
[[nodiscard]] std::string_view octets_of(const Value& cell);
// Whether the cells are what the columns say.
[[nodiscard]] bool fits(const ArchiveTable& table, const ArchiveRow& row);

// What the row's checksum is in SQLite, where its conversation has a `number`, or in PostgreSQL.
[[nodiscard]] std::int64_t row_checksum(
    const ArchiveTable& table, const ArchiveRow& row, std::optional<std::int64_t> number
);

struct TableCount {
  std::string name;
  std::int64_t rows = 0;
};

struct TenantSummary {
  std::string name;
  std::vector<TableCount> tables;
  std::string secret_key;  // fingerprint of the key that the data was made with; may be empty
};

// Everything of one tenant, of one moment.
class TenantSource {
 public:
  using Each = std::function<Result<void>(ArchiveRow)>;

  virtual ~TenantSource() = default;
  // In the table's order. Stops at the first error, which may be that of `each`.
  virtual Result<void> read(const ArchiveTable& table, const Each& each) = 0;
};

// Where a tenant's data is written: all of it or nothing.
class TenantSink {
 public:
  virtual ~TenantSink() = default;
  virtual Result<void> write(const ArchiveTable& table, const ArchiveRow& row) = 0;
  // Makes it last; without it nothing has happened.
  virtual Result<void> finish() = 0;
};

// Copies every table and finishes. The counts are those of the rows written.
[[nodiscard]] Result<std::vector<TableCount>> transfer(TenantSource& from, TenantSink& to);

}  // namespace parley::stores
