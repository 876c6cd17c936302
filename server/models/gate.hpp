// Lets a number of calls through at a time; the others wait in line, each until its deadline. Thread-safe;
// a pass belongs to one coroutine, which goes on on its own loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "base/result.hpp"
#include "server/net/loop.hpp"

namespace parley::models {

class Gate : public std::enable_shared_from_this<Gate> {
 public:
  static constexpr std::size_t kMostWaiting = 256;

  explicit Gate(std::uint32_t passes) : free_(passes) {}

  class Pass {
   public:
    Pass() = default;
    explicit Pass(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
    Pass(Pass&&) noexcept = default;
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_) gate_->leave();
    }

   private:
    std::shared_ptr<Gate> gate_;
  };

  // Error: unavailable with the code "model_busy", when too many wait or the time is up.
  net::Awaitable<Result<Pass>> enter(std::uint32_t wait_ms);
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Waiter;
  void leave();

  mutable std::mutex mutex_;
  std::uint32_t free_;
  std::deque<std::shared_ptr<Waiter>> line_;
};

}  // namespace parley::models
