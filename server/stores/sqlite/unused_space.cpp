#include "server/stores/sqlite/unused_space.hpp"

#include <algorithm>
#include <vector>

namespace parley::stores {
namespace {

constexpr std::size_t kFileHeader = 100;  // before the first page's own
// A page that continues a long row begins with a page's number, whose first byte is 0 below this size; so no
// such page is taken for one of a tree.
constexpr sqlite3_int64 kLargestFile = sqlite3_int64{64} << 30;

std::size_t number_at(std::span<const std::uint8_t> page, std::size_t place) {
  return static_cast<std::size_t>(page[place]) << 8U | page[place + 1];
}

bool is_leaf(std::uint8_t kind) {
  return kind == 10 || kind == 13;
}
bool is_tree(std::uint8_t kind) {
  return is_leaf(kind) || kind == 2 || kind == 5;
}

void check(int code, const char* what) {
  if (code != SQLITE_OK) throw SqliteFailure(code, what);
}

class Zeroes {
 public:
  explicit Zeroes(std::span<std::uint8_t> page) : page_(page) {}

  void put(std::size_t begin, std::size_t end) {
    for (std::size_t place = begin; place < end; ++place) {
      if (page_[place] == 0) continue;
      page_[place] = 0;
      if (range_.begin == range_.end) range_.begin = place;
      range_.begin = std::min(range_.begin, place);
      range_.end = std::max(range_.end, place + 1);
    }
  }
  [[nodiscard]] ChangedRange range() const { return range_; }

 private:
  std::span<std::uint8_t> page_;
  ChangedRange range_;
};

}  // namespace

// The file format's description, section 1.6: a header, the cells' places, unallocated space, cells; between
// the cells free blocks, each with the place of the next and its own size in its first four bytes.
ChangedRange zero_unused(std::span<std::uint8_t> page, bool first_page) {
  const std::size_t header = first_page ? kFileHeader : 0;
  if (page.size() < header + 12 || !is_tree(page[header])) return {};
  const std::size_t places = header + (is_leaf(page[header]) ? 8 : 12) + 2 * number_at(page, header + 3);
  std::size_t content = number_at(page, header + 5);
  if (content == 0) content = 65'536;
  if (places > content || content > page.size()) return {};
  // Looked through before anything is changed.
  std::vector<ChangedRange> free{{places, content}};
  for (std::size_t block = number_at(page, header + 1), last = 0; block != 0;
       last = block, block = number_at(page, block)) {
    if (block <= last || block < content || block + 4 > page.size()) return {};
    const std::size_t size = number_at(page, block + 2);
    if (size < 4 || block + size > page.size()) return {};
    free.push_back({block + 4, block + size});
  }
  Zeroes zeroes(page);
  for (const ChangedRange& range : free) zeroes.put(range.begin, range.end);
  return zeroes.range();
}

std::optional<std::int64_t> overwrite_unused_space(
    const Connection& db, std::int64_t first, std::int64_t pages
) {
  // The connection's own handle: closing another one would let go of the locks that this process has.
  sqlite3_file* file = nullptr;
  check(
      sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file),
      "the file cannot be reached"
  );
  sqlite3_int64 size = 0;
  check(file->pMethods->xFileSize(file, &size), "the file has no size");
  if (size > kLargestFile) return std::nullopt;
  Statement statement(db, "PRAGMA page_size");
  Rows row = statement.query();
  std::vector<std::uint8_t> page(row.next() ? static_cast<std::size_t>(row.integer(0)) : 4096);
  const auto step = static_cast<sqlite3_int64>(page.size());
  const sqlite3_int64 end = std::min(size, (first + pages) * step);
  for (sqlite3_int64 place = first * step; place + step <= end; place += step) {
    check(file->pMethods->xRead(file, page.data(), static_cast<int>(step), place), "a page cannot be read");
    const ChangedRange changed = zero_unused(page, place == 0);
    if (changed.begin == changed.end) continue;
    const auto count = static_cast<int>(changed.end - changed.begin);
    check(
        file->pMethods->xWrite(
            file, page.data() + changed.begin, count, place + static_cast<sqlite3_int64>(changed.begin)
        ),
        "a page cannot be written"
    );
  }
  check(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), "the file cannot be synced");
  if (end == size) return std::nullopt;
  return first + pages;
}

}  // namespace parley::stores
