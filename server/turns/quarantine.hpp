// Work that keeps failing is set aside, so that it neither fills the log nor keeps others waiting.
//
// Counts failures by name. Kept in memory: a new process tries again. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace parley::turns {

class Quarantine {
 public:
  static constexpr std::uint32_t kTries = 3;

  [[nodiscard]] bool holds(std::string_view name) const {
    const auto found = failures_.find(name);
    return found != failures_.end() && found->second >= kTries;
  }
  // True when this was the last try.
  bool failed(std::string_view name) { return ++failures_[std::string(name)] == kTries; }
  void succeeded(std::string_view name) {
    if (const auto found = failures_.find(name); found != failures_.end()) failures_.erase(found);
  }

 private:
  std::map<std::string, std::uint32_t, std::less<>> failures_;
};

}  // namespace parley::turns
