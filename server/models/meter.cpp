#include "server/models/meter.hpp"

namespace parley::models {

Counts& Meter::of(std::string_view model) {
  const auto found = counts_.find(model);
  return found != counts_.end() ? found->second : counts_[std::string(model)];
}

void Meter::attempt(std::string_view model, std::string_view outcome, std::int64_t took_ms) {
  const std::lock_guard lock(mutex_);
  Counts& counts = of(model);
  ++counts.attempts[std::string(outcome)];
  counts.duration_ms += static_cast<std::uint64_t>(took_ms > 0 ? took_ms : 0);
}

void Meter::used(std::string_view model, std::uint64_t input, std::uint64_t output, Pico cost) {
  const std::lock_guard lock(mutex_);
  Counts& counts = of(model);
  counts.input_tokens += input;
  counts.output_tokens += output;
  counts.cost += cost;
}

void Meter::fell_back_to(std::string_view model) {
  const std::lock_guard lock(mutex_);
  ++of(model).fallbacks;
}

void Meter::passed_over(std::string_view model, std::string_view code) {
  const std::lock_guard lock(mutex_);
  ++of(model).passed_over[std::string(code)];
}

void Meter::asked_again(std::string_view model) {
  const std::lock_guard lock(mutex_);
  ++of(model).asked_again;
}

void Meter::no_vectors(std::string_view model) {
  const std::lock_guard lock(mutex_);
  ++of(model).vectors_missing;
}

std::map<std::string, Counts, std::less<>> Meter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace parley::models
