// Texts of a collection by numbers, whose vectors are compared where they are stored: which of them are
// there, and how near to a question each is. Thread-safe; nothing is locked while the store is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "server/turns/vectors/vector_search.hpp"

namespace parley::turns {

class SearchedTexts {
 public:
  // Its number is size() before. Equal keys are fine: each is found.
  void add(std::string key);
  [[nodiscard]] std::size_t size() const;

  // Asks which of those that nobody has asked for yet are there.
  Awaitable<Result<void>> look(VectorSearch& search, const Collection& collection);
  // The numbers of those that are not, the last first.
  [[nodiscard]] std::vector<std::size_t> missing() const;
  // They have been added to the collection.
  void note_there(std::span<const std::size_t> numbers);

  // For each text: how near to the question, 0 to 1 as of language::Meanings, where it is among the nearest
  // or those in `also`; 0 where it is not; -1 where it has no vector.
  Awaitable<Result<std::vector<float>>> nearness(
      VectorSearch& search,
      const Collection& collection,
      std::vector<float> question,
      std::span<const std::uint32_t> also
  );
  [[nodiscard]] std::vector<std::string> keys() const;

 private:
  enum class Place : std::uint8_t { unknown, missing, there };
  struct Text {
    const std::string* key = nullptr;  // in numbers_
    Place place = Place::unknown;
  };

  mutable std::mutex mutex_;
  std::vector<Text> texts_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> numbers_;
};

}  // namespace parley::turns
