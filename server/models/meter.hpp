// What is counted of the calls of models. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "server/models/endpoint.hpp"

namespace parley::models {

struct Counts {
  std::map<std::string, std::uint64_t, std::less<>> attempts;  // by outcome: "ok" or the failure's code
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  Pico cost = 0;
  std::uint64_t duration_ms = 0;  // of all attempts
  std::uint64_t fallbacks = 0;    // answers that another model should have given
  std::map<std::string, std::uint64_t, std::less<>> passed_over;  // calls that it did not answer, by code
  std::uint64_t asked_again = 0;                                  // because the answer did not fit
  std::uint64_t vectors_missing = 0;                              // times that texts had to do without
};

class Meter {
 public:
  void attempt(std::string_view model, std::string_view outcome, std::int64_t took_ms);
  void used(std::string_view model, std::uint64_t input, std::uint64_t output, Pico cost);
  void fell_back_to(std::string_view model);
  void passed_over(std::string_view model, std::string_view code);
  void asked_again(std::string_view model);
  void no_vectors(std::string_view model);

  [[nodiscard]] std::map<std::string, Counts, std::less<>> counts() const;

 private:
  [[nodiscard]] Counts& of(std::string_view model);

  mutable std::mutex mutex_;
  std::map<std::string, Counts, std::less<>> counts_;
};

}  // namespace parley::models
