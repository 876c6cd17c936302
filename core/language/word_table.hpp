// A table of words or phrases that knows where to look: its rows are also kept grouped by their first word,
// so that asking about a word reads a row or two instead of all of them. Built by the compiler; immutable.
//
//   constexpr std::string_view kTails[] = {"please", "for me"};
//   constexpr Table<std::string_view> tails = table<kTails>;
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace parley::language {

// Words are a handful of letters: looking at each is quicker than a call to the library's search.
constexpr std::string_view first_word(std::string_view phrase) {
  std::size_t end = 0;
  while (end < phrase.size() && phrase[end] != ' ') ++end;
  return phrase.substr(0, end);
}
constexpr std::string_view last_word(std::string_view phrase) {
  std::size_t begin = phrase.size();
  while (begin > 0 && phrase[begin - 1] != ' ') --begin;
  return phrase.substr(begin);
}

// Good enough to tell the words of one table apart, and four instructions.
constexpr std::size_t hash_word(std::string_view word) {
  if (word.empty()) return 0;
  const auto first = static_cast<unsigned char>(word.front());
  const auto middle = static_cast<unsigned char>(word[word.size() / 2]);
  const auto last = static_cast<unsigned char>(word.back());
  return first + 3U * middle + 7U * last + 11U * word.size();
}
constexpr std::uint64_t hash_bit(std::string_view word) {
  return std::uint64_t{1} << (hash_word(word) % 64);
}

// The phrase of a row, found by argument-dependent lookup for rows that are more than their phrase.
constexpr std::string_view phrase_of(std::string_view row) {
  return row;
}

template <typename Row, std::size_t N>
struct TableIndex {
  static constexpr std::size_t kGroups = std::min<std::size_t>(512, std::bit_ceil(2 * N));
  std::array<Row, N> grouped{};
  std::array<std::uint16_t, kGroups + 1> starts{};
  std::uint64_t last_words = 0;

  explicit consteval TableIndex(const Row (&rows)[N]) {
    const auto group_of = [](const Row& row) { return hash_word(first_word(phrase_of(row))) % kGroups; };
    for (const Row& row : rows) ++starts[group_of(row) + 1];
    for (std::size_t group = 0; group < kGroups; ++group) starts[group + 1] += starts[group];
    std::array<std::uint16_t, kGroups + 1> filled = starts;
    for (const Row& row : rows) grouped[filled[group_of(row)]++] = row;
    for (const Row& row : rows) last_words |= hash_bit(last_word(phrase_of(row)));
  }
};

template <typename Row>
class Table {
 public:
  constexpr Table() = default;
  template <std::size_t N>
  constexpr Table(const Row (&rows)[N], const TableIndex<Row, N>& index)
      : rows_(rows),
        grouped_(index.grouped.data()),
        starts_(index.starts.data()),
        mask_(TableIndex<Row, N>::kGroups - 1),
        last_words_(index.last_words) {}

  // In the order in which they were written.
  [[nodiscard]] constexpr auto begin() const { return rows_.begin(); }
  [[nodiscard]] constexpr auto end() const { return rows_.end(); }
  [[nodiscard]] constexpr bool empty() const { return rows_.empty(); }

  // All rows whose phrase begins with the word, among few others; in the order in which they were written.
  [[nodiscard]] std::span<const Row> beginning_with(std::string_view word) const {
    if (starts_ == nullptr) return {};
    const std::size_t group = hash_word(word) & mask_;
    return {grouped_ + starts_[group], grouped_ + starts_[group + 1]};
  }
  // The row that is this one word; null when there is none.
  [[nodiscard]] const Row* find_word(std::string_view word) const {
    for (const Row& row : beginning_with(word)) {
      if (phrase_of(row) == word) return &row;
    }
    return nullptr;
  }
  // The row of a whole phrase, the first one when there are several; null when there is none.
  [[nodiscard]] const Row* find(std::string_view phrase) const {
    for (const Row& row : beginning_with(first_word(phrase))) {
      if (phrase_of(row) == phrase) return &row;
    }
    return nullptr;
  }
  // False when no phrase ends with the word; true nearly always when one does.
  [[nodiscard]] bool may_end_with(std::string_view word) const { return (last_words_ & hash_bit(word)) != 0; }

 private:
  std::span<const Row> rows_;
  const Row* grouped_ = nullptr;
  const std::uint16_t* starts_ = nullptr;
  std::size_t mask_ = 0;
  std::uint64_t last_words_ = 0;
};

template <const auto& rows>
inline constexpr TableIndex kTableIndex{rows};
template <const auto& rows>
inline constexpr Table<std::remove_cvref_t<decltype(rows[0])>> table{rows, kTableIndex<rows>};

}  // namespace parley::language
