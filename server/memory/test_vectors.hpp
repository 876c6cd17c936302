// A "model" that knows three subjects, so that other words for the same are near. Tests only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/turns/text_vectors.hpp"

namespace parley::memory::testing {

class WordMaker : public turns::VectorMaker {
 public:
  [[nodiscard]] std::string maker() const override { return name; }

  turns::Awaitable<Result<void>> make(std::vector<std::string> texts, std::uint32_t, Put put) override {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i >= fail_after) co_return fail(ErrorCode::unavailable, "the model is down", "model_down");
      made.push_back(texts[i]);
      turns::Vectors one{vector_of(texts[i])};
      co_await put(i, std::move(one));
    }
    co_return Result<void>();
  }

  std::string name = "words/3";
  std::size_t dimensions = 3;
  std::size_t fail_after = SIZE_MAX;  // texts of a call
  std::vector<std::string> made;

 private:
  [[nodiscard]] std::vector<float> vector_of(std::string_view text) const {
    constexpr std::array<std::array<std::string_view, 4>, 3> kSubjects{{
        {"sushi", "dish", "eat", "hungry"},
        {"train", "travel", "journey", "delayed"},
        {"money", "invoice", "refund", "reimbursement"},
    }};
    std::vector<float> vector(dimensions, 0.1F);
    for (std::size_t subject = 0; subject < kSubjects.size(); ++subject) {
      for (const std::string_view word : kSubjects[subject]) {
        if (text.find(word) != std::string_view::npos) vector[subject] += 1;
      }
    }
    return vector;
  }
};

}  // namespace parley::memory::testing
