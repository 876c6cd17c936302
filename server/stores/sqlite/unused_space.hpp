// Overwrites what SQLite leaves in the unused space of its pages. secure_delete zeroes a row that is deleted,
// but not copies of it that stayed behind when rows moved from one page to another.
//
// Only bytes that no row, key or pointer uses are changed, in place: readers see the same before, during and
// after it, and so does a restart that comes in between. See docs/adr/0032-archive-and-erasure.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "server/stores/sqlite/connection.hpp"

namespace parley::stores {

// Of the whole file, synced. The log must be empty and nobody else may write; afterwards the connection must
// be closed, since its cache has the pages as they were. Throws SqliteFailure. Takes about a second for a
// gigabyte.
void overwrite_unused_space(const Connection& db);

// What of a page is not in use, zeroed: the first byte changed and the one after the last, equal when there
// is nothing to do. A page that is no page of a tree, or not sound, is left as it is.
struct ChangedRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
[[nodiscard]] ChangedRange zero_unused(std::span<std::uint8_t> page, bool first_page);

}  // namespace parley::stores
