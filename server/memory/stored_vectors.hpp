// Vectors of texts, from the store where they are and from the model where they are not. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/turns/text_vectors.hpp"

namespace parley::memory {

// Where vectors are searched, null for nowhere but in this process, and from how many texts on.
struct SearchPlace {
  turns::VectorSearch* by = nullptr;
  std::size_t beyond_of_user = SIZE_MAX;
  std::size_t beyond_of_nobody = SIZE_MAX;
};

class StoredVectors : public turns::TextVectors {
 public:
  static constexpr std::size_t kMostTextBytes = 8'000;  // what is behind them is not looked at

  // Store, clock and search must outlive this.
  StoredVectors(
      std::shared_ptr<turns::VectorMaker> maker,
      turns::Store& store,
      turns::Clock& clock,
      SearchPlace search = {}
  )
      : maker_(std::move(maker)), store_(store), clock_(clock), search_(search) {}

  [[nodiscard]] std::string maker() const override { return maker_->maker(); }
  // Failures are those of the maker; a store that fails only makes it slower.
  turns::Awaitable<Result<turns::Vectors>> of(turns::VectorsAsked asked) override;

  [[nodiscard]] turns::VectorSearch* search() const override { return search_.by; }
  [[nodiscard]] std::size_t searched_beyond(std::string_view user_id) const override {
    return user_id.empty() ? search_.beyond_of_nobody : search_.beyond_of_user;
  }
  [[nodiscard]] std::string key(std::string_view text) const override;
  turns::Awaitable<Result<void>> collect(turns::VectorsAsked asked, turns::Collection collection) override;

 private:
  std::shared_ptr<turns::VectorMaker> maker_;
  turns::Store& store_;
  turns::Clock& clock_;
  SearchPlace search_;
};

}  // namespace parley::memory
