// Vectors of texts, from the store where they are and from the model where they are not. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/turns/text_vectors.hpp"

namespace parley::memory {

class StoredVectors : public turns::TextVectors {
 public:
  static constexpr std::size_t kMostTextBytes = 8'000;  // what is behind them is not looked at

  // Store and clock must outlive this.
  StoredVectors(std::shared_ptr<turns::VectorMaker> maker, turns::Store& store, turns::Clock& clock)
      : maker_(std::move(maker)), store_(store), clock_(clock) {}

  [[nodiscard]] std::string maker() const override { return maker_->maker(); }
  // Failures are those of the maker; a store that fails only makes it slower.
  turns::Awaitable<Result<turns::Vectors>> of(turns::VectorsAsked asked) override;

 private:
  std::shared_ptr<turns::VectorMaker> maker_;
  turns::Store& store_;
  turns::Clock& clock_;
};

}  // namespace parley::memory
