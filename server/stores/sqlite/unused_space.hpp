// Overwrites what SQLite leaves in the unused space of its pages. secure_delete zeroes a row that is deleted,
// but not copies of it that stayed behind when rows moved from one page to another.
//
// Only bytes that no row, key or pointer uses are changed, in place: readers see the same before, during and
// after it, and so does a restart that comes in between. See docs/adr/0032-archive-and-erasure.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "server/stores/sqlite/connection.hpp"

namespace parley::stores {

// Of so many pages from `first` (counted from 0) on, synced; the page to go on from, or nothing at the end of
// the file. The log must be empty and nobody else may write; afterwards the connection must be closed, since
// its cache has the pages as they were. Then others may write until the next piece: rows that are gone are
// copied to no other page. Throws SqliteFailure. Takes about a second for a gigabyte.
std::optional<std::int64_t> overwrite_unused_space(
    const Connection& db, std::int64_t first, std::int64_t pages
);

// What of a page is not in use, zeroed: the first byte changed and the one after the last, equal when there
// is nothing to do. A page that is no page of a tree, or not sound, is left as it is.
struct ChangedRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
[[nodiscard]] ChangedRange zero_unused(std::span<std::uint8_t> page, bool first_page);

}  // namespace parley::stores
